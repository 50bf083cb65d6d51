"""Calls, applications, decisions and the ledger."""

from .appeals import Appeal, DecisionCorrection, DecisionDelivery
from .applications import Application, ApplicationVersion, Participation
from .calls import ActivityArea, Call, CallDefinitionRecord, DevelopmentField, Requirement
from .decisions import Decision
from .delay import DelayRequest
from .delegation import DelegationRule
from .disclosure import DisclosureItem, DisclosureRefusal, DisclosureRequest
from .drafts import Attachment, DraftRow, DraftValue, PartnerInvitation
from .ledger import LedgerEntry
from .letters import DecisionLetter, LetterBatch
from .papers import CompletionRequest, Message, MessageReading, Signature
from .register import CaseDocument, DocumentChange, FieldMark, ShutOut
from .search import CaseArea, CaseSearch

__all__ = [
    "ActivityArea",
    "Appeal",
    "Application",
    "ApplicationVersion",
    "Attachment",
    "Call",
    "CallDefinitionRecord",
    "CaseArea",
    "CaseDocument",
    "CaseSearch",
    "CompletionRequest",
    "Decision",
    "DecisionCorrection",
    "DecisionDelivery",
    "DecisionLetter",
    "DelayRequest",
    "DelegationRule",
    "DevelopmentField",
    "DisclosureItem",
    "DisclosureRefusal",
    "DisclosureRequest",
    "DocumentChange",
    "DraftRow",
    "DraftValue",
    "FieldMark",
    "LedgerEntry",
    "LetterBatch",
    "Message",
    "MessageReading",
    "Participation",
    "PartnerInvitation",
    "Requirement",
    "ShutOut",
    "Signature",
]
