"""Reading what is claimed back, what is to be claimed, and what is asked to be carried over."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from applicants.enums import Role
from applicants.selectors import agencies_for
from grants.content.claims import Owed, owed
from grants.content.interest import Demand, Interest, Settled, interest
from grants.content.letter_parts import LANGUAGE
from grants.enums import EntryKind, PaymentState, Status
from grants.models import Application, CarryOverRequest, Claim, LedgerEntry, WriteOff
from grants.workflow import HAS_GRANT

from .money import entries_of, entries_that_hold, fund_years_in
from .payments import CONTROLLERS, payment_terms
from .rates import rates_known
from .shut_out import cases_shut_out_of, without_shut_out

DECIDES = (Role.DECISION_MAKER,)
CLAIMABLE = tuple(sorted(HAS_GRANT | {Status.REVOKED}))
UNPAID = "unpaid:"
"""How the keys begin of what is written off because it was never paid out."""


def under_way_sek(application: Application) -> int:
    """What is in payment orders and not answered yet, whole SEK."""
    rows = application.payments.filter(state=PaymentState.ORDERED)
    return rows.aggregate(total=Sum("amount_sek"))["total"] or 0


def owed_of(application: Application) -> Owed:
    """What is owed in the case, in two queries."""
    return owed_in(entries_of(application), application.claims.all())


def owed_in(entries: Iterable[LedgerEntry], claims: Iterable[Claim]) -> Owed:
    """The same from all the case's entries and claims, where they are at hand already."""
    rows = list(entries)
    undone = {each.reverses_id for each in rows}
    return owed(
        fund_years_in(rows),
        not_paid_sek=sum(
            each.amount_sek
            for each in rows
            if each.kind == EntryKind.WRITTEN_OFF
            and each.idempotency_key.startswith(UNPAID)
            and each.pk not in undone
        ),
        demanded_sek=sum(each.amount_sek for each in claims),
    )


def interest_of(
    application: Application,
    claims: Iterable[Claim],
    entries: Iterable[LedgerEntry],
    until: date,
) -> Interest | None:
    """The interest on what the party has not paid in time, by the case's claims and its whole
    ledger; None where nothing was claimed or the agency charges none in the call."""
    terms, rows = payment_terms(application), list(entries)
    demands = [Demand(each.due_on, each.amount_sek) for each in claims]
    if terms is None or terms.repayment.interest is None or not demands:
        return None
    undone = {each.reverses_id for each in rows}
    settled = [
        Settled(each.booked_on, each.amount_sek)
        for each in rows
        if each.kind in {EntryKind.REPAID, EntryKind.WRITTEN_OFF}
        and each.pk not in undone
        and not each.idempotency_key.startswith(UNPAID)
    ]
    return interest(demands, settled, until, rates_known())


def claims_of(application: Application) -> QuerySet[Claim]:
    """The case's demands, the latest first."""
    return application.claims.select_related("sent_by").order_by("-pk")


def pay_to_of(application: Application) -> str:
    """Where and how a claim in the case is to be paid, in the language of letters: as the call's
    terms say, else as the agency last asked; empty where neither says."""
    terms = payment_terms(application)
    said = None if terms is None else terms.repayment.pay_to
    return _last_paid_to(application) if said is None else said.in_(LANGUAGE)


def _last_paid_to(application: Application) -> str:
    found = Claim.objects.filter(
        application__call__agency=application.call.agency_id, pay_to__gt=""
    )
    return found.order_by("-pk").values_list("pay_to", flat=True).first() or ""


def write_offs_of(application: Application) -> QuerySet[WriteOff]:
    """What was proposed to be written off in the case, the latest first."""
    return application.write_offs.select_related("proposed_by", "decided_by").order_by("-pk")


def carry_overs_of(application: Application) -> QuerySet[CarryOverRequest]:
    """What the grantee has asked to carry over, the latest first."""
    return application.carry_over_requests.select_related("decided_by").order_by("-pk")


def last_day_to_use(application: Application, year: int) -> date:
    """The last day to use the money of a year: the call's, or where it was carried into that year
    by decision, what was decided."""
    carried = application.carry_over_requests.filter(granted_sek__gt=0, year__lt=year)
    days = carried.values_list("use_by", flat=True)
    return max([application.call.spend_by, *(day for day in days if day is not None)])


def open_claims(user: Any) -> QuerySet[Claim]:
    """Demands that are not settled, of the agencies where the person is controller, those first
    whose day comes first."""
    claims = Claim.objects.filter(
        settled_at__isnull=True, application__call__agency__in=agencies_for(user, CONTROLLERS)
    )
    return without_shut_out(claims, user, case="application").select_related("application__lead")


def to_claim(user: Any, today: date | None = None) -> dict[int, int]:
    """The cases of the agencies where the person is controller in which there is something to
    claim, each with how much (whole SEK): what nobody may use any more, and what has been claimed
    in the ledger without the party being asked for it."""
    on = today or timezone.localdate()
    entries = (
        entries_that_hold()
        .filter(
            application__call__agency__in=agencies_for(user, CONTROLLERS),
            application__imported=False,
            application__status__in=CLAIMABLE,
        )
        .exclude(application__in=cases_shut_out_of(user))
    )
    left: dict[int, int] = {}
    claimed: dict[int, int] = {}
    usable_after: dict[int, int] = {}
    waiting: set[int] = set()
    carried = CarryOverRequest.objects.filter(
        Q(granted_sek__gt=0, use_by__gte=on) | Q(decided_at__isnull=True),
        application__call__agency__in=agencies_for(user, CONTROLLERS),
    )
    for case, year, decided_at in carried.values_list("application", "year", "decided_at"):
        if decided_at is None:
            waiting.add(case)
        else:
            usable_after[case] = year
    for case, kind, year, spend_by, total in _sums(entries, *_USABLE):
        if kind == EntryKind.CLAIMED:
            claimed[case] = claimed.get(case, 0) + total
        if spend_by < on and case not in waiting and year <= usable_after.get(case, year):
            left[case] = left.get(case, 0) + _USABLE[EntryKind(kind)] * total
    demanded = Claim.objects.filter(application__in=claimed).order_by()
    for case, total in demanded.values_list("application").annotate(total=Sum("amount_sek")):
        claimed[case] -= total
    unpaid = _sums(entries.filter(idempotency_key__startswith=UNPAID), EntryKind.WRITTEN_OFF)
    for case, _kind, _year, _spend_by, total in unpaid:
        claimed[case] = claimed.get(case, 0) - total
    found = {
        case: max(left.get(case, 0), 0) + max(claimed.get(case, 0), 0)
        for case in left.keys() | claimed.keys()
    }
    return {case: sek for case, sek in found.items() if sek > 0}


_USABLE = {
    EntryKind.GRANTED: 1,
    EntryKind.CARRIED_IN: 1,
    EntryKind.SPENT: -1,
    EntryKind.CARRIED_OVER: -1,
    EntryKind.CLAIMED: -1,
}


def _sums(entries: QuerySet[LedgerEntry], *kinds: EntryKind) -> QuerySet[Any, Any]:
    return (
        entries.filter(kind__in=kinds)
        .order_by()
        .values_list("application", "kind", "year", "application__call__spend_by")
        .annotate(total=Sum("amount_sek"))
    )


def claims_to_remind_of(today: date, *, limit: int) -> list[Claim]:
    """Demands whose day has passed, that are not settled and of which nobody was reminded."""
    found = Claim.objects.filter(
        settled_at__isnull=True, reminded_at__isnull=True, due_on__lt=today
    )
    return list(found.order_by("pk")[:limit])


def carry_overs_to_decide(user: Any) -> QuerySet[CarryOverRequest]:
    """Requests that wait for an answer of the agencies where the person is decision maker."""
    waiting = CarryOverRequest.objects.filter(
        decided_at__isnull=True, application__call__agency__in=agencies_for(user, DECIDES)
    )
    return (
        without_shut_out(waiting, user, case="application")
        .select_related("application__lead", "application__call")
        .order_by("pk")
    )


def write_offs_to_decide(user: Any) -> QuerySet[WriteOff]:
    """Proposals to write off that wait, of the agencies where the person is decision maker."""
    waiting = WriteOff.objects.filter(
        decided_at__isnull=True, application__call__agency__in=agencies_for(user, DECIDES)
    )
    return (
        without_shut_out(waiting, user, case="application")
        .select_related("application__lead")
        .order_by("pk")
    )


def debts_of(organisations: Sequence[int]) -> QuerySet[Claim]:
    """Demands on these organisations whose day has passed and that are not settled."""
    return Claim.objects.filter(
        Q(settled_at__isnull=True),
        application__lead__in=list(organisations),
        due_on__lt=timezone.localdate(),
    )
