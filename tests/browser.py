"""Where the browser for the tests is, and how it is started."""

import os
import shutil

# Chromium without a window of its own first: the same pages at three quarters of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# --no-sandbox: the suite may run as root in a container. The rest keeps the browser from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# In which colours and how wide a page with something in it is looked at. What fits the smallest window has room in the
# widest, and the walk through all addresses sees every second one in light: the short setting looks once.
LOOKS = [("dark", "small"), *([("light", "wide")] if "SEEDBED_SOAK" in os.environ else [])]


def find_browser():
    """The path of an installed Chromium, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)
