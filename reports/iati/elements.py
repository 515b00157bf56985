"""Elements of an IATI file: text without what XML cannot hold, narratives, amounts."""

import re
import xml.etree.ElementTree as ET

from ledger.money import plain

# What XML 1.0 cannot hold, however it is escaped.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent, tag, **attributes):
    """A new element at the end of its parent; attributes that are None or "" are left out, `_` stands for `-`."""
    said = {name.replace("_", "-"): str(value) for name, value in attributes.items() if value not in (None, "")}
    return ET.SubElement(parent, tag, said)


def narrative(parent, text):
    add(parent, "narrative").text = NOT_XML.sub("", str(text))


def told(parent, tag, text, **attributes):
    """An element that is nothing but a narrative."""
    made = add(parent, tag, **attributes)
    narrative(made, text)
    return made


def valued(parent, minor, currency, on):
    """The `value` of a budget or a transaction, in major units."""
    add(parent, "value", currency=currency, value_date=on).text = plain(minor, currency)
