"""Pure rules of the reviews room."""

from .findings import Demand, Findings, Waived, failing, missing, requirements_met, satisfied
from .opinions import opinions_missing
from .proposing import Told, proposed
from .refusals import ReviewRefused
from .shares import Part, Parts, ShareLine, parts_of

__all__ = [
    "Demand",
    "Findings",
    "Part",
    "Parts",
    "ReviewRefused",
    "ShareLine",
    "Told",
    "Waived",
    "failing",
    "missing",
    "opinions_missing",
    "parts_of",
    "proposed",
    "requirements_met",
    "satisfied",
]
