"""Addresses of the money: a grant to the lead, of which a payment order was handed over."""

from typing import TYPE_CHECKING

from django.urls import reverse

from tests.factories import ParticipationFactory
from tests.factories.paying import Paying

if TYPE_CHECKING:
    from tests.portal.everyone import Everyone

PLAIN = (
    "claims",
    "money-decisions",
    "money",
    "money-entries",
    "money-export",
    "payments",
    "reconciliations",
)


def money_addresses(everyone: "Everyone") -> dict[str, str]:
    """An address of each page of money, in a case of the lead and its partner."""
    desk = Paying(agency=everyone.agency)
    case = desk.granted(lead=everyone.lead)
    ParticipationFactory(application=case, organisation=everyone.partner)
    order = desk.order(case)
    return {
        **{name: reverse(name) for name in PLAIN},
        "payment-order": reverse("payment-order", args=[order.pk]),
        "payment-order-file": reverse("payment-order-file", args=[order.pk]),
        "case-payments": reverse("case-payments", args=[case.pk]),
        "case-claims": reverse("case-claims", args=[case.pk]),
        "own-carry-over": reverse("own-carry-over", args=[case.pk]),
        "own-money": reverse("own-money", args=[case.pk]),
        "my-organisation-money": reverse("my-organisation-money", args=[everyone.lead.pk]),
    }
