"""Reading what is communicated, as its party sees it, and its files."""

from collections.abc import Collection
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from applicants.selectors import organisation_ids_read_by
from core.models import StoredFile
from grants.models import Application, CaseDocument, Decision
from grants.selectors import applications_received
from grants.selectors.cases import one_received
from grants.selectors.register import documents_for_party
from portal.rules import READS_CASES
from reviews.models import CommunicatedSource, Communication, CommunicationAnswer
from reviews.selectors.communication import UNDECIDED
from reviews.selectors.conflicts import with_declared


def cases_with_decision(user: Any) -> QuerySet[Application]:
    """The cases that the person reads at its agencies, each with when its latest decision was
    entered (`decided_at`, UTC)."""
    latest = Decision.objects.filter(application=OuterRef("pk")).order_by("-pk")
    cases = one_received(user, READS_CASES)
    return cases.annotate(decided_at=Subquery(latest.values("created_at")[:1]))


def cases_declared_in(user: Any) -> QuerySet[Application]:
    """The same cases, each with what the person has `declared` in it."""
    return with_declared(applications_received(user, READS_CASES), user)


def own_communications(application: Application, user: Any) -> list[Communication]:
    """What was sent in the case to organisations that the person acts for, or that these have
    absorbed, the latest first; with `answered`, whether any of them has answered. One query."""
    own = organisation_ids_read_by(user)
    answers = CommunicationAnswer.objects.filter(communication=OuterRef("pk"), organisation__in=own)
    sent = Communication.organisations.through.objects.filter(
        communication=OuterRef("pk"), organisation__in=own
    )
    found = Communication.objects.filter(Exists(sent), application=application)
    return list(found.annotate(answered=Exists(answers)).order_by("-pk"))


def documents_read_by(application: Application, user: Any) -> QuerySet[CaseDocument]:
    """The case's documents that the person reads for its party: what is not secret to it, of what
    was communicated that which was sent to an organisation that the person acts for, or that it
    has absorbed, with the answers to it, and no proposal to dismiss before the decision. One
    query."""
    own = organisation_ids_read_by(user)
    sent = Communication.organisations.through.objects.filter(organisation__in=own).values(
        "communication"
    )
    answers = CommunicationAnswer.objects.filter(communication__in=sent)
    documents = documents_for_party(application)
    for prefix, told in (
        ("communication", Communication.objects.filter(pk__in=sent)),
        ("communication_answer", answers),
    ):
        number = Cast(F("pk"), CharField())
        source = Concat(Value(f"{prefix}:"), number, output_field=CharField())
        documents = documents.filter(
            ~Q(source__startswith=f"{prefix}:") | Q(source__in=told.values_list(source))
        )
    if application.status in UNDECIDED:
        documents = documents.exclude(source__startswith="admission:")
    return documents


def unanswered_by(organisations: Collection[int]) -> QuerySet[Communication]:
    """What was sent to any of the organisations and none of them has answered, the first due
    first."""
    answers = CommunicationAnswer.objects.filter(
        communication=OuterRef("pk"), organisation__in=organisations
    )
    sent = Communication.organisations.through.objects.filter(
        communication=OuterRef("pk"), organisation__in=organisations
    )
    found = Communication.objects.filter(Exists(sent), ~Exists(answers))
    return found.order_by("due", "pk")


def file_communicated(sent: QuerySet[Communication], file_id: int) -> StoredFile | None:
    """The file, where it was sent with, or answered to, any of what was sent."""
    ids = sent.order_by().values("pk")
    sources = CommunicatedSource.objects.filter(communication__in=ids, file=file_id)
    return (
        StoredFile.objects.filter(pk=file_id)
        .filter(Q(pk__in=sources.values("file")) | Q(communication_answers__communication__in=ids))
        .distinct()
        .first()
    )
