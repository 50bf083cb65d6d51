"""Reading applications.csv, partners.csv, funds.csv and findings.csv."""

from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise

from grants.checks import refusals
from grants.services.imported import decision_facts
from grants.workflow import Action, Condition
from portal.checks.interchange import (
    OUTCOMES,
    REFERENCE_SEPARATOR,
    local_date,
    other_offset,
)
from portal.checks.year import ApplicationRow, CallRow, FindingRow, FundsRow
from reviews.enums import FindingValue

from .cells import Cells
from .reading import Reading

FINDINGS = tuple(FindingValue.values)


def read_applications(reading: Reading) -> None:
    """Every application with its outcome; the grants of a call must fit in its frame."""
    year = reading.year
    granted: defaultdict[str, int] = defaultdict(int)
    for cells in reading.cells("applications"):
        reference = cells.text("reference", limit=100)
        if reference is not None:
            reading.applications.add(reference)
            first = reading.first_of("applications", reference, cells.row)
            if first is not None:
                cells.fault("reference", "duplicate", first=first)
                continue
            if REFERENCE_SEPARATOR in reference:
                cells.fault("reference", "has_separator", separator=REFERENCE_SEPARATOR)
        call = _call(reading, cells)
        lead = _organisation(reading, cells, "lead")
        received_at = cells.moment("received_at")
        requested = cells.positive("requested_sek")
        outcome = cells.one_of("outcome", OUTCOMES, "unknown_outcome")
        amount = _granted(cells, outcome)
        decided = _decided(cells, outcome)
        _decision(cells, outcome, requested, amount, received_at, decided)
        if call is not None and amount is not None:
            granted[call.code] += amount
            if amount > call.frame_sek:
                cells.fault("granted_sek", "granted_above_frame", frame=call.frame_sek)
        if reference and call and lead and received_at and requested and outcome and cells.clean:
            year.applications[reference] = ApplicationRow(
                cells.row,
                reference,
                call,
                lead,
                received_at.astimezone(UTC),
                other_offset(received_at),
                requested,
                outcome,
                amount,
                decided,
            )
    for call in year.calls.values():
        if granted[call.code] > call.frame_sek:
            reading.faults.add(
                reading.source.label("calls"),
                call.row,
                "frame_sek",
                call.frame_sek,
                "frame_exceeded",
                granted=granted[call.code],
            )
    reading.forget("applications")


def _call(reading: Reading, cells: Cells) -> CallRow | None:
    code = cells.raw("call")
    if code not in reading.calls and not (code and "calls" in reading.unread):
        cells.fault(
            "call", "unknown_call" if code else "missing", expected=", ".join(reading.calls)
        )
    return reading.year.calls.get(code)


def _organisation(reading: Reading, cells: Cells, column: str) -> str | None:
    key = cells.raw(column)
    if key not in reading.organisations:
        if not (key and "organisations" in reading.unread):
            cells.fault(column, "unknown_organisation" if key else "missing")
        return None
    return key


def _granted(cells: Cells, outcome: str | None) -> int | None:
    empty = not cells.raw("granted_sek")
    if outcome == "granted":
        if empty:
            cells.fault("granted_sek", "granted_without_amount")
            return None
        return cells.positive("granted_sek")
    if not empty and outcome is not None:
        cells.fault("granted_sek", "amount_without_grant")
    return None


def _decided(cells: Cells, outcome: str | None) -> date | None:
    if cells.raw("decided_at"):
        return cells.day("decided_at")
    if outcome in ("granted", "rejected"):
        cells.fault("decided_at", "decided_without_date")
    return None


def _decision(
    cells: Cells,
    outcome: str | None,
    requested_sek: int | None,
    granted_sek: int | None,
    received_at: datetime | None,
    decided_on: date | None,
) -> None:
    """What the transition table's own conditions say of the outcome."""
    received_on = local_date(received_at) if received_at else None
    if outcome == "withdrawn":
        if received_on and decided_on and decided_on < received_on:
            cells.fault("decided_at", "decided_before_received", received_on=received_on)
        return
    facts = decision_facts(
        requested_sek=requested_sek,
        granted_sek=granted_sek,
        received_on=received_on,
        decided_on=decided_on,
        frame_left_sek=None,
    )
    action = Action.GRANT if outcome == "granted" else Action.REJECT
    for refusal in refusals(action, facts):
        if refusal.undetermined:
            continue
        if refusal.condition is Condition.DECIDED_AFTER_RECEIPT:
            cells.fault("decided_at", "decided_before_received", received_on=received_on)
        elif refusal.condition is Condition.AMOUNT_WITHIN_ASKED:
            cells.fault("granted_sek", "granted_above_requested", requested=requested_sek)


def read_partners(reading: Reading) -> None:
    """Who takes part besides the leads."""
    partners: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for cells in reading.cells("partners"):
        reference = _reference(reading, cells)
        key = _organisation(reading, cells, "organisation")
        if reference is None or key is None:
            continue
        first = reading.first_of("partners", (reference, key), cells.row)
        if first is not None:
            cells.fault("organisation", "duplicate", first=first)
            continue
        application = reading.year.applications.get(reference)
        if application is not None and application.lead == key:
            cells.fault("organisation", "partner_is_lead")
            continue
        partners[reference].append((key, cells.row))
    for reference, keys in partners.items():
        if (application := reading.year.applications.get(reference)) is not None:
            application.partners = tuple(key for key, _ in keys)
            application.partner_rows = tuple(row for _, row in keys)


def _reference(reading: Reading, cells: Cells) -> str | None:
    reference = cells.raw("reference")
    if reference not in reading.applications:
        if not (reference and "applications" in reading.unread):
            cells.fault("reference", "unknown_reference" if reference else "missing")
        return None
    return reference


def read_funds(reading: Reading) -> None:
    """What there was of each grant in a year, what was spent of it and what is to be repaid."""
    funds = reading.year.funds
    for cells in reading.cells("funds"):
        reference = _reference(reading, cells)
        of_year = cells.year("year")
        available = cells.not_negative("available_sek")
        spent = cells.not_negative("spent_sek")
        to_repay = cells.not_negative("to_repay_sek")
        if reference is not None and of_year is not None:
            first = reading.first_of("funds", (reference, of_year), cells.row)
            if first is not None:
                cells.fault("reference", "duplicate", first=first)
                continue
        if available is not None and spent is not None and to_repay is not None:
            if spent + to_repay > available:
                cells.fault(
                    "spent_sek", "funds_overdrawn", used=spent + to_repay, available=available
                )
            application = reading.year.applications.get(reference or "")
            if application is not None and of_year is not None:
                _fits(reading, cells, application, of_year, available)
                if cells.clean:
                    row = FundsRow(
                        cells.row, application.reference, of_year, available, spent, to_repay
                    )
                    funds.setdefault(application.reference, []).append(row)
    label = reading.source.label("funds")
    for rows in funds.values():
        rows.sort(key=lambda row: row.year)
        for before, after in pairwise(rows):
            after.left_year = before.year
            if after.available_sek > before.usable_sek:
                reading.faults.add(
                    label,
                    after.row,
                    "available_sek",
                    after.available_sek,
                    "funds_above_left",
                    left=before.usable_sek,
                )
    reading.forget("funds", "partners")


def _fits(
    reading: Reading, cells: Cells, application: ApplicationRow, year: int, available_sek: int
) -> None:
    """Whether the year and what was available fit what the application came to."""
    call = application.call
    if application.outcome != "granted":
        cells.fault("reference", "funds_not_granted")
        return
    if not call.year <= year <= reading.year.year:
        cells.fault("year", "year_outside", first=call.year, last=reading.year.year)
    granted = application.granted_sek or 0
    if year == call.year and available_sek != granted:
        cells.fault("available_sek", "funds_not_all_granted", granted=granted)
    elif available_sek > granted:
        cells.fault("available_sek", "funds_above_granted", granted=granted)


def read_findings(reading: Reading) -> None:
    """Findings of requirements, where the old register has them."""
    for cells in reading.cells("findings"):
        reference = _reference(reading, cells)
        key = _organisation(reading, cells, "organisation")
        finding = cells.one_of("finding", FINDINGS, "unknown_finding")
        requirement = cells.raw("requirement")
        application = reading.year.applications.get(reference or "")
        if application is not None:
            codes = [each.code for each in application.call.definition.requirements]
            if requirement not in codes:
                cells.fault("requirement", "unknown_requirement", expected=", ".join(codes))
            if key is not None and key != application.lead and key not in application.partners:
                cells.fault("organisation", "not_participating")
        elif not requirement:
            cells.fault("requirement", "missing")
        if reference and key and requirement:
            first = reading.first_of("findings", (reference, key, requirement), cells.row)
            if first is not None:
                cells.fault("requirement", "duplicate", first=first)
        if reference and key and requirement and finding and cells.clean:
            reading.year.findings.append(
                FindingRow(cells.row, reference, key, requirement, finding)
            )
    reading.forget("findings")
