"""A call definition as if it were a call that is applied for, judged and reported.

Everything here is made up and kept nowhere: an organisation, an application and a report that are
in no table, so that the pages' own code can draw them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _

from applicants.models import Organisation
from core.checks import largest_remainder
from core.models import Agency, County
from grants.checks import Finding, Participant, Snapshot
from grants.checks import run as run_checks
from grants.content.draft import SavedRow, SavedValue, draft_from
from grants.content.paths import area_path, row_path
from grants.definitions import CallDefinition, TableDefinition, TableKind
from grants.enums import Approval, ParticipationRole, RowKind
from grants.models import Application, Call, CallDefinitionRecord, Participation
from grants.selectors.draft import surroundings_of
from portal.selectors.writing import Room
from reporting.content import OutcomeTable, TableRow
from reporting.content.paths import CERTIFICATE
from reporting.content.plan import AreaPlan, GrantPlan, PlanAnswer, PlanLine, ReportPlan, Taker
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report
from reporting.selectors.writing import ReportRoom

LEAD, PARTNER = 1, 2
"""The two made-up organisations. Nothing is looked up by these numbers."""
CASE = 1
"""The made-up case that the report answers for."""
_NOT_SAID = frozenset({"too_many_areas"})
"""What is only so because a preview has every area."""
_STEPS: Mapping[str, int] = {"answer": 2, "part": 2, "areas": 1, "requirement": 3, "row": 2}
"""How many steps the path of a field has after its first."""
SAMPLE_REPORTS = 24
"""How many reports the figures of a sample table are of."""
LINE_SEK = 150_000


@dataclass(frozen=True)
class Previewed:
    """A definition to look at, with its agency; `published` is the call that has it, if any."""

    definition: CallDefinition
    agency: Agency
    published: Call | None = None

    @cached_property
    def call(self) -> Call:
        """The call, or the one that the definition would be, with its own days."""
        if self.published is not None:
            return self.published
        definition = self.definition
        dates = definition.dates
        record = CallDefinitionRecord(code=definition.code, version=definition.version)
        record.definition = definition
        return Call(
            agency=self.agency,
            code=definition.code,
            definition_record=record,
            year=definition.year,
            stream=definition.stream,
            frame_sek=definition.frame_sek,
            opens_on=dates.opens,
            closes_on=dates.closes,
            measured_on=dates.measured_at,
            spend_by=dates.spend_by,
            report_cutoff=dates.report_cutoff,
            asks_interim=definition.reports.interim,
            asks_opinion=definition.asks_opinion,
        )

    @property
    def today(self) -> date:
        """A day when the call can be applied for; today where it does not say which."""
        today = timezone.localdate()
        opens, closes = self.call.opens_on, self.call.closes_on
        if opens is None or closes is None:
            return today
        return min(max(today, opens), closes)

    @cached_property
    def lead(self) -> Organisation:
        """An organisation that may apply."""
        return Organisation(
            pk=LEAD,
            name=_("The example organisation"),
            org_no="000000-0000",
            kind=self.definition.who_may_apply[0],
            county=County(name=_("The example county")),
            street=_("Example Street 1"),
            postal_code="100 00",
            city=_("Example Town"),
        )

    @cached_property
    def application(self) -> Application:
        """An application that is being written."""
        return Application(pk=0, call=self.call, lead=self.lead, reference=_("EXAMPLE-1"))


def followed(definition: CallDefinition) -> CallDefinition | None:
    """The newest version of the definition that this one was copied from; None where there is
    none."""
    records = CallDefinitionRecord.objects.filter(code=definition.follows or "")
    record = records.order_by("-version").first()
    return None if record is None else record.definition


class PreviewRoom(Room):
    """A made-up application: everything can be written in, and no row is added or removed."""

    def may_write(self, path: str) -> bool:
        """Whether the field is drawn to be written in: fields are, rows and files are not."""
        name, *rest = path.split(".")
        return len(rest) >= _STEPS.get(name, len(rest) + 1)

    def may_add(self, kind: RowKind) -> bool:
        """Whether rows can be added."""
        return False

    @cached_property
    def checked(self) -> tuple[Snapshot, tuple[Finding, ...]]:
        """What the checks say of what is written."""
        call = self.application.call
        snapshot = Snapshot(
            kinds=frozenset(self.definition.who_may_apply),
            frame_sek=self.definition.frame_sek,
            opens_on=None,
            today=call.closes_on or timezone.localdate(),
            requested_sek=self.draft.requested_sek,
            participants=(
                Participant(
                    organisation=LEAD,
                    kind=self.lead.kind,
                    is_lead=True,
                    approved=True,
                    granted_before=True,
                ),
            ),
            leads_others=False,
            definition=self.definition,
            draft=self.draft,
        )
        found = tuple(each for each in run_checks(snapshot) if each.code not in _NOT_SAID)
        return snapshot, found


def preview_room(previewed: Previewed, texts: Mapping[str, str]) -> PreviewRoom | None:
    """An application in the call with an activity in each area, a budget line and other funding.
    `texts` are what has been tried in it, by path. None where nobody can apply."""
    definition = previewed.definition
    form = definition.application
    if form is None:
        return None
    codes = definition.area_codes
    rows = [SavedRow(at, RowKind.ACTIVITY, code) for at, code in enumerate(codes, 1)]
    rows += [
        SavedRow(len(codes) + 1, RowKind.LINE),
        SavedRow(len(codes) + 2, RowKind.FUNDING),
    ]
    sample = {area_path(code): "yes" for code in codes}
    titles = definition.area_titles("sv")
    sample |= {
        row_path(at, "title"): _("Example activity: %(area)s") % {"area": titles[code].lower()}
        for at, code in enumerate(codes, 1)
    }
    sample[row_path(len(codes) + 1, "organisation")] = str(LEAD)
    said = {path: text for path, text in {**sample, **texts}.items() if text}
    draft = draft_from(definition, said, rows)
    part = Participation(
        application=previewed.application,
        organisation=previewed.lead,
        role=ParticipationRole.LEAD,
        approval=Approval.APPROVED,
    )
    return PreviewRoom(
        application=previewed.application,
        definition=definition,
        form=form,
        values={path: SavedValue(path, text) for path, text in said.items()},
        rows=tuple(rows),
        removed=(),
        draft=draft,
        parts=(part,),
        files=(),
        around=surroundings_of(draft, rows, [part]),
        own=frozenset({LEAD}),
    )


class PreviewReportRoom(ReportRoom):
    """A made-up report: everything can be written in but files."""

    def may_write(self, path: str) -> bool:
        """Whether the field is drawn to be written in."""
        return path != CERTIFICATE and super().may_write(path)


def preview_report(previewed: Previewed, texts: Mapping[str, str]) -> PreviewReportRoom:
    """A joint grant's report in the call, with a budget line for each area. `texts` are what has
    been tried in it, by path."""
    definition = previewed.definition
    lines = tuple(
        PlanLine(
            number=at,
            title=_("Example of a budget line"),
            approved_sek=LINE_SEK,
            area=area,
            organisation=PARTNER if at == 1 else LEAD,
        )
        for at, area in enumerate(definition.area_codes, 1)
    )
    granted = max(
        sum(line.approved_sek for line in lines), definition.report_form.certificate_from_sek or 0
    )
    asks = definition.reports
    kind = ReportKind.INTERIM if asks.interim or not asks.final else ReportKind.FINAL
    dates = definition.dates
    return PreviewReportRoom(
        report=Report(
            pk=0,
            agency=previewed.agency,
            organisation=previewed.lead,
            code=previewed.application.number,
            stream=definition.stream,
            year=definition.year,
            kind=kind,
            status=ReportStatus.DUE,
            due_on=dates.report_due if kind == ReportKind.INTERIM else dates.final_report_due,
        ),
        applications=(),
        definition=definition,
        plan=ReportPlan(
            grants=(
                GrantPlan(
                    application=CASE,
                    number=previewed.application.number,
                    year=definition.year,
                    carried=False,
                    granted_sek=granted,
                    available_sek=granted,
                    lines=lines,
                ),
            ),
            areas=tuple(_area_plan(definition, line) for line in lines),
            takers=(
                Taker(LEAD, previewed.lead.name, is_lead=True),
                Taker(PARTNER, _("The example partner"), is_lead=False),
            ),
        ),
        values={path: SavedValue(path, text) for path, text in texts.items() if text},
        files=(),
        done=frozenset(),
        asked=None,
        own=frozenset({LEAD}),
    )


def _area_plan(definition: CallDefinition, line: PlanLine) -> AreaPlan:
    """The area with what the application said of it in answer to the questions that are shown."""
    form = definition.application
    asked = [
        question
        for key in definition.report_form.plan
        if form is not None
        and (question := form.questionnaire.question(line.area, key)) is not None
    ]
    return AreaPlan(
        code=line.area,
        granted_sek=line.approved_sek,
        activities=(_("Example of an activity"),),
        answers=tuple(
            PlanAnswer(each.text.in_("sv"), _("What the application answered stands here."))
            for each in asked
        ),
    )


def sample_table(definition: CallDefinition, table: TableDefinition, language: str) -> OutcomeTable:
    """The table with made-up figures of so many reports: its headings and rows are its own."""
    rows = definition.table_rows(table, language)
    columns = definition.table_columns(table, language)
    own_n = table.kind in (TableKind.SINGLE_CHOICE_PERCENT, TableKind.MULTI_CHOICE_PERCENT)
    return OutcomeTable(
        number=table.number,
        stream=str(table.stream),
        kind=table.kind,
        title=table.title_in(language, definition.year),
        row_heading=table.row_heading.in_(language),
        column_codes=tuple(each.code for each in columns),
        column_labels=tuple(each.label for each in columns),
        n=SAMPLE_REPORTS if table.kind is TableKind.MULTI_CHOICE_COUNTS else None,
        rows=tuple(
            TableRow(
                row.code,
                row.label,
                row.group,
                SAMPLE_REPORTS if own_n else None,
                sample_values(table.kind, at, len(columns)),
            )
            for at, row in enumerate(rows)
        ),
        notes=(_("The figures are made up."), *table.notes_in(language, definition.year)),
        chart=table.chart,
    )


def sample_values(kind: TableKind, row: int, columns: int) -> tuple[int, ...]:
    """The made-up cells of a row: of status tables the first column is the sum of the others, and
    percentages of one choice add up to 100."""
    weights = [(row * 5 + column * 7) % 11 + 1 for column in range(columns)]
    match kind:
        case TableKind.AREA_STATUS_COUNTS:
            rest = weights[1:]
            return (sum(rest) or weights[0], *rest)
        case TableKind.SINGLE_CHOICE_PERCENT:
            return tuple(largest_remainder(_spread(weights, SAMPLE_REPORTS)))
        case TableKind.MULTI_CHOICE_PERCENT:
            return tuple(100 * (weight * 2) // SAMPLE_REPORTS for weight in weights)
    return tuple(weight * 2 for weight in weights)


def _spread(weights: Sequence[int], number: int) -> list[int]:
    """So many shared out by weight, the rest to the first."""
    shares = [number * weight // sum(weights) for weight in weights]
    return [shares[0] + number - sum(shares), *shares[1:]]
