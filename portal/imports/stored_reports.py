"""Which of a year's reports, answers and findings are there already, and with which values."""

from collections.abc import Iterator, Mapping
from itertools import batched
from typing import NamedTuple

from core.models import Agency
from portal.checks.faults import Faults
from portal.checks.interchange import REFERENCE_SEPARATOR, moment_text
from portal.checks.year import FindingRow, ReportRow, Year
from reporting.models import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion
from reviews.models import RequirementFinding

from .sources import Source

CHUNK = 2_000


class StoredReport(NamedTuple):
    """A report that is there, and the position of its row in the year."""

    version: int
    position: int


class ReportComparison:
    """Sets `pk` on the year's reports, and notes what is there with other values."""

    def __init__(self, year: Year, agency: Agency, source: Source, faults: Faults) -> None:
        self.year = year
        self.agency = agency
        self.source = source
        self.faults = faults
        self._index = {report.code: index for index, report in enumerate(year.reports)}
        self._names: dict[int, str] = {}

    def run(self) -> None:
        """Compare reports, areas, answers, values and findings."""
        label = self.source.label("reports")
        stored = list(self._reports(label))
        self._others(label)
        for chunk in batched(stored, CHUNK, strict=False):
            self._contents({each.version: each.position for each in chunk})

    def _reports(self, label: str) -> Iterator[StoredReport]:
        for chunk in batched(self._index, CHUNK, strict=False):
            found = Report.objects.filter(agency=self.agency, code__in=chunk)
            by_pk = {report.pk: report for report in found}
            if not by_pk:
                continue
            references: dict[int, list[str]] = {pk: [] for pk in by_pk}
            for pk, reference, number in (
                ReportReference.objects.filter(report__in=by_pk)
                .order_by("position")
                .values_list("report_id", "application__reference", "application__register_number")
            ):
                references[pk].append(reference or number)
            # The latest version is what the report says now.
            latest: dict[int, int] = {}
            for pk, version in (
                ReportVersion.objects.filter(report__in=by_pk)
                .order_by("number")
                .values_list("report_id", "pk")
            ):
                latest[pk] = version
            for pk, report in by_pk.items():
                index = self._index[report.code]
                row = self.year.reports[index]
                row.pk = pk
                self._compare(label, row, report, references[pk])
                if pk in latest:
                    yield StoredReport(latest[pk], index)

    def _compare(self, label: str, row: ReportRow, report: Report, references: list[str]) -> None:
        organisation = self.year.organisations.get(row.organisation)
        received = report.first_received_at
        compared: list[tuple[str, object, object, object, object]] = [
            ("stream", row.stream, report.stream, row.stream, report.stream),
            ("year", row.year, report.year, row.year, report.year),
            (
                "references",
                set(row.references),
                set(references),
                REFERENCE_SEPARATOR.join(row.references),
                REFERENCE_SEPARATOR.join(references),
            ),
            (
                "received_at",
                row.received_at,
                received,
                moment_text(row.received_at),
                moment_text(received) if received else "–",
            ),
        ]
        if organisation is not None and organisation.pk != report.organisation_id:
            compared.append(("organisation", 0, 1, row.organisation, str(report.organisation)))
        for column, said, stored, shown, stored_shown in compared:
            if said != stored:
                self.faults.add(label, row.row, column, shown, "differs", stored=stored_shown)

    def _others(self, label: str) -> None:
        """Other reports of the same organisation, stream and year, or on the same grant."""
        years = {report.year for report in self.year.reports}
        others = Report.objects.filter(agency=self.agency, year__in=years)
        new = [report for report in self.year.reports if report.pk is None]
        if not new or not others.exists():
            return
        units = {
            (organisation_id, stream, year): code
            for code, organisation_id, stream, year in others.values_list(
                "code", "organisation_id", "stream", "year"
            ).iterator()
        }
        reported = {
            (application_id, year): code
            for code, application_id, year in ReportReference.objects.filter(
                report__agency=self.agency, report__year__in=years
            )
            .order_by()
            .values_list("report__code", "application_id", "report__year")
            .iterator()
        }
        for row in new:
            organisation = self.year.organisations.get(row.organisation)
            if organisation is not None and organisation.pk is not None:
                code = units.get((organisation.pk, row.stream, row.year))
                if code is not None:
                    self.faults.add(
                        label,
                        row.row,
                        "organisation",
                        row.organisation,
                        "report_of_organisation_stored",
                        stored=code,
                    )
            for reference in row.references:
                application = self.year.applications.get(reference)
                if application is not None and application.pk is not None:
                    code = reported.get((application.pk, row.year))
                    if code is not None:
                        self.faults.add(
                            label,
                            row.row,
                            "references",
                            reference,
                            "reference_reported_stored",
                            reference=reference,
                            stored=code,
                        )

    def _contents(self, versions: Mapping[int, int]) -> None:
        """Areas and answers of the reports that are there; `versions` leads to their rows."""
        book = self.year.book
        areas: dict[int, set[tuple[str, ...]]] = {index: set() for index in versions.values()}
        options: dict[int, set[tuple[str, ...]]] = {index: set() for index in versions.values()}
        values: dict[int, dict[tuple[str, str], str]] = {i: {} for i in versions.values()}
        for version, area, status in (
            ReportArea.objects.filter(version__in=versions)
            .order_by()
            .values_list("version_id", "area", "status")
            .iterator()
        ):
            areas[versions[version]].add((area, status))
        for version, area, question, option, value in (
            ReportAnswer.objects.filter(version__in=versions)
            .order_by()
            .values_list("version_id", "area", "question", "option", "value")
            .iterator()
        ):
            if option:
                options[versions[version]].add((area, question, option))
            else:
                values[versions[version]][area, question] = value
        for index in versions.values():
            said_areas: dict[tuple[str, ...], int] = {
                book.statuses[code]: row for code, row in self.year.areas.of_report(index)
            }
            said_options: dict[tuple[str, ...], int] = {
                book.options[code]: row for code, row in self.year.answers.of_report(index)
            }
            self._differences("areas", "area", index, said_areas, areas[index])
            self._differences("answers", "option", index, said_options, options[index])
            self._values(index, values[index])

    def _differences(
        self,
        table: str,
        column: str,
        index: int,
        said: Mapping[tuple[str, ...], int],
        stored: set[tuple[str, ...]],
    ) -> None:
        kind = "area" if table == "areas" else "answer"
        for key in said.keys() - stored:
            self.faults.add(
                self.source.label(table), said[key], column, _joined(key), f"{kind}_not_stored"
            )
        for key in sorted(stored - said.keys()):
            report = self.year.reports[index]
            self.faults.add(
                self.source.label("reports"),
                report.row,
                "report",
                report.code,
                f"{kind}_left_out",
                stored=_joined(key),
            )

    def _values(self, index: int, stored: dict[tuple[str, str], str]) -> None:
        label, report = self.source.label("values"), self.year.reports[index]
        said = {(row.area, row.question): row for row in self.year.values.get(index, ())}
        for key, row in said.items():
            if key not in stored:
                self.faults.add(label, row.row, "value", row.value, "value_not_stored")
            elif stored[key] != row.value:
                self.faults.add(label, row.row, "value", row.value, "differs", stored=stored[key])
        for key in stored.keys() - said.keys():
            self.faults.add(
                self.source.label("reports"),
                report.row,
                "report",
                report.code,
                "value_left_out",
                stored=_joined(key),
            )


def _joined(key: tuple[str, ...]) -> str:
    return " / ".join(part for part in key if part)


def new_findings(year: Year, source: Source, faults: Faults) -> list[FindingRow]:
    """The findings that are not there yet; those with another value are faults."""
    label = source.label("findings")
    new: list[FindingRow] = []
    for chunk in batched(year.findings, CHUNK, strict=False):
        ids = {pk for row in chunk if (pk := year.applications[row.reference].pk) is not None}
        stored = {
            (application_id, organisation_id, code): (finding, imported)
            for application_id, organisation_id, code, finding, imported in (
                RequirementFinding.objects.filter(application__in=ids).values_list(
                    "application_id", "organisation_id", "requirement__code", "finding", "imported"
                )
            )
        }
        for row in chunk:
            organisation = year.organisations.get(row.organisation)
            key = (
                year.applications[row.reference].pk,
                organisation.pk if organisation else None,
                row.requirement,
            )
            there = stored.get(key)  # type: ignore[arg-type]
            if there is None:
                new.append(row)
            elif there[0] != row.finding:
                faults.add(label, row.row, "finding", row.finding, "differs", stored=there[0])
    return new
