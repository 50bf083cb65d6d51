"""Reading reports.csv and areas.csv."""

from datetime import UTC, datetime

from grants.checks import Refusal, refusals
from grants.enums import Stream
from grants.services.imported import report_facts
from grants.workflow import Action, Condition
from portal.checks.interchange import REFERENCE_SEPARATOR, local_date, other_offset
from portal.checks.year import ApplicationRow, CallRow, ReportRow
from reporting.enums import AreaStatus

from .cells import Cells
from .reading import Form, Reading

STREAMS = tuple(Stream.values)
UNUSABLE = -1
"""The index of a report whose own row is faulty."""


def read_reports(reading: Reading) -> None:
    """Each report with the grants it answers for."""
    forms: dict[str, int] = {}
    for cells in reading.cells("reports"):
        code = cells.text("report", limit=100)
        if code is not None:
            first = reading.first_of("reports", code, cells.row)
            if first is not None:
                cells.fault("report", "duplicate", first=first)
                continue
            reading.report_index[code] = UNUSABLE
        stream = cells.one_of("stream", STREAMS, "unknown_stream")
        of_year = cells.year("year")
        ahead = of_year is not None and of_year > reading.year.year
        if ahead and "calls" not in reading.unread:
            cells.fault("year", "year_outside", first=_first_year(reading), last=reading.year.year)
        organisation = cells.raw("organisation")
        listed = organisation in reading.organisations
        if not listed and not (organisation and "organisations" in reading.unread):
            cells.fault("organisation", "unknown_organisation" if organisation else "missing")
        received_at = cells.moment("received_at")
        references = _references(reading, cells, stream, of_year, organisation, received_at)
        if code and stream and of_year and listed:
            first = reading.first_of("reporting", (organisation, stream, of_year), cells.row)
            if first is not None:
                cells.fault(
                    "organisation",
                    "organisation_reports_twice",
                    report=_code_on(reading, first),
                    first=first,
                )
        if code and stream and of_year and references and received_at and cells.clean:
            form = _form(reading, forms, stream, of_year, references)
            if form is None:
                continue
            reading.report_index[code] = len(reading.year.reports)
            reading.year.reports.append(
                ReportRow(
                    cells.row,
                    code,
                    stream,
                    of_year,
                    organisation,
                    references,
                    received_at.astimezone(UTC),
                    other_offset(received_at),
                    form,
                )
            )
    reading.forget("reports", "reporting", "reported")


def _first_year(reading: Reading) -> int:
    return min((call.year for call in reading.year.calls.values()), default=reading.year.year)


def _code_on(reading: Reading, row: int) -> str:
    return next((str(key) for key, at in reading.rows_of["reports"].items() if at == row), "")


def _references(
    reading: Reading,
    cells: Cells,
    stream: str | None,
    year: int | None,
    organisation: str,
    received_at: datetime | None,
) -> tuple[str, ...]:
    references = tuple(
        each.strip() for each in cells.raw("references").split(REFERENCE_SEPARATOR) if each.strip()
    )
    if not references:
        cells.fault("references", "no_references")
    if len(set(references)) < len(references):
        cells.fault("references", "repeated_reference")
    for reference in dict.fromkeys(references):
        if reference not in reading.applications:
            if "applications" not in reading.unread:
                cells.fault("references", "unknown_reference")
            continue
        if year is not None:
            first = reading.first_of("reported", (reference, year), cells.row)
            if first is not None:
                cells.fault(
                    "references",
                    "reference_reported_twice",
                    reference=reference,
                    report=_code_on(reading, first),
                    first=first,
                )
        application = reading.year.applications.get(reference)
        if application is not None:
            _fits(reading, cells, application, stream, year, organisation, received_at)
    return references


def _fits(
    reading: Reading,
    cells: Cells,
    application: ApplicationRow,
    stream: str | None,
    year: int | None,
    organisation: str,
    received_at: datetime | None,
) -> None:
    """Whether a report of this organisation, stream and year can answer for the application."""
    reference, call = application.reference, application.call
    if application.outcome != "granted":
        cells.fault(
            "references", "report_not_granted", reference=reference, outcome=application.outcome
        )
        return
    if stream is not None and call.definition.stream != stream:
        cells.fault(
            "stream", "report_other_stream", reference=reference, found=call.definition.stream
        )
    if year is not None and year < call.year:
        cells.fault("year", "year_outside", first=call.year, last=reading.year.year)
    if organisation and organisation != application.lead:
        cells.fault("organisation", "report_not_lead", reference=reference, lead=application.lead)
    if received_at is not None:
        for refusal in _refusals(application, received_at):
            if refusal.condition is Condition.REPORTED_AFTER_DECISION:
                cells.fault(
                    "received_at",
                    "reported_before_decided",
                    reference=reference,
                    decided_on=application.decided_on,
                )


def _refusals(application: ApplicationRow, received_at: datetime) -> tuple[Refusal, ...]:
    facts = report_facts(
        decided_on=application.decided_on,
        reported_on=local_date(received_at),
        usable_sek=0,
        interim_done=False,
    )
    return refusals(Action.ACCEPT_FINAL, facts)


def _form(
    reading: Reading,
    forms: dict[str, int],
    stream: str,
    year: int,
    references: tuple[str, ...],
) -> int | None:
    """The questionnaire: that of the year's call among the references, else the year's call of
    the stream, else the newest call among the references."""
    calls: list[CallRow] = [
        reading.year.applications[each].call
        for each in references
        if each in reading.year.applications
    ]
    if not calls:
        return None
    call = max(calls, key=lambda each: each.year)
    if call.year != year:
        for other in reading.year.calls.values():
            if other.year == year and other.definition.stream == stream:
                call = other
                break
    if call.code not in forms:
        forms[call.code] = len(reading.forms)
        reading.forms.append(Form(call.definition, reading.year.book))
    return forms[call.code]


def read_areas(reading: Reading) -> None:
    """The areas that had money, each with its status: a row is kept as 64 bits."""
    year, label = reading.year, reading.source.label("areas")
    book, reports, index_of = year.book, year.reports, reading.report_index
    area_bits = {area: bit for bit, area in enumerate(dict.fromkeys(a for a, _ in book.statuses))}
    reading.area_bits = area_bits
    masks = reading.area_masks = [0] * len(reports)
    areas_of = [set(form.definition.area_codes) for form in reading.forms]
    for number, cells in reading.rows("areas"):
        report, area, status = cells
        index = index_of.get(report)
        code = book.status_ids.get((area, status))
        if index is not None and index >= 0 and code is not None:
            bit = 1 << area_bits[area]
            form = reports[index].form
            if (
                not masks[index] & bit
                and area in areas_of[form]
                and status in reading.forms[form].statuses
            ):
                masks[index] |= bit
                year.areas.add(index, code, number)
                continue
        _explain_area(reading, Cells(label, number, _AREA_COLUMNS, cells, reading.faults))
    year.areas.sort()


_AREA_COLUMNS = ("report", "area", "status")


def _explain_area(reading: Reading, cells: Cells) -> None:
    """A row that is not as expected: say why, or take it where only space was in the way."""
    index, area, status = reading.report_index.get(cells.raw("report")), "", ""
    if index is None and not (cells.raw("report") and "reports" in reading.unread):
        cells.fault("report", "unknown_report" if cells.raw("report") else "missing")
    if index is None or index == UNUSABLE:
        cells.one_of("status", AreaStatus.values, "unknown_status")
        return
    form = reading.forms[reading.year.reports[index].form]
    area, status = cells.raw("area"), cells.raw("status")
    bit = 1 << reading.area_bits.get(area, 0)
    if area not in form.definition.area_codes:
        unknown_area(reading, cells, form)
    elif reading.area_masks[index] & bit:
        cells.fault("area", "duplicate", first=_row_of_area(reading, index, area))
    if status not in form.statuses or status not in AreaStatus.values:
        expected = ", ".join(form.statuses)
        cells.fault("status", "unknown_status" if status else "missing", expected=expected)
    if cells.clean:
        reading.area_masks[index] |= bit
        reading.year.areas.add(index, reading.year.book.status(area, status), cells.row)
    elif area in form.definition.area_codes:
        # The area is there, whatever its status: its answers are not faulty on that account.
        reading.area_masks[index] |= bit


def _row_of_area(reading: Reading, index: int, area: str) -> int | str:
    for report, code, row in reading.year.areas:
        if report == index and reading.year.book.statuses[code][0] == area:
            return row
    return "–"


def unknown_area(reading: Reading, cells: Cells, form: Form) -> None:
    """The area is not the call's; say so when another stream has it."""
    area, expected = cells.raw("area"), ", ".join(form.definition.area_codes)
    if not area:
        cells.fault("area", "missing")
    elif any(
        area in definition.area_codes
        for definition in reading.known.definitions.values()
        if definition.stream != form.stream
    ):
        cells.fault("area", "area_of_other_stream", stream=form.stream, expected=expected)
    else:
        cells.fault("area", "unknown_area", expected=expected)
