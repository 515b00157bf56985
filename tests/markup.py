"""Reads a page in tests: elements with their attributes and text, found by tag and attributes."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Node:
    """An element. `node["href"]` is an attribute, `node.text` all text in it with single spaces."""

    def __init__(self, tag, attrs, parent=None):
        self.tag, self.attrs, self.parent = tag, attrs, parent
        self.parts = []

    def __getitem__(self, name):
        return self.attrs[name]

    def get(self, name, default=None):
        return self.attrs.get(name, default)

    @property
    def text(self):
        return " ".join("".join(self._texts()).split())

    def _texts(self):
        for part in self.parts:
            if isinstance(part, Node):
                yield from part._texts()
            else:
                yield part

    def walk(self):
        for part in self.parts:
            if isinstance(part, Node):
                yield part
                yield from part.walk()

    def all(self, *tags, **attrs):
        """Every element below with one of these tags and these attributes; `class_`, `for_` for Python's words."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
        return [
            node
            for node in self.walk()
            if (not tags or node.tag in tags) and all(_has(node, name, value) for name, value in wanted.items())
        ]

    def one(self, *tags, **attrs):
        """The only element like this; fails when there is none or more than one."""
        found = self.all(*tags, **attrs)
        assert len(found) == 1, f"{len(found)} elements {tags} {attrs}"
        return found[0]


def _has(node, name, value):
    if name == "class":
        return value in (node.get("class") or "").split()
    return node.get(name) == value if value is not None else name in node.attrs


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("root", {})

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {name: value if value is not None else "" for name, value in attrs}, self.at)
        self.at.parts.append(node)
        if tag not in VOID:
            self.at = node

    def handle_endtag(self, tag):
        node = self.at
        while node.parent is not None and node.tag != tag:
            node = node.parent
        if node.parent is not None:
            self.at = node.parent

    def handle_data(self, data):
        self.at.parts.append(data)


def read(page):
    """The tree of a page: text, bytes, or a response."""
    content = getattr(page, "content", page)
    reader = _Reader()
    reader.feed(content.decode() if isinstance(content, bytes) else str(content))
    reader.close()
    return reader.root


def filled(page):
    """What a browser would send of the page's own form as it was opened: {name: value}."""
    form = [form for form in read(page).all("form", method="post") if form.all("button", type="submit")][-1]
    data = {}
    for node in form.all("input", "textarea", "select"):
        if node.tag == "select":
            chosen = node.all("option", selected=None) or node.all("option")
            data[node["name"]] = chosen[0].get("value", chosen[0].text) if chosen else ""
        elif node.tag == "textarea":
            data[node["name"]] = "".join(node._texts()).removeprefix("\n")
        elif node.get("type") not in ("checkbox", "radio", "file", "submit") or "checked" in node.attrs:
            data[node["name"]] = node.get("value", "on" if node.get("type") == "checkbox" else "")
    return data
