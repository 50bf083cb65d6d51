"""Addresses of the money: for controllers, in a case, and the grantee's own."""

from portal.views import (
    case_claims,
    case_payments,
    claims,
    money,
    own_money,
    payment_order,
    payments,
    rates,
    reconciling,
)
from portal.views.access import Access

from .route import Route

ORDER = "ekonomi/utbetalningar/<int:pk>/"

ROUTES = (
    Route("ekonomi/", money.money_overview, "money", Access.HANDLE_MONEY),
    Route("ekonomi/transaktioner/", money.money_entries, "money-entries", Access.HANDLE_MONEY),
    Route(
        "ekonomi/transaktioner/export.csv",
        money.money_export,
        "money-export",
        Access.HANDLE_MONEY,
    ),
    Route("ekonomi/utbetalningar/", payments.payments, "payments", Access.HANDLE_MONEY),
    Route(ORDER, payment_order.payment_order, "payment-order", Access.HANDLE_MONEY),
    Route(
        f"{ORDER}betalningsorder.csv",
        payment_order.payment_order_file,
        "payment-order-file",
        Access.HANDLE_MONEY,
    ),
    Route(
        "ekonomi/avstamning/", reconciling.reconciliations, "reconciliations", Access.HANDLE_MONEY
    ),
    Route(
        "ansokningar/<int:pk>/utbetalningar/",
        case_payments.case_payments,
        "case-payments",
        Access.LOOK_AROUND,
    ),
    Route("ekonomi/aterkrav/", claims.claims, "claims", Access.HANDLE_MONEY),
    Route("ekonomi/referensranta/", rates.reference_rates, "reference-rates", Access.KEEP_RATES),
    Route("beslut/pengar/", claims.money_decisions, "money-decisions", Access.DECIDE),
    Route(
        "ansokningar/<int:pk>/aterkrav/",
        case_claims.case_claims,
        "case-claims",
        Access.LOOK_AROUND,
    ),
    Route(
        "mina-ansokningar/<int:pk>/pengar/overforing/",
        own_money.own_carry_over,
        "own-carry-over",
        Access.SIGNED_IN,
    ),
    Route("mina-ansokningar/<int:pk>/pengar/", own_money.own_money, "own-money", Access.SIGNED_IN),
    Route(
        "mina-organisationer/<int:pk>/pengar/",
        own_money.organisation_money,
        "my-organisation-money",
        Access.SIGNED_IN,
    ),
)
