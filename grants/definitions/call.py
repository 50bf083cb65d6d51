"""The definition of a call: everything that the programme says of it, in one document.

Amounts are whole SEK; dates are Swedish local dates, inclusive of the day.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from core.definitions.faults import Place, fault, faults_at
from core.definitions.files import check_document
from core.definitions.questionnaire import QuestionKind, Questionnaire, repeated
from core.definitions.text import Code, Document, Key, LocalText, NonEmpty
from grants.definitions.application import ApplicationForm
from grants.definitions.assessment import AssessmentForm
from grants.definitions.kinds import OrganisationKind
from grants.definitions.letters import LetterTexts
from grants.definitions.payments import PaymentTerms
from grants.definitions.reporting import ReportForm
from grants.definitions.tables import (
    HAD_FUNDING,
    ColumnText,
    Entry,
    RowText,
    TableDefinition,
    TableKind,
    fill,
)

type Faults = Iterator[tuple[Place, PydanticCustomError]]

_KIND_OF_QUESTION = {
    TableKind.MULTI_CHOICE_COUNTS: QuestionKind.SEVERAL_CHOICES,
    TableKind.SINGLE_CHOICE_PERCENT: QuestionKind.ONE_CHOICE,
    TableKind.MULTI_CHOICE_PERCENT: QuestionKind.SEVERAL_CHOICES,
}


class FindingValue(StrEnum):
    """What an assessment of a requirement can say."""

    MET = "met"
    BEGUN = "begun"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class AppliesTo(StrEnum):
    """Whom a requirement is put to: everyone, or those granted in the year before."""

    ALL = "all"
    GRANTED_LAST_YEAR = "granted_last_year"


class CarryOver(StrEnum):
    """Whether money may be used after the last day to use it."""

    BY_DECISION = "by_decision"
    NOT_AT_ALL = "not_at_all"


class AgencyReference(Document):
    """The agency whose call it is; `short` is its abbreviation or short name."""

    code: Code
    name: LocalText
    short: NonEmpty


class CallDates(Document):
    """The days of a call. None is *not recorded*.

    `measured_at` is the day at whose end what is spent is measured; `spend_by` the last day to
    use the money; `report_cutoff` the last day of receipt that the year's edition counts.
    """

    opens: date | None = None
    closes: date | None = None
    decision_expected: date | None = None
    measured_at: date
    spend_by: date
    report_due: date | None = None
    final_report_due: date | None = None
    report_cutoff: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        found: list[tuple[Place, PydanticCustomError]] = []
        for earlier, later in [
            ("opens", "closes"),
            ("closes", "decision_expected"),
            ("measured_at", "spend_by"),
            ("measured_at", "report_due"),
            ("measured_at", "report_cutoff"),
            ("spend_by", "final_report_due"),
        ]:
            first, second = getattr(self, earlier), getattr(self, later)
            if first is not None and second is not None and second < first:
                found.append(((later,), fault("dates_out_of_order", earlier=earlier, later=later)))
        faults_at("CallDates", found)
        return self

    def moved(self, years: int, *, report_cutoff: date) -> dict[str, date]:
        """The same days so many years later (29 February becomes the 28th where it must), as
        values for a CallDates."""
        days = {name: _moved(day, years) for name, day in self if isinstance(day, date)}
        return {**days, "report_cutoff": report_cutoff}


class ReportDemand(Document):
    """Which reports a grant has to give. A report at the year's end with money still usable is
    the interim one; the final one is due after the last day to use the money."""

    interim: bool
    final: bool


class Area(Document):
    """An activity area (åtgärdsområde)."""

    code: Key
    title: LocalText
    description: LocalText | None = None


class DevelopmentField(Document):
    """A development field (utvecklingsområde) and its areas."""

    code: Key
    title: LocalText
    areas: Annotated[tuple[Area, ...], Field(min_length=1)]


class Requirement(Document):
    """A performance requirement (prestationskrav), of the call's year only.

    `kinds`: whom it is put to; empty is every kind that may apply.
    """

    code: Key
    title: LocalText
    text: LocalText
    satisfied_by: Annotated[tuple[FindingValue, ...], Field(min_length=1)]
    applies_to: AppliesTo = AppliesTo.ALL
    kinds: tuple[OrganisationKind, ...] = ()

    def is_satisfied_by(self, finding: str) -> bool:
        """Whether a finding (its code) is enough."""
        return finding in self.satisfied_by

    @model_validator(mode="after")
    def _can_be_failed(self) -> Self:
        allowed = ", ".join(value for value in FindingValue if value is not FindingValue.NOT_MET)
        faults_at(
            "Requirement",
            [
                (("satisfied_by", index), fault("satisfied_by_not_met", expected=allowed))
                for index, value in enumerate(self.satisfied_by)
                if value is FindingValue.NOT_MET
            ],
        )
        return self


class RevocationGround(Document):
    """A ground on which a grant may be revoked. The list of a call is closed."""

    code: Key
    text: LocalText


class PlacedArea(NamedTuple):
    """An area with its development field; None for an area outside the fields."""

    area: Area
    field: DevelopmentField | None


class CallDefinition(Document):
    """One call: one stream of applicants in one year. `legal_basis` None is *not recorded*.

    `follows` is the code of the definition that this one was copied from; None for one that was
    written. `application` None: what the application form asked is *not recorded*, and nobody
    can apply here. `assessment` None: how the applications were judged is *not recorded*.
    `reporting` None: grantees report as the defaults of `ReportForm` say.
    `payments` None: how the grants are paid is *not recorded*, and nothing is paid here.
    `letters` None: the call adds nothing to letters and mails.
    """

    code: Code
    version: Annotated[int, Field(strict=True, ge=1)] = 1
    follows: Code | None = None
    stream: Literal["municipalities", "associations"]
    year: Annotated[int, Field(strict=True, ge=1900, le=2999)]
    agency: AgencyReference
    title: LocalText
    purpose: LocalText
    legal_basis: LocalText | None = None
    frame_sek: Annotated[int, Field(strict=True, gt=0, le=10**15)]
    dates: CallDates
    who_may_apply: Annotated[tuple[OrganisationKind, ...], Field(min_length=1)]
    asks_opinion: bool
    carry_over: CarryOver
    reports: ReportDemand
    development_fields: tuple[DevelopmentField, ...] = ()
    other_areas: tuple[Area, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    revocation_grounds: tuple[RevocationGround, ...] = ()
    application: ApplicationForm | None = None
    assessment: AssessmentForm | None = None
    payments: PaymentTerms | None = None
    reporting: ReportForm | None = None
    letters: LetterTexts | None = None
    report_questionnaire: Questionnaire
    tables: tuple[TableDefinition, ...] = ()

    @cached_property
    def placed_areas(self) -> tuple[PlacedArea, ...]:
        """Every area in order, those of the development fields first."""
        inside = [PlacedArea(area, each) for each in self.development_fields for area in each.areas]
        return (*inside, *(PlacedArea(area, None) for area in self.other_areas))

    @property
    def report_form(self) -> ReportForm:
        """How grantees report."""
        return self.reporting or ReportForm()

    @property
    def area_codes(self) -> tuple[str, ...]:
        """Codes of every area in order."""
        return tuple(placed.area.code for placed in self.placed_areas)

    def area(self, code: str) -> Area | None:
        """The area with that code."""
        return next((each.area for each in self.placed_areas if each.area.code == code), None)

    def area_titles(self, language: str) -> dict[str, str]:
        """Titles by code, in order."""
        return {each.area.code: each.area.title.in_(language) for each in self.placed_areas}

    def requirement(self, code: str) -> Requirement | None:
        """The requirement with that code."""
        return next((each for each in self.requirements if each.code == code), None)

    def requirements_for(self, *, kind: str, granted_last_year: bool) -> tuple[Requirement, ...]:
        """The requirements put to an organisation of that kind."""
        return tuple(
            each
            for each in self.requirements
            if (not each.kinds or kind in each.kinds)
            and (each.applies_to is AppliesTo.ALL or granted_last_year)
        )

    def table(self, number: int) -> TableDefinition | None:
        """The table with that number."""
        return next((table for table in self.tables if table.number == number), None)

    def table_rows(self, table: TableDefinition, language: str) -> tuple[RowText, ...]:
        """The rows as shown: labels are those of areas or options unless the table has its own."""
        fields = {each.area.code: each.field for each in self.placed_areas}
        rows: list[RowText] = []
        for row in table.rows:
            field = fields.get(row.code) if table.group_by else None
            group = field.title.in_(language) if field else None
            rows.append(RowText(row.code, self._label(table, row, language, row=True), group))
        return tuple(rows)

    def table_columns(self, table: TableDefinition, language: str) -> tuple[ColumnText, ...]:
        """The columns as shown: labels are those of options or statuses unless the table has its
        own."""
        return tuple(
            ColumnText(column.code, self._label(table, column, language, row=False))
            for column in table.columns
        )

    def _label(self, table: TableDefinition, entry: Entry, language: str, *, row: bool) -> str:
        if entry.label is not None:
            return fill(entry.label, language, self.year)
        form = self.report_questionnaire
        found: LocalText | None = None
        if row and table.kind.rows_are_areas:
            area = self.area(entry.code)
            found = area.title if area else None
        elif table.question is not None:
            question = form.question(table.area or table.row_codes[0], table.question)
            option = question.option(entry.code) if question else None
            found = option.label if option else None
        else:
            status = form.status(entry.code)
            found = status.label if status else None
        return found.in_(language) if found else entry.code

    def document(self) -> dict[str, Any]:
        """The definition as plain JSON values, to store; `model_validate` reads it back.

        Without the forms, and how to pay, that are not there: the checksums of definitions stored
        before there were such forms stay what they were.
        """
        forms = ("application", "assessment", "payments", "reporting", "letters")
        left_out: dict[str, Any] = {name: True for name in forms if getattr(self, name) is None}
        if self.payments is not None and self.payments.repayment.pay_to is None:
            left_out["payments"] = {"repayment": {"pay_to"}}
        return self.model_dump(mode="json", exclude=left_out)

    def copy_for(
        self, *, code: str, year: int, frame_sek: int, report_cutoff: date
    ) -> "CallDefinition":
        """The definition of another year after this one: dates moved by the years between.

        Requirements and legal basis belong to a call's year: the copy has no requirements, and
        its legal basis is not recorded. Raises core.definitions.DefinitionError on values that
        cannot be, such as a frame of 0 or a cut-off before the measuring date.
        """
        document = self.document()
        document.update(
            code=code,
            version=1,
            follows=self.code,
            year=year,
            frame_sek=frame_sek,
            legal_basis=None,
            requirements=[],
            dates=self.dates.moved(year - self.year, report_cutoff=report_cutoff),
        )
        return check_document(CallDefinition, document, name=code)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults_at(
            "CallDefinition",
            [
                *self._repeated_codes(),
                *self._faulty_kinds(),
                *self._faulty_section_areas(),
                *self._faulty_application(),
                *self._faulty_tables(),
            ],
        )
        return self

    def _repeated_codes(self) -> Faults:
        if not self.placed_areas:
            yield ("development_fields",), fault("no_areas")
        places: list[Place] = [
            ("development_fields", f, "areas", a, "code")
            for f, each in enumerate(self.development_fields)
            for a in range(len(each.areas))
        ]
        places += [("other_areas", a, "code") for a in range(len(self.other_areas))]
        for index, code in repeated(self.area_codes):
            yield places[index], fault("duplicate", value=code)
        for name, codes in [
            ("development_fields", [each.code for each in self.development_fields]),
            ("requirements", [each.code for each in self.requirements]),
            ("revocation_grounds", [each.code for each in self.revocation_grounds]),
        ]:
            for index, code in repeated(codes):
                yield (name, index, "code"), fault("duplicate", value=code)
        for index, number in repeated([str(table.number) for table in self.tables]):
            yield ("tables", index, "number"), fault("duplicate", value=number)

    def _faulty_kinds(self) -> Faults:
        for index, kind in repeated(self.who_may_apply):
            yield ("who_may_apply", index), fault("duplicate", value=kind)
        expected = ", ".join(self.who_may_apply)
        for r, requirement in enumerate(self.requirements):
            for k, kind in enumerate(requirement.kinds):
                if kind not in self.who_may_apply:
                    yield (
                        ("requirements", r, "kinds", k),
                        fault("kind_may_not_apply", value=kind, expected=expected),
                    )

    def _faulty_section_areas(self) -> Faults:
        for s, section in enumerate(self.report_questionnaire.sections):
            for a, area in enumerate(section.areas):
                if area not in self.area_codes:
                    yield (
                        ("report_questionnaire", "sections", s, "areas", a),
                        fault("unknown_area", value=area, expected=", ".join(self.area_codes)),
                    )

    def _faulty_application(self) -> Faults:
        if self.application is not None:
            for place, wrong in self.application.faults_in(
                areas=self.area_codes, kinds=self.who_may_apply
            ):
                yield ("application", *place), wrong
        if self.assessment is not None:
            rules = self.application.budget.rules if self.application else ()
            codes = tuple(each.code for each in rules)
            for place, wrong in self.assessment.faults_in(rules=codes):
                yield ("assessment", *place), wrong
        if self.reporting is not None:
            for place, wrong in self.reporting.faults_in(application=self.application):
                yield ("reporting", *place), wrong

    def _faulty_tables(self) -> Faults:
        for t, table in enumerate(self.tables):
            if table.stream != self.stream:
                yield (
                    ("tables", t, "stream"),
                    fault("other_stream", value=table.stream, expected=self.stream),
                )
            areas = (
                [(("tables", t, "rows", i), code) for i, code in enumerate(table.row_codes)]
                if table.kind.rows_are_areas
                else [(("tables", t, "area"), table.area or "")]
            )
            for place, area in areas:
                if area not in self.area_codes:
                    expected = ", ".join(self.area_codes)
                    yield place, fault("unknown_area", value=area, expected=expected)
                elif table.question is not None:
                    yield from self._faulty_question(t, table, area, place)
            if table.kind is TableKind.AREA_STATUS_COUNTS:
                statuses = [each.code for each in self.report_questionnaire.area_statuses]
                yield from _unknown_columns(t, table, [HAD_FUNDING, *statuses])
            elif table.kind is TableKind.MULTI_CHOICE_COUNTS:
                yield from _unknown_columns(t, table, ["count"])

    def _faulty_question(self, t: int, table: TableDefinition, area: str, place: Place) -> Faults:
        key = table.question or ""
        question = self.report_questionnaire.question(area, key)
        wanted = _KIND_OF_QUESTION[table.kind]
        if question is None:
            at = place if table.kind.rows_are_areas else ("tables", t, "question")
            yield at, fault("question_not_asked", question=key, where=area)
            return
        if question.kind is not wanted:
            yield (
                ("tables", t, "question"),
                fault("question_of_other_kind", question=key, kind=question.kind, expected=wanted),
            )
            return
        name = "columns" if table.kind.rows_are_areas else "rows"
        codes = table.column_codes if table.kind.rows_are_areas else table.row_codes
        for index, code in enumerate(codes):
            if question.option(code) is None:
                expected = ", ".join(question.option_codes)
                yield (
                    ("tables", t, name, index),
                    fault("option_not_in_question", question=key, value=code, expected=expected),
                )


def _unknown_columns(t: int, table: TableDefinition, known: list[str]) -> Faults:
    for index, code in enumerate(table.column_codes):
        if code not in known:
            yield (
                ("tables", t, "columns", index),
                fault("unknown_column", value=code, expected=", ".join(known)),
            )


def _moved(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
