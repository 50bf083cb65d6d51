"""Writing a programme year out as files."""

from .year import Exported, NothingToExport, export_year

__all__ = ["Exported", "NothingToExport", "export_year"]
