"""What a chunk of reports needs beside the reports themselves, to be read as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from applicants.models import Organisation
from core.definitions import Answers, Questionnaire
from grants.content import FundYear
from grants.enums import Approval, ParticipationRole
from grants.models import Application, CaseDocument, FieldMark, Participation
from grants.selectors.money import fund_years_for
from grants.selectors.register import names_marked
from reporting.models import ReportReference

type Json = dict[str, Any]


def references_with_cases() -> Prefetch[Any]:
    """The cases with their calls; `secret` where a document that they rest on is marked."""
    applications = (
        Application.objects.select_related("call__definition_record")
        .defer("call__definition_record__document")
        .annotate(secret=names_marked())
    )
    return Prefetch(
        "references",
        ReportReference.objects.order_by("position").prefetch_related(
            Prefetch("application", applications)
        ),
    )


type Cells = tuple[str, ...]
AREA_CELLS, ANSWER_CELLS = ("area", "status"), ("area", "question", "option", "value")


def rows_of(model: Any, versions: list[int], names: Iterable[str]) -> dict[int, list[Cells]]:
    """The cells of each version's rows: there are a hundred rows a report, and an instance of
    each takes longer than all else that is done with it."""
    found: dict[int, list[Cells]] = {}
    rows = model.objects.filter(version__in=versions).order_by("version", "pk")
    for version, *cells in rows.values_list("version", *names):
        found.setdefault(version, []).append(tuple(cells))
    return found


def answers_of(areas: list[Cells], answers: list[Cells], document: Json | None) -> Answers:
    """What the version answers (`AREA_CELLS`, `ANSWER_CELLS`); of one written here also the areas
    whose state is not told."""
    statuses: dict[str, str | None] = {cells[0]: cells[1] for cells in areas}
    if document is not None:
        statuses = {each["area"]: each["status"] or None for each in document["areas"]}
    return Answers.from_rows(
        areas=statuses.items(),
        choices=[(area, question, option) for area, question, option, _text in answers if option],
        values=[(area, question, text) for area, question, option, text in answers if not option],
    )


def answers_given(answers: Json, form: Questionnaire, area: str) -> Answers:
    """What a part answers, as its document says it."""
    return Answers.from_rows(
        choices=[
            (area, key, code)
            for key, said in answers.items()
            if isinstance(said, list)
            for code in said
        ],
        values=[(area, key, said) for key, said in answers.items() if isinstance(said, str)],
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What a chunk of reports needs beside itself. `secret` are versions whose document is
    marked, `marked_lines` cases in whose budget a field is."""

    secret: frozenset[int]
    marked_lines: frozenset[int]
    organisations: Mapping[int, Organisation]
    parts: Mapping[int, list[int]]
    money: Mapping[int, list[FundYear]]

    @classmethod
    def of(cls, cases: Mapping[int, Application], versions: list[int]) -> "Facts":
        sources = {f"report_version:{pk}": pk for pk in versions}
        marked = CaseDocument.objects.filter(
            application__in=list(cases), source__in=list(sources)
        ).exclude(secrecy="")
        lines = FieldMark.objects.filter(
            Q(path__startswith="row.") | Q(path__startswith="budget"),
            application__in=list(cases),
            removed_at__isnull=True,
        )
        parts: dict[int, list[int]] = {}
        organisations: dict[int, Organisation] = {}
        taking_part = (
            Participation.objects.filter(application__in=list(cases))
            .exclude(approval=Approval.DECLINED)
            .select_related("organisation")
            .order_by("organisation__sort_key", "organisation_id")
        )
        for part in taking_part:
            organisations[part.organisation_id] = part.organisation
            if part.role == ParticipationRole.PARTNER:
                parts.setdefault(part.application_id, []).append(part.organisation_id)
        return cls(
            secret=frozenset(sources[each] for each in marked.values_list("source", flat=True)),
            marked_lines=frozenset(lines.values_list("application_id", flat=True)),
            organisations=organisations,
            parts=parts,
            money=fund_years_for(sorted(cases)),
        )

    def organisation(self, pk: int | None) -> Organisation | None:
        """One that takes part in a case of the chunk."""
        return None if pk is None else self.organisations.get(pk)

    def partners(self, applications: Iterable[Application], lead: int) -> list[Organisation]:
        """Those who take part beside the lead, each once."""
        ids = [pk for each in applications for pk in self.parts.get(each.pk, ())]
        return [self.organisations[pk] for pk in dict.fromkeys(ids) if pk != lead]

    def booked(self, application: int, year: int) -> FundYear | None:
        """What is booked of the grant in the year; None where its spending is not."""
        years = self.money.get(application, ())
        return next((each for each in years if each.year == year and each.reported), None)
