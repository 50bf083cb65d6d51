"""An application as written, put together from its saved fields. Amounts are whole SEK."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from core.definitions import WHOLE, Answers, Questionnaire
from grants.definitions import CallDefinition
from grants.enums import FundingState, Practice, RowKind

from .paths import area_of


@dataclass(frozen=True, slots=True)
class SavedValue:
    """A field's value as it now stands. `number` is its version, 0 for a field never saved."""

    path: str
    text: str = ""
    number: int = 0
    saved_at: datetime | None = None
    saved_by: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class SavedRow:
    """A row that has not been removed."""

    number: int
    kind: RowKind
    area: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """What is to be done in an area."""

    number: int
    area: str
    title: str = ""
    description: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget line (budgetpost): what it costs, of which activity, at which organisation."""

    number: int
    activity: int | None = None
    organisation: int | None = None
    category: str = ""
    text: str = ""
    amount_sek: int | None = None
    other_sek: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been filled in but where the line belongs."""
        return not self.text and self.amount_sek is None and self.other_sek is None


@dataclass(frozen=True, slots=True)
class Funding:
    """Other grants and co-funding."""

    number: int
    source: str = ""
    state: FundingState | None = None
    amount_sek: int | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class RequirementAnswer:
    """What an organisation says of a requirement."""

    organisation: int
    requirement: str
    state: Practice | None = None
    how: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that has been written, by what it is. `areas` are those applied for, in the
    call's order; `answers` are to the form's questionnaire, `parts` to its part questionnaire."""

    areas: tuple[str, ...] = ()
    answers: Answers = field(default_factory=Answers)
    parts: Mapping[int, Answers] = field(default_factory=dict)
    activities: tuple[Activity, ...] = ()
    lines: tuple[BudgetLine, ...] = ()
    funding: tuple[Funding, ...] = ()
    requirements: Mapping[tuple[int, str], RequirementAnswer] = field(default_factory=dict)

    def activity(self, number: int | None) -> Activity | None:
        """The activity with that number, in an area applied for."""
        return next((each for each in self.activities if each.number == number), None)

    def area_of_line(self, line: BudgetLine) -> str:
        """The area that the line's activity belongs to; "" for a line with no activity."""
        activity = self.activity(line.activity)
        return activity.area if activity else ""

    def requirement(self, organisation: int, code: str) -> RequirementAnswer:
        """The organisation's answer; an empty one where it has given none."""
        return self.requirements.get((organisation, code), RequirementAnswer(organisation, code))

    def part(self, organisation: int) -> Answers:
        """What the organisation has answered for itself."""
        return self.parts.get(organisation) or Answers()

    @property
    def requested_sek(self) -> int:
        """What is asked for: the sum of the lines."""
        return sum(line.amount_sek or 0 for line in self.lines)

    @property
    def other_sek(self) -> int:
        """What others pay of the same costs: the sum of the lines' other funding."""
        return sum(line.other_sek or 0 for line in self.lines)

    def requested_of(self, organisation: int) -> int:
        """The organisation's share of what is asked for."""
        return sum(line.amount_sek or 0 for line in self.lines if line.organisation == organisation)

    def requested_for(self, area: str) -> int:
        """What is asked for the area."""
        return sum(line.amount_sek or 0 for line in self.lines if self.area_of_line(line) == area)


def whole_number(text: str) -> int | None:
    """A canonical whole number; None for an empty text."""
    return int(text) if text else None


def answers_from(
    form: Questionnaire, values: Iterable[tuple[str, str, str]], areas: Iterable[str] = ()
) -> Answers:
    """Answers from (area, question, canonical text); option codes stand with commas between."""
    choices: list[tuple[str, str, str]] = []
    texts: list[tuple[str, str, str]] = []
    for area, key, text in values:
        question = form.question(area, key)
        if question is None or not text:
            continue
        if question.kind.is_choice:
            choices += [(area, key, code) for code in text.split(",")]
        else:
            texts.append((area, key, text))
    return Answers.from_rows(areas=[(code, None) for code in areas], choices=choices, values=texts)


def draft_from(
    definition: CallDefinition,
    values: Mapping[str, str],
    rows: Iterable[SavedRow],
) -> Draft:
    """Put the saved fields together. What belongs to an area not applied for, or to a question
    that the form does not have, is left out. Raises ValueError for a call without a form."""
    form = definition.application
    if form is None:
        raise ValueError("the call has no application form")
    areas = tuple(code for code in definition.area_codes if values.get(f"areas.{code}"))
    asked: list[tuple[str, str, str]] = []
    parts: dict[int, list[tuple[str, str, str]]] = {}
    requirements: dict[tuple[int, str], dict[str, str]] = {}
    for path, text in values.items():
        match path.split("."):
            case ["answer", step, key] if (area := area_of(step)) == WHOLE or area in areas:
                asked.append((area, key, text))
            case ["part", organisation, key]:
                parts.setdefault(int(organisation), []).append((WHOLE, key, text))
            case ["requirement", organisation, code, name]:
                requirements.setdefault((int(organisation), code), {})[name] = text
    kept = [(row, _Said(values, row.number)) for row in sorted(rows, key=lambda each: each.number)]
    activities = [
        _activity(*each)
        for each in kept
        if each[0].kind is RowKind.ACTIVITY and each[0].area in areas
    ]
    return Draft(
        areas=areas,
        answers=answers_from(form.questionnaire, asked, areas),
        parts=MappingProxyType(
            {at: answers_from(form.part, given) for at, given in parts.items()} if form.part else {}
        ),
        activities=tuple(sorted(activities, key=lambda each: areas.index(each.area))),
        lines=tuple(_line(*each) for each in kept if each[0].kind is RowKind.LINE),
        funding=tuple(_funding(*each) for each in kept if each[0].kind is RowKind.FUNDING),
        requirements=MappingProxyType(
            {
                (at, code): RequirementAnswer(
                    at,
                    code,
                    Practice(said["state"]) if said.get("state") else None,
                    said.get("how", ""),
                    said.get("link", ""),
                )
                for (at, code), said in requirements.items()
            }
        ),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """The fields of one row, by name."""

    values: Mapping[str, str]
    number: int

    def __getitem__(self, name: str) -> str:
        return self.values.get(f"row.{self.number}.{name}", "")

    def whole(self, name: str) -> int | None:
        return whole_number(self[name])


def _activity(row: SavedRow, said: _Said) -> Activity:
    return Activity(row.number, row.area, said["title"], said["description"], said["time"])


def _line(row: SavedRow, said: _Said) -> BudgetLine:
    return BudgetLine(
        row.number,
        said.whole("activity"),
        said.whole("organisation"),
        said["category"],
        said["text"],
        said.whole("amount_sek"),
        said.whole("other_sek"),
    )


def _funding(row: SavedRow, said: _Said) -> Funding:
    state = FundingState(said["state"]) if said["state"] else None
    return Funding(row.number, said["source"], state, said.whole("amount_sek"), said["purpose"])
