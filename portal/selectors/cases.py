"""Reading what stands on a case's page beyond the case file."""

from typing import Any

from applicants.selectors import agency_ids_for
from core.selectors.prepared import Prepared
from grants.models import Application
from grants.rules import shut_out_ids
from grants.selectors.cases import READERS
from reporting.models import Report
from reporting.selectors.reports import reports_of, reports_received_by, reports_visible_to
from reviews.models import RequirementFinding

from .listing import with_cutoff


def findings_of(application: Application) -> list[RequirementFinding]:
    """What was found of each requirement, for each participating organisation."""
    return _findings(application.pk)


_findings = Prepared(
    lambda application: (
        RequirementFinding.objects.filter(application=application)
        .select_related("requirement", "organisation", "made_by")
        .order_by("requirement__position", "organisation__sort_key")
    )
)


def case_reports(application: Application, user: Any) -> list[Report]:
    """The received reports that answer for the grant, oldest year first, with their cut-off."""
    if shut_out_ids(user):
        return list(with_cutoff(reports_of(application, within=reports_visible_to(user))))
    return _reports(agency_ids_for(user, READERS), application.pk)


_reports = Prepared(
    lambda agencies, application: with_cutoff(
        reports_of(application, within=reports_received_by(agencies))
    )
)
