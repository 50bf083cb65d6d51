"""Reports with their answers, frozen data sets and editions."""

from .editions import Edition, EditionBuild, EditionTable, FrozenDataset
from .reports import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion

__all__ = [
    "Edition",
    "EditionBuild",
    "EditionTable",
    "FrozenDataset",
    "Report",
    "ReportAnswer",
    "ReportArea",
    "ReportReference",
    "ReportVersion",
]
