"""The parts of what was sent in, as it is read: see `grants.content.application`.

Texts are in the reader's language and written out; amounts are whole SEK.
"""

from dataclasses import dataclass

from core.definitions import AnswerState


@dataclass(frozen=True, slots=True)
class ContentLine:
    """A question and its answer. `path` names the field ("" where it cannot be named),
    `values` are several for several options. `missing` says why there is no answer."""

    path: str
    question: str
    state: AnswerState
    values: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class ContentSection:
    """Questions under a heading."""

    key: str
    title: str
    lines: tuple[ContentLine, ...]


@dataclass(frozen=True, slots=True)
class ActivityContent:
    """An activity of an area, with the sum of its budget lines."""

    number: int
    path: str
    title: str
    lines: tuple[ContentLine, ...]
    amount_sek: int


@dataclass(frozen=True, slots=True)
class AreaContent:
    """An area applied for."""

    code: str
    path: str
    title: str
    sections: tuple[ContentSection, ...]
    activities: tuple[ActivityContent, ...]


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A budget line. The texts are "" for what has not been filled in."""

    number: int
    path: str
    text: str
    activity: str
    area: str
    organisation: str
    category: str
    amount_sek: int | None
    other_sek: int | None


@dataclass(frozen=True, slots=True)
class BudgetSum:
    """What is asked for an area, or by an organisation, and what others pay of it."""

    label: str
    amount_sek: int
    other_sek: int


@dataclass(frozen=True, slots=True)
class BudgetContent:
    """The budget with its sums."""

    rows: tuple[BudgetRow, ...] = ()
    by_area: tuple[BudgetSum, ...] = ()
    by_organisation: tuple[BudgetSum, ...] = ()
    amount_sek: int = 0
    other_sek: int = 0


@dataclass(frozen=True, slots=True)
class RequirementContent:
    """What an organisation says of a performance requirement: `state` and then the words."""

    code: str
    path: str
    title: str
    text: str
    state: AnswerState
    answer: str
    lines: tuple[ContentLine, ...]


@dataclass(frozen=True, slots=True)
class OrganisationContent:
    """An organisation's own part. `place` is its place in the document, from 0; `organisation`
    its id, None where that is not told."""

    place: int
    organisation: int | None
    name: str
    is_lead: bool
    facts: tuple[tuple[str, str], ...]
    sections: tuple[ContentSection, ...]
    requirements: tuple[RequirementContent, ...]
    amount_sek: int


@dataclass(frozen=True, slots=True)
class FundingContent:
    """Other grants and co-funding."""

    number: int
    path: str
    source: str
    state: str
    amount_sek: int | None
    purpose: str


@dataclass(frozen=True, slots=True)
class AttachmentContent:
    """A file: what it is, its name, size in bytes and SHA-256."""

    place: str
    title: str
    organisation: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ApplicationContent:
    """Everything that was sent in. `has_form` is False for a call without an application form,
    of which only the participants and the amount are known."""

    language: str
    call: str
    call_code: str
    requested_sek: int | None
    has_form: bool
    organisations: tuple[OrganisationContent, ...]
    areas: tuple[AreaContent, ...] = ()
    sections: tuple[ContentSection, ...] = ()
    budget: BudgetContent = BudgetContent()
    funding: tuple[FundingContent, ...] = ()
    attachments: tuple[AttachmentContent, ...] = ()

    @property
    def lead(self) -> OrganisationContent | None:
        """The lead applicant."""
        return next((each for each in self.organisations if each.is_lead), None)
