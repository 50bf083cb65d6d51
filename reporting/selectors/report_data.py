"""Reading the reports of a call as tables of data, a few hundred reports at a time.

What is left out is left out here, before anything is written: whoever renders the tables has
nothing more to hide.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import batched
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applicants.enums import OrganisationKind
from core.content import Text
from core.definitions import (
    WHOLE,
    Answers,
    AnswerState,
    LocalText,
    Question,
    QuestionKind,
    Questionnaire,
    answer_state,
)
from grants.content.parts import Part, suggestion_for, without, words_to_leave_out
from grants.definitions import CallDefinition
from grants.enums import Stream
from grants.models import Application, Call
from reporting.content.report_data import (
    BY_NAME,
    DataCell,
    DataRow,
    Place,
    is_personal,
    scrubbed,
)
from reporting.enums import AreaStatus, ReportKind, ReportStatus
from reporting.models import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion

from .plan import definition_for
from .report_data_facts import (
    Facts,
    Json,
    answers_given,
    answers_of,
    references_with_cases,
    rows_of,
)
from .reports import reports_visible_to

CHUNK = 200
"""Reports to a part: what is held in memory, and fetched at a time."""
type Put = Callable[[str, Iterable[DataRow]], None]
type Both = tuple[str, str]

SECRET, NAMES = "secret", "names"
LEFT_OUT: Mapping[str, Text] = {
    "": "",
    SECRET: _("Marked secret: nothing of its content"),
    NAMES: _("The case is marked secret: no names"),
}
STATES: Mapping[str, Text] = {
    Place.NOT_ASKED: _("Not asked"),
    Place.NOT_ANSWERED: _("Not answered"),
    Place.ANSWERED: pgettext_lazy("question", "Answered"),
    Place.LEFT_OUT: _("Left out"),
}
SOURCES: Mapping[str, Text] = {
    "report": _("Report"),
    "ledger": _("Ledger, where no report was made line by line"),
    "": "",
}


@dataclass(frozen=True, slots=True)
class Whole:
    """What was read: the reports, those not read for a conflict of interest, those of which
    something is left out for a secrecy marking."""

    reports: int
    shut_out: int
    secret: int


def reports_of_call(call: Call) -> QuerySet[Report]:
    """The received reports of the call's year and stream, which answer to its questions whatever
    grants they answer for, and those of later years that answer for a grant of the call."""
    references = ReportReference.objects.filter(application__call=call)
    own = Q(agency=call.agency_id, year=call.year, stream=call.stream)
    return Report.objects.filter(
        own | Q(pk__in=references.values("report")), first_received_at__isnull=False
    )


def read_reports(*, call: Call, user: Any, texts: bool, put: Put) -> Whole:
    """Give each table's rows to `put`, in a total order. `texts`: with what was written in free
    words, without contacts, addresses, accounts and security measures as far as they can be told.
    """
    reports = reports_of_call(call)
    visible = reports_visible_to(user).filter(pk__in=reports.values("pk"))
    ids = list(visible.order_by("year", "code", "pk").values_list("pk", flat=True))
    reading = _Reading(texts, put)
    for chunk in batched(ids, CHUNK, strict=False):
        reading.chunk(list(chunk))
    reading.codebook()
    return Whole(len(ids), reports.count() - len(ids), reading.secret)


class _Reading:
    def __init__(self, texts: bool, put: Put) -> None:
        self.texts = texts
        self._put = put
        self.secret = self.hidden = 0
        self.definitions: dict[tuple[str, int], CallDefinition] = {}
        self.labels: dict[Any, Both] = {}

    def put(self, name: str, rows: Iterable[Sequence[DataCell]]) -> None:
        columns = BY_NAME[name].columns
        written = [place for place, column in enumerate(columns) if column.written]

        def cleaned() -> Iterator[DataRow]:
            for row in rows:
                cells = list(row)
                for place in written:
                    cell = cells[place]
                    if isinstance(cell, str) and cell:
                        cells[place] = scrubbed(cell)
                yield tuple(cells)

        self._put(name, cleaned())

    def both(self, label: Text) -> Both:
        """A label in Swedish and English."""
        key = label if isinstance(label, str) else id(label)
        if key not in self.labels:
            said = []
            for code in ("sv", "en"):
                with translation.override(code):
                    said.append(str(label))
            self.labels[key] = (said[0], said[1])
        return self.labels[key]

    def coded(self, code: str, label: Text) -> tuple[str, str, str]:
        return (str(code), *self.both(label))

    # The reports ----------------------------------------------------------------------------------

    def chunk(self, ids: list[int]) -> None:
        """Read some reports, in the order of the ids."""
        versions = (
            ReportVersion.objects.filter(report__in=ids)
            .order_by("report", "-received_at", "-number")
            .select_related("document")
        )
        latest: dict[int, ReportVersion] = {}
        for version in versions:
            latest.setdefault(version.report_id, version)
        kept = [version.pk for version in latest.values()]
        reports = (
            Report.objects.filter(pk__in=ids)
            .select_related("agency", "organisation__county", "definition_record")
            .defer("definition_record__document")
            .prefetch_related(references_with_cases())
        )
        found = {report.pk: report for report in reports}
        areas, answers = rows_of(ReportArea, kept), rows_of(ReportAnswer, kept)
        cases = {
            reference.application_id: reference.application
            for report in found.values()
            for reference in report.references.all()
        }
        facts = Facts.of(cases, kept)
        for pk in ids:
            if pk in latest:
                rows = areas.get(latest[pk].pk, []), answers.get(latest[pk].pk, [])
                self._report(found[pk], latest[pk], *rows, facts)

    def _report(
        self, report: Report, version: ReportVersion, areas: list[Any], answers: list[Any],
        facts: "Facts",
    ) -> None:  # fmt: skip
        applications = sorted(
            (reference.application for reference in report.references.all()),
            key=lambda each: (-each.call.year, each.pk),
        )
        definition = definition_for(report, applications)
        self.definitions[definition.code, definition.version] = definition
        secret = version.pk in facts.secret
        nameless = any(getattr(each, "secret", False) for each in applications)
        code = report.code
        if nameless:
            self.hidden += 1
            code = f"#{self.hidden}"
        self.secret += secret or nameless
        left_out = SECRET if secret else NAMES if nameless else ""
        head = self._head(
            report, version, code, definition, applications, left_out, nameless, facts
        )
        self.put("reports", [head])
        if secret:
            return
        kept = getattr(version, "document", None)
        document: Json | None = None if kept is None else json.loads(kept.document)
        said = answers_of(areas, answers, document)
        self.put("areas", self._areas(code, definition, said))
        self.put("answers", self._choices(code, definition, said, document, facts, nameless))
        self.put("values", self._values(code, definition, said, document, facts, nameless))
        self.put(
            "economy",
            self._economy(code, report, definition, document, applications, facts, nameless),
        )

    def _head(
        self, report: Report, version: ReportVersion, code: str, definition: CallDefinition,
        applications: list[Application], left_out: str, nameless: bool, facts: "Facts",
    ) -> DataRow:  # fmt: skip
        organisation = report.organisation
        first = report.first_received_at
        assert first is not None  # noqa: S101 - they are received
        came = timezone.localdate(first)
        partners = facts.partners(applications, organisation.pk)
        county = organisation.county
        return (
            code,
            definition.code,
            definition.version,
            *self.coded(report.stream, Stream(report.stream).label),
            report.year,
            *self.coded(report.kind, ReportKind(report.kind).label),
            *self.coded(report.status, ReportStatus(report.status).label),
            report.due_on,
            came,
            None if report.due_on is None else came > report.due_on,
            version.number,
            timezone.localdate(version.received_at),
            None if nameless else organisation.org_no,
            None if nameless else organisation.unit,
            None if nameless else organisation.name,
            *self.coded(organisation.kind, OrganisationKind(organisation.kind).label),
            None if nameless else county.code,
            None if nameless else county.name,
            None if nameless else organisation.municipality_id,
            None if nameless else "; ".join(each.number for each in applications),
            None if nameless else "; ".join(each.name for each in partners),
            *self.coded(left_out, LEFT_OUT[left_out]),
        )

    def _area(self, definition: CallDefinition, code: str) -> tuple[str, str, str]:
        area = definition.area(code) if code else None
        if area is None:
            return (code, code, code)
        return (code, area.title.in_("sv"), area.title.in_("en"))

    def _areas(self, code: str, definition: CallDefinition, said: Answers) -> Iterator[DataRow]:
        form = definition.report_questionnaire
        for area, status in said.areas.items():
            option = form.status(status) if status else None
            label: Both = ("", "")
            if option is not None:
                label = (option.label.in_("sv"), option.label.in_("en"))
            elif status in AreaStatus.values:
                label = self.both(AreaStatus(status).label)
            state = Place.ANSWERED if status else Place.NOT_ANSWERED
            yield (
                code,
                *self._area(definition, area),
                *self.coded(state, STATES[state]),
                status or None,
                *label,
            )

    def _asked(
        self, definition: CallDefinition, said: Answers, document: Json | None, facts: "Facts",
        nameless: bool,
    ) -> Iterator["_Asked"]:  # fmt: skip
        """Every question that the report could be asked, with what it answered."""
        form = definition.report_questionnaire
        for area in (WHOLE, *said.areas):
            for placed in form.questions_for(area):
                yield _Asked(form, said, area, placed.question)
        part_form = definition.report_form.part
        if part_form is None or document is None or len(document["parts"]) < 2:
            return
        for part in document["parts"]:
            whose = facts.organisation(part["organisation"])
            number = None if nameless or whose is None else whose.org_no
            name = None if nameless else part["name"]
            given = answers_given(part["answers"], part_form, WHOLE)
            for placed in part_form.questions_for(WHOLE):
                yield _Asked(part_form, given, WHOLE, placed.question, number, name)

    def _place(self, definition: CallDefinition, asked: "_Asked", state: Place) -> DataRow:
        question = asked.question
        return (
            *self._area(definition, asked.area),
            asked.org_no,
            asked.name,
            question.key,
            question.text.in_("sv"),
            question.text.in_("en"),
            *self.coded(state, STATES[state]),
        )

    def _choices(
        self, code: str, definition: CallDefinition, said: Answers, document: Json | None,
        facts: "Facts", nameless: bool,
    ) -> Iterator[DataRow]:  # fmt: skip
        for asked in self._asked(definition, said, document, facts, nameless):
            question = asked.question
            if not question.kind.is_choice:
                continue
            place = (code, *self._place(definition, asked, asked.state))
            if asked.state is not Place.ANSWERED:
                yield (*place, None, None, None)
                continue
            chosen = asked.answers.options(asked.area, question.key)
            order = {each: number for number, each in enumerate(question.option_codes)}
            for option in sorted(chosen, key=lambda each: (order.get(each, len(order)), each)):
                found = question.option(option)
                labels = (found.label.in_("sv"), found.label.in_("en")) if found else (None, None)
                yield (*place, option, *labels)

    def _values(
        self, code: str, definition: CallDefinition, said: Answers, document: Json | None,
        facts: "Facts", nameless: bool,
    ) -> Iterator[DataRow]:  # fmt: skip
        for asked in self._asked(definition, said, document, facts, nameless):
            question = asked.question
            if question.kind.is_choice or not (self.texts or is_exported(question)):
                continue
            state, number, day, text = asked.state, None, None, None
            value = asked.answers.value(asked.area, question.key) or ""
            if state is Place.ANSWERED:
                if question.kind is QuestionKind.TEXT:
                    text = public_words(question.text.in_("sv"), value)
                    state = state if text else Place.LEFT_OUT
                elif question.kind is QuestionKind.DATE:
                    day = _day(value)
                else:
                    number = int(value)
                    if is_personal(number):
                        state, number = Place.LEFT_OUT, None
            yield (
                code,
                *self._place(definition, asked, state),
                str(question.kind),
                number,
                day,
                text or None,
            )

    # The money ------------------------------------------------------------------------------------

    def _economy(
        self, code: str, report: Report, definition: CallDefinition, document: Json | None,
        applications: list[Application], facts: "Facts", nameless: bool,
    ) -> Iterator[DataRow]:  # fmt: skip
        numbers = {each.pk: each.number for each in applications}
        if document is None:
            for each in applications:
                booked = facts.booked(each.pk, report.year)
                if booked is not None:
                    yield (
                        code,
                        None if nameless else each.number,
                        each.call.year,
                        None, "", "", "", None, None, None,
                        booked.available_sek, None, booked.spent_sek, booked.to_repay_sek,
                        None,
                        *self.coded("ledger", SOURCES["ledger"]),
                    )  # fmt: skip
            return
        for grant in document["grants"]:
            head = (code, None if nameless else numbers.get(grant["application"]), grant["year"])
            whole = grant["application"] in facts.marked_lines
            for line in () if whole else grant["lines"]:
                whose = facts.organisation(line["organisation"])
                named = whose is not None and not nameless
                yield (
                    *head,
                    line["number"],
                    *self._area(definition, line["area"]),
                    whose.org_no if whose is not None and named else None,
                    whose.name if whose is not None and named else None,
                    public_words("", line["title"]) or None if self.texts else None,
                    None, line["approved_sek"], line["spent_sek"], None,
                    public_words("", line["why"]) or None if self.texts else None,
                    *self.coded("report", SOURCES["report"]),
                )  # fmt: skip
            approved = sum(line["approved_sek"] for line in grant["lines"])
            yield (
                *head, None, "", "", "", None, None, None,
                grant["available_sek"], approved, grant["spent_sek"], None, None,
                *self.coded("report", SOURCES["report"]),
            )  # fmt: skip

    # The codebook ---------------------------------------------------------------------------------

    def codebook(self) -> None:
        """The questions and options of every definition that the reports answer to."""
        for key in sorted(self.definitions):
            definition = self.definitions[key]
            self.put("questions", self._questions(definition))
            self.put("options", self._options(definition))

    def _forms(
        self, definition: CallDefinition
    ) -> Iterator[tuple[str, Questionnaire, Sequence[str]]]:
        areas = (WHOLE, *definition.area_codes)
        yield "report", definition.report_questionnaire, areas
        if definition.report_form.part is not None:
            yield "part", definition.report_form.part, (WHOLE,)

    def _questions(self, definition: CallDefinition) -> Iterator[DataRow]:
        for name, form, areas in self._forms(definition):
            position = 0
            for area in areas:
                for section, _area, question in form.questions_for(area):
                    position += 1
                    yield (
                        definition.code,
                        definition.version,
                        position,
                        name,
                        *self._area(definition, area),
                        section.key,
                        section.title.in_("sv"),
                        section.title.in_("en"),
                        question.key,
                        str(question.kind),
                        question.required,
                        bool(question.when),
                        self.texts or is_exported(question),
                        question.text.in_("sv"),
                        question.text.in_("en"),
                    )

    def _options(self, definition: CallDefinition) -> Iterator[DataRow]:
        start = (definition.code, definition.version)
        for name, form, areas in self._forms(definition):
            for number, status in enumerate(form.area_statuses, 1):
                yield (*start, name, "", "area_status", number, *_said(status.code, status.label),
                       status.exclusive)  # fmt: skip
            for area in areas:
                for _section, _area, question in form.questions_for(area):
                    for number, option in enumerate(question.options, 1):
                        yield (*start, name, area, question.key, number,
                               *_said(option.code, option.label), option.exclusive)  # fmt: skip


def _said(code: str, label: LocalText) -> tuple[str, str, str]:
    return (code, label.in_("sv"), label.in_("en"))


def is_exported(question: Question) -> bool:
    """Whether its answers are told to everyone: free words may hold anything about anyone."""
    return question.kind is not QuestionKind.TEXT


def public_words(label: str, text: str) -> str:
    """What somebody wrote, without contacts, addresses and accounts; nothing of it where it is
    about security measures, or is an answer to a question about contacts."""
    part = Part("", "", label, text)
    if suggestion_for(part) is not None:
        return ""
    (kept,) = without([part], words_to_leave_out([part]))
    return kept.text


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question at its place; `org_no` and `name` of whoever answers for itself alone."""

    form: Questionnaire
    answers: Answers
    area: str
    question: Question
    org_no: str | None = None
    name: str | None = None

    @property
    def state(self) -> Place:
        """What stands there."""
        state = answer_state(self.form, self.answers, self.area, self.question.key)
        if state is AnswerState.NOT_ASKED:
            return Place.NOT_ASKED
        return Place.ANSWERED if state is AnswerState.ANSWERED else Place.NOT_ANSWERED
