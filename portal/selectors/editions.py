"""Reading editions as the portal shows them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from applicants.enums import Role
from applicants.rules import work_of
from applicants.selectors import agencies_of
from core.models import Agency
from grants.models import Call
from portal.rules import LOOKS_AROUND
from reporting.content import ReportContent
from reporting.content.years import YearsTable
from reporting.models import Edition, EditionBuild, Report
from reporting.selectors.edition_content import edition_content
from reporting.selectors.reports import reports_listed, reports_visible_to
from reporting.selectors.years import (
    TableOfYears,
    editions_by_year,
    tables_of_years,
    years_table,
)

from .listing import with_cutoff

_KEPT = 16
_contents: dict[tuple[int, datetime, str], ReportContent] = {}
_YEARS_KEPT = 256
_years: dict[tuple[object, ...], Any] = {}


def content_of(edition: Edition, language: str) -> ReportContent:
    """All that the edition says; kept in the process, since an edition never changes.

    Raises reporting.selectors.datasets.DatasetDamaged when the frozen data set is not there.
    """
    key = (edition.pk, edition.created_at, language)
    found = _contents.get(key)
    if found is None:
        if len(_contents) >= _KEPT:
            _contents.clear()
        found = _contents[key] = edition_content(edition, language)
    return found


def tables_with_years(agency: Agency, language: str) -> tuple[TableOfYears, ...]:
    """The tables that can be compared; kept in the process as long as no edition is made.

    Raises reporting.selectors.datasets.DatasetDamaged.
    """
    editions = editions_by_year(agency)
    return _kept(
        ("tables", *_identity(editions), language), lambda: tables_of_years(editions, language)
    )


def table_with_years(
    agency: Agency, stream: str, year: int, number: int, language: str
) -> YearsTable:
    """One of them with its years; kept likewise.

    Raises LookupError, reporting.selectors.datasets.DatasetDamaged.
    """
    editions = editions_by_year(agency)
    return _kept(
        ("table", *_identity(editions), stream, year, number, language),
        lambda: years_table(editions, stream=stream, year=year, number=number, language=language),
    )


def _identity(editions: list[Edition]) -> tuple[object, ...]:
    return tuple((edition.pk, edition.created_at) for edition in editions)


def _kept[Found](key: tuple[object, ...], compute: Callable[[], Found]) -> Found:
    if key not in _years:
        found = compute()
        if len(_years) >= _YEARS_KEPT:
            _years.clear()
        _years[key] = found
    kept: Found = _years[key]
    return kept


def looks_into(user: Any, agency: Agency) -> bool:
    """Whether the person sees the agency's cases, and so the reports behind a figure."""
    return agencies_of(user, LOOKS_AROUND).filter(pk=agency.pk).exists()


def programme_years(user: Any) -> list[tuple[Agency, int]]:
    """The agencies and years that the person may make editions of, newest first: those for
    which any report has been received."""
    agencies = {work.agency_id: work.agency for work in work_of(user) if work.role == Role.ANALYST}
    received = Report.objects.filter(
        agency=OuterRef("agency"), year=OuterRef("year"), first_received_at__isnull=False
    )
    found = (
        Call.objects.filter(Exists(received), agency__in=list(agencies))
        .order_by("-year", "agency__code")
        .values_list("agency", "year")
        .distinct()
    )
    return [(agencies[agency], year) for agency, year in found]


def builds_visible_to(user: Any) -> QuerySet[EditionBuild]:
    """The builds of the agencies where the person is analyst."""
    return EditionBuild.objects.filter(
        agency__in=agencies_of(user, (Role.ANALYST,))
    ).select_related("agency", "edition", "edition__agency")


def reports_by_code(edition: Edition, codes: Iterable[str], user: Any) -> Mapping[str, Report]:
    """The edition's reports with these references, as far as the reader may see them."""
    found = reports_visible_to(user).filter(
        agency=edition.agency, year=edition.year, code__in=list(codes)
    )
    return {report.code: report for report in with_cutoff(reports_listed(found))}
