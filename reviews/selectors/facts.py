"""What the reviews say when a case is to be assessed or decided."""

from collections.abc import Sequence

from applicants.models import User
from core.enums import ActorKind, JournalKind
from core.models import Event
from grants.checks import Facts, Prepared
from grants.models import Application
from reviews.checks import Demand, Findings, missing, requirements_met

from .admission import proposed_dismissal
from .assessment import assessments_missing
from .communication import communicated_or_noted
from .conflicts import conflict_in, declaration_of
from .findings import demands_of, found
from .opinions import opinions_awaited
from .proposals import proposal_of, proposal_stands
from .waivers import waived

ASSESSING = (
    "finding.recorded",
    "assessment.begun",
    "assessment.taken_over",
    "assessment.done",
    "waiver.asked",
    "line.assessed",
    "ceiling.reasoned",
    "proposal.drafted",
    "proposal.made",
    "proposal.allotted",
    "application.assessed",
    "application.admitted",
    "application.dismissal_proposed",
)
"""The events whose actors have assessed a case, whatever has been written over since."""


def assessors_of(application: Application) -> frozenset[int]:
    """The accounts of all who have ever assessed the case, by the journal."""
    pseudonyms = Event.objects.filter(
        journal__kind=JournalKind.CASE,
        journal__subject=str(application.pk),
        name__in=ASSESSING,
        actor_kind=ActorKind.PERSON,
    ).values_list("actor", flat=True)
    people = User.objects.filter(pseudonym__in=set(pseudonyms)).values_list("pk", flat=True)
    made = application.findings.exclude(made_by=None).values_list("made_by_id", flat=True)
    return frozenset(people) | frozenset(pk for pk in made if pk is not None)


def assessment_facts(
    application: Application,
    actor: User,
    *,
    demands: Sequence[Demand] | None = None,
    findings: Findings | None = None,
) -> Facts:
    """What the reviews say when the assigned officer says that the case is assessed. A proposal
    by somebody who has declared a conflict of interest since is none. What is given is not asked
    for."""
    demands = demands_of(application) if demands is None else demands
    findings = found(application) if findings is None else findings
    proposal = proposal_of(application)
    if proposal is not None and application.shut_out.filter(user=proposal.prepared_by_id).exists():
        proposal = None
    return Facts(
        has_conflict=declaration_of(application, actor),
        findings_missing=missing(demands, findings),
        assessments_missing=assessments_missing(application),
        opinions_missing=opinions_awaited(application),
        proposal_has_reasons=proposal is not None
        and bool(proposal.reasons.strip())
        and proposal_stands(application, proposal),
        communicated_or_noted=communicated_or_noted(application, proposal),
    )


def prepared(application: Application, actor: User, *, amount_sek: int | None = None) -> Prepared:
    """What is known of the preparation when `actor` is to decide; amount in whole SEK.

    The preparer is who proposed, also that it be dismissed; in a case without a proposal, the
    officer who has it.
    """
    proposal = proposal_of(application)
    dismissal = proposed_dismissal(application)
    preparer: int | None
    if dismissal is not None:
        preparer = dismissal.made_by_id
    else:
        preparer = proposal.prepared_by_id if proposal is not None else application.assigned_to_id
    organisations = application.participations.values_list("organisation_id", flat=True)
    return Prepared(
        preparer_id=preparer,
        assessor_ids=assessors_of(application),
        has_conflict=conflict_in(application, actor, preparer),
        requirements_met=requirements_met(
            demands_of(application),
            found(application),
            organisations=frozenset(organisations),
            requested_sek=application.requested_sek,
            amount_sek=amount_sek,
            waived=waived(application),
        ),
    )
