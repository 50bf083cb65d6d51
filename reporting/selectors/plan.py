"""What a report answers against: decisions, budgets and applications put together."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast

from core.selectors.prepared import Prepared
from grants.content import FundYear
from grants.content.basis import DecisionBasis
from grants.content.changes import Change, change_of, left_empty, with_changes
from grants.definitions import CallDefinition
from grants.enums import Approval
from grants.models import (
    Application,
    ApplicationVersion,
    Call,
    CallDefinitionRecord,
    Decision,
    GrantChange,
    Participation,
)
from grants.models.calls import kept_record
from grants.models.changes import IN_EFFECT
from grants.selectors.money import fund_years_for
from reporting.content.plan import (
    WHOLE_GRANT,
    AreaPlan,
    GrantPlan,
    PlanAnswer,
    PlanLine,
    ReportPlan,
    Taker,
)
from reporting.enums import ReportStatus
from reporting.models import Report, ReportDocument, ReportPart

type Json = dict[str, Any]


def applications_of(report: Report) -> list[Application]:
    """The cases that the report answers for, the newest call first."""
    found = [
        reference.application
        for reference in report.references.select_related(
            "application__lead", "application__call__agency", "application__call__definition_record"
        ).defer("application__call__definition_record__document")
    ]
    return sorted(found, key=lambda each: (-each.call.year, each.pk))


def definition_for(report: Report, applications: Iterable[Application] = ()) -> CallDefinition:
    """What the report answers to: the definition of its call, in the version that it came in
    under where it has come in."""
    return record_for(report, applications).definition


def call_for(report: Report, applications: Iterable[Application]) -> Call:
    """The call whose definition it answers to: the year's own among its cases, or the latest."""
    calls = [each.call for each in applications]
    return max(calls, key=lambda call: (call.year == report.year, call.year, call.pk))


def record_for(report: Report, applications: Iterable[Application] = ()) -> CallDefinitionRecord:
    """The version of the definition that the report answers to."""
    if report.definition_record_id is not None and report.status not in (
        ReportStatus.DUE,
        ReportStatus.DRAFT,
    ):
        return kept_record(report.definition_record_id)
    return call_for(report, applications or applications_of(report)).definition_record


def plan_of(report: Report, applications: list[Application], language: str = "sv") -> ReportPlan:
    """The plan of a report on these cases (`applications_of`), in two queries.

    Where a decision has no frozen basis the grant is one line, and its areas are those applied
    for; where they are not known either, the call's all.
    """
    ids = [each.pk for each in applications]
    definition = definition_for(report, applications)
    carried = [each.pk for each in applications if each.call.year < report.year]
    kept = _kept(report, ids, carried)
    changed: dict[int, list[Change]] = {}
    for pk, _number, text in kept[_CHANGE]:
        changed.setdefault(pk, []).append(change_of(json.loads(text)))
    leads = {each.pk: each.lead_id for each in applications}
    bases = {
        pk: with_changes(DecisionBasis.of(json.loads(text)), changed.get(pk, ()), lead=leads[pk])
        for pk, _number, text in kept[_BASIS]
    }
    # Of what was sent in more than once, the last.
    papers: dict[int, Json] = {pk: json.loads(text) for pk, _number, text in kept[_PAPER]}
    used = _used_before(kept[_REPORT])
    money = fund_years_for(ids)
    grants = tuple(
        _grant(each, report.year, bases.get(each.pk), money.get(each.pk, []), used)
        for each in applications
    )
    return ReportPlan(
        grants=grants,
        areas=_areas(definition, applications, grants, bases, papers, language),
        takers=_takers(report, kept[_TAKER], _gone(changed, leads)),
    )


_BASIS, _CHANGE, _PAPER, _REPORT, _TAKER = "basis", "change", "paper", "report", "taker"
type _Kept = dict[str, list[tuple[int, int, str]]]


def _kept(report: Report, ids: list[int], carried: list[int]) -> _Kept:
    """What the plan is made of, by what it is, in one query: the bases of the standing decisions
    and what was sent in, by case and the lowest number first; what has been changed since, in the
    order of effect; for the grants carried over what
    accepted reports of earlier years said, by report; and the organisations that take part beside
    the report's own in the order of their names, the number 1 for one whose part is done."""
    found: _Kept = {_BASIS: [], _CHANGE: [], _PAPER: [], _REPORT: [], _TAKER: []}
    # A report that is not saved yet, in a preview, has no parts that are done.
    rows = _rows(report.pk or 0, report.organisation_id, report.year, ids, carried)
    for name, of, number, text, _order in sorted(rows, key=lambda row: (row[4], row[2], row[1])):
        found[name].append((of, number, text))
    return found


def _asked(report: Any, organisation: Any, year: Any, ids: Any, carried: Any) -> QuerySet[Any, Any]:
    def what(name: str) -> Value:
        return Value(name, TextField())

    bases = Decision.objects.filter(
        application__pk__in=ids, superseded_by__isnull=True, basis__gt=""
    ).values_list(what(_BASIS), "application_id", "pk", "basis", what(""))
    papers = ApplicationVersion.objects.filter(application__pk__in=ids).values_list(
        what(_PAPER), "application_id", "number", "document", what("")
    )
    done = ReportPart.objects.filter(report=report, organisation=OuterRef("organisation"))
    takers = (
        Participation.objects.filter(application__pk__in=ids)
        .exclude(approval=Approval.DECLINED)
        .exclude(organisation=organisation)
        .values_list(
            what(_TAKER),
            "organisation_id",
            Case(When(Exists(done), then=1), default=0, output_field=IntegerField()),
            "organisation__name",
            "organisation__sort_key",
        )
    )
    changes = GrantChange.objects.filter(
        application__pk__in=ids, decision__superseded_by__isnull=True, state__in=IN_EFFECT
    ).values_list(
        what(_CHANGE),
        "application_id",
        "applied",
        Cast("proposal", TextField()),
        what(""),
    )
    every = [papers.order_by(), takers.order_by(), changes.order_by()]
    if carried:
        reports = ReportDocument.objects.filter(
            version__report__references__application__pk__in=carried,
            version__report__year__lt=year,
            version__report__status=ReportStatus.ACCEPTED,
        ).values_list(what(_REPORT), "version__report_id", "version__number", "document", what(""))
        every.append(reports.order_by())
    return bases.order_by().union(*every, all=True)


_rows = Prepared(_asked)


def _used_before(reports: Iterable[tuple[int, int, str]]) -> dict[tuple[int, int], int]:
    """What reports say was used of each line, whole SEK: the last version of each."""
    latest = {report: text for report, _number, text in reports}
    found: dict[tuple[int, int], int] = {}
    for text in latest.values():
        for grant in json.loads(text)["grants"]:
            for line in grant["lines"]:
                at = (int(grant["application"]), int(line["number"]))
                found[at] = found.get(at, 0) + int(line["spent_sek"] or 0)
    return found


def _available(years: list[FundYear], year: int, granted: int) -> int:
    """What could be used in the year: what is booked as available then, or what earlier years
    have left."""
    if not years:
        return granted
    booked = next((each for each in years if each.year == year), None)
    if booked is not None:
        return booked.available_sek - booked.carried_over_sek
    return sum(each.usable_sek for each in years if each.year < year)


def _grant(
    application: Application,
    year: int,
    basis: DecisionBasis | None,
    years: list[FundYear],
    used: Mapping[tuple[int, int], int],
) -> GrantPlan:
    granted = application.granted_sek or 0
    available = _available(years, year, granted)
    lines = tuple(
        PlanLine(
            number=each.number,
            title=each.title,
            approved_sek=max(each.allotted_sek - used.get((application.pk, each.number), 0), 0),
            category=each.category,
            area=each.area,
            activity=each.activity,
            organisation=each.organisation,
        )
        for each in (basis.lines if basis is not None else ())
        if each.allotted_sek > 0
    )
    return GrantPlan(
        application=application.pk,
        number=application.number,
        year=application.call.year,
        carried=application.call.year < year,
        granted_sek=granted,
        available_sek=available,
        lines=lines
        or (
            PlanLine(
                number=WHOLE_GRANT,
                title=application.number,
                approved_sek=available,
                organisation=application.lead_id,
            ),
        ),
    )


def _areas(
    definition: CallDefinition,
    applications: list[Application],
    grants: tuple[GrantPlan, ...],
    bases: Mapping[int, DecisionBasis],
    papers: Mapping[int, Json],
    language: str,
) -> tuple[AreaPlan, ...]:
    named: set[str] = set()
    for each in applications:
        basis = bases.get(each.pk)
        purpose = basis.purpose if basis is not None else ()
        named |= set(purpose or (area["area"] for area in papers.get(each.pk, {}).get("areas", ())))
    codes = [code for code in definition.area_codes if code in named] or definition.area_codes
    lines = [line for grant in grants for line in grant.lines]
    return tuple(
        AreaPlan(
            code=code,
            granted_sek=sum(line.approved_sek for line in lines if line.area == code),
            activities=tuple(_activities(code, papers.values())),
            answers=tuple(_plan_answers(code, applications, papers, definition, language)),
        )
        for code in codes
    )


def _activities(code: str, papers: Iterable[Json]) -> Iterable[str]:
    for paper in papers:
        for area in paper.get("areas", ()):
            if area["area"] == code:
                yield from (each["title"] for each in area["activities"] if each["title"])


def _plan_answers(
    code: str,
    applications: Iterable[Application],
    papers: Mapping[int, Json],
    definition: CallDefinition,
    language: str,
) -> Iterable[PlanAnswer]:
    for application in applications:
        form = application.definition.application
        said: Json = next(
            (
                a["answers"]
                for a in papers.get(application.pk, {}).get("areas", ())
                if a["area"] == code
            ),
            {},
        )
        for key in definition.report_form.plan:
            question = form.questionnaire.question(code, key) if form is not None else None
            if question is None or not said.get(key):
                continue
            value = said[key]
            if isinstance(value, list):
                options = (question.option(each) for each in value)
                value = ", ".join(each.label.in_(language) for each in options if each)
            yield PlanAnswer(question.text.in_(language), value)


def _gone(changed: Mapping[int, list[Change]], leads: Mapping[int, int]) -> frozenset[int]:
    """The partners that have left every grant of the report without having used anything."""
    left = [left_empty(changed.get(pk, ())) for pk in leads]
    return frozenset.intersection(*left) if left else frozenset()


def _takers(
    report: Report, rows: Iterable[tuple[int, int, str]], gone: frozenset[int]
) -> tuple[Taker, ...]:
    others = {
        pk: Taker(pk, name, is_lead=False, done=bool(done))
        for pk, done, name in rows
        if pk not in gone
    }
    return (
        Taker(report.organisation_id, report.organisation.name, is_lead=True),
        *others.values(),
    )
