"""Where text messages go: a gateway by HTTP, a file, or the console. One function, `deliver`."""

import json
import sys
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

SECONDS = 10
NEAR = ("127.0.0.1", "localhost", "::1")


class DeliveryError(Exception):
    """The message was not taken. It may be tried again."""


class NoAnswerError(Exception):
    """The message left and nothing came back: it may have arrived, so it is not sent again."""


def deliver(gateway, *, to, text, token=""):
    """Hand one message over. `gateway` is "console", "file:PATH" or a web address. Raises the errors above."""
    if gateway == "console":
        sys.stdout.write(f"SMS to {to}: {text}\n")
    elif gateway.startswith("file:"):
        _write(Path(gateway.removeprefix("file:")), to, text)
    else:
        _post(urlsplit(gateway), to, text, token)


def _write(path, to, text):
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"to": to, "text": text}, ensure_ascii=False) + "\n")
    except OSError as wrong:
        raise DeliveryError(_("The file of messages cannot be written.")) from wrong


def _post(address, to, text, token):
    if address.scheme not in ("http", "https") or (address.scheme == "http" and address.hostname not in NEAR):
        raise DeliveryError(_("The address of the gateway must begin with https."))
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.hostname, address.port, timeout=SECONDS)
    headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}
    try:
        connection.connect()
    except OSError as wrong:
        raise DeliveryError(_("The gateway cannot be reached.")) from wrong
    try:
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request("POST", path, json.dumps({"to": to, "text": text}).encode(), headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as wrong:
        raise NoAnswerError(_("The gateway did not answer.")) from wrong
    finally:
        connection.close()
    if status >= 500:
        raise NoAnswerError(_("The gateway answered %(status)s.") % {"status": status})
    if status >= 300:
        raise DeliveryError(_("The gateway answered %(status)s.") % {"status": status})
