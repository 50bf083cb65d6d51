"""Reading what stands on a case's page beyond the case file."""

from typing import Any

from django.db.models import QuerySet

from grants.models import Application
from reporting.models import Report
from reporting.selectors.reports import reports_of, reports_visible_to
from reviews.models import RequirementFinding

from .listing import with_cutoff


def findings_of(application: Application) -> QuerySet[RequirementFinding]:
    """What was found of each requirement, for each participating organisation."""
    return (
        RequirementFinding.objects.filter(application=application)
        .select_related("requirement", "organisation", "made_by")
        .order_by("requirement__position", "organisation__sort_key")
    )


def case_reports(application: Application, user: Any) -> QuerySet[Report]:
    """The received reports that answer for the grant, oldest year first, with their cut-off."""
    return with_cutoff(reports_of(application, within=reports_visible_to(user)))
