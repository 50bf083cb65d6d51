"""Reading findings, opinions and who has assessed."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from applicants.models import User
from core.enums import ActorKind, JournalKind
from core.models import Event
from grants.checks import Facts, Prepared
from grants.enums import Outcome, Status
from grants.models import Application, Call, Participation
from reviews.checks import Demand, Findings, missing, opinions_missing, requirements_met
from reviews.enums import Recommendation
from reviews.models import ConflictDeclaration, Opinion, Proposal, RequirementFinding

ASSESSING = ("finding.recorded", "proposal.made", "application.assessed")
"""The events whose actors have assessed a case, whatever has been written over since."""


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
    """The findings by requirement and organisation."""
    rows = application.findings.values_list("requirement_id", "organisation_id", "finding")
    return {(requirement, organisation): value for requirement, organisation, value in rows}


def proposal_of(application: Application) -> Proposal | None:
    """What is proposed to the decision maker."""
    return Proposal.objects.filter(application=application).select_related("prepared_by").first()


def declaration_of(application: Application, user: User) -> bool | None:
    """Whether the person has a conflict of interest; None where nothing is declared."""
    found_row = ConflictDeclaration.objects.filter(application=application, user=user).first()
    return None if found_row is None else found_row.has_conflict


def conflict_in(application: Application, actor: User, preparer_id: int | None) -> bool | None:
    """Whether the decision maker or the preparer has a conflict of interest; None where the
    decision maker has declared nothing."""
    with_conflict = set(
        ConflictDeclaration.objects.filter(
            application=application, user__in={actor.pk, preparer_id or actor.pk}, has_conflict=True
        ).values_list("user_id", flat=True)
    )
    return True if with_conflict else declaration_of(application, actor)


def counties_asked(application: Application) -> frozenset[str]:
    """The counties whose opinion is called for: those of all participants, where the call asks
    for it, but never that of the deciding agency itself."""
    if not application.call.asks_opinion:
        return frozenset()
    counties = application.participations.values_list("organisation__county_id", flat=True)
    return frozenset(counties) - {application.call.agency.county_id or ""}


def opinions_awaited(application: Application) -> int:
    """How many opinions are neither in nor overdue."""
    rows = list(Opinion.objects.filter(application=application))
    return opinions_missing(
        counties_asked(application),
        given={row.county_id: row.recommendation != Recommendation.WAITING for row in rows},
        due={row.county_id: row.due_on for row in rows},
        today=timezone.localdate(),
    )


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


def assessment_facts(application: Application, actor: User) -> Facts:
    """What the reviews say when the assigned officer says that the case is assessed."""
    demands = demands_of(application)
    proposal = proposal_of(application)
    noted = None
    if proposal is not None:
        noted = proposal.communicated or bool(proposal.why_not_communicated.strip())
    return Facts(
        has_conflict=declaration_of(application, actor),
        findings_missing=missing(demands, found(application)),
        opinions_missing=opinions_awaited(application),
        proposal_has_reasons=proposal is not None and bool(proposal.reasons.strip()),
        communicated_or_noted=noted,
    )


def prepared(application: Application, actor: User, *, amount_sek: int | None = None) -> Prepared:
    """What is known of the preparation when `actor` is to decide; amount in whole SEK.

    The preparer is who proposed; in a case without a proposal, the officer who has it.
    """
    proposal = proposal_of(application)
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
        ),
    )


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
