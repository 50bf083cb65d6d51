"""From the database to a folder in the interchange format, which import reads back unchanged.

Texts are written as they are, also those that a spreadsheet would take for a formula: the files
must come back the same.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from applicants.models import Organisation, OrganisationEntry
from core.models import Agency
from grants.enums import EntryKind, ParticipationRole, Status
from grants.models import Application, Call, Decision, Participation
from grants.selectors import entries_that_hold, fund_years_for
from portal.checks.interchange import (
    COLUMNS,
    OPTIONAL,
    REFERENCE_SEPARATOR,
    moment_text,
    outcome_of,
)
from portal.services import last_event
from reporting.models import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion
from reviews.models import RequirementFinding

CHUNK = 2_000
ATTEMPTS = 3
_NOT_RECEIVED = (str(Status.DRAFT), str(Status.DISCARDED))

type Progress = Callable[[str, int, int | None], None]


class NothingToExport(Exception):
    """The agency has no call of that year."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows each file got, and how many received cases the format has no word for:
    those not decided, dismissed or revoked."""

    rows: Mapping[str, int]
    left_out: int


def _quiet(stage: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


def export_year(
    *, agency: Agency, year: int, folder: Path, progress: Progress = _quiet
) -> Exported:
    """Write the year's files into `folder`, made where missing; older ones there are replaced.

    Of the calls before, the cases with money or a report in the year are written. The files get
    their names when all of them are whole. Raises NothingToExport.
    """
    calls = Call.objects.filter(agency=agency, year=year)
    if not calls.exists():
        raise NothingToExport
    folder.mkdir(parents=True, exist_ok=True)
    for attempt in range(1, ATTEMPTS + 1):
        seen = last_event()
        exported = _Export(agency, year, folder, progress).write()
        # What was written meanwhile might stand in one file and not in another.
        if last_event() == seen or attempt == ATTEMPTS:
            break
    for name in COLUMNS:
        path = folder / f"{name}.csv"
        if name in OPTIONAL and not exported.rows[name]:
            _partial(folder, name).unlink()
            path.unlink(missing_ok=True)
        else:
            _partial(folder, name).replace(path)
    return exported


def _partial(folder: Path, name: str) -> Path:
    return folder / f".{name}.csv.partial"


class _Export:
    """One writing of a year, file by file; what is kept in memory are keys."""

    def __init__(self, agency: Agency, year: int, folder: Path, progress: Progress) -> None:
        self.agency = agency
        self.year = year
        self.folder = folder
        self.progress = progress
        self.rows = dict.fromkeys(COLUMNS, 0)
        self.keys: dict[int, str] = {}

    def write(self) -> Exported:
        """Write every file under its temporary name."""
        with ExitStack() as stack:
            self._writers = {}
            for name, columns in COLUMNS.items():
                out = stack.enter_context(
                    _partial(self.folder, name).open("w", encoding="utf-8", newline="")
                )
                writer = csv.writer(out, lineterminator="\n")
                writer.writerow(columns)
                self._writers[name] = writer
            self._organisations()
            left_out = self._applications()
            self._calls()
            self._reports()
        return Exported(self.rows, left_out)

    def _put(self, name: str, rows: Iterable[tuple[object, ...]]) -> None:
        writer = self._writers[name]
        for row in rows:
            writer.writerow(row)
            self.rows[name] += 1
            if self.rows[name] % 20_000 == 0:
                self.progress(name, self.rows[name], None)

    def _cases(self) -> QuerySet[Application]:
        """The cases of the year's calls, and those before with money or a report in the year."""
        money = entries_that_hold().filter(
            application=OuterRef("pk"), year=self.year, kind=EntryKind.SPENT
        )
        reported = ReportReference.objects.filter(
            application=OuterRef("pk"),
            report__year=self.year,
            report__first_received_at__isnull=False,
        )
        return (
            Application.objects.filter(call__agency=self.agency)
            .filter(
                Q(call__year=self.year)
                | Q(call__year__lt=self.year) & (Exists(money) | Exists(reported))
            )
            .exclude(status__in=_NOT_RECEIVED)
        )

    def _organisations(self) -> None:
        """The year's register, and after it whoever takes part without an entry in it."""
        entries = OrganisationEntry.objects.filter(agency=self.agency, year=self.year)
        self._put("organisations", self._entries(entries))
        self._put("organisations", self._without_entry())

    def _entries(self, entries: QuerySet[OrganisationEntry]) -> Iterator[tuple[object, ...]]:
        rows = entries.order_by("key").values_list(
            "organisation_id",
            "key",
            "organisation__org_no",
            "organisation__unit",
            "name",
            "kind",
            "county_id",
            "municipality_id",
        )
        for pk, key, *rest, municipality in rows.iterator(chunk_size=CHUNK):
            self.keys[pk] = key
            yield (key, *rest, municipality or "")

    def _without_entry(self) -> Iterator[tuple[object, ...]]:
        entered = OrganisationEntry.objects.filter(
            agency=self.agency, year=self.year, organisation=OuterRef("pk")
        )
        parts = Participation.objects.filter(
            organisation=OuterRef("pk"), application__in=self._cases().values("pk")
        )
        led = self._cases().filter(lead=OuterRef("pk"))
        rows = (
            Organisation.objects.filter(Exists(parts) | Exists(led))
            .exclude(Exists(entered))
            .order_by("org_no", "unit", "pk")
            .values_list("pk", "org_no", "unit", "name", "kind", "county_id", "municipality_id")
        )
        taken = set(self.keys.values())
        for pk, *rest, municipality in rows.iterator(chunk_size=CHUNK):
            key = f"O{pk}"
            while key in taken:
                key += "_"
            self.keys[pk] = key
            yield (key, *rest, municipality or "")

    def _applications(self) -> int:
        """Applications, partners, funds and findings; returns how many cases were left out."""
        last = Decision.objects.filter(application=OuterRef("pk")).order_by("-pk")
        cases = (
            self._cases()
            .annotate(last_outcome=Subquery(last.values("outcome")[:1]))
            .order_by("call__code", "reference", "register_number", "pk")
            .values(
                "pk",
                "reference",
                "register_number",
                "call__code",
                "lead_id",
                "received_at",
                "received_offset",
                "requested_sek",
                "granted_sek",
                "decided_on",
                "status",
                "last_outcome",
            )
        )
        left_out = 0
        self.references: dict[int, str] = {}
        self.codes: set[str] = set()
        for batch in batched(cases.iterator(chunk_size=CHUNK), CHUNK, strict=False):
            rows: list[tuple[object, ...]] = []
            granted: list[int] = []
            written: list[int] = []
            for case in batch:
                outcome = outcome_of(case["status"], case["last_outcome"])
                if outcome is None:
                    left_out += 1
                    continue
                rows.append(self._row(case, outcome))
                written.append(case["pk"])
                if outcome == "granted":
                    granted.append(case["pk"])
            self._put("applications", rows)
            self._put("partners", self._partners(written))
            self._put("funds", self._funds(granted))
            self._put("findings", self._findings(written))
        return left_out

    def _row(self, case: Mapping[str, Any], outcome: str) -> tuple[object, ...]:
        reference = case["reference"] or case["register_number"]
        self.references[case["pk"]] = reference
        self.codes.add(case["call__code"])
        return (
            reference,
            case["call__code"],
            self.keys[case["lead_id"]],
            moment_text(case["received_at"], case["received_offset"]),
            case["requested_sek"],
            outcome,
            "" if case["granted_sek"] is None else case["granted_sek"],
            case["decided_on"] or "",
        )

    def _partners(self, pks: list[int]) -> list[tuple[object, ...]]:
        parts = Participation.objects.filter(
            application__in=pks, role=ParticipationRole.PARTNER
        ).values_list("application_id", "organisation_id")
        return sorted((self.references[pk], self.keys[each]) for pk, each in parts)

    def _funds(self, pks: list[int]) -> Iterator[tuple[object, ...]]:
        for pk, years in fund_years_for(pks).items():
            for each in years:
                if each.year == self.year and each.reported:
                    yield (
                        self.references[pk],
                        each.year,
                        each.available_sek,
                        each.spent_sek,
                        each.to_repay_sek,
                    )

    def _findings(self, pks: list[int]) -> list[tuple[object, ...]]:
        findings = RequirementFinding.objects.filter(application__in=pks).values_list(
            "application_id", "organisation_id", "requirement__code", "finding"
        )
        return sorted(
            (self.references[pk], self.keys[organisation_id], requirement, finding)
            for pk, organisation_id, requirement, finding in findings
        )

    def _calls(self) -> None:
        calls = (
            Call.objects.filter(agency=self.agency)
            .filter(Q(year=self.year) | Q(code__in=self.codes))
            .select_related("definition_record")
            .order_by("year", "code")
        )
        self._put(
            "calls",
            (
                (
                    call.code,
                    call.definition.follows or call.definition.code,
                    call.year,
                    call.frame_sek,
                    call.report_cutoff,
                )
                for call in calls
            ),
        )

    def _reports(self) -> None:
        reports = (
            Report.objects.filter(
                agency=self.agency, year=self.year, first_received_at__isnull=False
            )
            .order_by("code", "pk")
            .values_list(
                "pk",
                "code",
                "stream",
                "year",
                "organisation_id",
                "first_received_at",
                "received_offset",
            )
        )
        for batch in batched(reports.iterator(chunk_size=CHUNK), CHUNK, strict=False):
            codes = {pk: code for pk, code, *_ in batch}
            references: dict[int, list[str]] = {pk: [] for pk in codes}
            for pk, application_id in (
                ReportReference.objects.filter(report__in=codes)
                .order_by("position")
                .values_list("report_id", "application_id")
            ):
                if application_id in self.references:
                    references[pk].append(self.references[application_id])
            self._put(
                "reports",
                (
                    (
                        code,
                        stream,
                        year,
                        self.keys[organisation_id],
                        REFERENCE_SEPARATOR.join(references[pk]),
                        moment_text(received_at, offset) if received_at else "",
                    )
                    for pk, code, stream, year, organisation_id, received_at, offset in batch
                    if references[pk]
                ),
            )
            self._contents({pk: codes[pk] for pk in codes if references[pk]})

    def _contents(self, codes: Mapping[int, str]) -> None:
        """What the latest version of each report says."""
        latest: dict[int, int] = {}
        for pk, version in (
            ReportVersion.objects.filter(report__in=codes)
            .order_by("number")
            .values_list("report_id", "pk")
        ):
            latest[pk] = version
        named = {version: codes[pk] for pk, version in latest.items()}
        areas = ReportArea.objects.filter(version__in=named).values_list(
            "version_id", "area", "status"
        )
        self._put(
            "areas", sorted((named[version], area, status) for version, area, status in areas)
        )
        options: list[tuple[object, ...]] = []
        values: list[tuple[object, ...]] = []
        for version, area, question, option, value in (
            ReportAnswer.objects.filter(version__in=named)
            .values_list("version_id", "area", "question", "option", "value")
            .iterator(chunk_size=CHUNK)
        ):
            if option:
                options.append((named[version], area, question, option))
            else:
                values.append((named[version], area, question, value))
        self._put("answers", sorted(options))
        self._put("values", sorted(values))
