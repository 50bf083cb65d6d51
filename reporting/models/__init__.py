"""Reports with their answers, frozen data sets and editions."""

from .editions import Edition, EditionBuild, EditionTable, FrozenDataset
from .reports import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion
from .writing import ReportDocument, ReportFile, ReportPart, ReportReturn, ReportValue

__all__ = [
    "Edition",
    "EditionBuild",
    "EditionTable",
    "FrozenDataset",
    "Report",
    "ReportAnswer",
    "ReportArea",
    "ReportDocument",
    "ReportFile",
    "ReportPart",
    "ReportReference",
    "ReportReturn",
    "ReportValue",
    "ReportVersion",
]
