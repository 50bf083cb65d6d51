"""Telling the parties that there is a decision, and keeping the day on which each received it."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.models import Organisation, User
from grants.enums import DeliveryHow, NoticeKind
from grants.models import Application, Decision, DecisionDelivery
from grants.selectors.deliveries import organisations_acted_for
from grants.selectors.letters import parties_of
from grants.selectors.people import people_of, people_of_participation

from .moving import locked_application, record, require
from .notices import notify


class DeliveryRefused(Exception):
    """It cannot be so. `code`: `no_party`, `before_decision` or `in_future`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def open_deliveries(*, decision: Decision) -> list[DecisionDelivery]:
    """Mail all who act for the parties that there is a decision, and keep that they were told.

    Call it in the transaction that makes the decision. A second call tells nobody twice.
    """
    application = locked_application(decision.application_id)
    there = set(decision.deliveries.values_list("organisation_id", flat=True))
    made = DecisionDelivery.objects.bulk_create(
        DecisionDelivery(decision=decision, organisation_id=pk, sent_at=timezone.now())
        for pk in parties_of(application)
        if pk not in there
    )
    notify(
        application=application,
        people=people_of(application),
        kind=NoticeKind.DECISION,
        key=str(decision.pk),
    )
    return made


@transaction.atomic
def delivered(
    *,
    decision: Decision,
    organisation: Organisation,
    how: DeliveryHow,
    actor: User,
    on: date | None = None,
) -> DecisionDelivery:
    """Keep that the party has received the decision, the first time in each way.

    Opened: by somebody who acts for the party, now. Delivered on paper: by the agency's staff, on
    a Swedish date, today where none is given. Raises PermissionDenied, and DeliveryRefused.
    """
    application = locked_application(decision.application_id)
    row = _delivery(application, decision, organisation)
    payload: dict[str, object] = {"decision": decision.pk, "organisation": organisation.pk}
    if how is DeliveryHow.OPENED:
        if organisation.pk not in organisations_acted_for(application, actor):
            raise PermissionDenied("acts for the party")
        if row.opened_at is not None:
            return row
        row.opened_at, row.opened_by = timezone.now(), actor
        row.save()
        name = "decision.opened"
        record(application, name, actor=actor, payload=payload, on_behalf_of=organisation)
        return row
    require("grants.deliver_decision", actor, application)
    today = timezone.localdate()
    day = on or today
    if day > today:
        raise DeliveryRefused("in_future")
    if day < decision.decided_on:
        raise DeliveryRefused("before_decision")
    if row.paper_on is not None:
        return row
    row.paper_on, row.paper_by = day, actor
    row.save()
    payload["on"] = day.isoformat()
    record(application, "decision.delivered_on_paper", actor=actor, payload=payload)
    return row


@transaction.atomic
def remind_party(*, decision: Decision, organisation: Organisation, actor: User) -> bool:
    """Mail those who act for the party once more, once a day; returns whether anybody was.

    Raises PermissionDenied, and DeliveryRefused.
    """
    application = locked_application(decision.application_id)
    require("grants.deliver_decision", actor, application)
    part = application.participations.filter(organisation=organisation).first()
    if part is None:
        raise DeliveryRefused("no_party")
    sent = notify(
        application=application,
        people=people_of_participation(part),
        kind=NoticeKind.DECISION,
        key=f"{decision.pk}:reminder:{timezone.localdate().isoformat()}",
    )
    if not sent:
        return False
    payload = {"decision": decision.pk, "organisation": organisation.pk}
    record(application, "decision.reminded", actor=actor, payload=payload)
    return True


def _delivery(
    application: Application, decision: Decision, organisation: Organisation
) -> DecisionDelivery:
    """The row, locked with its case; made where a decision is older than they are."""
    if not application.participations.filter(organisation=organisation).exists():
        raise DeliveryRefused("no_party")
    row, _made = DecisionDelivery.objects.get_or_create(
        decision=decision, organisation=organisation
    )
    return row
