"""Recording what is found of the requirements."""

from collections.abc import Iterable

from django.db import transaction

from applicants.models import Organisation, User
from grants.models import Application, Attachment, Requirement
from grants.services.moving import locked_application, record, require
from reviews import selectors
from reviews.checks import ReviewRefused
from reviews.content.findings import ProposedFinding
from reviews.enums import FindingValue
from reviews.models import RequirementFinding

from .in_hand import in_hand
from .waivers import withdraw_waivers


class FindingChanged(Exception):
    """Somebody has made another finding since the page was opened: `theirs` is what is there."""

    def __init__(self, theirs: RequirementFinding) -> None:
        self.theirs = theirs
        super().__init__(str(theirs.pk))


@transaction.atomic
def record_finding(
    *,
    application: Application,
    requirement: Requirement,
    organisation: Organisation,
    actor: User,
    finding: FindingValue,
    reason: str = "",
    proposed: ProposedFinding | None = None,
    evidence: Iterable[int] = (),
    base: int | None = None,
) -> RequirementFinding:
    """Record what was found of a requirement for one participating organisation.

    `proposed` is what the system could tell: another finding than that has a reason. `evidence`
    are attachments of the case that the officer points at. `base` is how often the finding had
    been made when the officer looked at it (0: never); None does not ask. The same once more
    leaves nothing behind it.

    Raises PermissionDenied without a declaration of no conflict, ReviewRefused when the case is
    not in hand, the requirement is not put to that organisation, or a reason is missing
    (`override_reason`), and FindingChanged.
    """
    application = locked_application(application.pk)
    require("reviews.record_finding", actor, application)
    in_hand(application)
    put = {(each.requirement, each.organisation) for each in selectors.demands_of(application)}
    if (requirement.pk, organisation.pk) not in put:
        raise ReviewRefused("not_put_to_it")
    if proposed is not None and finding != proposed.value and not reason.strip():
        raise ReviewRefused("override_reason")
    pointed_at = sorted(
        Attachment.objects.filter(
            application=application, removed_at=None, pk__in=set(evidence)
        ).values_list("pk", flat=True)
    )
    there = (
        RequirementFinding.objects.filter(
            application=application, requirement=requirement, organisation=organisation
        )
        .select_related("made_by")
        .first()
    )
    if there is not None and _says_so(there, finding, reason, proposed, pointed_at):
        return there
    if base is not None and base != (0 if there is None else there.number):
        raise FindingChanged(there) if there is not None else ReviewRefused("status")
    row = there or RequirementFinding(
        application=application, requirement=requirement, organisation=organisation, number=0
    )
    before = "" if there is None else row.finding
    row.finding, row.reason, row.imported, row.made_by = finding, reason, False, actor
    row.proposed = "" if proposed is None else proposed.value
    row.proposed_source = "" if proposed is None else proposed.source
    row.number += 1
    row.save()
    row.evidence.set(pointed_at)
    if before and before != finding:
        withdraw_waivers(
            application=application,
            requirement=requirement,
            organisation=organisation,
            actor=actor,
        )
    record(
        application,
        "finding.recorded",
        actor=actor,
        payload={
            "requirement": requirement.code,
            "organisation": organisation.pk,
            "finding": str(finding),
            "proposed": str(row.proposed),
            "source": row.proposed_source,
            "evidence": pointed_at,
        },
        texts={"reason": reason},
    )
    return row


def _says_so(
    there: RequirementFinding,
    finding: FindingValue,
    reason: str,
    proposed: ProposedFinding | None,
    evidence: list[int],
) -> bool:
    """Whether the finding that is there says exactly this, whoever made it."""
    if there.imported or there.finding != finding or there.reason != reason:
        return False
    kept = (there.proposed, there.proposed_source)
    told = ("", "") if proposed is None else (proposed.value, proposed.source)
    return kept == told and sorted(there.evidence.values_list("pk", flat=True)) == evidence
