"""Calls, applications, decisions and the ledger."""

from .appeals import Appeal, DecisionCorrection, DecisionDelivery
from .applications import Application, ApplicationVersion, Participation
from .call_drafts import CallDraft
from .calls import ActivityArea, Call, CallDefinitionRecord, DevelopmentField, Requirement
from .case_letters import CaseLetter
from .changes import ChangeQuestion, GrantChange
from .claims import CarryOverRequest, Claim, WriteOff
from .decisions import Decision
from .delay import DelayRequest
from .delegation import DelegationRule
from .disclosure import DisclosureItem, DisclosureRefusal, DisclosureRequest
from .drafts import Attachment, DraftRow, DraftValue, PartnerInvitation
from .ledger import LedgerEntry
from .letters import DecisionLetter, LetterBatch
from .papers import CompletionRequest, Message, MessageReading, Signature
from .payments import (
    OrderAnswer,
    Payment,
    PaymentOrder,
    PaymentStop,
    Reconciliation,
    Requisition,
)
from .rates import ReferenceRate
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
    "CallDraft",
    "CarryOverRequest",
    "CaseArea",
    "CaseDocument",
    "CaseLetter",
    "CaseSearch",
    "ChangeQuestion",
    "Claim",
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
    "GrantChange",
    "LedgerEntry",
    "LetterBatch",
    "Message",
    "MessageReading",
    "OrderAnswer",
    "Participation",
    "PartnerInvitation",
    "Payment",
    "PaymentOrder",
    "PaymentStop",
    "Reconciliation",
    "ReferenceRate",
    "Requirement",
    "Requisition",
    "ShutOut",
    "Signature",
    "WriteOff",
]
