"""What of a year is there already: the same rows are left alone, other values are faults."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import batched
from typing import Any

from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone

from applicants.models import Organisation, OrganisationEntry
from core.models import Agency
from grants.enums import ParticipationRole
from grants.models import Application, Call, Decision, Participation
from grants.selectors import frame_left, fund_years_for
from portal.checks.faults import Faults
from portal.checks.interchange import moment_text, outcome_of
from portal.checks.year import ApplicationRow, FundsRow, OrganisationRow, Year

from .sources import Source

CHUNK = 5_000
_LAST_OUTCOME = (
    Decision.objects.filter(application=OuterRef("pk")).order_by("-pk").values("outcome")[:1]
)


class Comparison:
    """Sets `pk` and the like on the year's rows, and notes what is there with other values."""

    def __init__(self, year: Year, agency: Agency | None, source: Source, faults: Faults) -> None:
        self.year = year
        self.agency = agency
        self.faults = faults
        self._labels = {
            table: source.label(table)
            for table in ("calls", "organisations", "applications", "partners", "funds")
        }

    def run(self) -> None:
        """Compare calls, organisations, applications, partners and funds."""
        self._forget()
        self._organisations()
        if self.agency is None:
            return
        self._calls(self.agency)
        self._entries(self.agency)
        applications = self._applications(self.agency)
        self._frames()
        self._partners(applications)
        self._funds(applications)

    def _forget(self) -> None:
        """A second comparison starts from the files alone."""
        year = self.year
        for call in year.calls.values():
            call.pk, call.confirmed = None, False
        for organisation in year.organisations.values():
            organisation.pk, organisation.entry, organisation.renewed = None, False, False
        for application in year.applications.values():
            application.pk = None
        for reference, rows in list(year.funds.items()):
            year.funds[reference] = [row for row in rows if row.row]
            for row in year.funds[reference]:
                row.stored = row.carried = False
        for report in year.reports:
            report.pk = None

    def _differing(
        self, table: str, row: int, said: Mapping[str, Any], stored: Mapping[str, Any]
    ) -> None:
        for column, value in said.items():
            if value != stored[column]:
                self.faults.add(
                    self._labels[table],
                    row,
                    column,
                    _shown(value),
                    "differs",
                    stored=_shown(stored[column]),
                )

    def _calls(self, agency: Agency) -> None:
        found = Call.objects.filter(agency=agency, code__in=self.year.calls).select_related(
            "definition_record"
        )
        for call in found:
            row = self.year.calls[call.code]
            row.pk = call.pk
            row.confirmed = call.preliminary and call.year < timezone.localdate().year
            definition = call.definition
            self._differing(
                "calls",
                row.row,
                {
                    "definition": row.follows,
                    "year": row.year,
                    "frame_sek": row.frame_sek,
                    "report_cutoff": row.report_cutoff,
                },
                {
                    "definition": definition.follows or definition.code,
                    "year": call.year,
                    "frame_sek": call.frame_sek,
                    "report_cutoff": call.report_cutoff,
                },
            )

    def _frames(self) -> None:
        """New grants must fit in what the frames of the calls that are there have left."""
        new: Counter[str] = Counter()
        for row in self.year.applications.values():
            if row.pk is None:
                new[row.call.code] += row.granted_sek or 0
        noted = {fault.row for fault in self.faults if fault.code == "frame_exceeded"}
        wanted = [code for code, granted in new.items() if granted]
        for call in Call.objects.filter(agency=self.agency, code__in=wanted):
            left, said = frame_left(call), self.year.calls[call.code]
            if new[call.code] > left and said.row not in noted:
                self.faults.add(
                    self._labels["calls"],
                    said.row,
                    "frame_sek",
                    said.frame_sek,
                    "frame_exceeded",
                    granted=call.frame_sek - left + new[call.code],
                )

    def _organisations(self) -> None:
        by_number: dict[tuple[str, str], OrganisationRow] = {
            (row.org_no, row.unit): row for row in self.year.organisations.values()
        }
        numbers = sorted({org_no for org_no, _ in by_number})
        for chunk in batched(numbers, CHUNK, strict=False):
            found = Organisation.objects.filter(org_no__in=chunk).annotate(
                newest=Max("entries__year")
            )
            for pk, org_no, unit, name, kind, county, municipality, newest in found.values_list(
                "pk", "org_no", "unit", "name", "kind", "county_id", "municipality_id", "newest"
            ):
                row = by_number.get((org_no, unit))
                if row is not None:
                    row.pk = pk
                    now = (name, kind, county, municipality or "")
                    said = (row.name, row.kind, row.county, row.municipality)
                    row.renewed = now != said and (newest is None or newest < self.year.year)

    def _entries(self, agency: Agency) -> None:
        rows = self.year.organisations
        by_pk = {row.pk: row for row in rows.values() if row.pk is not None}
        entries = OrganisationEntry.objects.filter(agency=agency, year=self.year.year)
        if not entries.exists():
            return
        for key, pk, org_no, unit, name, kind, county, municipality in entries.values_list(
            "key",
            "organisation_id",
            "organisation__org_no",
            "organisation__unit",
            "name",
            "kind",
            "county_id",
            "municipality_id",
        ).iterator():
            row = rows.get(key)
            if row is not None:
                row.entry = True
                self._differing(
                    "organisations",
                    row.row,
                    {
                        "org_no": row.org_no,
                        "unit": row.unit,
                        "name": row.name,
                        "kind": row.kind,
                        "county_code": row.county,
                        "municipality_code": row.municipality,
                    },
                    {
                        "org_no": org_no,
                        "unit": unit,
                        "name": name,
                        "kind": kind,
                        "county_code": county,
                        "municipality_code": municipality or "",
                    },
                )
            elif (other := by_pk.get(pk)) is not None:
                self.faults.add(
                    self._labels["organisations"],
                    other.row,
                    "organisation",
                    other.key,
                    "organisation_under_other_key",
                    year=self.year.year,
                    stored=key,
                )

    def _applications(self, agency: Agency) -> dict[int, ApplicationRow]:
        """The applications that are there, by id."""
        rows = self.year.applications
        found: dict[int, ApplicationRow] = {}
        if not Application.objects.filter(call__agency=agency).exists():
            return found
        for chunk in batched(rows, CHUNK, strict=False):
            named = Q(reference__in=chunk) | Q(register_number__in=chunk)
            cases = Application.objects.filter(named, call__agency=agency)
            stored = cases.annotate(last_outcome=Subquery(_LAST_OUTCOME)).values(
                "pk",
                "reference",
                "register_number",
                "call__code",
                "lead_id",
                "received_at",
                "requested_sek",
                "granted_sek",
                "decided_on",
                "status",
                "last_outcome",
            )
            for each in stored:
                row = rows.get(each["reference"]) or rows[each["register_number"]]
                row.pk = each["pk"]
                found[row.pk] = row
                self._compare_application(row, each)
        return found

    def _compare_application(self, row: ApplicationRow, stored: Mapping[str, Any]) -> None:
        lead = self.year.organisations.get(row.lead)
        said: dict[str, Any] = {
            "call": row.call.code,
            "received_at": row.received_at,
            "requested_sek": row.requested_sek,
            "outcome": row.outcome,
            "granted_sek": row.granted_sek,
            "decided_at": row.decided_on,
        }
        outcome = outcome_of(stored["status"], stored["last_outcome"]) or stored["status"]
        there = {
            "call": stored["call__code"],
            "received_at": stored["received_at"],
            "requested_sek": stored["requested_sek"],
            "outcome": outcome,
            "granted_sek": stored["granted_sek"],
            "decided_at": stored["decided_on"],
        }
        self._differing("applications", row.row, said, there)
        if lead is not None and lead.pk != stored["lead_id"]:
            self.faults.add(
                self._labels["applications"],
                row.row,
                "lead",
                row.lead,
                "differs",
                stored=_names_of([stored["lead_id"]]),
            )

    def _partners(self, applications: Mapping[int, ApplicationRow]) -> None:
        for chunk in batched(applications, CHUNK, strict=False):
            stored: dict[int, set[int]] = {pk: set() for pk in chunk}
            parts = Participation.objects.filter(
                application__in=chunk, role=ParticipationRole.PARTNER
            )
            for pk, organisation_id in parts.values_list("application_id", "organisation_id"):
                stored[pk].add(organisation_id)
            for pk in chunk:
                self._compare_partners(applications[pk], stored[pk])

    def _compare_partners(self, row: ApplicationRow, stored: set[int]) -> None:
        said: set[int | None] = set()
        for key, at in zip(row.partners, row.partner_rows, strict=True):
            partner = self.year.organisations.get(key)
            if partner is None:
                continue
            said.add(partner.pk)
            if partner.pk not in stored:
                self.faults.add(
                    self._labels["partners"], at, "organisation", key, "partner_not_stored"
                )
        left_out = stored - said
        if left_out:
            self.faults.add(
                self._labels["applications"],
                row.row,
                "reference",
                row.reference,
                "partner_left_out",
                stored=_names_of(left_out),
            )

    def _funds(self, applications: Mapping[int, ApplicationRow]) -> None:
        granted = [pk for pk, row in applications.items() if row.granted_sek]
        for chunk in batched(granted, CHUNK, strict=False):
            for pk, years in fund_years_for(chunk).items():
                row = applications[pk]
                known = self.year.funds.setdefault(row.reference, [])
                by_year = {each.year: each for each in known}
                newest = max((each.year for each in years if each.reported), default=None)
                for stored in years:
                    said = by_year.get(stored.year)
                    if said is None:
                        if stored.reported:
                            known.append(_funds_row(row.reference, stored))
                        continue
                    said.carried = stored.carried_in_sek > 0 or stored.reported
                    if stored.reported:
                        said.stored = True
                        self._differing(
                            "funds",
                            said.row,
                            {
                                "available_sek": said.available_sek,
                                "spent_sek": said.spent_sek,
                                "to_repay_sek": said.to_repay_sek,
                            },
                            {
                                "available_sek": stored.available_sek,
                                "spent_sek": stored.spent_sek,
                                "to_repay_sek": stored.to_repay_sek,
                            },
                        )
                known.sort(key=lambda each: each.year)
                self._fits(known, newest)
                if not known:
                    del self.year.funds[row.reference]

    def _fits(self, rows: list[FundsRow], newest: int | None) -> None:
        """New years come after those that are there, with no more than these had left."""
        before: FundsRow | None = None
        for row in rows:
            if row.row and not row.stored:
                if newest is not None and row.year < newest:
                    self.faults.add(
                        self._labels["funds"], row.row, "year", row.year, "funds_of_earlier_year"
                    )
                elif (
                    before is not None and not before.row and row.available_sek > before.usable_sek
                ):
                    self.faults.add(
                        self._labels["funds"],
                        row.row,
                        "available_sek",
                        row.available_sek,
                        "funds_above_left",
                        left=before.usable_sek,
                    )
            row.left_year = before.year if before is not None else None
            before = row


def _funds_row(reference: str, stored: Any) -> FundsRow:
    return FundsRow(
        row=0,
        reference=reference,
        year=stored.year,
        available_sek=stored.available_sek,
        spent_sek=stored.spent_sek,
        to_repay_sek=stored.to_repay_sek,
        stored=True,
        carried=True,
    )


def _names_of(organisation_ids: Iterable[int]) -> str:
    names = Organisation.objects.filter(pk__in=list(organisation_ids)[:20]).order_by("sort_key")
    return ", ".join(f"{each.name} ({each.org_no})" for each in names)


def _shown(value: object) -> str:
    match value:
        case None | "":
            return "–"
        case datetime():
            return moment_text(value)
        case date():
            return value.isoformat()
        case _:
            return str(value)
