"""Reading an agency's ledger against decisions and payment orders."""

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import Any

from django.db.models import Q, QuerySet, Sum

from applicants.models import User
from applicants.selectors import agencies_for
from core.models import Agency
from grants.content.reconciling import CaseSums, Difference, differences
from grants.enums import ChangeKind, EntryKind, Outcome, PaymentState, Status
from grants.models import (
    Application,
    Claim,
    GrantChange,
    LedgerEntry,
    Payment,
    Reconciliation,
)
from grants.models.changes import IN_EFFECT

from .claim_facts import LEFT
from .claims import UNPAID
from .money import entries_that_hold, fund_years_for
from .payments import CONTROLLERS

CASES_AT_ONCE = 500
_REOPENED = (Status.ASSESSED, Status.SUBMITTED, Status.REJECTED, Status.DISMISSED)


def cases_with_money(agency: Agency) -> list[int]:
    """The agency's cases in whose ledger something stands, or that have a grant."""
    booked = LedgerEntry.objects.filter(application__call__agency=agency)
    cases = Application.objects.filter(call__agency=agency).filter(
        Q(granted_sek__isnull=False) | Q(pk__in=booked.values("application"))
    )
    return list(cases.order_by("pk").values_list("pk", flat=True))


def differences_in(cases: Iterable[int]) -> Iterator[Difference]:
    """What does not agree in these cases, some hundred at a time."""
    for ids in batched(cases, CASES_AT_ONCE, strict=False):
        for sums in _sums(list(ids)):
            yield from differences(sums)


def _sums(ids: list[int]) -> Iterator[CaseSums]:
    years = fund_years_for(ids)
    ordered = _by_case(Payment.objects.filter(application__in=ids, state=PaymentState.PAID))
    # Whatever their key: money booked as paid beside the orders has none that paid it.
    booked = _by_case(entries_that_hold().filter(application__in=ids, kind=EntryKind.PAID))
    demanded = _by_case(Claim.objects.filter(application__in=ids))
    never_paid = _by_case(
        entries_that_hold().filter(application__in=ids, idempotency_key__startswith=UNPAID)
    )
    booked_back = _by_case(
        entries_that_hold().filter(application__in=ids, idempotency_key__startswith=LEFT)
    )
    returned: dict[int, int] = {}
    # A grant that is revoked has been changed all the same; one decided anew begins without.
    holds = Q(decision__superseded_by__isnull=True) | Q(
        decision__superseded_by__outcome=Outcome.REVOKED
    )
    left = GrantChange.objects.filter(
        holds, application__in=ids, kind=ChangeKind.PARTNER, state__in=IN_EFFECT
    )
    for pk, proposal in left.values_list("application", "proposal"):
        if proposal is not None:
            returned[pk] = returned.get(pk, 0) + proposal["returned_sek"]
    for pk, granted, imported, status in Application.objects.filter(pk__in=ids).values_list(
        "pk", "granted_sek", "imported", "status"
    ):
        yield CaseSums(
            case=pk,
            years=years[pk],
            granted_sek=granted,
            imported=imported,
            closed=status == Status.CLOSED and granted is not None,
            reopened=status in _REOPENED,
            ordered_sek=ordered.get(pk, 0),
            booked_sek=booked.get(pk, 0),
            demanded_sek=demanded.get(pk, 0) + never_paid.get(pk, 0),
            returned_sek=returned.get(pk, 0),
            booked_back_sek=booked_back.get(pk, 0),
        )


def _by_case(rows: QuerySet[Any]) -> dict[int, int]:
    found = rows.order_by().values_list("application").annotate(total=Sum("amount_sek"))
    return dict(found)


def ledger_totals(agency: Agency) -> tuple[dict[str, int], int]:
    """Sums of the agency's entries that hold by kind (whole SEK), and how many they are."""
    rows = (
        entries_that_hold()
        .filter(application__call__agency=agency)
        .order_by()
        .values_list("kind", "amount_sek")
    )
    totals: dict[str, int] = {}
    number = 0
    for kind, amount_sek in rows.iterator(chunk_size=2_000):
        totals[kind] = totals.get(kind, 0) + amount_sek
        number += 1
    return totals, number


def reconciliations_visible_to(user: Any) -> QuerySet[Reconciliation]:
    """Those of the agencies where the person is controller, the latest first."""
    return (
        Reconciliation.objects.filter(agency__in=agencies_for(user, CONTROLLERS))
        .select_related("agency")
        .order_by("-pk")
    )


def controllers_of(agency: Agency) -> QuerySet[User]:
    """The agency's controllers."""
    roles = agency.staff_roles.filter(role__in=[str(role) for role in CONTROLLERS])
    return User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by("pk")
