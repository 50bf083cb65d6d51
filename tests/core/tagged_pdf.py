"""Reads a tagged PDF the way a screen reader does: by its structure, not by its looks."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

# Everything that puts ink on the page (ISO 32000-1, annex A).
PAINTING = {
    *("Tj", "TJ", "'", '"', "Do", "sh", "EI", "INLINE IMAGE"),
    *("S", "s", "f", "F", "f*", "B", "B*", "b", "b*"),
}


@dataclass
class Element:
    """A structure element with its own text, links and children, in reading order."""

    tag: str
    obj: pikepdf.Object
    kids: list["Element | str"] = field(default_factory=list)
    links: list[pikepdf.Object] = field(default_factory=list)
    page: int | None = None
    owner: pikepdf.Pdf | None = field(default=None, repr=False)  # closed when nobody holds it

    @property
    def children(self) -> list["Element"]:
        return [kid for kid in self.kids if isinstance(kid, Element)]

    @property
    def text(self) -> str:
        return "".join(kid if isinstance(kid, str) else kid.text for kid in self.kids)

    def walk(self) -> Iterator["Element"]:
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, *tags: str) -> list["Element"]:
        return [element for element in self.walk() if element.tag in tags]

    def attribute(self, name: str) -> object:
        owners = self.obj.get("/A", pikepdf.Array())
        if isinstance(owners, pikepdf.Dictionary):
            owners = [owners]
        for owner in owners:
            if name in owner:
                return owner[name]
        return None


class TaggedPdf:
    """The structure tree of a PDF with the text that its marked content shows."""

    def __init__(self, data: bytes) -> None:
        self.pdf = pikepdf.open(io.BytesIO(data))
        self.unmarked: list[tuple[int, str]] = []
        self.used_fonts: dict[str, pikepdf.Object] = {}
        self.content: dict[tuple[int, int], str] = {}
        self.artifacts: list[tuple[int, str]] = []
        self._pages = {page.obj.objgen: index for index, page in enumerate(self.pdf.pages)}
        for index, page in enumerate(self.pdf.pages):
            self._read_page(index, page)
        self.document = self._element(self.pdf.Root.StructTreeRoot.K[0], None)

    def _read_page(self, index: int, page: pikepdf.Page) -> None:
        stack: list[int | str] = []
        cmap: dict[int, str] = {}
        cmaps = {name: _to_unicode(font) for name, font in page.Resources.Font.items()}
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            operands = instruction.operands
            if operator == "BDC":
                assert not stack, "marked content inside marked content"
                properties = operands[1]
                stack.append(int(properties.MCID) if "/MCID" in properties else str(operands[0]))
                if isinstance(stack[-1], int):
                    assert (index, stack[-1]) not in self.content, "an MCID twice"
                    self.content[index, stack[-1]] = ""
                else:
                    self.artifacts.append((index, ""))
            elif operator == "EMC":
                stack.pop()
            elif operator == "Tf":
                cmap = cmaps[str(operands[0])]
                self.used_fonts[str(operands[0])] = page.Resources.Font[str(operands[0])]
            elif operator in PAINTING:
                if not stack:
                    self.unmarked.append((index, operator))
                elif operator in ("Tj", "'"):
                    shown = "".join(cmap[code] for code in bytes(operands[0]))
                    if isinstance(stack[-1], int):
                        self.content[index, stack[-1]] += shown
                    else:
                        self.artifacts[-1] = (index, self.artifacts[-1][1] + shown)
        assert not stack, "marked content left open"

    def _element(self, obj: pikepdf.Object, parent: pikepdf.Object | None) -> Element:
        assert parent is None or obj.P.objgen == parent.objgen, "a child with another parent"
        page = self._pages[obj.Pg.objgen] if "/Pg" in obj else None
        element = Element(str(obj.S)[1:], obj, page=page, owner=self.pdf)
        for kid in _kids(obj):
            if isinstance(kid, int):
                assert page is not None
                element.kids.append(self._marked(obj, page, kid))
            elif kid.get("/Type") == pikepdf.Name.MCR:
                element.kids.append(self._marked(obj, self._pages[kid.Pg.objgen], int(kid.MCID)))
            elif kid.get("/Type") == pikepdf.Name.OBJR:
                element.links.append(kid.Obj)
                assert self.parent_tree[int(kid.Obj.StructParent)].objgen == obj.objgen
            else:
                element.kids.append(self._element(kid, obj))
        return element

    def _marked(self, obj: pikepdf.Object, page: int, mcid: int) -> str:
        owners = self.parent_tree[int(self.pdf.pages[page].obj.StructParents)]
        assert owners[mcid].objgen == obj.objgen, "the parent tree says otherwise"
        return self.content[page, mcid]

    @property
    def parent_tree(self) -> dict[int, pikepdf.Object]:
        numbers = list(self.pdf.Root.StructTreeRoot.ParentTree.Nums)
        return {int(key): value for key, value in zip(numbers[::2], numbers[1::2], strict=True)}

    def page_of_destination(self, link: pikepdf.Object) -> int:
        """The page (from 1) a link goes to."""
        target = link.Dest
        if isinstance(target, pikepdf.Name | pikepdf.String):
            target = self.pdf.Root.Dests[str(target)]
        return self._pages[target[0].objgen] + 1


def table_cells(table: Element) -> list[list[str]]:
    """The texts of a table, row by row."""
    return [
        [cell.text.strip() for cell in row.children if cell.tag in ("TH", "TD")]
        for row in table.find("TR")
    ]


def _kids(obj: pikepdf.Object) -> list[int | pikepdf.Object]:
    if "/K" not in obj:
        return []
    kids = obj.K
    listed = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid if isinstance(kid, pikepdf.Dictionary) else int(kid) for kid in listed]


def _to_unicode(font: pikepdf.Object) -> dict[int, str]:
    text = font.ToUnicode.read_bytes().decode("ascii") if "/ToUnicode" in font else ""
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        for low, _high, targets in re.findall(r"<(\w+)>\s*<(\w+)>\s*\[(.*?)\]", block, re.S):
            for offset, target in enumerate(re.findall(r"<(\w+)>", targets)):
                found[int(low, 16) + offset] = bytes.fromhex(target).decode("utf-16-be")
        for low, high, target in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            first = int.from_bytes(bytes.fromhex(target))
            for offset in range(int(high, 16) - int(low, 16) + 1):
                found[int(low, 16) + offset] = chr(first + offset)
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        for code, target in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = bytes.fromhex(target).decode("utf-16-be")
    return found
