"""Calls, applications, decisions and the ledger."""

from .applications import Application, ApplicationVersion, Participation
from .calls import ActivityArea, Call, CallDefinitionRecord, DevelopmentField, Requirement
from .decisions import Decision
from .drafts import Attachment, DraftRow, DraftValue, PartnerInvitation
from .ledger import LedgerEntry
from .papers import CompletionRequest, Message, MessageReading, Signature

__all__ = [
    "ActivityArea",
    "Application",
    "ApplicationVersion",
    "Attachment",
    "Call",
    "CallDefinitionRecord",
    "CompletionRequest",
    "Decision",
    "DevelopmentField",
    "DraftRow",
    "DraftValue",
    "LedgerEntry",
    "Message",
    "MessageReading",
    "Participation",
    "PartnerInvitation",
    "Requirement",
    "Signature",
]
