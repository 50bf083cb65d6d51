"""Reading what speaks against an applicant and did not come from it, and whether it has been
heard over it (25 § förvaltningslagen)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applicants.models import Organisation
from applicants.rules import WRITERS
from applicants.selectors import organisations_acted_for
from core.checks import canonical_json, sha256_text
from core.formats import iso_date
from grants.enums import Status
from grants.models import Application
from grants.workflow import HAS_GRANT
from reviews.checks import Demand
from reviews.checks.communication import Heard, Material, Sent, heard_over
from reviews.enums import ProposedOutcome, Recommendation, SourceKind
from reviews.models import (
    CommunicatedSource,
    Communication,
    CommunicationAnswer,
    CommunicationReading,
    NotCommunicating,
    Opinion,
    Proposal,
)

from .findings import demands_of, findings_known, taking_part
from .supervision import supervision_beside

_OWN_WORDS = frozenset({"", "evidence", "answer"})
"""Sources of a finding that are the applicant's own; "" is the officer's judgement of them."""
UNDECIDED = frozenset({Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED})


@dataclass(frozen=True, slots=True)
class MaterialState:
    """A material and how far the applicant has been heard over it."""

    material: Material
    heard: Heard


_GROUND = "ground"


def _key(kind: SourceKind, pk: int, *read: str) -> str:
    """The record as it now reads: another text is another key."""
    return f"{kind}:{pk}:{sha256_text('|'.join(read))[:16]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What has been read of a case already: all its `opinions` with their counties in order,
    `findings` as `findings_known` reads them, and the `demands`."""

    opinions: Sequence[Opinion]
    findings: Sequence[Any]
    demands: Sequence[Demand]


def _opinions(application: Application, known: Known | None) -> Iterable[Material]:
    """County boards' opinions that the application is not to be granted."""
    rows: Iterable[Opinion]
    if known is None:
        rows = Opinion.objects.filter(
            application=application, recommendation=Recommendation.NOT_RECOMMENDED
        )
        rows = rows.select_related("county").order_by("county__position")
    else:
        against = Recommendation.NOT_RECOMMENDED
        rows = [each for each in known.opinions if each.recommendation == against]
    for row in rows:
        yield Material(
            key=_key(
                SourceKind.OPINION,
                row.pk,
                row.recommendation,
                row.reasons,
                canonical_json(row.answers),
            ),
            kind=SourceKind.OPINION,
            title=_("Opinion of the county administrative board, %(county)s")
            % {"county": row.county.name},
            text=_paragraphs(
                row.get_recommendation_display(), row.reasons, *_answers(application, row)
            ),
        )


def _answers(application: Application, opinion: Opinion) -> Iterable[str]:
    """What the board has answered to the call's questions, each under its question."""
    assessment = application.definition.assessment
    questionnaire = assessment.opinion.questionnaire if assessment else None
    if questionnaire is None:
        return
    for section in questionnaire.sections:
        for question in section.questions:
            value = opinion.answers.get(question.key)
            if not value:
                continue
            labels = {each.code: each.label.in_("sv") for each in question.options}
            codes = value if isinstance(value, list) else [value]
            answer = ", ".join(labels.get(str(each), str(each)) for each in codes)
            yield f"{question.text.in_('sv')}\n{answer}"


def _findings(application: Application, known: Known | None) -> Iterable[Material]:
    """Requirements found not to be satisfied on something else than the applicant's own words:
    what the agency knew of the organisation, such as an earlier report. One that is waived does
    not speak against it."""
    told = [
        row
        for row in (findings_known(application) if known is None else known.findings)
        if row.proposed_source.partition(":")[0] not in _OWN_WORDS
    ]
    if not told:
        return
    definition = application.definition
    satisfied = {
        (each.requirement, each.organisation): each.satisfied_by
        for each in (demands_of(application) if known is None else known.demands)
    }
    for row in told:
        if row.waived:
            continue
        wanted = satisfied.get((row.requirement_id, row.organisation_id))
        if wanted is None or row.finding in wanted or row.proposed in wanted:
            continue
        name = row.proposed_source.partition(":")[2]
        requirement = definition.requirement(row.requirement.code)
        yield Material(
            key=_key(SourceKind.FINDING, row.pk, row.finding, row.proposed_source, row.reason),
            kind=SourceKind.FINDING,
            title=_("%(requirement)s, %(organisation)s")
            % {
                "requirement": requirement.title.in_("sv") if requirement else row.requirement.code,
                "organisation": row.organisation.name,
            },
            text=_paragraphs(
                row.get_finding_display(),
                row.reason,
                _("According to the report %(report)s.") % {"report": name} if name else "",
            ),
            organisation=row.organisation_id,
        )


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(str(text).strip() for text in texts if str(text).strip())


def _supervision(application: Application, _known: Known | None) -> Iterable[Material]:
    """Supervising authorities' decisions that found shortcomings."""
    for row in supervision_beside(application).filter(adverse=True):
        yield Material(
            key=_key(SourceKind.SUPERVISION, row.pk, row.summary),
            kind=SourceKind.SUPERVISION,
            title=_("Supervision decision %(number)s by %(authority)s, %(day)s")
            % {
                "number": row.number,
                "authority": row.authority,
                "day": iso_date(row.decided_on),
            },
            text=_paragraphs(row.organisation.name, row.summary, row.url),
            organisation=row.organisation_id,
        )


SOURCES = (_opinions, _supervision, _findings)
"""Where material against an applicant is found."""


def adverse_material(application: Application, known: Known | None = None) -> tuple[Material, ...]:
    """What speaks against the applicant and did not come from it, as it now reads; in Swedish,
    the language that it is sent in."""
    with translation.override("sv"):
        return tuple(material for source in SOURCES for material in source(application, known))


def heard_material(
    application: Application,
    *,
    sent: Iterable[Communication] | None = None,
    notes: Iterable[NotCommunicating] | None = None,
    known: Known | None = None,
) -> tuple[MaterialState, ...]:
    """Each such material, and how far the applicant has been heard over it today. `sent` and
    `notes` are all of the case, where they have been read already, as `known` is."""
    there = adverse_material(application, known)
    if not there:
        return ()
    if sent is None:
        sent = Communication.objects.filter(application=application).prefetch_related(
            "organisations", "sources", "answers"
        )
    if notes is None:
        notes = NotCommunicating.objects.filter(application=application)
    before = [_sent(each) for each in sent]
    not_needed = frozenset(key for note in notes for key in note.keys)
    today = timezone.localdate()
    participants = taking_part(application)
    return tuple(
        MaterialState(
            each,
            heard_over(
                each, sent=before, participants=participants, not_needed=not_needed, today=today
            ),
        )
        for each in there
    )


def _sent(communication: Communication) -> Sent:
    return Sent(
        keys=frozenset(each.key for each in communication.sources.all() if each.key),
        due=communication.due,
        organisations=frozenset(each.pk for each in communication.organisations.all()),
        answered=frozenset(each.organisation_id for each in communication.answers.all()),
    )


def revocation_heard(application: Application) -> Heard:
    """How far all that take part have been heard, since the grant that is in force, over what a
    revocation of it would rest on. What that is, is in no record before: anything sent about the
    grant counts, and a note that names no material is about it."""
    granted = application.decisions.order_by("-pk").values_list("created_at", flat=True).first()
    since = Q() if granted is None else Q(sent_at__gte=granted)
    noted = Q() if granted is None else Q(noted_at__gte=granted)
    sent = Communication.objects.filter(
        since, application=application, sent_in__in=[str(each) for each in HAS_GRANT]
    ).prefetch_related("organisations", "sources", "answers")
    ground = Material(key=_GROUND, kind=SourceKind.OWN, title="", text="")
    notes = NotCommunicating.objects.filter(noted, application=application, keys=[])
    return heard_over(
        ground,
        sent=[replace(_sent(each), keys=frozenset({_GROUND})) for each in sent],
        participants=taking_part(application),
        not_needed=frozenset({_GROUND}) if notes.exists() else frozenset(),
        today=timezone.localdate(),
    )


def unheard_material(
    application: Application, known: Known | None = None
) -> tuple[MaterialState, ...]:
    """What is left to communicate, to wait for an answer to, or to note why it is not needed."""
    return tuple(each for each in heard_material(application, known=known) if not each.heard.done)


def goes_against(proposal: Proposal, application: Application) -> bool:
    """Whether the proposal is to grant less than was asked for, or nothing."""
    return (
        proposal.outcome != ProposedOutcome.GRANT
        or proposal.amount_sek is None
        or proposal.amount_sek < (application.requested_sek or 0)
    )


def communicated_or_noted(
    application: Application,
    proposal: Proposal | None,
    unheard: Sequence[MaterialState] | None = None,
) -> bool | None:
    """Whether the applicant has been heard, as far as the proposal calls for it; None while
    nothing is proposed. A proposal to grant all that was asked for calls for nothing. `unheard`
    is what `unheard_material` says, where it has been asked."""
    if proposal is None:
        return None
    if not goes_against(proposal, application):
        return True
    return not (unheard_material(application) if unheard is None else unheard)


def communications_of(application: Application) -> QuerySet[Communication]:
    """What has been sent, the latest first, with all that a page shows of it."""
    return (
        Communication.objects.filter(application=application)
        .select_related("sent_by")
        .prefetch_related(
            Prefetch("organisations", Organisation.objects.order_by("sort_key", "pk")),
            Prefetch("sources", CommunicatedSource.objects.select_related("file").order_by("pk")),
            Prefetch(
                "answers",
                CommunicationAnswer.objects.select_related("sender", "organisation")
                .prefetch_related("files")
                .order_by("received_at", "pk"),
            ),
            Prefetch(
                "readings",
                CommunicationReading.objects.select_related("organisation").order_by("pk"),
            ),
        )
        .order_by("-pk")
    )


def not_communicating_of(application: Application) -> QuerySet[NotCommunicating]:
    """The notes on why something is not communicated, the latest first."""
    return (
        NotCommunicating.objects.filter(application=application)
        .select_related("noted_by")
        .order_by("-pk")
    )


def communications_to(application: Application, user: Any) -> QuerySet[Communication]:
    """What has been sent in the case to an organisation that the person acts for, the latest
    first."""
    own = organisations_acted_for(user).values("pk")
    sent = Communication.organisations.through.objects.filter(organisation__in=own)
    return communications_of(application).filter(pk__in=sent.values("communication"))


def answering_organisations(communication: Communication, user: Any) -> list[Organisation]:
    """The organisations it was sent to that the person writes for, in Swedish order."""
    own = organisations_acted_for(user, WRITERS).values("pk")
    return list(communication.organisations.filter(pk__in=own).order_by("sort_key", "pk"))


def can_be_answered(communication: Communication, status: str) -> bool:
    """Whether an answer is received: until a decision is made, also after the last day. What was
    sent about a grant in force is answered as long as it is."""
    if communication.sent_in in HAS_GRANT:
        return status in HAS_GRANT
    return status in UNDECIDED
