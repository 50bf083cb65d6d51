"""Findings, conflicts of interest, opinions and proposals."""

from .admission import Admission
from .assessment import Assessment
from .communication import (
    CommunicatedSource,
    Communication,
    CommunicationAnswer,
    CommunicationReading,
    NotCommunicating,
)
from .conflicts import ConflictDeclaration
from .costs import LineAssessment
from .findings import RequirementFinding
from .leave import Leave
from .notes import Note
from .opinions import Opinion
from .proposals import Proposal
from .scenarios import Scenario, ScenarioAmount
from .supervision import SupervisionDecision
from .texts import AgencyText
from .waivers import Waiver
from .worklist import CaseMark, SavedView
from .writing import WorkValue

__all__ = [
    "Admission",
    "AgencyText",
    "Assessment",
    "CaseMark",
    "CommunicatedSource",
    "Communication",
    "CommunicationAnswer",
    "CommunicationReading",
    "ConflictDeclaration",
    "Leave",
    "LineAssessment",
    "NotCommunicating",
    "Note",
    "Opinion",
    "Proposal",
    "RequirementFinding",
    "SavedView",
    "Scenario",
    "ScenarioAmount",
    "SupervisionDecision",
    "Waiver",
    "WorkValue",
]
