"""The parts of a decision letter, and what it is made from: see `grants.content.letter`.

Texts are written out; amounts in `LetterFacts` are whole SEK.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from grants.definitions import CallDefinition, DecisionKind

from .basis import DecisionBasis, Share

LANGUAGE = "sv"
"""Of every letter, whatever the reader's."""
VERSION = 1
"""Of the frozen document's form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What a letter is made from. Dates are Swedish local dates.

    `decided_on` None is a decision that has not been made: a draft. `replaces` is the date of the
    decision that this one replaces, `earlier_sek` the amount that it granted. `counties` are
    names by code, for the opinions. `took_part` are the names of others who took part in the
    final handling.
    """

    kind: DecisionKind
    agency: str
    agency_org_no: str = ""
    register_number: str
    lead: str
    lead_org_no: str = ""
    received_on: date | None = None
    late: bool = False
    asked_sek: int
    granted_sek: int | None = None
    decided_on: date | None = None
    reasons: str = ""
    ground: str = ""
    decider: str = ""
    preparer: str = ""
    took_part: tuple[str, ...] = ()
    dissent: str = ""
    replaces: date | None = None
    earlier_sek: int | None = None
    claimed_sek: int | None = None
    counties: Mapping[str, str] = field(default_factory=dict)
    basis: DecisionBasis = field(default_factory=DecisionBasis)

    @property
    def shares(self) -> tuple[Share, ...]:
        """What each organisation asked for and is granted; the lead's alone where no more is
        known."""
        alone = Share(0, self.lead, self.lead_org_no, self.asked_sek, self.granted_sek or 0)
        return self.basis.shares or (alone,)

    @property
    def is_joint(self) -> bool:
        """Whether several organisations take part."""
        return len(self.shares) > 1

    @property
    def is_grant(self) -> bool:
        """Whether money is granted."""
        return self.kind in (DecisionKind.GRANTED, DecisionKind.PART)


@dataclass(frozen=True, slots=True)
class LetterColumn:
    """A column: its heading, its part of the width in percent, and whether it holds amounts."""

    heading: str
    percent: int
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class LetterTable:
    """A table; each row's first cell heads it. `total` is the last row, or nothing."""

    caption: str
    columns: tuple[LetterColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterSection:
    """A heading with paragraphs, then a list, then a table, then what follows the table."""

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: LetterTable | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The letter. `dated` is the day of the decision, "" for a draft. `version` is that of this
    form, kept so that an old letter can be read by whoever changes the form."""

    kind: str
    agency: str
    agency_org_no: str
    address: tuple[str, ...]
    contact: str
    register_number: str
    dated: str
    recipient: tuple[str, ...]
    title: str
    matter: str
    sections: tuple[LetterSection, ...]
    version: int = VERSION

    def section(self, key: str) -> LetterSection | None:
        """The section with that key."""
        return next((each for each in self.sections if each.key == key), None)

    def document(self) -> dict[str, Any]:
        """As plain JSON values, to freeze; `of` reads it back."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "LetterContent":
        """The letter that was frozen. Raises KeyError or TypeError for anything else."""
        plain = {
            name: document[name]
            for name in (
                "kind", "agency", "agency_org_no", "contact", "register_number", "dated",
                "title", "matter", "version",
            )
        }  # fmt: skip
        return cls(
            **plain,
            address=tuple(document["address"]),
            recipient=tuple(document["recipient"]),
            sections=tuple(_section_of(each) for each in document["sections"]),
        )


def _section_of(document: Mapping[str, Any]) -> LetterSection:
    table = document["table"]
    return LetterSection(
        key=document["key"],
        title=document["title"],
        paragraphs=tuple(document["paragraphs"]),
        items=tuple(document["items"]),
        table=None
        if table is None
        else LetterTable(
            caption=table["caption"],
            columns=tuple(LetterColumn(**each) for each in table["columns"]),
            rows=tuple(tuple(row) for row in table["rows"]),
            total=tuple(table["total"]),
        ),
        after=tuple(document["after"]),
    )


def area_title(definition: CallDefinition, code: str) -> str:
    """The area's title, or the code where the call has no such area."""
    area = definition.area(code)
    return code if area is None else area.title.in_(LANGUAGE)


def paragraphs_of(text: str) -> list[str]:
    """A text's paragraphs, which empty lines part."""
    return [each.strip() for each in text.replace("\r\n", "\n").split("\n\n") if each.strip()]
