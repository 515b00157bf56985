"""What lies in static/: vendored files as published, one token sheet, no colour that escapes it."""

import hashlib
import json
import re
from pathlib import Path

from django.conf import settings

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"
SHEET = (Path(settings.BASE_DIR) / "static" / "css" / "seedbed.css").read_text()
TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))


def test_every_vendored_file_is_the_one_whose_hash_was_written_down():
    said = {
        (part["name"], name): digest
        for part in json.loads((VENDOR / "MANIFEST.json").read_text())
        for name, digest in part["sha256"].items()
    }
    found = {
        (path.parent.name, path.name): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }
    assert found == said


def test_every_vendored_part_has_its_version_and_licence():
    for part in json.loads((VENDOR / "MANIFEST.json").read_text()):
        assert part["version"]
        assert part["licence"]
        assert "LICENSE" in part["sha256"]


def test_no_vendored_file_asks_for_a_map_that_is_not_there():
    for path in [*VENDOR.rglob("*.css"), *VENDOR.rglob("*.js")]:
        assert "sourceMappingURL" not in path.read_text()


def tokens(selector):
    block = SHEET[SHEET.index(selector) :]
    return re.findall(r"(--sb-[\w-]+|color-scheme): ([^;]+);", block[: block.index("}")])


def test_dark_by_choice_and_dark_by_the_device_are_the_same():
    assert tokens("[data-bs-theme=dark] {") == tokens(":root:not([data-bs-theme=light])")
    assert len(tokens("[data-bs-theme=dark] {")) == 27


def luminance(code):
    channels = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_and_tags_keep_their_contrast_in_both_themes():
    for selector in (":root, [data-bs-theme=light] {", "[data-bs-theme=dark] {"):
        colour = dict(tokens(selector))
        pairs = [("ink", "paper"), ("ink", "sheet"), ("ink", "sunk"), ("quiet", "paper"), ("quiet", "sunk")]
        pairs += [
            ("seed", "paper"),
            ("seed", "sheet"),
            ("brick", "sheet"),
            ("on-seed", "seed"),
            ("on-seed", "seed-deep"),
        ]
        pairs += [(name, f"{name}-soft") for name in ("seed", "earth", "slate", "brick", "grey")]
        weak = {
            pair: round(contrast(colour[f"--sb-{pair[0]}"], colour[f"--sb-{pair[1]}"]), 2)
            for pair in pairs
            if contrast(colour[f"--sb-{pair[0]}"], colour[f"--sb-{pair[1]}"]) < 4.5
        }
        assert weak == {}


def test_no_template_names_a_colour_of_its_own():
    named = {
        f"{path.name}: {found}"
        for path in TEMPLATES
        for found in re.findall(r"(?:fill|stroke|color|bgcolor)=\"?#[0-9a-fA-F]{3,8}", path.read_text())
    }
    assert named == set()
