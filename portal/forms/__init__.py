"""What pages ask for."""

from .lists import ApplicationFilter, BuildForm, ListFilter, OrganisationFilter, ReportFilter

__all__ = [
    "ApplicationFilter",
    "BuildForm",
    "ListFilter",
    "OrganisationFilter",
    "ReportFilter",
]
