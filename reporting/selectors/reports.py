"""Reading reports."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from applicants.selectors import agencies_for, organisations_acted_for
from grants.selectors import without_shut_out
from grants.selectors.cases import READERS
from reporting.enums import ReportStatus
from reporting.models import Report, ReportReference, ReportVersion

UNSEEN = (ReportStatus.DUE, ReportStatus.DRAFT)


def reports_visible_to(user: Any) -> QuerySet[Report]:
    """The received reports of the agencies where the person is case officer or analyst, but for
    those that answer for a case that a conflict of interest shuts the person out of."""
    received = reports_received_by(agencies_for(user, READERS))
    return without_shut_out(received, user, case="references__application")


def reports_received_by(agencies: Any) -> QuerySet[Report]:
    """The received reports of the agencies."""
    return Report.objects.filter(agency__pk__in=agencies).exclude(
        status__in=[str(status) for status in UNSEEN]
    )


def own_reports(user: Any) -> QuerySet[Report]:
    """The reports, also those still due, of the organisations that the person acts for."""
    return Report.objects.filter(organisation__in=organisations_acted_for(user))


def reports_listed(reports: QuerySet[Report]) -> QuerySet[Report]:
    """With all that a row of a list shows: no query is needed for any row."""
    return reports.select_related("agency", "organisation", "organisation__county")


def reports_of(application: Any, *, within: QuerySet[Report] | None = None) -> QuerySet[Report]:
    """The reports that answer for the grant, oldest year first, of all or `within` some."""
    reports = Report.objects.all() if within is None else within
    return (
        reports.filter(references__application=application)
        .select_related("organisation")
        .order_by("year", "pk")
    )


def with_answers(reports: QuerySet[Report]) -> QuerySet[Report]:
    """With all that a report's own page shows: its cases, and every version with answers."""
    return reports_listed(reports).prefetch_related(
        Prefetch(
            "references",
            ReportReference.objects.select_related("application", "application__call"),
        ),
        Prefetch(
            "versions",
            ReportVersion.objects.select_related("document")
            .order_by("number")
            .prefetch_related("areas", "answers"),
        ),
    )


def overdue(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Those that are not received though their due date (Swedish local) has passed."""
    return reports.filter(
        status__in=[str(ReportStatus.DUE), str(ReportStatus.DRAFT)],
        due_on__lt=timezone.localdate(),
    )
