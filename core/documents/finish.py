"""Writes the structure tree and the metadata into a finished PDF (PDF/UA-1, ISO 14289-1)."""

import io
from dataclasses import dataclass
from datetime import date

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from core.documents.structure import AnnotationRef, MarkedContent, Node


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the document says about itself. `language` is BCP 47; `created` carries no time."""

    title: str
    author: str
    subject: str
    language: str
    created: date
    keywords: tuple[str, ...] = ()


def finish(data: bytes, structure: Node, metadata: Metadata) -> bytes:
    """The tagged PDF. The same input gives the same bytes: no clock, no random identifier."""
    with Pdf.open(io.BytesIO(data)) as pdf:
        _TreeWriter(pdf).write(structure)
        _write_catalog(pdf, metadata)
        _write_metadata(pdf, metadata)
        out = io.BytesIO()
        pdf.save(
            out,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            min_version="1.7",
        )
        return out.getvalue()


class _TreeWriter:
    """Turns nodes into structure elements, and fills the parent tree as it goes."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self.by_mcid: list[dict[int, Object]] = [{} for _ in pdf.pages]
        self.by_annotation: list[tuple[int, Object]] = []
        self.identifiers: dict[int, str] = {}
        self.elements: dict[str, Object] = {}
        self.pending_headers: list[tuple[Object, Node]] = []

    def write(self, structure: Node) -> None:
        self.root.K = Array([self._element(structure, self.root)])
        for attributes, node in self.pending_headers:
            found = [String(self.identifiers[id(header)]) for header in node.headers]
            attributes.Headers = Array(found)
        self._parent_tree()
        if self.elements:
            names = Array()
            for name in sorted(self.elements):
                names.append(String(name))
                names.append(self.elements[name])
            limits = Array([String(min(self.elements)), String(max(self.elements))])
            kid = self.pdf.make_indirect(Dictionary(Names=names, Limits=limits))
            self.root.IDTree = self.pdf.make_indirect(Dictionary(Kids=Array([kid])))
        self.pdf.Root.StructTreeRoot = self.root

    def _element(self, node: Node, parent: Object) -> Object:
        element = self.pdf.make_indirect(
            Dictionary(Type=Name.StructElem, S=Name(f"/{node.tag}"), P=parent)
        )
        page = node.first_page
        if page is not None:
            element.Pg = self.pdf.pages[page].obj
        if node.alt is not None:
            element.Alt = String(node.alt)
        if node.tag == "TH":
            name = f"th{len(self.elements):06d}"
            self.identifiers[id(node)] = name
            self.elements[name] = element
            element.ID = String(name)
        attributes = self._attributes(node)
        if attributes:
            element.A = attributes[0] if len(attributes) == 1 else Array(attributes)
        kids = [self._kid(kid, element, page) for kid in node.kids]
        if kids:
            element.K = kids[0] if len(kids) == 1 else Array(kids)
        return element

    def _attributes(self, node: Node) -> list[Object]:
        found: list[Object] = []
        table: dict[str, object] = {}
        if node.scope is not None:
            table["/Scope"] = Name(f"/{node.scope}")
        if node.column_span > 1:
            table["/ColSpan"] = node.column_span
        if node.summary is not None:
            table["/Summary"] = String(node.summary)
        if table or node.headers:
            attributes = self.pdf.make_indirect(Dictionary({"/O": Name.Table, **table}))
            found.append(attributes)
            if node.headers:
                self.pending_headers.append((attributes, node))
        if node.bbox is not None:
            box = Array([round(number, 2) for number in node.bbox])
            found.append(Dictionary(O=Name.Layout, BBox=box, Placement=Name.Block))
        if node.tag == "L" and node.labelled:
            found.append(Dictionary(O=Name.List, ListNumbering=Name.Disc))
        return found

    def _kid(
        self, kid: Node | MarkedContent | AnnotationRef, element: Object, page: int | None
    ) -> Object | int:
        if isinstance(kid, Node):
            return self._element(kid, element)
        pdf_page = self.pdf.pages[kid.page].obj
        if isinstance(kid, AnnotationRef):
            annotation = pdf_page.Annots[kid.index]
            annotation.Contents = String(kid.description)
            annotation.F = 4
            key = len(self.by_mcid) + len(self.by_annotation)
            annotation.StructParent = key
            self.by_annotation.append((key, element))
            return Dictionary(Type=Name.OBJR, Obj=annotation, Pg=pdf_page)
        self.by_mcid[kid.page][kid.mcid] = element
        if kid.page == page:
            return kid.mcid
        return Dictionary(Type=Name.MCR, Pg=pdf_page, MCID=kid.mcid)

    def _parent_tree(self) -> None:
        numbers = Array()
        for index, page in enumerate(self.pdf.pages):
            page.obj.StructParents = index
            page.obj.Tabs = Name.S
            found = self.by_mcid[index]
            numbers.append(index)
            numbers.append(
                self.pdf.make_indirect(Array([found[mcid] for mcid in range(len(found))]))
            )
        for key, element in self.by_annotation:
            numbers.append(key)
            numbers.append(element)
        self.root.ParentTree = self.pdf.make_indirect(Dictionary(Nums=numbers))
        self.root.ParentTreeNextKey = len(self.by_mcid) + len(self.by_annotation)


def _write_catalog(pdf: Pdf, metadata: Metadata) -> None:
    pdf.Root.Lang = String(metadata.language)
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _write_metadata(pdf: Pdf, metadata: Metadata) -> None:
    day = metadata.created
    info = pdf.docinfo
    for key in list(info.keys()):
        del info[key]
    info.Title = String(metadata.title)
    info.Author = String(metadata.author)
    info.Subject = String(metadata.subject)
    if metadata.keywords:
        info.Keywords = String(", ".join(metadata.keywords))
    info.Producer = String("ReportLab, pikepdf")
    info.CreationDate = info.ModDate = String(f"D:{day:%Y%m%d}")
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = metadata.title
        xmp["dc:creator"] = [metadata.author]
        xmp["dc:description"] = metadata.subject
        xmp["dc:language"] = [metadata.language]
        if metadata.keywords:
            xmp["dc:subject"] = list(metadata.keywords)
            xmp["pdf:Keywords"] = ", ".join(metadata.keywords)
        xmp["pdf:Producer"] = "ReportLab, pikepdf"
        xmp["xmp:CreateDate"] = xmp["xmp:ModifyDate"] = day.isoformat()
        xmp["pdfuaid:part"] = "1"
