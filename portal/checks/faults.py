"""Faults in a programme year's files: codes with parameters, which become text when shown."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.utils.translation import gettext, gettext_noop

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        # Files, sheets, rows and columns
        "no_folder": gettext_noop("there is no such folder or file"),
        "unreadable": gettext_noop("the file cannot be read: {reason}"),
        "missing_file": gettext_noop("the file is missing"),
        "missing_sheet": gettext_noop("the sheet is missing"),
        "empty_file": gettext_noop("the file is empty; a header row is expected: {expected}"),
        "missing_column": gettext_noop("the column is missing"),
        "unknown_column": gettext_noop("the column is not in the format; expected: {expected}"),
        "repeated_column": gettext_noop("the column is there more than once"),
        "wrong_delimiter": gettext_noop(
            "columns are separated by {found}; commas are expected: {expected}"
        ),
        "cell_count": gettext_noop("the row has {found} cells; {expected} are expected"),
        "bad_encoding": gettext_noop("the byte {byte} is not UTF-8; save the file as UTF-8"),
        "wrong_encoding": gettext_noop("the file is in {found}; save it as UTF-8"),
        "bad_character": gettext_noop("the text has a character that cannot be stored"),
        "bad_quoting": gettext_noop("the row cannot be read as CSV: {reason}"),
        # Cells
        "missing": gettext_noop("a value is expected"),
        "too_long": gettext_noop("is longer than {limit} characters"),
        "not_whole_kronor": gettext_noop("an amount in whole kronor is expected, such as 250000"),
        "not_a_year": gettext_noop("a year is expected, such as 2013"),
        "not_a_date": gettext_noop("a date is expected, such as 2013-03-14"),
        "not_a_time": gettext_noop(
            "a date and time is expected, such as 2014-04-20T14:22:00+02:00"
        ),
        "amount_too_large": gettext_noop("is larger than any amount that can be stored"),
        "not_a_code": gettext_noop(
            "a code is expected: small letters a–z, digits and hyphens, first a letter"
        ),
        "has_separator": gettext_noop("must not contain {separator}"),
        # Codes and keys
        "duplicate": gettext_noop("is already on row {first}"),
        "unknown_definition": gettext_noop(
            "is not a call definition of this installation; expected one of: {expected}"
        ),
        "unknown_call": gettext_noop("is not among the calls; expected one of: {expected}"),
        "unknown_organisation": gettext_noop("is not among the organisations"),
        "unknown_reference": gettext_noop("is not among the applications"),
        "unknown_report": gettext_noop("is not among the reports"),
        "unknown_kind": gettext_noop("is not a kind; expected one of: {expected}"),
        "unknown_county": gettext_noop("is not a county code; expected one of: {expected}"),
        "unknown_municipality": gettext_noop("is not a municipality code"),
        "other_county": gettext_noop(
            "the municipality {municipality} lies in the county {expected}"
        ),
        "unknown_outcome": gettext_noop("is not an outcome; expected one of: {expected}"),
        "unknown_stream": gettext_noop("is not a stream; expected one of: {expected}"),
        "unknown_area": gettext_noop("is not an area of the call; expected one of: {expected}"),
        "area_of_other_stream": gettext_noop(
            "is an area of the other stream, not of {stream}; expected one of: {expected}"
        ),
        "unknown_status": gettext_noop("is not a status; expected one of: {expected}"),
        "unknown_question": gettext_noop("is not a question there; expected one of: {expected}"),
        "unknown_option": gettext_noop(
            "is not an option of {question}; expected one of: {expected}"
        ),
        "option_of_other_stream": gettext_noop(
            "is an option of the other stream, not of {stream}; expected one of: {expected}"
        ),
        "unknown_requirement": gettext_noop(
            "is not a requirement of the call; expected one of: {expected}"
        ),
        "unknown_finding": gettext_noop("is not a finding; expected one of: {expected}"),
        # Organisations
        "org_no_form": gettext_noop(
            "is not an organisation number; ten digits are expected, such as 202100-5489"
        ),
        "org_no_checksum": gettext_noop(
            "is not an organisation number: the last digit does not fit the others"
        ),
        "org_no_person": gettext_noop(
            "is a personal identity number; only legal entities can be brought in"
        ),
        "same_organisation": gettext_noop(
            "the same organisation number and unit are already on row {first}"
        ),
        # Calls and applications
        "no_calls": gettext_noop("there is no call"),
        "not_above_zero": gettext_noop("an amount above zero is expected"),
        "below_zero": gettext_noop("an amount of zero or more is expected"),
        "cutoff_before_measuring": gettext_noop(
            "the cut-off must not be before the measuring date, {measured_on}"
        ),
        "granted_above_requested": gettext_noop("is more than what was asked, {requested}"),
        "granted_above_frame": gettext_noop("is more than the frame of the call, {frame}"),
        "frame_exceeded": gettext_noop(
            "the grants of the call add up to {granted}, which is more than the frame"
        ),
        "granted_without_amount": gettext_noop("a granted application needs an amount"),
        "amount_without_grant": gettext_noop("nothing was granted; an empty cell is expected"),
        "decided_without_date": gettext_noop("a decided application needs the date"),
        "decided_before_received": gettext_noop(
            "is before the day the application was received, {received_on}"
        ),
        "partner_is_lead": gettext_noop("is the lead of the application, and no partner"),
        # Funds
        "funds_not_granted": gettext_noop("the application was not granted; it has no funds"),
        "funds_not_all_granted": gettext_noop("what was granted is expected, {granted}"),
        "funds_above_granted": gettext_noop("is more than what was granted, {granted}"),
        "funds_above_left": gettext_noop(
            "is more than what was left at the end of the year before, {left}"
        ),
        "funds_overdrawn": gettext_noop(
            "spent and to repay add up to {used}, more than was available, {available}"
        ),
        "funds_of_earlier_year": gettext_noop(
            "later years of this grant are already there; an earlier one cannot be added"
        ),
        "year_outside": gettext_noop("a year from {first} to {last} is expected"),
        # Reports, areas and answers
        "no_references": gettext_noop("at least one reference is expected"),
        "repeated_reference": gettext_noop("the reference is there more than once"),
        "report_not_granted": gettext_noop(
            "the application {reference} was {outcome}; only a grant is reported"
        ),
        "report_other_stream": gettext_noop("the application {reference} is in the stream {found}"),
        "report_not_lead": gettext_noop("the lead of {reference} is {lead}; the lead reports"),
        "reference_reported_twice": gettext_noop(
            "the application {reference} is already reported for the year by {report}, row {first}"
        ),
        "organisation_reports_twice": gettext_noop(
            "the organisation already has a report of the year and stream, {report}, row {first}"
        ),
        "reported_before_decided": gettext_noop(
            "is before the day {reference} was decided, {decided_on}"
        ),
        "no_area_row": gettext_noop("the report has no row for the area in {table}"),
        "several_in_one_choice": gettext_noop(
            "one option is expected; row {first} has chosen {other}"
        ),
        "exclusive_with_others": gettext_noop(
            "{option} cannot be chosen together with others; row {first} has chosen {other}"
        ),
        "not_a_choice": gettext_noop("the question {question} has no options; it takes a value"),
        "not_a_value": gettext_noop("the question {question} takes an option, not a value"),
        "value_number": gettext_noop("a whole number is expected"),
        "value_minimum": gettext_noop("is below {limit}"),
        "value_maximum": gettext_noop("is above {limit}"),
        # Findings
        "not_participating": gettext_noop("does not take part in the application"),
        # What is there already
        "differs": gettext_noop("is already there with another value: {stored}"),
        "partner_not_stored": gettext_noop("the application is already there without this partner"),
        "partner_left_out": gettext_noop("is already there with the partner {stored} too"),
        "organisation_under_other_key": gettext_noop(
            "the organisation is already there for {year} under the key {stored}"
        ),
        "report_of_organisation_stored": gettext_noop(
            "the organisation already has a report of the year and stream: {stored}"
        ),
        "reference_reported_stored": gettext_noop(
            "the application {reference} is already reported for the year by {stored}"
        ),
        "area_not_stored": gettext_noop("the report is already there without this area"),
        "area_left_out": gettext_noop("is already there with the area {stored} too"),
        "answer_not_stored": gettext_noop("the report is already there without this answer"),
        "answer_left_out": gettext_noop("is already there with the answer {stored} too"),
        "value_not_stored": gettext_noop("the report is already there without this value"),
        "value_left_out": gettext_noop("is already there with the value of {stored} too"),
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in one place. `row` counts as a spreadsheet does: the header is row 1."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """What is expected, in the active language."""
        return gettext(_TEXTS[self.code]).format(**self.params)

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(gettext("row {row}").format(row=self.row))
        if self.column is not None:
            place.append(self.column)
        text = self.text
        if self.value is not None:
            text = gettext("“{value}” {text}").format(value=self.value, text=text)
        return f"{', '.join(place)}: {text}"


class Faults:
    """The faults of a folder: all are counted, and the first `kept` of them are kept."""

    def __init__(self, kept: int = 20_000) -> None:
        self._kept = kept
        self._faults: list[Fault] = []
        self.counts: Counter[str] = Counter()

    def add(
        self,
        file: str,
        row: int | None,
        column: str | None,
        value: object,
        code: str,
        **params: object,
    ) -> None:
        """Note a fault; `code` is one of those that have a text."""
        if code not in _TEXTS:
            raise KeyError(code)
        self.counts[code] += 1
        if len(self._faults) < self._kept:
            shown = None if value is None else str(value)
            self._faults.append(Fault(file, row, column, shown, code, params))

    def __bool__(self) -> bool:
        return bool(self.counts)

    def __len__(self) -> int:
        return self.counts.total()

    def __iter__(self) -> Iterator[Fault]:
        yield from self._faults


class YearRefused(Exception):
    """A folder that cannot be brought in; `faults` says why. Nothing has been stored."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        super().__init__(len(faults))
