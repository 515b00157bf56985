"""Files as evidence: what may come in, how it is cleaned, and where its bytes lie before the row commits."""

import hashlib
import io
import os
import unicodedata
import zipfile
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from applicants.models import Enrolment, Evidence
from applicants.services.access import demand
from audit.refusals import Blocked, Invalid
from audit.services import record, service
from programmes.services import check_date

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
# What the name of a file becomes when the person it is about is forgotten.
NAMELESS = "-"
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "TIFF": "image/tiff", "GIF": "image/gif"}
ENDINGS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
# Pillow only warns of large pictures, once; ours are measured by MOST_PIXELS before a point is drawn.
Image.MAX_IMAGE_PIXELS = None
MOST_ENTRIES = 2000
LONGEST_KIND = 200
MOST_UNPACKED = 200 * 1024 * 1024


def clean_content(content):
    """(bytes to keep, media type) of a file's bytes. Raises Invalid for what is not a document or a picture.

    The bytes decide, never the name. Pictures are drawn anew without their metadata (place, camera, owner).
    """
    if not content:
        raise Invalid(_("The file is empty."), field="content")
    if len(content) > MOST_BYTES:
        raise Invalid(
            _("The file has %(size)s MB; up to %(most)s MB can be kept.")
            % {"size": len(content) // 1_048_576 + 1, "most": MOST_BYTES // 1_048_576},
            field="content",
        )
    if content.startswith(b"%PDF-"):
        return content, "application/pdf"
    if content.startswith(b"PK\x03\x04"):
        return content, _office_type(content)
    picture = _picture(content)
    if picture is not None:
        return picture
    if _is_plain_text(content):
        return content, "text/plain"
    raise _refused()


def _refused():
    return Invalid(
        _("Only pictures (JPEG, PNG, WebP, TIFF), PDF, Word, Excel, OpenDocument and plain text can be kept."),
        field="content",
    )


def _office_type(content):
    """Media type of a zipped office document by what it holds."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            entries = box.infolist()
            names = {entry.filename for entry in entries}
            kind = _said_kind(box) if "mimetype" in names else ""
    except (
        zipfile.BadZipFile,
        ValueError,  # an address before the beginning of the file
        RuntimeError,
        NotImplementedError,
        OSError,
        EOFError,
        zipfile.zlib.error,
    ) as wrong:
        raise Invalid(_("The file is broken: it cannot be opened."), field="content") from wrong
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Invalid(_("The file unpacks to too much."), field="content")
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names):
        raise Invalid(_("The document carries a program (macros). Save it without and try again."), field="content")
    if kind in ENDINGS:
        return kind
    for folder, letter in (
        ("word/document.xml", "wordprocessingml.document"),
        ("xl/workbook.xml", "spreadsheetml.sheet"),
    ):
        if folder in names:
            return f"application/vnd.openxmlformats-officedocument.{letter}"
    raise _refused()


def _said_kind(box):
    """What the entry `mimetype` says. No more is unpacked than a name needs: the entry may be a bomb."""
    with box.open("mimetype") as entry:
        return entry.read(LONGEST_KIND).decode("ascii", "replace")


def _picture(content):
    """(bytes, media type) of a picture drawn anew; None for what is no picture."""
    try:
        picture = Image.open(io.BytesIO(content), formats=list(PICTURES))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Invalid(
            _("The picture has too many points: up to %(most)s million can be kept. Make it smaller.")
            % {"most": MOST_PIXELS // 1_000_000},
            field="content",
        )
    flat = picture.format in ("JPEG", "TIFF", "WEBP") and picture.mode not in ("RGBA", "LA", "P")
    try:
        picture = ImageOps.exif_transpose(picture).convert("RGB" if flat else "RGBA")
    except (OSError, ValueError, SyntaxError, EOFError) as wrong:
        raise Invalid(_("The picture is broken: it cannot be opened."), field="content") from wrong
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    kept = io.BytesIO()
    if flat:
        clean.save(kept, "JPEG", quality=88)
        return kept.getvalue(), "image/jpeg"
    clean.save(kept, "PNG")
    return kept.getvalue(), "image/png"


def _is_plain_text(content):
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    start = text.lstrip()[:256].lower()
    if (
        start.startswith(("<", "#!", "mz", "{\\rtf"))
        or "<svg" in start
        or "<html" in start
        or "<script" in text.lower()
    ):
        return False
    return not any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r\f" for letter in text)


def path_of(sha256):
    """Where the bytes with that hash lie."""
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256[2:4] / sha256


def keep(content):
    """Write bytes under their SHA-256, once; returns the hash. They are on the disk before this returns."""
    sha256 = hashlib.sha256(content).hexdigest()
    write_whole(path_of(sha256), content)
    return sha256


def write_whole(path, content):
    """Write bytes to a path at once: another process sees all of them or none. What is there already stays."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def clean_name(name, media_type):
    """The name as given, without a path or control characters, ending as its type ends."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C").strip(" .") or "file"
    ending = ENDINGS[media_type]
    stem, dot, given = name.rpartition(".")
    same = f".{given.lower()}" == ending or (ending == ".txt" and given.lower() in ("csv", "txt", "md"))
    if dot and (same or len(given) <= 5):
        name, ending = stem, (f".{given}" if same else ending)
    return f"{name[: 160 - len(ending)]}{ending}"


@service
def add_evidence(*, programme, case_ref, purpose, content, name, on, by, party=None, reason=""):
    """Keep a file of a case. Returns the Evidence; the bytes of `content` are on the disk before it commits."""
    demand("applicants.add_evidence", by, Enrolment(programme=programme))
    check_date(on=on, programme=programme, by=by, reason=reason)
    kept, media_type = clean_content(content)
    evidence = Evidence.objects.create(
        programme=programme,
        case_ref=case_ref,
        party=party,
        purpose=purpose,
        sha256=keep(kept),
        size=len(kept),
        media_type=media_type,
        name=clean_name(name, media_type),
        dated=on,
        added_by=by,
    )
    record(
        "evidence.add",
        case_ref,
        by=by,
        on=on,
        programme=programme.key,
        body={"file": evidence.pk, "purpose": purpose, "sha256": evidence.sha256},
        reason=reason,
    )
    return evidence


@service
def withdraw_evidence(*, evidence, on, by, reason):
    """A file no longer counts, from `on`; its row and bytes stay."""
    demand("applicants.add_evidence", by, Enrolment(programme=evidence.programme))
    check_date(on=on, programme=evidence.programme, by=by, reason=reason)
    if not reason.strip():
        raise Invalid(_("Say why the file no longer counts."), field="reason")
    if not Evidence.objects.filter(pk=evidence.pk, withdrawn_on=None).update(withdrawn_on=on):
        raise Blocked(_("This file is withdrawn already."))
    evidence.withdrawn_on = on
    record(
        "evidence.withdraw",
        evidence.case_ref,
        by=by,
        on=on,
        programme=evidence.programme.key,
        body={"file": evidence.pk},
        reason=reason,
    )
    return evidence


def missing_files():
    """Yield a sentence for each file whose bytes are gone or changed: what `verify` asks. Reads every file once.

    The bytes of a forgotten person's files are gone as they should be: their rows are withdrawn and nameless.
    """
    last = None
    rows = Evidence.objects.exclude(name=NAMELESS, withdrawn_on__isnull=False)
    for row in rows.order_by("sha256").values("pk", "sha256", "size").iterator(chunk_size=2000):
        if row["sha256"] == last:
            continue
        last, path = row["sha256"], path_of(row["sha256"])
        if not path.exists():
            yield f"applicants_evidence {row['pk']}: its file is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            yield f"applicants_evidence {row['pk']}: its file was changed"
