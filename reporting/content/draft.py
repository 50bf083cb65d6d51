"""A report as written, put together from its saved fields. Amounts are whole SEK."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.definitions import WHOLE, Answers, Questionnaire, visible_questions
from grants.content.draft import answers_from, whole_number
from grants.definitions import CallDefinition

from .paths import area_of, booked_path, own_path, spent_path, status_path, why_path
from .plan import GrantPlan, PlanLine, ReportPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """What is said of one budget line; `spent_sek` None: nothing yet."""

    application: int
    line: PlanLine
    spent_sek: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """Everything that has been written, by what it is. `answers` hold what is asked and no
    more; `booked_sek` is by application, `own_sek` by organisation."""

    answers: Answers = field(default_factory=Answers)
    lines: tuple[LineReport, ...] = ()
    booked_sek: Mapping[int, int | None] = field(default_factory=dict)
    own_sek: Mapping[int, int | None] = field(default_factory=dict)
    parts: Mapping[int, Answers] = field(default_factory=dict)

    def lines_of(self, application: int) -> tuple[LineReport, ...]:
        """The lines of a grant."""
        return tuple(each for each in self.lines if each.application == application)

    def spent_of(self, application: int) -> int:
        """What was used of a grant: the sum of its lines."""
        return sum(each.spent_sek or 0 for each in self.lines_of(application))

    def spent_by(self, organisation: int) -> int:
        """What an organisation has used: the sum of its lines."""
        return sum(
            each.spent_sek or 0 for each in self.lines if each.line.organisation == organisation
        )

    def spent_in(self, area: str) -> int:
        """What was used in an area."""
        return sum(each.spent_sek or 0 for each in self.lines if each.line.area == area)

    def part(self, organisation: int) -> Answers:
        """What the organisation has answered for itself."""
        return self.parts.get(organisation) or Answers()


def report_draft(
    definition: CallDefinition, plan: ReportPlan, values: Mapping[str, str]
) -> ReportDraft:
    """Put the saved fields together. What belongs to no grant, area or question of the report
    is left out, and so are answers to what is no longer asked."""
    form = definition.report_form.part
    statuses = {code: values.get(status_path(code)) or None for code in plan.area_codes}
    asked: list[tuple[str, str, str]] = []
    parts: dict[int, list[tuple[str, str, str]]] = {}
    for path, text in values.items():
        match path.split("."):
            case ["answer", step, key] if (area := area_of(step)) == WHOLE or area in statuses:
                asked.append((area, key, text))
            case ["part", organisation, key] if plan.takes_part(int(organisation)):
                parts.setdefault(int(organisation), []).append((WHOLE, key, text))
    return ReportDraft(
        answers=_asked(definition.report_questionnaire, asked, statuses),
        lines=tuple(_line(grant, line, values) for grant in plan.grants for line in grant.lines),
        booked_sek=MappingProxyType(
            {
                each.application: whole_number(values.get(booked_path(each.application), ""))
                for each in plan.grants
            }
        ),
        own_sek=MappingProxyType(
            {
                each.organisation: whole_number(values.get(own_path(each.organisation), ""))
                for each in plan.takers
            }
        ),
        parts=MappingProxyType(
            {at: _asked(form, given, {}) for at, given in parts.items()} if form else {}
        ),
    )


def _line(grant: GrantPlan, line: PlanLine, values: Mapping[str, str]) -> LineReport:
    return LineReport(
        application=grant.application,
        line=line,
        spent_sek=whole_number(values.get(spent_path(grant.application, line.number), "")),
        why=values.get(why_path(grant.application, line.number), ""),
    )


def _asked(
    form: Questionnaire, given: Iterable[tuple[str, str, str]], areas: Mapping[str, str | None]
) -> Answers:
    """The answers to what they themselves lead to being asked."""
    said = answers_from(form, given)
    answers = Answers(areas=areas, choices=said.choices, values=said.values)
    shown = {(each.area, each.question.key) for each in visible_questions(form, answers)}
    return Answers(
        areas=areas,
        choices={at: chosen for at, chosen in answers.choices.items() if at in shown},
        values={at: text for at, text in answers.values.items() if at in shown},
    )
