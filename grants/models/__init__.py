"""Calls, applications, decisions and the ledger."""

from .applications import Application, ApplicationVersion, Participation
from .calls import ActivityArea, Call, CallDefinitionRecord, DevelopmentField, Requirement
from .decisions import Decision
from .ledger import LedgerEntry

__all__ = [
    "ActivityArea",
    "Application",
    "ApplicationVersion",
    "Call",
    "CallDefinitionRecord",
    "Decision",
    "DevelopmentField",
    "LedgerEntry",
    "Participation",
    "Requirement",
]
