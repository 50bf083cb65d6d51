"""Reading editions, what they are made of, and the jobs that make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.models import Agency
from grants.models import Call
from reporting.enums import BuildState
from reporting.models import Edition, EditionBuild
from reporting.selectors import datasets, figures
from reporting.selectors.cells import BehindReport, CellDifference, differences, reports_behind

MAX_ATTEMPTS = 5
"""A build that has been begun so many times without being finished is given up."""


class EditionError(Exception):
    """What was asked for cannot be found; `str()` says it in the reader's language."""


class NoCalls(EditionError):
    """There are no calls of that year."""

    def __init__(self, year: int) -> None:
        super().__init__(_("There is no call of the year %(year)s.") % {"year": year})


class NoEdition(EditionError):
    """No such edition has been made."""


class TextsDoubted(EditionError):
    """Sentences of the texts do not fit the figures."""

    def __init__(self, sentences: int) -> None:
        super().__init__(
            ngettext(
                "%(number)s sentence of the texts does not fit the figures. Confirm or change it, "
                "and make the edition again.",
                "%(number)s sentences of the texts do not fit the figures. Confirm or change them, "
                "and make the edition again.",
                sentences,
            )
            % {"number": sentences}
        )


class AgencyUnclear(EditionError):
    """There is no such agency, or it takes an agency to say which year is meant."""


def published_editions() -> QuerySet[Edition]:
    """Every edition, which is public once made; the newest year and edition first."""
    return Edition.objects.select_related("agency", "dataset").order_by(
        "-year", "agency__code", "-number"
    )


def editions_visible_to(user: Any) -> QuerySet[Edition]:
    """The editions that the person may see: published editions are public."""
    return published_editions()


def latest_edition(*, agency: Agency, year: int, cutoff: date | None = None) -> Edition:
    """The latest edition of the year, or of that cut-off. Raises NoEdition."""
    found = published_editions().filter(agency=agency, year=year)
    if cutoff is not None:
        found = found.filter(cutoff=cutoff)
    edition = found.order_by("-number").first()
    if edition is None:
        raise NoEdition(
            _("There is no edition of the year %(year)s. Make one with build_edition.")
            % {"year": year}
        )
    return edition


def agency_of_year(*, year: int, code: str | None = None) -> Agency:
    """The agency with that code, or the only one with calls of the year.

    Raises AgencyUnclear for an unknown code and where several have calls, NoCalls where there are
    none.
    """
    if code:
        agency = Agency.objects.filter(code=code).first()
        if agency is None:
            known = ", ".join(Agency.objects.values_list("code", flat=True)) or "–"
            raise AgencyUnclear(
                _("There is no agency with the code %(code)s. Agencies: %(known)s.")
                % {"code": code, "known": known}
            )
        if not agency.calls.filter(year=year).exists():
            raise NoCalls(year)
        return agency
    agencies = list(Agency.objects.filter(calls__year=year).distinct())
    if not agencies:
        raise NoCalls(year)
    if len(agencies) > 1:
        raise AgencyUnclear(
            _("Several agencies have calls of the year %(year)s. Say which: %(known)s.")
            % {"year": year, "known": ", ".join(agency.code for agency in agencies)}
        )
    return agencies[0]


def default_cutoff(*, agency: Agency, year: int) -> date:
    """The cut-off of the year's calls; the latest where they differ. Raises NoCalls."""
    found: date | None = Call.objects.filter(agency=agency, year=year).aggregate(
        day=Max("report_cutoff")
    )["day"]
    if found is None:
        raise NoCalls(year)
    return found


def edition_json(edition: Edition) -> dict[str, Any]:
    """Key figures and tables of an edition, in the form that `outcome_tables` prints."""
    tables = {table.number: table.cells for table in edition.tables.all()}
    stored: Mapping[str, Mapping[str, int]] = edition.key_figures
    streams = [stream for stream in figures.STREAMS if stream in stored]
    return figures.outcome_json(
        year=edition.year,
        cutoff=edition.cutoff,
        key_figures={stream: stored[stream] for stream in streams},
        tables=tables,
    )


def reports_behind_cell(
    edition: Edition, table_number: int, row: str, column: str | None = None
) -> list[BehindReport]:
    """The reports that a cell counts, by organisation in Swedish order.

    `column` None gives all that make up the row's n. Of a percentage, those are given that
    are the share's part. Raises LookupError for a table, row or column that is not there.
    """
    with datasets.open_dataset(datasets.folder_of(edition.dataset)) as duck:
        return reports_behind(duck, table_number=table_number, row=row, column=column)


@dataclass(frozen=True, slots=True)
class EditionChange:
    """What an edition says otherwise than the one before it."""

    before: Edition
    after: Edition
    differences: tuple[CellDifference, ...]


def changes_since_previous(edition: Edition) -> EditionChange | None:
    """The differences from the edition before it; None for the first."""
    before = (
        published_editions()
        .filter(agency=edition.agency, year=edition.year, number__lt=edition.number)
        .order_by("-number")
        .first()
    )
    return None if before is None else changes_between(before, edition)


def newer_edition(edition: Edition) -> Edition | None:
    """The latest edition of the same year, where it is not this one."""
    found = published_editions().filter(agency=edition.agency, year=edition.year)
    return found.filter(number__gt=edition.number).first()


def changes_between(before: Edition, after: Edition) -> EditionChange:
    """The differences between two editions, cell by cell."""
    return EditionChange(before, after, differences(edition_json(before), edition_json(after)))


def build_due(now: datetime) -> Q:
    """The builds that nobody is at: waiting, or left by a worker whose lease has run out."""
    return Q(state=BuildState.QUEUED) | Q(state=BuildState.RUNNING, lease_until__lte=now)


def due_build_ids(*, now: datetime, limit: int) -> list[int]:
    """The builds to take up, oldest first."""
    found = EditionBuild.objects.filter(build_due(now), attempts__lt=MAX_ATTEMPTS)
    return list(found.order_by("requested_at", "pk").values_list("pk", flat=True)[:limit])


def unfinished_builds(
    *, agency: Agency, year: int, cutoff: date | None = None
) -> QuerySet[EditionBuild]:
    """The builds of the year that wait or run."""
    found = EditionBuild.objects.filter(
        agency=agency, year=year, state__in=[BuildState.QUEUED, BuildState.RUNNING]
    )
    return found if cutoff is None else found.filter(cutoff=cutoff)


def latest_build(*, agency: Agency, year: int) -> EditionBuild | None:
    """The build last asked for, whatever came of it."""
    found = EditionBuild.objects.filter(agency=agency, year=year)
    return found.select_related("edition").order_by("-requested_at", "-pk").first()
