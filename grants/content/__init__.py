"""Frozen values of the grants room, without the database: money, drafts, fields."""

from .money import (
    CallTotals,
    FundYear,
    HistoryYear,
    Posting,
    balance_sek,
    fund_years,
    shortfall,
    usable_sek,
)

__all__ = [
    "CallTotals",
    "FundYear",
    "HistoryYear",
    "Posting",
    "balance_sek",
    "fund_years",
    "shortfall",
    "usable_sek",
]
