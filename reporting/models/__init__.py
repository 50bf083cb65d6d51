"""Reports with their answers, frozen data sets and editions."""

from .editions import Edition, EditionBuild, EditionTable, FrozenDataset
from .packages import ReportPackage
from .reports import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion
from .texts import EditionText, ReportText
from .trainings import Training, TrainingParticipant
from .writing import (
    ReportDocument,
    ReportFile,
    ReportPart,
    ReportReturn,
    ReportSignature,
    ReportValue,
)

__all__ = [
    "Edition",
    "EditionBuild",
    "EditionTable",
    "EditionText",
    "FrozenDataset",
    "Report",
    "ReportAnswer",
    "ReportArea",
    "ReportDocument",
    "ReportFile",
    "ReportPackage",
    "ReportPart",
    "ReportReference",
    "ReportReturn",
    "ReportSignature",
    "ReportText",
    "ReportValue",
    "ReportVersion",
    "Training",
    "TrainingParticipant",
]
