"""Reading requirements put to organisations, and what was found."""

from collections.abc import Iterable

from django.db.models import QuerySet

from grants.enums import Outcome, Status
from grants.models import Application, Call, Participation
from grants.selectors import shut_out_people
from reviews.checks import Demand, Findings
from reviews.models import RequirementFinding


def granted_last_year(call: Call, organisation_ids: Iterable[int]) -> frozenset[int]:
    """Those that took part in a grant of the same agency and stream the year before."""
    return frozenset(
        Participation.objects.filter(
            organisation__in=list(organisation_ids),
            application__call__agency=call.agency_id,
            application__call__stream=call.stream,
            application__call__year=call.year - 1,
            application__granted_sek__isnull=False,
        ).values_list("organisation_id", flat=True)
    )


def demands_of(application: Application) -> list[Demand]:
    """Every requirement that applies, for each organisation it applies to."""
    call = application.call
    definition = call.definition
    parts = list(application.participations.select_related("organisation").order_by("pk"))
    before = granted_last_year(call, [part.organisation_id for part in parts])
    rows = {row.code: row.pk for row in call.requirements.all()}
    return [
        Demand(rows[each.code], part.organisation_id, frozenset(map(str, each.satisfied_by)))
        for part in parts
        for each in definition.requirements_for(
            kind=part.organisation.kind, granted_last_year=part.organisation_id in before
        )
    ]


def findings_of(application: Application) -> QuerySet[RequirementFinding]:
    """What was found, in the order of the requirements."""
    return (
        RequirementFinding.objects.filter(application=application)
        .select_related("requirement", "organisation", "made_by")
        .order_by("requirement__position", "organisation__sort_key", "pk")
    )


def found(application: Application) -> Findings:
    """The findings by requirement and organisation. What was found by somebody who has declared
    a conflict of interest since is not among them: a colleague has to find it anew."""
    standing = application.findings.exclude(made_by__in=shut_out_people(application))
    rows = standing.values_list("requirement_id", "organisation_id", "finding")
    return {(requirement, organisation): value for requirement, organisation, value in rows}


def rejections_by_requirement(applications: QuerySet[Application]) -> dict[str, int]:
    """How many rejected cases failed each requirement, by its code; a case can fail several."""
    rejected = applications.filter(
        decisions__outcome=Outcome.REJECTED, decisions__superseded_by__isnull=True
    ) | applications.filter(status=Status.REJECTED)
    counted: dict[str, set[int]] = {}
    rows = RequirementFinding.objects.filter(
        application__in=rejected.order_by().values("pk")
    ).select_related("requirement")
    for row in rows:
        if row.finding not in row.requirement.satisfied_by:
            counted.setdefault(row.requirement.code, set()).add(row.application_id)
    return {code: len(cases) for code, cases in sorted(counted.items())}
