"""Frozen values of the grants room, without the database: money, drafts, fields."""

from .money import (
    FundYear,
    HistoryYear,
    Posting,
    balance_sek,
    fund_years,
    shortfall,
    usable_sek,
)

__all__ = [
    "FundYear",
    "HistoryYear",
    "Posting",
    "balance_sek",
    "fund_years",
    "shortfall",
    "usable_sek",
]
