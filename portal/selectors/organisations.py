"""Reading an organisation's history over the years, across the rooms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from applicants.models import Organisation
from grants.content import HistoryYear
from grants.models import Application
from grants.selectors import applications_visible_to, fund_years_for
from reporting.models import Report
from reporting.selectors.reports import reports_listed, reports_visible_to

from .listing import is_late, with_cutoff


@dataclass(frozen=True, slots=True)
class MoneyYear:
    """What the ledger says of one year over the cases that an organisation leads, whole SEK.

    `reported` says whether spending is booked for any of them.
    """

    year: int
    reported: bool = False
    carried_in_sek: int = 0
    spent_sek: int = 0
    carried_over_sek: int = 0
    to_repay_sek: int = 0


@dataclass(frozen=True, slots=True)
class OrganisationYear:
    """One year of an organisation: what it sought and got, and what became of the money."""

    year: int
    history: HistoryYear | None
    money: MoneyYear | None
    reports: int
    late_reports: int


def cases_of(organisation: Organisation, user: Any) -> QuerySet[Application]:
    """The cases the organisation takes part in, as far as the reader may see, newest first."""
    return (
        applications_visible_to(user)
        .filter(participations__organisation=organisation)
        .select_related("call", "lead")
        .order_by("-call__year", "-received_at", "-pk")
    )


def organisation_reports(organisation: Organisation, user: Any) -> QuerySet[Report]:
    """Its received reports with their cut-off, newest first."""
    reports = reports_visible_to(user).filter(organisation=organisation)
    return with_cutoff(reports_listed(reports)).order_by("-year", "stream", "pk")


def history_by_year(
    organisation: Organisation, cases: Iterable[Application]
) -> Mapping[int, HistoryYear]:
    """What the organisation sought and got by the year of the call, over these of its cases."""
    found: dict[int, HistoryYear] = {}
    for case in cases:
        before = found.get(case.call.year) or HistoryYear(year=case.call.year)
        if case.lead_id != organisation.pk:
            found[before.year] = replace(before, as_partner=before.as_partner + 1)
            continue
        found[before.year] = replace(
            before,
            applications=before.applications + 1,
            granted=before.granted + (case.granted_sek is not None),
            requested_sek=before.requested_sek + (case.requested_sek or 0),
            granted_sek=before.granted_sek + (case.granted_sek or 0),
        )
    return found


def money_by_year(
    organisation: Organisation, cases: Iterable[Application]
) -> Mapping[int, MoneyYear]:
    """The ledger's sums by the year that the money belongs to, over those it leads of these."""
    led = [case.pk for case in cases if case.lead_id == organisation.pk]
    sums: dict[int, dict[str, int]] = {}
    reported: set[int] = set()
    for years in fund_years_for(led).values():
        for each in years:
            of_year = sums.setdefault(each.year, {})
            if each.reported:
                reported.add(each.year)
            for name in ("carried_in_sek", "spent_sek", "carried_over_sek", "to_repay_sek"):
                of_year[name] = of_year.get(name, 0) + getattr(each, name)
    return {
        year: MoneyYear(year=year, reported=year in reported, **found)
        for year, found in sums.items()
    }


def years_of(
    organisation: Organisation, cases: list[Application], reports: list[Report]
) -> list[OrganisationYear]:
    """The organisation's years, newest first. `cases` are those of `cases_of`, `reports` those
    of `organisation_reports`."""
    history = history_by_year(organisation, cases)
    money = money_by_year(organisation, cases)
    years = {*history, *money, *(report.year for report in reports)}
    return [
        OrganisationYear(
            year=year,
            history=history.get(year),
            money=money.get(year),
            reports=sum(1 for report in reports if report.year == year),
            late_reports=sum(1 for report in reports if report.year == year and is_late(report)),
        )
        for year in sorted(years, reverse=True)
    ]
