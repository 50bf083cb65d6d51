"""Changes of a grant: asked for by the grantee, asked about and prepared by an officer.

Deciding is in `grants.services.deciding_changes`.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from applicants.models import User
from grants.checks.changes import ChangeRefused, refuse_unless_possible
from grants.content.changes import (
    Change,
    PartnerChange,
    change_document,
    change_of,
    kind_of,
    returned_by,
)
from grants.enums import ChangeKind, ChangeState, Direction, NoticeKind
from grants.models import Application, ChangeQuestion, GrantChange
from grants.models.changes import DECIDED, OPEN
from grants.selectors.changes import granting, ground_of, people_told
from grants.selectors.messages import officers_concerned
from grants.selectors.people import people_of
from grants.workflow import HAS_GRANT

from .money_documents import number_document
from .moving import locked_application, record, require
from .notices import notify


@transaction.atomic
def ask_for_change(
    *, application: Application, actor: User, change: Change, reasons: str
) -> GrantChange:
    """The grantee asks for a change of its grant.

    Raises PermissionDenied for anyone but the lead's signatory, ChangeRefused where there is no
    grant in force, one of the kind is open already, without reasons, or where the change cannot be
    made of this grant.
    """
    application = locked_application(application.pk)
    require("grants.ask_for_change", actor, application)
    change = to_ask(application, change, reasons)
    kind = kind_of(change)
    asked = GrantChange.objects.create(
        application=application,
        kind=kind,
        wanted=change_document(change),
        reasons=told(reasons),
        asked_by=actor,
        asked_at=timezone.now(),
    )
    number_document(
        application,
        Direction.IN,
        f"change:{asked.pk}",
        title=gettext_noop("Request to change the grant"),
        actor=actor,
    )
    record(
        application,
        "change.asked",
        actor=actor,
        payload={"change": asked.pk, "kind": str(kind), "wanted": asked.wanted},
        texts={"reasons": asked.reasons},
        on_behalf_of=application.lead,
    )
    tell_agency(application, f"asked:{asked.pk}")
    _tell_partners(asked, f"asked:{asked.pk}")
    return asked


def to_ask(application: Application, change: Change, reasons: str) -> Change:
    """The change as it can be asked for now. Raises ChangeRefused."""
    if not reasons.strip():
        raise ChangeRefused("reasons")
    if application.changes.filter(kind=kind_of(change), state__in=OPEN).exists():
        raise ChangeRefused("waiting")
    return tried(application, change)


def tried(application: Application, change: Change) -> Change:
    """The change as it can be made of the grant now, with what it gives back worked out. Raises
    ChangeRefused."""
    decision = granting(application)
    if application.imported or decision is None or application.status not in HAS_GRANT:
        raise ChangeRefused("late")
    ground = ground_of(application, decision)
    refuse_unless_possible(change, ground)
    if isinstance(change, PartnerChange):
        return PartnerChange(change.organisation, change.rows, returned_by(change, ground.basis))
    return change


@transaction.atomic
def withdraw_change(*, change: GrantChange, actor: User) -> GrantChange:
    """The grantee takes its request back. Raises PermissionDenied for anyone but the lead's
    signatory, ChangeRefused once it is decided or withdrawn."""
    application, change = locked_change(change)
    require("grants.ask_for_change", actor, application)
    _open(change, *OPEN)
    change.questions.filter(answered_at__isnull=True).update(
        answer=UNANSWERED, answered_by=actor, answered_at=timezone.now()
    )
    change.state, change.withdrawn_at = ChangeState.WITHDRAWN, timezone.now()
    change.save(update_fields=["state", "withdrawn_at"])
    record(
        application,
        "change.withdrawn",
        actor=actor,
        payload={"change": change.pk},
        on_behalf_of=application.lead,
    )
    tell_agency(application, f"withdrawn:{change.pk}")
    return change


UNANSWERED = "–"
"""What is kept as the answer to a question of a request that was withdrawn instead."""


@transaction.atomic
def ask_about_change(*, change: GrantChange, actor: User, text: str) -> ChangeQuestion:
    """The officer asks the grantee about the change; a proposal that is there is dropped.

    Raises PermissionDenied for anyone but the agency's case officers, ChangeRefused for one that
    is decided, while another question waits, or without a question.
    """
    application, change = locked_change(change)
    require("grants.prepare_change", actor, application)
    if not text.strip():
        raise ChangeRefused("question")
    if change.state == ChangeState.PREPARED:
        _unprepare(change)
    _open(change, ChangeState.ASKED)
    asked = ChangeQuestion.objects.create(
        change=change, text=told(text), asked_by=actor, asked_at=timezone.now()
    )
    change.state = ChangeState.QUESTION
    change.save(update_fields=["state"])
    number_document(
        application,
        Direction.OUT,
        f"change_question:{asked.pk}",
        title=gettext_noop("Question about a request to change the grant"),
        actor=actor,
    )
    record(
        application,
        "change.question",
        actor=actor,
        payload={"change": change.pk},
        texts={"question": asked.text},
    )
    tell_grantee(change, f"question:{asked.pk}")
    return asked


@transaction.atomic
def answer_about_change(
    *, change: GrantChange, actor: User, text: str, question: str | None = None
) -> ChangeQuestion:
    """The grantee answers the question that waits; `question` is the number of the one that was
    shown, where a page showed it. Raises PermissionDenied for anyone but the lead's signatory,
    ChangeRefused where no question waits, or another than that, or without an answer."""
    application, change = locked_change(change)
    require("grants.ask_for_change", actor, application)
    if not text.strip():
        raise ChangeRefused("answer")
    _open(change, ChangeState.QUESTION)
    asked = change.questions.select_for_update().get(answered_at__isnull=True)
    if question is not None and question != str(asked.pk):
        raise ChangeRefused("other_question")
    asked.answer, asked.answered_by, asked.answered_at = told(text), actor, timezone.now()
    asked.save(update_fields=["answer", "answered_by", "answered_at"])
    change.state = ChangeState.ASKED
    change.save(update_fields=["state"])
    number_document(
        application,
        Direction.IN,
        f"change_answer:{asked.pk}",
        title=gettext_noop("Answer about a request to change the grant"),
        actor=actor,
    )
    record(
        application,
        "change.answered",
        actor=actor,
        payload={"change": change.pk},
        texts={"answer": asked.answer},
        on_behalf_of=application.lead,
    )
    tell_agency(application, f"answered:{asked.pk}")
    return asked


@transaction.atomic
def prepare_change(
    *,
    change: GrantChange,
    actor: User,
    outcome: ChangeState,
    proposal: Change | None,
    reasons: str,
) -> GrantChange:
    """The officer proposes what is to be decided; a proposal that is there is replaced.

    `proposal` is what is to hold; None refuses. What is not just what was asked for is a grant in
    part. Raises PermissionDenied for anyone but the agency's case officers, ChangeRefused for a
    request that is decided or waits for an answer, for whoever asked, without reasons, or where
    it cannot be made of this grant.
    """
    application, change = locked_change(change)
    require("grants.prepare_change", actor, application)
    if actor.pk == change.asked_by_id:
        raise ChangeRefused("same_person")
    if not reasons.strip():
        raise ChangeRefused("reasons")
    if change.state == ChangeState.PREPARED:
        _unprepare(change)
    _open(change, ChangeState.ASKED)
    if outcome not in DECIDED or (proposal is None) != (outcome == ChangeState.REFUSED):
        raise ChangeRefused("outcome")
    document = dict(change.wanted)
    if proposal is not None:
        if kind_of(proposal) != ChangeKind(change.kind):
            raise ChangeRefused("outcome")
        document = change_document(tried(application, proposal))
        same = document == change_document(tried_or_same(application, change_of(change.wanted)))
        outcome = ChangeState.GRANTED if same else ChangeState.PARTLY
    change.state, change.proposed, change.proposal = ChangeState.PREPARED, outcome, document
    change.proposal_reasons, change.sent_back = told(reasons), ""
    change.prepared_by, change.prepared_at = actor, timezone.now()
    change.save(
        update_fields=[
            "state", "proposed", "proposal", "proposal_reasons", "sent_back", "prepared_by",
            "prepared_at",
        ]
    )  # fmt: skip
    record(
        application,
        "change.prepared",
        actor=actor,
        payload={"change": change.pk, "proposed": str(outcome), "proposal": document},
        texts={"reasons": change.proposal_reasons},
    )
    return change


def tried_or_same(application: Application, change: Change) -> Change:
    """What was asked for as it could be made now, or as it was asked for where it cannot."""
    try:
        return tried(application, change)
    except ChangeRefused:
        return change


@transaction.atomic
def send_change_back(*, change: GrantChange, actor: User, why: str) -> GrantChange:
    """The decision maker sends a proposal back to the officer. Raises PermissionDenied for anyone
    but the agency's decision makers, ChangeRefused without a reason, or where none waits."""
    application, change = locked_change(change)
    require("grants.decide_change", actor, application)
    if not why.strip():
        raise ChangeRefused("reasons")
    _open(change, ChangeState.PREPARED)
    preparer = change.prepared_by
    _unprepare(change)
    change.sent_back = told(why)
    change.save(update_fields=["sent_back"])
    record(
        application,
        "change.sent_back",
        actor=actor,
        payload={"change": change.pk},
        texts={"why": change.sent_back},
    )
    if preparer is not None:
        notify(
            application=application,
            people=[preparer],
            kind=NoticeKind.CHANGE,
            key=f"sent_back:{change.pk}:{timezone.now().isoformat()}",
            to_agency=True,
        )
    return change


def locked_change(change: GrantChange) -> tuple[Application, GrantChange]:
    """The change and its case as they now are, locked until the transaction ends."""
    application = locked_application(change.application_id)
    found = GrantChange.objects.select_for_update().get(pk=change.pk)
    found.application = application
    return application, found


def _open(change: GrantChange, *states: ChangeState) -> None:
    if change.state not in states:
        raise ChangeRefused("state")


def _unprepare(change: GrantChange) -> None:
    change.state, change.proposed, change.proposal = ChangeState.ASKED, "", None
    change.proposal_reasons, change.prepared_by, change.prepared_at = "", None, None
    change.save(
        update_fields=[
            "state", "proposed", "proposal", "proposal_reasons", "prepared_by", "prepared_at",
        ]
    )  # fmt: skip


def told(text: str) -> str:
    """What somebody wrote, as it is kept."""
    return text.strip().replace("\r\n", "\n")


def tell_grantee(change: GrantChange, key: str) -> None:
    """That there is news in the case, to those who write for the lead or for a partner that the
    change is about."""
    _tell(change.application, people_told(change), key)


def _tell_partners(change: GrantChange, key: str) -> None:
    """The same to the partners alone: the lead has asked for it itself."""
    lead = {each.pk for each in people_of(change.application, lead_only=True)}
    _tell(change.application, [each for each in people_told(change) if each.pk not in lead], key)


def _tell(application: Application, people: list[User], key: str) -> None:
    notify(application=application, people=people, kind=NoticeKind.CHANGE, key=key)


def tell_agency(application: Application, key: str, *, but: User | None = None) -> None:
    """That there is news in the case, to its officers; not to the one who has made it."""
    notify(
        application=application,
        people=[each for each in officers_concerned(application) if each != but],
        kind=NoticeKind.CHANGE,
        key=key,
        to_agency=True,
    )
