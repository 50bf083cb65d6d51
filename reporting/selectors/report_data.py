"""Reading the reports of a call as tables of data, a few hundred reports at a time.

What is left out is left out here, before anything is written: whoever renders the tables has
nothing more to hide.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    QuestionKind,
    Questionnaire,
)
from grants.definitions import CallDefinition
from grants.enums import Stream
from grants.models import Application, Call
from reporting.content.report_data import (
    BY_NAME,
    DataRow,
    Place,
    is_personal,
)
from reporting.enums import AreaStatus, ReportKind, ReportStatus
from reporting.models import Report, ReportAnswer, ReportArea, ReportReference, ReportVersion

from .plan import definition_for
from .report_data_facts import (
    ANSWER_CELLS,
    AREA_CELLS,
    Cells,
    Facts,
    Json,
    answers_given,
    answers_of,
    references_with_cases,
    rows_of,
)
from .report_data_words import (
    Asked,
    Both,
    Placed,
    day_in,
    is_exported,
    labelled,
    public_words,
    scrubbed_once,
)
from .reports import reports_visible_to

CHUNK = 200
"""Reports to a part: what is held in memory, and fetched at a time."""
type Put = Callable[[str, Iterable[DataRow]], None]
type Told = Callable[[int, int], None]
"""Told how many reports have been read, of how many."""

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
WRITTEN: Mapping[str, tuple[int, ...]] = {
    name: tuple(place for place, column in enumerate(table.columns) if column.written)
    for name, table in BY_NAME.items()
}
"""Which cells of a table's rows come from people."""
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


def _tell_nobody(done: int, total: int) -> None:
    """Progress that nobody follows."""


def read_reports(
    *, call: Call, user: Any, texts: bool, put: Put, told: Told = _tell_nobody
) -> Whole:
    """Give each table's rows to `put`, in a total order. `texts`: with what was written in free
    words, without contacts, addresses, accounts and security measures as far as they can be told.
    """
    reports = reports_of_call(call)
    visible = reports_visible_to(user).filter(pk__in=reports.values("pk"))
    ids = list(visible.order_by("year", "code", "pk").values_list("pk", flat=True))
    reading = _Reading(texts, put)
    done = 0
    for chunk in batched(ids, CHUNK, strict=False):
        reading.chunk(list(chunk))
        done += len(chunk)
        told(done, len(ids))
    reading.codebook()
    return Whole(len(ids), reports.count() - len(ids), reading.secret)


class _Reading:
    def __init__(self, texts: bool, put: Put) -> None:
        self.texts = texts
        self._put = put
        self.secret = self.hidden = 0
        self.definitions: dict[tuple[str, int], CallDefinition] = {}
        self.labels: dict[Any, Both] = {}
        self.states: dict[Place, tuple[str, str, str]] = {}
        self.placed: dict[tuple[str, int, str, str], list[Placed]] = {}

    def put(self, name: str, rows: Iterable[DataRow]) -> None:
        written = WRITTEN[name]

        def cleaned() -> Iterator[DataRow]:
            for row in rows:
                for place in written:
                    cell = row[place]
                    if isinstance(cell, str) and cell:
                        clean = scrubbed_once(cell)
                        if clean != cell:
                            row = (*row[:place], clean, *row[place + 1 :])
                yield row

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

    def state(self, state: Place) -> tuple[str, str, str]:
        if state not in self.states:
            self.states[state] = self.coded(state, STATES[state])
        return self.states[state]

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
        areas = rows_of(ReportArea, kept, AREA_CELLS)
        answers = rows_of(ReportAnswer, kept, ANSWER_CELLS)
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
        self, report: Report, version: ReportVersion, areas: list[Cells], answers: list[Cells],
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
        asked = list(self._asked(definition, said, document, facts, nameless))
        self.put("areas", self._areas(code, definition, said))
        self.put("answers", self._choices(code, asked))
        self.put("values", self._values(code, asked))
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
                *self.state(state),
                status or None,
                *label,
            )

    def _asked(
        self, definition: CallDefinition, said: Answers, document: Json | None, facts: "Facts",
        nameless: bool,
    ) -> Iterator["Asked"]:  # fmt: skip
        """Every question that the report could be asked, with what it answered."""
        form = definition.report_questionnaire
        for area in (WHOLE, *said.areas):
            for placed in self._placed(definition, "report", form, area):
                yield Asked(form, said, area, placed)
        part_form = definition.report_form.part
        if part_form is None or document is None or len(document["parts"]) < 2:
            return
        for part in document["parts"]:
            whose = facts.organisation(part["organisation"])
            number = None if nameless or whose is None else whose.org_no
            name = None if nameless else part["name"]
            given = answers_given(part["answers"], part_form, WHOLE)
            for placed in self._placed(definition, "part", part_form, WHOLE):
                yield Asked(part_form, given, WHOLE, placed, number, name)

    def _placed(
        self, definition: CallDefinition, name: str, form: Questionnaire, area: str
    ) -> list["Placed"]:
        """The questions of an area with all that their rows say of them, once for all reports."""
        key = (definition.code, definition.version, name, area)
        if key not in self.placed:
            self.placed[key] = [
                Placed.of(each.question, self._area(definition, area))
                for each in form.questions_for(area)
            ]
        return self.placed[key]

    def _place(self, code: str, asked: "Asked", state: Place) -> DataRow:
        placed = asked.placed
        return (
            code, *placed.area, asked.org_no, asked.name, *placed.words, *self.state(state)
        )  # fmt: skip

    def _choices(self, code: str, every: list["Asked"]) -> Iterator[DataRow]:
        for asked in every:
            question = asked.question
            if not question.kind.is_choice:
                continue
            state, options = asked.state, asked.placed.options
            place = self._place(code, asked, state)
            if state is not Place.ANSWERED:
                yield (*place, None, None, None)
                continue
            chosen = asked.answers.options(asked.area, question.key)
            for option in options:
                if option in chosen:
                    yield (*place, option, *options[option])
            for option in sorted(chosen - options.keys()):
                yield (*place, option, None, None)

    def _values(self, code: str, every: list["Asked"]) -> Iterator[DataRow]:
        for asked in every:
            question = asked.question
            if question.kind.is_choice or not (self.texts or is_exported(question)):
                continue
            state, number, day, text = asked.state, None, None, None
            value = asked.answers.value(asked.area, question.key) or ""
            if state is Place.ANSWERED:
                if question.kind is QuestionKind.TEXT:
                    text = public_words(asked.placed.words[1], value)
                    state = state if text else Place.LEFT_OUT
                elif question.kind is QuestionKind.DATE:
                    day = day_in(value)
                else:
                    number = int(value)
                    if is_personal(number):
                        state, number = Place.LEFT_OUT, None
            yield (
                *self._place(code, asked, state),
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
                yield (*start, name, "", "area_status", number,
                       *labelled(status.code, status.label), status.exclusive)  # fmt: skip
            for area in areas:
                for _section, _area, question in form.questions_for(area):
                    for number, option in enumerate(question.options, 1):
                        yield (*start, name, area, question.key, number,
                               *labelled(option.code, option.label), option.exclusive)  # fmt: skip
