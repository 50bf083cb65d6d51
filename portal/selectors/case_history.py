"""What the years before tell of the organisations in a case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from applicants.models import Organisation
from grants.content import FundYear
from grants.models import Application, Participation
from grants.selectors import applications_visible_to, fund_years_for
from portal.selectors.listing import is_late, with_cutoff
from reporting.enums import ReportStatus
from reporting.models import Report
from reporting.selectors.reports import reports_visible_to


@dataclass(slots=True)
class PastYear:
    """An organisation's year. Amounts are whole SEK, of the cases that it leads; `spent_known`
    where spending is booked. `returned` are reports that were sent back with questions."""

    year: int
    led: int = 0
    as_partner: int = 0
    granted_sek: int = 0
    carried_in_sek: int = 0
    spent_sek: int = 0
    carried_over_sek: int = 0
    to_repay_sek: int = 0
    repaid_sek: int = 0
    spent_known: bool = False
    reports: int = 0
    late: int = 0
    returned: int = 0


@dataclass(slots=True)
class Past:
    """An organisation with its years, the newest first."""

    organisation: Organisation
    years: dict[int, PastYear] = field(default_factory=dict)

    def of(self, year: int) -> PastYear:
        """That year of it."""
        return self.years.setdefault(year, PastYear(year))

    @property
    def newest_first(self) -> list[PastYear]:
        """Its years."""
        return [self.years[year] for year in sorted(self.years, reverse=True)]


def history_of_case(application: Application, user: Any) -> list[Past]:
    """The years of every organisation in the case, the lead first, over the other cases and the
    reports that the reader may see. As many queries for many organisations as for one."""
    parts = list(
        application.participations.select_related("organisation").order_by(
            "role", "organisation__sort_key", "pk"
        )
    )
    found = {part.organisation_id: Past(part.organisation) for part in parts}
    visible = applications_visible_to(user).exclude(pk=application.pk).order_by()
    rows = Participation.objects.filter(
        organisation__in=list(found), application__in=visible.values("pk")
    ).values_list(
        "organisation_id",
        "application_id",
        "application__lead_id",
        "application__call__year",
        "application__granted_sek",
    )
    led: dict[int, int] = {}
    for organisation, case, lead, year, granted in rows:
        past = found[organisation].of(year)
        if lead != organisation:
            past.as_partner += 1
            continue
        past.led += 1
        past.granted_sek += granted or 0
        led[case] = organisation
    _add_money(found, led)
    _add_reports(found, user)
    return list(found.values())


def _add_money(found: Mapping[int, Past], led: Mapping[int, int]) -> None:
    money: Mapping[int, Iterable[FundYear]] = fund_years_for(led) if led else {}
    for case, years in money.items():
        for each in years:
            past = found[led[case]].of(each.year)
            past.carried_in_sek += each.carried_in_sek
            past.spent_sek += each.spent_sek
            past.carried_over_sek += each.carried_over_sek
            past.to_repay_sek += each.to_repay_sek
            past.repaid_sek += each.repaid_sek
            past.spent_known = past.spent_known or each.reported


def _add_reports(found: Mapping[int, Past], user: Any) -> None:
    reports: Iterable[Report] = with_cutoff(
        reports_visible_to(user).filter(organisation__in=list(found))
    ).prefetch_related("versions")
    for report in reports:
        past = found[report.organisation_id].of(report.year)
        past.reports += 1
        past.late += is_late(report)
        sent_back = report.status == ReportStatus.RETURNED or len(report.versions.all()) > 1
        past.returned += sent_back
