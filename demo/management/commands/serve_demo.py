import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

HOST = "127.0.0.1"
PATIENCE = 20  # seconds that web and worker get to finish what they are doing
OWN_WAY = 10  # seconds to end by themselves after Ctrl-C, which the terminal sends to the whole process group
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The user or the system asked for the end, by the signal of that number."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Command(BaseCommand):
    help = "Serves the demo on the loopback: web server and background worker as one process group. Ctrl-C ends both."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=None, help="default: $PORT, else 8000")
        parser.add_argument("--workers", type=int, default=2, help="processes of the web server (default 2)")

    def handle(self, *, port, workers, **options):
        if settings.MODE != "demo":
            raise CommandError("serve_demo serves only in the mode demo: set SEEDBED_MODE=demo, or run `make demo`.")
        port = self.find_port(port)
        logins = settings.VAR_DIR / "demo_logins.json"
        if not logins.exists():
            raise CommandError(f"{logins} is missing. Load the demo first: make demo, or manage.py load_demo.")
        # Static files come from their sources; the server still asks for the folder of the collected ones.
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        parts = {
            "web server": [
                *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}"),
                *("--workers", str(workers), "--threads", "4", "--graceful-timeout", "10", "--log-level", "warning"),
            ],
            "background worker": [sys.executable, "manage.py", "db_worker"],
        }
        self.supervise(parts, port)

    def find_port(self, port):
        try:
            port = port or int(os.environ.get("PORT") or 8000)
        except ValueError:
            raise CommandError(f"PORT is {os.environ['PORT']!r}; it must be a number.") from None
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError) as reason:
                why = getattr(reason, "strerror", None) or reason
                raise CommandError(
                    f"Port {port} cannot be used ({why}). Choose another: make demo PORT=8001"
                ) from reason
        return port

    def supervise(self, parts, port):
        """Run the parts until one ends or a signal comes, then end all. Raises CommandError when one died by itself."""

        def stop(number, frame):
            raise Stopped(number)

        earlier = {number: signal.signal(number, stop) for number in SIGNALS}
        running = {}
        fault, grace = None, 0
        try:
            # A part that still starts has no handler of its own for Ctrl-C: it inherits deafness to it until it has.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            for name, command in parts.items():
                running[name] = subprocess.Popen(command, cwd=settings.BASE_DIR)
            signal.signal(signal.SIGINT, stop)
            self.announce(running["web server"], port)
            while fault is None:
                time.sleep(0.3)
                for name, process in running.items():
                    if process.poll() is not None:
                        fault = f"The {name} ended by itself with code {process.returncode}; the demo is stopped."
        except Stopped as stopped:
            grace = OWN_WAY if stopped.number == signal.SIGINT else 0
            self.stdout.write("Stopping ...")
        finally:
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
            self.end(running.values(), grace)
            for number, handler in earlier.items():
                signal.signal(number, handler)
        if fault:
            raise CommandError(fault)
        self.stdout.write("The demo is stopped; its data stays in var/ for the next time.")

    def announce(self, web, port):
        """Say that the demo serves, when it answers; say nothing when the web server ends before that."""
        while web.poll() is None:
            question = HTTPConnection(HOST, port, timeout=10)
            try:
                question.request("GET", "/healthz")
                question.getresponse().read()
            except (OSError, HTTPException):
                time.sleep(0.2)
                continue
            finally:
                question.close()
            self.stdout.write(f"\nSeedbed serves at http://{HOST}:{port}/  (Ctrl-C stops it)\n")
            self.stdout.flush()
            return

    def end(self, processes, grace):
        """End the processes: `grace` seconds by themselves, then asked, then by force."""
        self.wait(processes, grace)
        for process in processes:
            if process.poll() is None:
                process.terminate()
        self.wait(processes, PATIENCE)
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def wait(self, processes, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(process.poll() is None for process in processes):
            time.sleep(0.1)
