"""Texts that analysts write, with figures that follow the edition.

A figure is put in by its name in braces: `{granted.municipalities}`, `{table6.mapping.fully}`. A
sentence that rests on a comparison says so: `More than half {? table6.mapping.fully > 50 %} have
…`; the condition is not shown. What a sentence says of its figures is a person's word: it is
confirmed at certain values, and doubted when the figures are others. A figure that the sentence
has a condition for is doubted when the condition does not hold, and then alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from core.formats import DASH, amount, iso_date, number, percent
from reporting.content import OutcomeTable, ReportContent, Unit

SUMMARY, METHOD = "summary", "method"
FIGURES, TABLE = "figures-", "table-"
"""Places: the two texts of the whole, and before the stream or the number of the table."""

ALL = "all"
"""In place of a stream: the sum of them."""

MAX_LENGTH = 20_000

type Values = Mapping[str, int | None]
"""Figures by name; None where there is none to show."""
type Confirmed = Mapping[str, Values]
"""At which values each sentence, by its words, was seen to be right."""

_BRACES = re.compile(r"\{[^{}]*\}|[{}]")
_FIGURE = re.compile(r"\{\s*([a-z][a-z0-9_.-]*)\s*\}")
_CONDITION = re.compile(
    r"\{\s*\?\s*([a-z][a-z0-9_.-]*)\s*(>=|<=|>|<|=)\s*([-\u2212]?\d[\d \u00a0]{0,30})(?:%|kr)?\s*\}"
)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[\"”»(]?[A-ZÅÄÖ{])")
_SPACES = re.compile(r"[ \t\f\v]+")


@dataclass(frozen=True, slots=True)
class TextFigure:
    """A figure that can be put into a text. A `fact` such as the year needs no confirming."""

    name: str
    label: str
    unit: Unit
    value: int | None
    fact: str = ""

    def write(self, value: int | None) -> str:
        """A value of this figure, as Swedish and English pages write it."""
        if self.fact:
            return self.fact
        if value is None:
            return DASH
        match self.unit:
            case Unit.SEK:
                return amount(value)
            case Unit.PERCENT:
                return percent(value)
            case Unit.COUNT:
                return number(value)
            case _:
                assert_never(self.unit)

    @property
    def text(self) -> str:
        """The value as it is written."""
        return self.write(self.value)

    @property
    def code(self) -> str:
        """What stands for the figure in a text."""
        return "{" + self.name + "}"


type Figures = Mapping[str, TextFigure]


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Figures that belong together: the key figures of a stream, a table."""

    code: str
    title: str
    figures: tuple[TextFigure, ...]


def figure_groups(content: ReportContent) -> tuple[FigureGroup, ...]:
    """All figures of a report, in its order: those of the whole, of each stream and table."""
    return (
        FigureGroup("report", content.title, tuple(_of_the_whole(content))),
        *(
            FigureGroup(
                f"{FIGURES}{stream.code}",
                stream.title,
                tuple(
                    TextFigure(f"{code}.{stream.code}{end}", label, unit, value)
                    for code, end, label, unit, value in _key_figures(content, stream.code)
                ),
            )
            for stream in content.streams
        ),
        *(
            FigureGroup(f"{TABLE}{table.number}", table.title, tuple(_of_table(table)))
            for stream in content.streams
            for table in stream.tables
        ),
    )


def figures_of(content: ReportContent) -> Figures:
    """The same figures by name."""
    return MappingProxyType(
        {figure.name: figure for group in figure_groups(content) for figure in group.figures}
    )


def _of_the_whole(content: ReportContent) -> Iterator[TextFigure]:
    yield TextFigure("year", str(content.year), Unit.COUNT, content.year, str(content.year))
    cutoff = iso_date(content.cutoff)
    yield TextFigure("cutoff", cutoff, Unit.COUNT, content.cutoff.toordinal(), cutoff)
    sums: dict[str, list[tuple[str, Unit, int | None]]] = {}
    for stream in content.streams:
        for figure in stream.key_figures:
            sums.setdefault(figure.code, []).append((figure.label, figure.unit, figure.value))
    for code, found in sums.items():
        values = [value for _label, _unit, value in found if value is not None]
        if len(found) == len(content.streams) == len(values):
            label, unit, _value = found[0]
            yield TextFigure(f"{code}.{ALL}", label, unit, sum(values))


def _key_figures(
    content: ReportContent, stream: str
) -> Iterator[tuple[str, str, str, Unit, int | None]]:
    for each in content.streams:
        if each.code != stream:
            continue
        for figure in each.key_figures:
            yield figure.code, "", figure.label, figure.unit, figure.value
            if figure.percent is not None:
                share = f"{figure.label}, %"
                yield figure.code, ".share", share, Unit.PERCENT, figure.percent


def _of_table(table: OutcomeTable) -> Iterator[TextFigure]:
    start = f"table{table.number}"
    unit = Unit.PERCENT if table.kind.is_percent else Unit.COUNT
    if table.n is not None:
        yield TextFigure(f"{start}.n", "n", Unit.COUNT, table.n)
    for row in table.rows:
        dash = table.cell_text_is_dash(row)
        for code, column, value in zip(
            table.column_codes, table.column_labels, row.values, strict=True
        ):
            shown = None if dash else value
            label = f"{row.label}: {column}"
            yield TextFigure(f"{start}.{row.code}.{code}", label, unit, shown)
        if row.n is not None:
            yield TextFigure(f"{start}.{row.code}.n", f"{row.label}: n", Unit.COUNT, row.n)


# --- reading a text ------------------------------------------------------------------------------


class DoubtKind(StrEnum):
    """Why a sentence may not fit its figures."""

    CHANGED = "changed"
    UNMET = "unmet"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a sentence may not fit: `before` is what it was confirmed at, or the condition."""

    kind: DoubtKind
    name: str
    label: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as written, as it is shown, and what is doubted of it."""

    source: str
    shown: str
    doubts: tuple[Doubt, ...] = ()

    @property
    def may_be_confirmed(self) -> bool:
        """Whether a person's word is enough; what a condition or a missing figure refuses has to
        be rewritten."""
        return bool(self.doubts) and all(each.kind is DoubtKind.CHANGED for each in self.doubts)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text with its figures put in: paragraphs of sentences."""

    paragraphs: tuple[tuple[Sentence, ...], ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The paragraphs as they are shown."""
        joined = (" ".join(each.shown for each in sentences) for sentences in self.paragraphs)
        return tuple(text for text in joined if text)

    @property
    def doubted(self) -> tuple[Sentence, ...]:
        """The sentences that may not fit their figures."""
        return tuple(each for sentences in self.paragraphs for each in sentences if each.doubts)


def cleaned(text: str) -> str:
    """What is kept of what was typed: plain text, lines ended alike, no control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(c for c in line if c.isprintable() or c == "\u00a0") for line in lines)
    return "\n".join(_SPACES.sub(" ", line).rstrip() for line in kept).strip()


def paragraphs_of(body: str) -> tuple[tuple[str, ...], ...]:
    """The sentences of each paragraph; paragraphs stand apart by an empty line."""
    found = []
    for paragraph in re.split(r"\n\s*\n", body):
        text = " ".join(paragraph.split("\n")).strip()
        if text:
            found.append(tuple(_SENTENCE.split(text)))
    return tuple(found)


def read(body: str, confirmed: Confirmed, figures: Figures) -> ReadText:
    """The text with the figures put in, and what may not fit them."""
    return ReadText(
        tuple(
            tuple(_sentence(each, confirmed.get(each, {}), figures) for each in sentences)
            for sentences in paragraphs_of(body)
        )
    )


def _sentence(source: str, confirmed: Values, figures: Figures) -> Sentence:
    doubts: list[Doubt] = []
    conditioned: set[str] = set()
    for match in _CONDITION.finditer(source):
        name, operator, limit = match[1], match[2], _number(match[3])
        conditioned.add(name)
        figure = figures.get(name)
        if figure is None:
            doubts.append(Doubt(DoubtKind.GONE, name, name, "", ""))
        elif figure.value is None or not _holds(figure.value, operator, limit):
            wanted = f"{operator} {figure.write(limit)}"
            doubts.append(Doubt(DoubtKind.UNMET, name, figure.label, wanted, figure.text))
    for name in dict.fromkeys(_FIGURE.findall(source)):
        figure = figures.get(name)
        if figure is None:
            doubts.append(Doubt(DoubtKind.GONE, name, name, "", ""))
        elif figure.fact or name in conditioned:
            continue
        elif name not in confirmed or confirmed[name] != figure.value:
            before = figure.write(confirmed[name]) if name in confirmed else ""
            doubts.append(Doubt(DoubtKind.CHANGED, name, figure.label, before, figure.text))
    return Sentence(source, _shown(source, figures), tuple(doubts))


def _shown(source: str, figures: Figures) -> str:
    def value(match: re.Match[str]) -> str:
        figure = figures.get(match[1])
        return figure.text if figure is not None else DASH

    text = _FIGURE.sub(value, _CONDITION.sub("", source))
    return re.sub(r" +([.,;:!?])", r"\1", _SPACES.sub(" ", text)).strip()


def _number(text: str) -> int:
    digits = re.sub(r"[^\d]", "", text)
    return -int(digits) if text[0] in "-\u2212" else int(digits)


def _holds(value: int, operator: str, limit: int) -> bool:
    match operator:
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case _:
            return value == limit


# --- writing one ---------------------------------------------------------------------------------


class WritingFault(StrEnum):
    """What is wrong in what was typed."""

    BRACES = "braces"
    UNKNOWN = "unknown"


def faults(body: str, figures: Figures) -> tuple[tuple[WritingFault, str], ...]:
    """What stands in braces and is neither a figure of the report nor a condition on one."""
    found: dict[tuple[WritingFault, str], None] = {}
    for sentences in paragraphs_of(body):
        for text in sentences:
            for match in _BRACES.finditer(text):
                piece = match[0]
                known = _FIGURE.fullmatch(piece) or _CONDITION.fullmatch(piece)
                if known is None:
                    found[WritingFault.BRACES, piece] = None
                elif known[1] not in figures:
                    found[WritingFault.UNKNOWN, known[1]] = None
    return tuple(found)


def confirmed_anew(
    body: str, figures: Figures, kept: Confirmed, *, again: frozenset[str] = frozenset()
) -> dict[str, dict[str, int | None]]:
    """What each sentence with figures is confirmed at: a new sentence, and those of `again`, at
    today's figures; one that was there before at what it was confirmed at then."""
    found: dict[str, dict[str, int | None]] = {}
    for sentences in paragraphs_of(body):
        for source in sentences:
            names = [name for name in _FIGURE.findall(source) if name in figures]
            names = [name for name in names if not figures[name].fact]
            if not names:
                continue
            before = {} if source in again else kept.get(source, {})
            found[source] = {name: before.get(name, figures[name].value) for name in names}
    return found


def with_texts(content: ReportContent, bodies: Mapping[str, str]) -> ReportContent:
    """The report with these texts, by place, and its own figures in them. A written summary stands
    instead of the one made from the figures; the method is told before how figures are computed."""
    if not bodies:
        return content
    figures = figures_of(content)
    shown = {place: read(body, {}, figures).shown for place, body in bodies.items()}
    return replace(
        content,
        summary=shown.get(SUMMARY) or content.summary,
        method=(*shown.get(METHOD, ()), *content.method),
        streams=tuple(
            replace(
                stream,
                comment=shown.get(f"{FIGURES}{stream.code}", ()),
                tables=tuple(
                    replace(table, comment=shown.get(f"{TABLE}{table.number}", ()))
                    for table in stream.tables
                ),
            )
            for stream in content.streams
        ),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the report a text can stand. `title` is empty for a place that has its own name."""

    code: str
    title: str


def places_of(content: ReportContent) -> tuple[Place, ...]:
    """Every place of the report, in its order."""
    found = [Place(SUMMARY, ""), Place(METHOD, "")]
    for stream in content.streams:
        found.append(Place(f"{FIGURES}{stream.code}", stream.title))
        found += [Place(f"{TABLE}{table.number}", table.title) for table in stream.tables]
    return tuple(found)
