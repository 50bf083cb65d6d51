"""Using money after the call's last day: on the grantee's request, by a decision."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from applicants.models import User
from grants.checks.claims import ClaimRefused
from grants.content.change_letter import change_letter
from grants.definitions import CarryOver
from grants.enums import Direction, DocumentKind, EntryKind, NoticeKind
from grants.models import Application, CarryOverRequest
from grants.selectors import fund_years
from grants.selectors.change_facts import facts_of_carry_over
from grants.selectors.changes import granting
from grants.selectors.letters import letter_of
from grants.selectors.people import people_of
from grants.workflow import HAS_GRANT

from .case_letters import freeze_case_letter
from .ledger import book
from .money_documents import number_document
from .moving import locked_application, record, require
from .notices import notify


@transaction.atomic
def ask_to_carry_over(
    *, application: Application, actor: User, amount_sek: int, reasons: str
) -> CarryOverRequest:
    """The grantee asks to use an amount (whole SEK) after the last day to use it.

    Raises PermissionDenied for anyone but the lead's signatory, ClaimRefused where the call lets
    nothing be carried over, for more than is left, without reasons, or while a request waits.
    """
    application = locked_application(application.pk)
    require("grants.request_payment", actor, application)
    year = to_carry(application, amount_sek, reasons)
    asked = CarryOverRequest.objects.create(
        application=application,
        year=year,
        amount_sek=amount_sek,
        reasons=reasons.strip(),
        asked_by=actor,
        asked_at=timezone.now(),
    )
    number_document(
        application,
        Direction.IN,
        f"carry_over:{asked.pk}",
        title=gettext_noop("Request to carry money over"),
        actor=actor,
    )
    record(
        application,
        "carry_over.asked",
        actor=actor,
        payload={"year": year, "amount_sek": amount_sek},
        texts={"reasons": asked.reasons},
        on_behalf_of=application.lead,
    )
    return asked


def to_carry(application: Application, amount_sek: int, reasons: str) -> int:
    """The year that the amount (whole SEK) is asked to be carried out of. Raises ClaimRefused."""
    if application.definition.carry_over is not CarryOver.BY_DECISION:
        raise ClaimRefused("not_allowed")
    if application.status not in HAS_GRANT:
        raise ClaimRefused("late")
    if application.carry_over_requests.filter(decided_at__isnull=True).exists():
        raise ClaimRefused("waiting")
    if not reasons.strip():
        raise ClaimRefused("reasons")
    year = next((each for each in fund_years(application) if each.usable_sek > 0), None)
    if year is None or not 0 < amount_sek <= year.usable_sek:
        raise ClaimRefused("amount")
    return year.year


@transaction.atomic
def decide_carry_over(
    *,
    request: CarryOverRequest,
    actor: User,
    granted_sek: int,
    use_by: date | None,
    answer: str,
) -> CarryOverRequest:
    """Grant what was asked for, a part of it, or nothing (0), with reasons; what is granted is
    booked out of its year and into the next, and may be used until `use_by` (inclusive).

    Raises PermissionDenied for anyone but the agency's decision makers, ClaimRefused for one that
    was decided, for whoever asked for it or registered it, without reasons, for more than was
    asked for or is left by now, or without a day after the call's last one.
    """
    application = locked_application(request.application_id)
    request = CarryOverRequest.objects.select_for_update().get(pk=request.pk)
    request.application = application
    require("grants.decide_money", actor, application)
    if request.decided_at is not None:
        raise ClaimRefused("decided")
    if actor.pk in {request.asked_by_id, request.registered_by_id}:
        raise ClaimRefused("registered")
    if not answer.strip():
        raise ClaimRefused("answer")
    left = next(
        (each.usable_sek for each in fund_years(application) if each.year == request.year), 0
    )
    if granted_sek and not 0 < granted_sek <= min(request.amount_sek, left):
        raise ClaimRefused("amount")
    if granted_sek and (use_by is None or use_by <= application.call.spend_by):
        raise ClaimRefused("day")
    request.granted_sek, request.answer = granted_sek, answer.strip()
    request.use_by = use_by if granted_sek else None
    request.decided_by, request.decided_at = actor, timezone.now()
    request.save(update_fields=["granted_sek", "use_by", "answer", "decided_by", "decided_at"])
    number_document(
        application,
        Direction.OUT,
        f"carry_over_decision:{request.pk}",
        title=gettext_noop("Decision on carrying money over"),
        actor=actor,
        kind=DocumentKind.DECISION,
    )
    record(
        application,
        "carry_over.decided",
        actor=actor,
        payload={"amount_sek": granted_sek, "year": request.year},
        texts={"answer": request.answer},
    )
    freeze_case_letter(
        application=application,
        source=f"carry_over_decision:{request.pk}",
        content=change_letter(
            facts_of_carry_over(request, decision=granting(application)),
            letter_of(application.definition),
        ),
        actor=actor,
    )
    if granted_sek:
        for kind, year in (
            (EntryKind.CARRIED_OVER, request.year),
            (EntryKind.CARRIED_IN, request.year + 1),
        ):
            book(
                application=application,
                kind=kind,
                year=year,
                amount_sek=granted_sek,
                actor=actor,
                key=f"carry-over:{request.pk}:{kind}",
            )
    notify(
        application=application,
        people=people_of(application, lead_only=True),
        kind=NoticeKind.CLAIM,
        key=f"carry-over:{request.pk}",
    )
    return request
