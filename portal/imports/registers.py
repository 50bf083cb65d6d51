"""Reading calls.csv and organisations.csv."""

from datetime import date

from pydantic import ValidationError

from applicants.checks import OrganisationNumberFault, normalise_org_no
from applicants.enums import OrganisationKind
from grants.definitions import CallDefinition
from portal.checks.year import CallRow, OrganisationRow

from .cells import Cells
from .reading import Reading

KINDS = tuple(OrganisationKind.values)


def read_calls(reading: Reading) -> None:
    """The year's calls, and those before; the folder's year is the latest one."""
    year = reading.year
    for cells in reading.cells("calls"):
        code = cells.code("call", limit=100)
        if code is not None:
            reading.calls.add(code)
            if (first := reading.first_of("calls", code, cells.row)) is not None:
                cells.fault("call", "duplicate", first=first)
                continue
        follows = cells.one_of("definition", reading.known.definitions, "unknown_definition")
        of_year = cells.year("year")
        frame = cells.positive("frame_sek")
        cutoff = cells.day("report_cutoff")
        if of_year is not None:
            year.year = max(year.year, of_year)
        if code and follows and of_year and frame and cutoff and cells.clean:
            definition = _definition(reading, cells, code, follows, of_year, frame, cutoff)
            if definition is not None:
                year.calls[code] = CallRow(
                    cells.row, code, follows, of_year, frame, cutoff, definition
                )
    if not reading.calls and "calls" not in reading.rows_of and not reading.faults:
        reading.faults.add(reading.source.label("calls"), None, None, None, "no_calls")
        reading.unread.add("calls")


def _definition(
    reading: Reading,
    cells: Cells,
    code: str,
    follows: str,
    year: int,
    frame_sek: int,
    report_cutoff: date,
) -> CallDefinition | None:
    """The definition the call goes by: that of the call which is there, or the one to be made."""
    source = reading.known.definitions[follows]
    try:
        if code in reading.known.calls:
            definition = reading.known.calls[code]
        elif year == source.year:
            definition = source
        else:
            definition = source.copy_for(
                code=code, year=year, frame_sek=frame_sek, report_cutoff=date.max
            )
    except (ValidationError, ValueError, OverflowError):
        cells.fault("year", "not_a_year")
        return None
    measured_on = definition.dates.measured_at
    if definition.year == year and report_cutoff < measured_on:
        cells.fault("report_cutoff", "cutoff_before_measuring", measured_on=measured_on)
        return None
    return definition


def read_organisations(reading: Reading) -> None:
    """The register of the folder's year."""
    county_codes = reading.known.counties
    for cells in reading.cells("organisations"):
        key = cells.text("organisation", limit=100)
        if key is not None:
            reading.organisations.add(key)
            if (first := reading.first_of("organisations", key, cells.row)) is not None:
                cells.fault("organisation", "duplicate", first=first)
                continue
        org_no = _org_no(cells)
        unit = cells.text("unit", limit=200, required=False)
        name = cells.text("name", limit=300)
        kind = cells.one_of("kind", KINDS, "unknown_kind")
        county = cells.raw("county_code").zfill(2)
        if not cells.raw("county_code"):
            cells.fault("county_code", "missing")
        elif county not in county_codes:
            cells.fault("county_code", "unknown_county", expected=", ".join(county_codes))
        municipality = _municipality(reading, cells, county)
        if org_no is not None and unit is not None:
            first = reading.first_of("org_no", (org_no, unit), cells.row)
            if first is not None:
                cells.fault("org_no", "same_organisation", first=first)
        if key and org_no and unit is not None and name and kind and cells.clean:
            reading.year.organisations[key] = OrganisationRow(
                cells.row, key, org_no, unit, name, kind, county, municipality
            )
    reading.forget("organisations", "org_no")


def _org_no(cells: Cells) -> str | None:
    text = cells.text("org_no", limit=30)
    if text is None:
        return None
    try:
        return normalise_org_no(text)
    except OrganisationNumberFault as fault:
        cells.fault("org_no", f"org_no_{fault.code}")
        return None


def _municipality(reading: Reading, cells: Cells, county: str) -> str:
    text = cells.raw("municipality_code")
    if not text:
        return ""
    code = text.zfill(4)
    lies_in = reading.known.municipalities.get(code)
    if lies_in is None:
        cells.fault("municipality_code", "unknown_municipality")
    elif lies_in != county and county in reading.known.counties:
        cells.fault("county_code", "other_county", municipality=code, expected=lies_in)
    return code
