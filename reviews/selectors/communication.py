"""Reading whether an applicant has been heard over what speaks against it (25 §
förvaltningslagen), and what was sent to it and answered."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone

from applicants.models import Organisation
from applicants.rules import WRITERS, mandates_held
from applicants.selectors import organisation_ids_read_by, organisations_acted_for
from core.models import StoredFile
from core.selectors.prepared import keep_prefetched
from grants.enums import Status
from grants.models import Application, Decision
from grants.workflow import HAS_GRANT
from reviews.checks.communication import Heard, Material, Sent, heard_over
from reviews.enums import ProposedOutcome, SourceKind
from reviews.models import (
    CommunicatedSource,
    Communication,
    CommunicationAnswer,
    CommunicationReading,
    NotCommunicating,
    Proposal,
)

from .adverse import Beside, Known, adverse_material, beside
from .findings import taking_part

UNDECIDED = frozenset({Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED})


@dataclass(frozen=True, slots=True)
class MaterialState:
    """A material and how far the applicant has been heard over it."""

    material: Material
    heard: Heard


_GROUND = "ground"


@dataclass(frozen=True, slots=True)
class Said:
    """What has been `sent` in a case, and the keys of what is noted as `not_needed` to send;
    `noted`, whether a note names no material."""

    sent: Sequence[Sent]
    not_needed: frozenset[str]
    noted: bool


def said_in(application: Application) -> Said:
    """What has been sent and noted in the case, in one query."""
    return _said(
        Communication.objects.filter(application=application),
        NotCommunicating.objects.filter(application=application),
    )


def _said_of_grant(application: Application) -> Said:
    """What of it is about the grant in force, since the latest decision, in one query."""
    decided = Decision.objects.filter(application=application)
    sent = Communication.objects.filter(application=application, sent_in__in=HAS_GRANT)
    notes = NotCommunicating.objects.filter(application=application)
    return _said(
        sent.filter(~Exists(decided.filter(created_at__gt=OuterRef("sent_at")))),
        notes.filter(~Exists(decided.filter(created_at__gt=OuterRef("noted_at")))),
    )


def _said(sent: QuerySet[Communication], notes: QuerySet[NotCommunicating]) -> Said:
    answer = CommunicationAnswer.objects.filter(
        communication=OuterRef("communication"), organisation=OuterRef("organisation")
    )
    through: Any = Communication.organisations.through
    to = through.objects.filter(communication__in=sent)
    sources = CommunicatedSource.objects.filter(communication__in=sent)
    rows = (
        to.order_by()
        .annotate(
            what=Value(_TO),
            about=F("communication_id"),
            due=F("communication__due"),
            whom=F("organisation_id"),
            said=Case(When(Exists(answer), then=Value("answered")), default=Value("")),
        )
        .values_list("what", "about", "due", "whom", "said")
        .union(
            _rows(
                sources.exclude(key=""), _SOURCE, "communication_id", "communication__due", "key"
            ),
            _rows(notes, _NOTE, "pk", None, "keys"),
            all=True,
        )
    )
    found: dict[int, Sent] = {}
    not_needed: set[str] = set()
    noted = False
    for what, about, due, whom, said in rows:
        if what == _NOTE:
            keys = json.loads(said)
            not_needed.update(keys)
            noted = noted or not keys
            continue
        before = found.get(about, Sent(frozenset(), due, frozenset()))
        if what == _SOURCE:
            found[about] = replace(before, keys=before.keys | {said})
        else:
            found[about] = replace(
                before,
                organisations=before.organisations | {whom},
                answered=before.answered | ({whom} if said else frozenset()),
            )
    return Said(tuple(found.values()), frozenset(not_needed), noted)


_TO, _SOURCE, _NOTE = range(3)


def _rows(
    found: QuerySet[Any], what: int, about: str, due: str | None, said: str
) -> QuerySet[Any, Any]:
    rows: QuerySet[Any, Any] = (
        found.order_by()
        .annotate(
            what=Value(what),
            about=F(about),
            on=F(due) if due else Value(None, output_field=DateField()),
            whom=Value(None, output_field=IntegerField()),
            said=Cast(said, TextField()),
        )
        .values_list("what", "about", "on", "whom", "said")
    )
    return rows


def heard_material(
    application: Application,
    *,
    sent: Iterable[Communication] | None = None,
    notes: Iterable[NotCommunicating] | None = None,
    known: Known | None = None,
) -> tuple[MaterialState, ...]:
    """Each such material, and how far the applicant has been heard over it today. `sent` and
    `notes` are all of the case, where they have been read already, as `known` is."""
    read = Known(beside=beside(application)) if known is None else known
    there = adverse_material(application, read)
    if not there:
        return ()
    said = said_in(application) if sent is None or notes is None else _said_by(sent, notes)
    today = timezone.localdate()
    of_grant = application.status in HAS_GRANT
    participants = read.beside.in_grant if of_grant else read.beside.taking_part
    return tuple(
        MaterialState(
            each,
            heard_over(
                each,
                sent=said.sent,
                participants=participants,
                not_needed=said.not_needed,
                today=today,
            ),
        )
        for each in there
    )


def receivers(
    application: Application, around: Beside, materials: Iterable[Material]
) -> list[Organisation]:
    """To whom material can be sent: the lead first, then in Swedish order.

    One that has left a grant in force is told of nothing in it any more, but for what is about
    itself. While the case is decided anew it is a party as it was: that it left belongs to the
    decision before, and it may be granted money again."""
    if application.status not in HAS_GRANT:
        return around.organisations
    gone = around.gone - {each.organisation for each in materials}
    return [each for each in around.organisations if each.pk not in gone]


def _sent(communication: Communication) -> Sent:
    return Sent(
        keys=frozenset(each.key for each in communication.sources.all() if each.key),
        due=communication.due,
        organisations=frozenset(each.pk for each in communication.organisations.all()),
        answered=frozenset(each.organisation_id for each in communication.answers.all()),
    )


def _said_by(sent: Iterable[Communication], notes: Iterable[NotCommunicating]) -> Said:
    there = list(notes)
    return Said(
        tuple(_sent(each) for each in sent),
        frozenset(key for note in there for key in note.keys),
        any(not note.keys for note in there),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfGrant:
    """What a page has read of a case with a grant: all that was `sent` and noted, the
    organisations `taking_part` that have not left it, and when the latest decision was entered
    (UTC), None for no decision."""

    sent: Iterable[Communication]
    notes: Iterable[NotCommunicating]
    taking_part: frozenset[int]
    decided_at: datetime | None

    @property
    def said(self) -> Said:
        """What of it is about the grant in force, since the latest decision."""
        since = self.decided_at
        return _said_by(
            [
                each
                for each in self.sent
                if each.sent_in in HAS_GRANT and (since is None or each.sent_at >= since)
            ],
            [each for each in self.notes if since is None or each.noted_at >= since],
        )


def revocation_heard(application: Application, read: OfGrant | None = None) -> Heard:
    """How far all that take part have been heard, since the grant that is in force, over what a
    revocation of it would rest on. What that is, is in no record before: anything sent about the
    grant counts, and a note that names no material is about it. What is given is not asked for."""
    said = _said_of_grant(application) if read is None else read.said
    ground = Material(key=_GROUND, kind=SourceKind.OWN, title="", text="")
    return heard_over(
        ground,
        sent=[replace(each, keys=frozenset({_GROUND})) for each in said.sent],
        participants=taking_part(application, left=False) if read is None else read.taking_part,
        not_needed=frozenset({_GROUND}) if said.noted else frozenset(),
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


def with_all_shown(sent: QuerySet[Communication]) -> list[Communication]:
    """The same communications in three queries; `opened_at` says when it was first opened at
    each of the organisations that it was sent to."""
    opened = CommunicationReading.objects.filter(
        communication=OuterRef("pk"), organisation=OuterRef("organisations__pk")
    )
    rows = (
        sent.prefetch_related(None)
        .annotate(
            to=F("organisations__pk"),
            to_name=F("organisations__name"),
            to_read_at=Subquery(opened.values("read_at")[:1]),
        )
        .order_by("-pk", "organisations__sort_key", "organisations__pk")
    )
    found = []
    for _pk, same in groupby(rows, key=lambda row: row.pk):
        each: list[Any] = list(same)
        keep_prefetched(
            each[0], "organisations", [_organisation(row) for row in each if row.to is not None]
        )
        found.append(each[0])
    by_communication = {each.pk: each for each in found}
    sources = _sources_of(list(by_communication))
    answers = _answers_of(list(by_communication))
    for pk, communication in by_communication.items():
        keep_prefetched(communication, "sources", sources.get(pk, []))
        keep_prefetched(communication, "answers", answers.get(pk, []))
    return found


def opened_at(organisation: Organisation) -> datetime | None:
    """When what was sent was first opened at an organisation of `with_all_shown` (UTC)."""
    found: datetime | None = getattr(organisation, "read_at", None)
    return found


def _organisation(row: Any) -> Organisation:
    organisation = Organisation.from_db(row._state.db, ["id", "name"], [row.to, row.to_name])
    organisation.read_at = row.to_read_at  # type: ignore[attr-defined]
    return organisation


def _sources_of(communications: Sequence[int]) -> Mapping[int, list[CommunicatedSource]]:
    found: dict[int, list[CommunicatedSource]] = {}
    rows = CommunicatedSource.objects.filter(communication__in=communications)
    for each in rows.select_related("file").order_by("pk") if communications else ():
        found.setdefault(each.communication_id, []).append(each)
    return found


_OF_FILE = tuple(field.attname for field in StoredFile._meta.concrete_fields)


def _answers_of(communications: Sequence[int]) -> Mapping[int, list[CommunicationAnswer]]:
    """The answers to each with their files, in one query."""
    found: dict[int, list[CommunicationAnswer]] = {}
    if not communications:
        return found
    rows = (
        CommunicationAnswer.objects.filter(communication__in=communications)
        .select_related("sender", "organisation")
        .annotate(**{f"file_{name}": F(f"files__{name}") for name in _OF_FILE})
        .order_by("received_at", "pk", "files__pk")
    )
    for _pk, same in groupby(rows, key=lambda row: row.pk):
        each: list[Any] = list(same)
        files = [
            StoredFile.from_db(
                row._state.db, _OF_FILE, [getattr(row, f"file_{name}") for name in _OF_FILE]
            )
            for row in each
            if row.file_id is not None
        ]
        keep_prefetched(each[0], "files", files)
        found.setdefault(each[0].communication_id, []).append(each[0])
    return found


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


def communications_read_by(application: Application, user: Any) -> QuerySet[Communication]:
    """The same, and what was sent to one that such an organisation has absorbed."""
    sent = Communication.organisations.through.objects.filter(
        organisation__in=organisation_ids_read_by(user)
    )
    return communications_of(application).filter(pk__in=sent.values("communication"))


def answering_organisations(communication: Communication, user: Any) -> list[Organisation]:
    """The organisations it was sent to that the person writes for, in Swedish order."""
    own = organisations_acted_for(user, WRITERS).values("pk")
    return list(communication.organisations.filter(pk__in=own).order_by("sort_key", "pk"))


def answered_here(communication: Communication, user: Any) -> list[Organisation]:
    """The same of a communication with all that is shown of it, by what the request knows of the
    person already. It decides what a page offers; the services ask again, under their lock."""
    own = {held.organisation_id for held in mandates_held(user) if held.role in WRITERS}
    return [each for each in communication.organisations.all() if each.pk in own]


def can_be_answered(communication: Communication, status: str) -> bool:
    """Whether an answer is received: until a decision is made, also after the last day. What was
    sent about a grant in force is answered as long as it is."""
    if communication.sent_in in HAS_GRANT:
        return status in HAS_GRANT
    return status in UNDECIDED
