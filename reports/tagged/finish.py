"""What ReportLab does not write: structure tree, links, outline, metadata, colour profile. PDF/UA-1 and PDF/A-2a."""

import io
from functools import lru_cache
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Stream, String
from PIL import ImageCms

PRODUCER = "Seedbed"


def finish(content, story, marked, *, lang, title, author, on):
    """The PDF as bytes. content: ReportLab's; marked: what its canvas noted; on: the day it carries, or None."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pages = [page.obj for page in pdf.pages]
        annotations = _links(pdf, pages, marked.links, story.anchors)
        _structure(pdf, pages, annotations, story.root, marked)
        for number, page in enumerate(pages):
            page.StructParents, page.Tabs = number, Name.S
        _outline(pdf, story.headings)
        root = pdf.Root
        root.Lang, root.MarkInfo = String(lang), Dictionary(Marked=True)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        root.OutputIntents = Array([_colours(pdf)])
        root.Metadata = _metadata(pdf, lang, title, author, on)
        pdf.docinfo = pdf.make_indirect(Dictionary(Title=title, Author=author, Producer=PRODUCER, Creator=PRODUCER))
        if on:
            pdf.docinfo.CreationDate = pdf.docinfo.ModDate = String(f"D:{on:%Y%m%d}000000Z")
        made = io.BytesIO()
        modes = {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "deterministic_id": True}
        pdf.save(made, min_version="1.7", **modes)
    return made.getvalue()


def _links(pdf, pages, links, anchors):
    made = []
    for number, link in enumerate(links):
        annotation = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array([round(side, 2) for side in link.box]),
            Border=Array([0, 0, 0]),
            F=4,
            Contents=String(link.words),
            StructParent=len(pages) + number,
        )
        target = anchors[link.target[1:]] if isinstance(link.target, str) and link.target[0] == "#" else link.target
        if isinstance(target, str):
            annotation.A = Dictionary(S=Name.URI, URI=String(target))
        else:
            page, left, top = target.where()
            annotation.Dest = Array([pages[page], Name.XYZ, round(left, 2), round(top, 2), None])
        annotation = pdf.make_indirect(annotation)
        made.append(annotation)
        on = pages[link.page]
        if Name.Annots not in on:
            on.Annots = Array()
        on.Annots.append(annotation)
    return made


class _Tree:
    """The elements as objects of the PDF, each once."""

    def __init__(self, pdf, pages, annotations, links):
        self.made, self._pdf, self._pages = {}, pdf, pages
        self._annotations, self._links = annotations, links
        self._scopes = {
            scope: pdf.make_indirect(Dictionary(O=Name.Table, Scope=Name(f"/{scope}"))) for scope in ("Row", "Column")
        }
        self._tags = {}

    def build(self, element, above):
        pdf = self._pdf
        tag = self._tags.setdefault(element.tag, Name(f"/{element.tag}"))
        made = pdf.make_indirect(Dictionary(S=tag, P=above))
        self.made[id(element)] = made
        if element.marks:
            page = element.marks[0][0]
            made.Pg = self._pages[page]
            kids = [self._mark(page, *mark) for mark in element.marks]
        else:
            kids = []
        kids += [self.build(kid, made) for kid in element.kids if _is_there(kid)]
        kids += [self._annotation(number) for number in element.links]
        made.K = kids[0] if len(kids) == 1 else Array(kids)
        if element.scope:
            made.A = self._scopes[element.scope]
        if element.lang:
            made.Lang = String(element.lang)
        if element.alt:
            made.Alt = String(element.alt)
        if element.tag == "Figure" and element.box:
            box = Array([round(side, 2) for side in element.box[1:]])
            made.A = Dictionary(O=Name.Layout, Placement=Name.Block, BBox=box)
        return made

    def _mark(self, first, page, number):
        if page == first:
            return number
        return Dictionary(Type=Name.MCR, Pg=self._pages[page], MCID=number)

    def _annotation(self, number):
        page = self._pages[self._links[number].page]
        return Dictionary(Type=Name.OBJR, Pg=page, Obj=self._annotations[number])


def _is_there(element):
    return bool(element.marks) or any(_is_there(kid) for kid in element.kids)


def _structure(pdf, pages, annotations, root, marked):
    top = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    tree = _Tree(pdf, pages, annotations, marked.links)
    top.K = tree.build(root, top)
    numbers = []
    for number, elements in enumerate(marked.pages[: len(pages)]):
        numbers += [number, pdf.make_indirect(Array([tree.made[id(element)] for element in elements]))]
    owners = {number: element for element in _all(root) for number in element.links}
    for number in range(len(annotations)):
        numbers += [len(pages) + number, tree.made[id(owners[number])]]
    top.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
    top.ParentTreeNextKey = len(pages) + len(annotations)
    pdf.Root.StructTreeRoot = top


def _all(element):
    yield element
    for kid in element.kids:
        yield from _all(kid)


def _outline(pdf, headings):
    with pdf.open_outline() as outline:
        above = {0: outline.root}
        for level, title, element in headings:
            page, left, top = element.where()
            item = OutlineItem(title, page, "XYZ", left=round(left, 2), top=round(top, 2))
            # A heading that skips a level hangs under the last one above it.
            near = max(depth for depth in above if depth < level)
            above[near].append(item)
            above = {depth: kids for depth, kids in above.items() if depth < level} | {level: item.children}


@lru_cache(maxsize=1)
def _profile():
    """The sRGB profile. Its date is set to nothing, so that the same paper has the same bytes."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[24:36] = b"\x07\xd0\x00\x01\x00\x01" + bytes(6)
    return bytes(made)


def _colours(pdf):
    profile = Stream(pdf, _profile())
    profile.N = 3
    name = String("sRGB IEC61966-2.1")
    return pdf.make_indirect(
        Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=name,
            Info=name,
            DestOutputProfile=pdf.make_indirect(profile),
        )
    )


XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{producer}</pdf:Producer><xmp:CreatorTool>{producer}</xmp:CreatorTool>{dates}
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the document keeps</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
DATES = "<xmp:CreateDate>{on}T00:00:00Z</xmp:CreateDate><xmp:ModifyDate>{on}T00:00:00Z</xmp:ModifyDate>"


def _metadata(pdf, lang, title, author, on):
    facts = {"lang": lang, "title": escape(title), "author": escape(author), "producer": PRODUCER}
    dates = DATES.format(on=on.isoformat()) if on else ""
    made = Stream(pdf, XMP.format(**facts, dates=dates).encode())
    made.Type, made.Subtype = Name.Metadata, Name.XML
    return pdf.make_indirect(made)
