"""What the reviews say when a case is to be assessed or decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from applicants.models import User
from core.enums import ActorKind, JournalKind
from core.models import Event
from grants.checks import Facts, Prepared
from grants.models import Application, Participation
from reviews.checks import Demand, Findings, failing, missing, requirements_met
from reviews.models import Assessment, Opinion, Proposal

from .admission import proposed_dismissal
from .assessment import assessments_missing
from .communication import MaterialState, communicated_or_noted
from .conflicts import conflict_in, declaration_of
from .costs import belonging_sek
from .findings import demands_of, found, taking_part
from .opinions import opinions_awaited
from .proposals import proposal_of, proposal_stands
from .waivers import waived

ASSESSING = (
    "finding.drafted",
    "finding.recorded",
    "assessment.begun",
    "assessment.taken_over",
    "assessment.reopened",
    "assessment.done",
    "waiver.asked",
    "line.assessed",
    "ceiling.reasoned",
    "proposal.drafted",
    "proposal.made",
    "proposal.amount_set",
    "proposal.allotted",
    "application.assessed",
    "application.admitted",
    "application.dismissal_proposed",
)
"""The events whose actors have assessed a case, whatever has been written over since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a page has read of a case already: what the reader has `declared`, all that the facts
    go by, and what `unheard_material` says."""

    declared: bool | None
    proposal: Proposal | None
    forms: Sequence[Assessment]
    opinions: Sequence[Opinion]
    parts: Sequence[Participation]
    unheard: Sequence[MaterialState]


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
    read: Read | None = None,
) -> Facts:
    """What the reviews say when the assigned officer says that the case is assessed. A proposal
    by somebody who has declared a conflict of interest since is none. What is given is not asked
    for."""
    demands = demands_of(application) if demands is None else demands
    findings = found(application) if findings is None else findings
    proposal = proposal_of(application) if read is None else read.proposal
    if proposal is not None and application.shut_out.filter(user=proposal.prepared_by_id).exists():
        proposal = None
    return Facts(
        has_conflict=declaration_of(application, actor) if read is None else read.declared,
        findings_missing=missing(demands, findings),
        assessments_missing=assessments_missing(application, read.forms if read else None),
        opinions_missing=opinions_awaited(
            application,
            opinions=read.opinions if read else None,
            parts=read.parts if read else None,
        ),
        proposal_has_reasons=proposal is not None
        and bool(proposal.reasons.strip())
        and proposal_stands(application, proposal),
        communicated_or_noted=communicated_or_noted(
            application, proposal, read.unheard if read else None
        ),
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
    demands, findings = demands_of(application), found(application)
    waivers = waived(application)
    failed = failing(demands, findings, waivers)
    return Prepared(
        preparer_id=preparer,
        assessor_ids=assessors_of(application),
        has_conflict=conflict_in(application, actor, preparer),
        requirements_met=requirements_met(
            demands,
            findings,
            organisations=taking_part(application),
            belongs_sek=None if amount_sek is None else belonging_sek(application, failed),
            amount_sek=amount_sek,
            waived=waivers,
        ),
    )
