"""What an officer sees beside a report: what differs from the plan and from last year."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, TextField, Value

from applicants.enums import Role
from applicants.selectors import agency_ids_for
from grants.checks import Finding, Severity
from reporting.enums import AreaStatus, ReportKind, ReportStatus
from reporting.models import Report, ReportAnswer, ReportArea, ReportFile, ReportVersion

from .reports import reports_visible_to
from .writing import ReportRoom


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at, as a code and numbers. `last_year`: it differs from the year before;
    else it differs from the plan."""

    code: str
    last_year: bool
    params: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class LastYear:
    """What was reported of the year before: each area's status, and the options chosen by area
    and question."""

    areas: Mapping[str, str]
    options: Mapping[tuple[str, str], set[str]]


def reports_to_review(user: Any) -> QuerySet[Report]:
    """The reports that wait to be accepted or returned, which the person may see."""
    return reports_visible_to(user).filter(status=ReportStatus.RECEIVED)


def may_review(user: Any, report: Report) -> bool:
    """Whether a page offers the person, who sees the report, to accept or return it, by the work
    that the request remembers; the services ask the rule itself."""
    return report.agency_id in agency_ids_for(user, (Role.CASE_OFFICER,))


def last_year_of(report: Report) -> LastYear | None:
    """What the organisation reported of the year before in the same stream, as it came last, in
    one query."""
    version = (
        ReportVersion.objects.filter(
            report__agency=report.agency_id,
            report__stream=report.stream,
            report__organisation=report.organisation_id,
            report__year=report.year - 1,
            report__status__in=[ReportStatus.RECEIVED, ReportStatus.ACCEPTED],
        )
        .order_by("-number")
        .values("pk")[:1]
    )
    none = Value("", TextField())
    there = ReportVersion.objects.filter(pk=version).order_by()
    areas = ReportArea.objects.filter(version=version).order_by()
    answers = ReportAnswer.objects.filter(version=version).exclude(option="").order_by()
    rows = sorted(
        there.values_list("pk", none, none, none).union(
            areas.values_list("pk", "area", "status", none),
            answers.values_list("pk", "area", "question", "option"),
            all=True,
        )
    )
    if not rows:
        return None
    options: dict[tuple[str, str], set[str]] = {}
    for _pk, area, question, option in rows:
        if option:
            options.setdefault((area, question), set()).add(option)
    return LastYear(
        areas={area: status for _pk, area, status, option in rows if status and not option},
        options=options,
    )


def remarks(room: ReportRoom, before: LastYear | None) -> tuple[Remark, ...]:
    """What a received report says otherwise than the plan and, where there is one, than last
    year's report."""
    found: list[Remark] = []
    draft, plan = room.draft, room.plan
    for line in draft.lines:
        spent, approved = line.spent_sek or 0, line.line.approved_sek
        final = room.report.kind == ReportKind.FINAL
        if spent > approved or (final and spent < approved):
            params = {"line": line.line.title, "spent": spent, "approved": approved}
            found.append(Remark("line", last_year=False, params=params))
    for area in plan.area_codes:
        if draft.answers.areas.get(area) == AreaStatus.NOT_CARRIED_OUT:
            found.append(Remark("not_carried_out", last_year=False, params={"area": area}))
    if before is not None:
        found += _since(room, before)
    return tuple(found)


def _since(room: ReportRoom, before: LastYear) -> list[Remark]:
    found: list[Remark] = []
    now = room.draft.answers.areas
    for area, status in now.items():
        earlier = before.areas.get(area)
        if earlier is not None and earlier != status:
            params = {"area": area, "before": earlier, "now": status or ""}
            found.append(Remark("status", last_year=True, params=params))
    found += [
        Remark("area_gone", last_year=True, params={"area": area})
        for area in before.areas
        if area not in now
    ]
    for (area, question), options in before.options.items():
        chosen = room.draft.answers.options(area, question)
        if (area == "" or area in now) and chosen and chosen != options:
            answered: dict[str, object] = {
                "area": area,
                "question": question,
                "before": sorted(options),
                "now": sorted(chosen),
            }
            found.append(Remark("answer", last_year=True, params=answered))
    return found


def looked_at(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What the checks tell the officer to look at."""
    return tuple(each for each in findings if each.severity is Severity.LOOKED_AT)


def files_seen(user: Any) -> QuerySet[ReportFile]:
    """The files of the received reports that the person may see."""
    files = ReportFile.objects.filter(removed_at__isnull=True)
    return files.filter(report__in=reports_visible_to(user).values("pk")).select_related("file")
