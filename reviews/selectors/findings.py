"""Reading requirements put to organisations, and what was found."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from grants.definitions import Requirement
from grants.enums import Approval
from grants.models import Application, Call, Participation
from grants.selectors import shut_out_people
from reviews.checks import Demand, Findings
from reviews.enums import WaiverState
from reviews.models import RequirementFinding, Waiver


def _granted_the_year_before(call: Call) -> QuerySet[Participation]:
    return Participation.objects.filter(
        application__call__agency=call.agency_id,
        application__call__stream=call.stream,
        application__call__year=call.year - 1,
        application__granted_sek__isnull=False,
    )


def with_granted_before(
    parts: QuerySet[Participation], call: Call
) -> QuerySet[Participation, Participation]:
    """The participations with `granted_before`: whether the organisation took part in a grant of
    the same agency and stream the year before."""
    granted = _granted_the_year_before(call).filter(organisation=OuterRef("organisation"))
    return parts.annotate(granted_before=Exists(granted))


def parts_judged(application: Application) -> list[Participation]:
    """Who takes part, with `granted_before`, in the order they came in. One query."""
    parts = application.participations.select_related("organisation").order_by("pk")
    return list(with_granted_before(parts, application.call))


def demands_of(
    application: Application, parts: Iterable[Participation] | None = None
) -> list[Demand]:
    """Every requirement that applies, for each organisation it applies to; nothing is demanded of
    one that has declined. `parts` are those of `parts_judged`, where they have been read."""
    rows = {row.code: row.pk for row in application.call.requirements.all()}
    found = parts_judged(application) if parts is None else parts
    return [
        Demand(rows[each.code], part.organisation_id, frozenset(map(str, each.satisfied_by)))
        for part, each in put_to(application, found)
    ]


def put_to(
    application: Application, parts: Iterable[Any]
) -> Iterator[tuple[Participation, Requirement]]:
    """Each of `parts_judged` with each requirement that is put to it, in their order."""
    definition = application.definition
    for part in parts:
        if part.approval != Approval.DECLINED:
            for requirement in definition.requirements_for(
                kind=part.organisation.kind, granted_last_year=part.granted_before
            ):
                yield part, requirement


def taking_part(application: Application, *, left: bool = True) -> frozenset[int]:
    """The organisations that take part, but for those that have declined, and unless `left` for
    those that have left the grant."""
    parts = application.participations.exclude(approval=Approval.DECLINED)
    if not left:
        parts = parts.filter(left_on__isnull=True)
    return frozenset(parts.values_list("organisation_id", flat=True))


def findings_of(application: Application) -> QuerySet[RequirementFinding]:
    """What was found, in the order of the requirements."""
    return (
        RequirementFinding.objects.filter(application=application)
        .select_related("requirement", "organisation", "made_by")
        .order_by("requirement__position", "organisation__sort_key", "pk")
    )


def findings_known(application: Application) -> list[Any]:
    """The same rows with `by_shut_out`, whether somebody made it who has declared a conflict of
    interest since, and `waived`, whether a waiver of it is approved. One query."""
    shut_out = shut_out_people(application).filter(user=OuterRef("made_by"))
    waiver = Waiver.objects.filter(
        application=application,
        requirement=OuterRef("requirement"),
        organisation=OuterRef("organisation"),
        state=WaiverState.APPROVED,
    )
    return list(
        findings_of(application).annotate(by_shut_out=Exists(shut_out), waived=Exists(waiver))
    )


def found(application: Application) -> Findings:
    """The findings by requirement and organisation. What was found by somebody who has declared
    a conflict of interest since is not among them: a colleague has to find it anew."""
    standing = application.findings.exclude(made_by__in=shut_out_people(application))
    rows = standing.values_list("requirement_id", "organisation_id", "finding")
    return {(requirement, organisation): value for requirement, organisation, value in rows}
