"""Reading trainings, and what their lists of participants say beside the reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from applicants.enums import Role
from applicants.models import Organisation, OrganisationEntry
from applicants.rules import work_of
from core.definitions import WHOLE
from core.models import Agency, County
from grants.definitions import CallDefinition
from grants.enums import Approval
from grants.models import Application, Call, Participation
from grants.selectors.calls import NOT_RECEIVED
from reporting.models import (
    Report,
    ReportAnswer,
    ReportVersion,
    Training,
    TrainingParticipant,
)
from reporting.rules import TRAINING_STAFF

from .figures import STREAMS, TRAINING_QUESTION, YES
from .reports import reports_visible_to
from .sources import received_before

MOST_FOUND = 50


def trainings_visible_to(user: Any) -> QuerySet[Training]:
    """Those that the person keeps or goes by, withdrawn ones too: a county board its county's, an
    agency's staff what that agency has entered, to keep, and what the county boards have, to
    read."""
    mine = Q(pk__in=())
    for work in work_of(user):
        if work.role == Role.COUNTY_BOARD and work.agency.county_id is not None:
            mine |= Q(county=work.agency.county_id)
        elif work.role in TRAINING_STAFF:
            mine |= Q(agency=work.agency_id) | Q(agency__county__isnull=False)
    return Training.objects.filter(mine).select_related("county", "agency", "entered_by")


def trainings_listed(trainings: QuerySet[Training]) -> QuerySet[Training]:
    """With `taking_part`: how many organisations took part."""
    return trainings.annotate(taking_part=Count("participants"))


def trainings_found(trainings: QuerySet[Training], chosen: Mapping[str, str]) -> QuerySet[Training]:
    """Those that the filter asks for."""
    if words := chosen.get("q"):
        named = Organisation.objects.filter(sort_key__contains=words.casefold())
        took_part = TrainingParticipant.objects.filter(organisation__in=named)
        trainings = trainings.filter(
            Q(title__icontains=words) | Q(pk__in=took_part.values("training"))
        )
    if county := chosen.get("county"):
        trainings = trainings.filter(county=county)
    if year := chosen.get("year"):
        trainings = trainings.filter(held_on__year=int(year))
    return trainings


def years_held(trainings: QuerySet[Training]) -> list[int]:
    """The years of the trainings, the latest first."""
    return [day.year for day in trainings.order_by().dates("held_on", "year", order="DESC")]


def agencies_entering(user: Any) -> dict[str, Agency]:
    """For which agency the person enters a training, by the code of the county that it was held
    in: the county's own board where the person works there, else an agency whose follow-up it
    takes part in."""
    found: dict[str, Agency] = {}
    staff = sorted(
        (work.agency for work in work_of(user) if work.role in TRAINING_STAFF),
        key=lambda agency: agency.code,
    )
    if staff:
        found = dict.fromkeys(County.objects.values_list("pk", flat=True), staff[0])
    for work in work_of(user):
        if work.role == Role.COUNTY_BOARD and work.agency.county_id is not None:
            found[work.agency.county_id] = work.agency
    return found


def organisations_in_register() -> QuerySet[Organisation]:
    """Those of some year's register, or that take part in an application that was received: the
    draft of an applicant is its own room."""
    received = Application.objects.exclude(status__in=[str(each) for each in NOT_RECEIVED])
    parts = Participation.objects.filter(application__in=received)
    return Organisation.objects.filter(
        Q(pk__in=OrganisationEntry.objects.values("organisation"))
        | Q(pk__in=received.values("lead"))
        | Q(pk__in=parts.values("organisation"))
    ).select_related("county")


def organisations_by(words: str) -> list[Organisation]:
    """Organisations by a part of the name or the beginning of the number, at most `MOST_FOUND`
    and one more."""
    words = words.strip()
    if not words:
        return []
    found = organisations_in_register().filter(
        Q(sort_key__contains=words.casefold()) | Q(org_no__startswith=words)
    )
    return list(found.order_by("sort_key", "pk")[: MOST_FOUND + 1])


def participants_of(training: Training) -> QuerySet[TrainingParticipant]:
    """Who took part, in Swedish order."""
    rows = training.participants.select_related("organisation__county")
    return rows.order_by("organisation__sort_key", "pk")


# Beside the reports ---------------------------------------------------------------------------


class Said(StrEnum):
    """What a report says of taking part; NOTHING where no report has come in time."""

    YES = "yes"
    NO = "no"
    NOT_ANSWERED = "not_answered"
    NOT_ASKED = "not_asked"
    NOTHING = "nothing"


class Why(StrEnum):
    """What is there instead of a report in time."""

    LATE = "late"
    AWAITED = "awaited"
    NOT_TO_REPORT = "not_to_report"


@dataclass(frozen=True, slots=True)
class Deviation:
    """An organisation whose report and the lists of participants say different things. `named`
    are those of the report that stand in a list; `report` None: it has none that the reader may
    see; `why` tells what is there instead of a report in time."""

    organisation: Organisation
    said: Said
    listed: bool
    report: Report | None = None
    why: Why | None = None
    named: tuple[str, ...] = ()


@dataclass(slots=True)
class StreamAttendance:
    """Reports in time of a stream: what they answer, and how many of them stand in a list. The
    reported answer is what the national report says."""

    stream: str
    reports: int = 0
    said: dict[Said, int] = field(default_factory=lambda: dict.fromkeys(Said, 0))
    listed: int = 0
    yes_and_listed: int = 0


@dataclass(frozen=True, slots=True)
class Attendance:
    """A year's reports beside its lists of participants."""

    trainings: int
    participants: int
    streams: tuple[StreamAttendance, ...]
    deviations: tuple[Deviation, ...]
    hidden: int
    """Deviations in cases that the reader is shut out of."""


def attendance(user: Any, agency: Agency, year: int) -> Attendance:
    """What the agency's reports for the year say of taking part in regional training beside the
    lists of participants of that year's trainings, in nine queries.

    A report stands for its organisation and those that take part in the grants it answers for: it
    is listed when any of them is. Those in a list and in no report in time are told by
    themselves.
    """
    definitions = _definitions(agency, year)
    seen = reports_visible_to(user).filter(pk=OuterRef("pk"))
    rows = Report.objects.filter(agency=agency, year=year).annotate(may_see=Exists(seen))
    reports = {each.pk: each for each in rows.select_related("organisation__county")}
    taking_part = _taking_part(agency, year, reports.values())
    listed = _listed(user, year)
    answers = _answers(agency, year, definitions)
    may_see = {pk for pk, report in reports.items() if report.may_see}
    streams = {stream: StreamAttendance(stream) for stream in STREAMS if stream in definitions}
    found: list[Deviation] = []
    hidden, covered = 0, set[int]()
    for pk, report in reports.items():
        if pk not in answers or report.stream not in streams:
            continue
        said, sums = answers[pk], streams[report.stream]
        members = taking_part[pk]
        there = [listed[each] for each in members if each in listed]
        covered |= members
        sums.reports += 1
        sums.said[said] += 1
        sums.listed += bool(there)
        sums.yes_and_listed += bool(there) and said is Said.YES
        if bool(there) == (said is Said.YES):
            continue
        if pk not in may_see:
            hidden += 1
            continue
        names = tuple(sorted(each.name for each in there))
        found.append(Deviation(report.organisation, said, bool(there), report, named=names))
    for pk in sorted(listed.keys() - covered):
        found.append(_without(listed[pk], reports.values(), taking_part, may_see))
    held = trainings_visible_to(user).filter(withdrawn_at__isnull=True, held_on__year=year)
    return Attendance(
        trainings=held.count(),
        participants=len(listed),
        streams=tuple(streams.values()),
        deviations=tuple(sorted(found, key=_order)),
        hidden=hidden,
    )


def _order(deviation: Deviation) -> tuple[Any, ...]:
    organisation = deviation.organisation
    return (
        deviation.listed,
        list(Said).index(deviation.said),
        organisation.county.position,
        organisation.sort_key,
        organisation.pk,
    )


def _definitions(agency: Agency, year: int) -> dict[str, tuple[datetime, CallDefinition]]:
    """The first moment that is too late, as of the year's edition, and the definition, by stream;
    of several calls the first by code."""
    calls = list(
        Call.objects.filter(agency=agency, year=year)
        .select_related("definition_record")
        .order_by("code")
    )
    cutoff = max((call.report_cutoff for call in calls), default=date.max)
    found: dict[str, tuple[datetime, CallDefinition]] = {}
    for call in calls:
        found.setdefault(call.stream, (received_before(cutoff), call.definition))
    return found


def _taking_part(agency: Agency, year: int, reports: Iterable[Report]) -> dict[int, set[int]]:
    """The organisations that each report stands for."""
    found = {each.pk: {each.organisation_id} for each in reports}
    references = "application__report_references"
    parts = Participation.objects.filter(
        **{f"{references}__report__agency": agency, f"{references}__report__year": year}
    ).exclude(approval=Approval.DECLINED)
    for report, organisation in parts.values_list(f"{references}__report", "organisation"):
        found[report].add(organisation)
    return found


def _listed(user: Any, year: int) -> dict[int, Organisation]:
    held = trainings_visible_to(user).filter(withdrawn_at__isnull=True, held_on__year=year)
    rows = Organisation.objects.filter(trainings__training__in=held.values("pk"))
    return {each.pk: each for each in rows.select_related("county").distinct()}


def _answers(
    agency: Agency, year: int, definitions: Mapping[str, tuple[datetime, CallDefinition]]
) -> dict[int, Said]:
    """What each report in time answers, in its latest version received by the cut-off."""
    versions = ReportVersion.objects.filter(
        report__agency=agency, report__year=year, report__first_received_at__isnull=False
    ).values_list("pk", "report", "report__stream", "received_at", "report__first_received_at")
    latest: dict[int, int] = {}
    streams: dict[int, str] = {}
    for pk, report, stream, at, first in versions.order_by("received_at", "number"):
        if stream not in definitions or first is None:
            continue
        if max(at, first) < definitions[stream][0]:
            latest[report], streams[report] = pk, stream
    chosen = dict(
        ReportAnswer.objects.filter(
            version__report__agency=agency,
            version__report__year=year,
            area=WHOLE,
            question=TRAINING_QUESTION,
        ).values_list("version", "option")
    )
    asked = {
        stream: definition.report_questionnaire.question(WHOLE, TRAINING_QUESTION) is not None
        for stream, (_before, definition) in definitions.items()
    }
    return {
        report: _said(chosen.get(version), asked=asked[streams[report]])
        for report, version in latest.items()
    }


def _said(option: str | None, *, asked: bool) -> Said:
    if option is None:
        return Said.NOT_ANSWERED if asked else Said.NOT_ASKED
    return Said.YES if option == YES else Said.NO


def _without(
    organisation: Organisation,
    reports: Iterable[Report],
    taking_part: Mapping[int, set[int]],
    may_see: set[int],
) -> Deviation:
    """One in a list that no report in time stands for."""
    own = [each for each in reports if organisation.pk in taking_part[each.pk]]
    late = next((each for each in own if each.first_received_at is not None), None)
    if late is not None:
        shown = late if late.pk in may_see else None
        return Deviation(organisation, Said.NOTHING, True, shown, Why.LATE)
    why = Why.AWAITED if own else Why.NOT_TO_REPORT
    return Deviation(organisation, Said.NOTHING, True, None, why)
