"""What a grantee asks for on paper or by mail after the decision, registered by the agency's staff.

It is then the request that it would have been online, and goes the same way: whoever registers it
may prepare it, and does not decide it. So does its withdrawal, of a request from online too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from applicants.models import User
from core.models import StoredFile
from grants.checks.changes import ChangeRefused
from grants.content.changes import Change, change_document, kind_of
from grants.enums import ChangeState, Direction, Medium, NoticeKind
from grants.models import Application, CarryOverRequest, ChangeQuestion, GrantChange
from grants.models.changes import OPEN
from grants.selectors.people import people_of

from .carrying_over import to_carry
from .changes import UNANSWERED, locked_change, tell_agency, tell_grantee, to_ask, told
from .money_documents import number_document
from .moving import locked_application, record, require
from .notices import notify
from .register import RegistrationRefused, refuse_future, refuse_others


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPaper:
    """The paper or mail itself: the Swedish date on which it reached the agency, the name under
    it, how it came, and its scans."""

    received_on: date
    signed_by: str
    medium: Medium = Medium.PAPER
    files: Iterable[StoredFile] = ()

    @property
    def received_at(self) -> datetime:
        """The beginning of the day, for what is kept as a moment."""
        return timezone.make_aware(datetime.combine(self.received_on, time()))


@transaction.atomic
def register_change(
    *, application: Application, actor: User, change: Change, reasons: str, paper: OnPaper
) -> GrantChange:
    """Register that the grantee has asked for a change of its grant on paper; it is asked for
    when the paper came.

    Raises PermissionDenied for anyone but the agency's registrars and case officers,
    RegistrationRefused (`future`, `unsigned`, `file_elsewhere`), and ChangeRefused as
    `ask_for_change` does.
    """
    application, files = _allowed(application.pk, actor, paper)
    change = to_ask(application, change, reasons)
    kind = kind_of(change)
    asked = GrantChange.objects.create(
        application=application,
        kind=kind,
        wanted=change_document(change),
        reasons=told(reasons),
        asked_at=paper.received_at,
        registered_by=actor,
        signed_by=paper.signed_by.strip(),
    )
    _register(
        application,
        "change.registered",
        f"change:{asked.pk}",
        gettext_noop("Request to change the grant"),
        actor=actor,
        paper=paper,
        files=files,
        payload={"change": asked.pk, "kind": str(kind), "wanted": asked.wanted},
        texts={"reasons": asked.reasons},
    )
    tell_agency(application, f"asked:{asked.pk}", but=actor)
    tell_grantee(asked, f"registered:{asked.pk}")
    return asked


@transaction.atomic
def register_answer(
    *, change: GrantChange, actor: User, text: str, paper: OnPaper
) -> ChangeQuestion:
    """Register the grantee's answer, on paper, to the question that waits. Raises as
    `register_change` does, and ChangeRefused as `answer_about_change`."""
    application, files = _allowed(change.application_id, actor, paper)
    application, change = locked_change(change)
    if not text.strip():
        raise ChangeRefused("answer")
    if change.state != ChangeState.QUESTION:
        raise ChangeRefused("state")
    asked = change.questions.select_for_update().get(answered_at__isnull=True)
    asked.answer, asked.answered_at = told(text), paper.received_at
    asked.registered_by, asked.signed_by = actor, paper.signed_by.strip()
    asked.save(update_fields=["answer", "answered_at", "registered_by", "signed_by"])
    change.state = ChangeState.ASKED
    change.save(update_fields=["state"])
    _register(
        application,
        "change.answer_registered",
        f"change_answer:{asked.pk}",
        gettext_noop("Answer about a request to change the grant"),
        actor=actor,
        paper=paper,
        files=files,
        payload={"change": change.pk},
        texts={"answer": asked.answer},
    )
    tell_agency(application, f"answered:{asked.pk}", but=actor)
    return asked


@transaction.atomic
def register_withdrawal(
    *, change: GrantChange, actor: User, text: str, paper: OnPaper
) -> GrantChange:
    """Register that the grantee has taken its request back on paper; it is withdrawn as of when
    the paper came. Raises as `register_change` does, and ChangeRefused once it is decided or
    withdrawn, without words, or for a paper that came before the request."""
    application, files = _allowed(change.application_id, actor, paper)
    application, change = locked_change(change)
    if change.state not in OPEN:
        raise ChangeRefused("state")
    if not text.strip():
        raise ChangeRefused("withdrawal")
    if paper.received_on < timezone.localdate(change.asked_at):
        raise ChangeRefused("before_request")
    signed_by = paper.signed_by.strip()
    for asked in change.questions.select_for_update().filter(answered_at__isnull=True):
        asked.answer, asked.answered_at = UNANSWERED, max(paper.received_at, asked.asked_at)
        asked.registered_by, asked.signed_by = actor, signed_by
        asked.save(update_fields=["answer", "answered_at", "registered_by", "signed_by"])
    change.state = ChangeState.WITHDRAWN
    # Of the day of the paper no more is known than that it came after the request.
    change.withdrawn_at = max(paper.received_at, change.asked_at)
    change.withdrawal_registered_by, change.withdrawal_signed_by = actor, signed_by
    change.withdrawal_text = told(text)
    change.save(
        update_fields=[
            "state", "withdrawn_at", "withdrawal_registered_by", "withdrawal_signed_by",
            "withdrawal_text",
        ]
    )  # fmt: skip
    _register(
        application,
        "change.withdrawal_registered",
        f"change_withdrawal:{change.pk}",
        gettext_noop("Withdrawal of a request to change the grant"),
        actor=actor,
        paper=paper,
        files=files,
        payload={"change": change.pk},
        texts={"withdrawal": change.withdrawal_text},
    )
    tell_agency(application, f"withdrawn:{change.pk}", but=actor)
    tell_grantee(change, f"withdrawal_registered:{change.pk}")
    return change


@transaction.atomic
def register_carry_over(
    *, application: Application, actor: User, amount_sek: int, reasons: str, paper: OnPaper
) -> CarryOverRequest:
    """Register that the grantee has asked on paper to use an amount (whole SEK) after the last
    day to use it. Raises PermissionDenied and RegistrationRefused as `register_change` does, and
    ClaimRefused as `ask_to_carry_over`."""
    application, files = _allowed(application.pk, actor, paper)
    year = to_carry(application, amount_sek, reasons)
    asked = CarryOverRequest.objects.create(
        application=application,
        year=year,
        amount_sek=amount_sek,
        reasons=reasons.strip(),
        asked_at=paper.received_at,
        registered_by=actor,
        signed_by=paper.signed_by.strip(),
    )
    _register(
        application,
        "carry_over.registered",
        f"carry_over:{asked.pk}",
        gettext_noop("Request to carry money over"),
        actor=actor,
        paper=paper,
        files=files,
        payload={"year": year, "amount_sek": amount_sek},
        texts={"reasons": asked.reasons},
    )
    notify(
        application=application,
        people=people_of(application, lead_only=True),
        kind=NoticeKind.CLAIM,
        key=f"carry-over-registered:{asked.pk}",
    )
    return asked


def _allowed(
    application_id: int, actor: User, paper: OnPaper
) -> tuple[Application, list[StoredFile]]:
    """The case, locked, and the paper's scans, where the paper may be registered by that person."""
    application = locked_application(application_id)
    require("grants.register_change", actor, application)
    refuse_future(paper.received_on)
    if not paper.signed_by.strip():
        raise RegistrationRefused("unsigned")
    files = list(paper.files)
    refuse_others(files, actor)
    return application, files


def _register(
    application: Application,
    name: str,
    source: str,
    title: str,
    *,
    actor: User,
    paper: OnPaper,
    files: list[StoredFile],
    payload: Mapping[str, Any],
    texts: Mapping[str, str],
) -> None:
    """Number the paper as the document of what was asked, and tell of it in the journal."""
    document = number_document(
        application,
        Direction.IN,
        source,
        title=title,
        actor=actor,
        dated_on=paper.received_on,
    )
    document.medium = paper.medium
    document.save(update_fields=["medium"])
    document.scans.set(files)
    record(
        application,
        name,
        actor=actor,
        payload={
            **payload,
            "medium": str(paper.medium),
            "received_on": paper.received_on.isoformat(),
            "files": [file.sha256 for file in files],
        },
        texts={**texts, "signed_by": paper.signed_by.strip()},
        on_behalf_of=application.lead,
    )
