"""What a decision rests on, in tables."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.content import Cell, Column, Row, SummaryRow, Table, Tag, Tone
from grants.content.basis import DecisionBasis, LineOutcome
from grants.definitions import CallDefinition
from portal.views.labels import day, language, money
from reviews.enums import FindingValue, Recommendation


def shares_table(basis: DecisionBasis, *, decided: bool = True) -> Table | None:
    """Each organisation's part, `decided` or as it is proposed; None where there is only one."""
    if len(basis.shares) < 2:
        return None
    return Table(
        id="shares",
        caption=_("Per organisation"),
        columns=(
            Column(_("Organisation")),
            Column(pgettext("amount", "Requested"), numeric=True),
            _given(decided=decided),
        ),
        rows=tuple(
            Row(Cell(each.name), (Cell(money(each.asked_sek)), Cell(money(each.granted_sek))))
            for each in basis.shares
        ),
        foot=Row(
            Cell(_("Sum")),
            (
                Cell(money(basis.asked_sek)),
                Cell(money(sum(each.granted_sek for each in basis.shares))),
            ),
        ),
        stack=True,
    )


def _given(*, decided: bool) -> Column:
    return Column(
        pgettext("amount", "Granted") if decided else pgettext("amount", "Proposed"), numeric=True
    )


def lines_table(
    basis: DecisionBasis, definition: CallDefinition, *, decided: bool = True
) -> Table | None:
    """The budget lines, `decided` or as they are proposed; None for a case without a budget."""
    lines = [line for line in basis.lines if line.number]
    if not lines:
        return None
    areas = definition.area_titles(language())
    return Table(
        id="lines",
        caption=_("Budget lines"),
        columns=(
            Column(_("Budget line")),
            Column(_("Area")),
            Column(pgettext("amount", "Requested"), numeric=True),
            Column(pgettext("amount", "Approved"), numeric=True),
            _given(decided=decided),
            Column(_("Reason")),
        ),
        rows=tuple(_line(line, areas, definition) for line in lines),
        foot=Row(
            Cell(_("Sum")),
            (
                Cell(),
                Cell(money(sum(line.asked_sek for line in lines))),
                Cell(money(sum(line.approved_sek for line in lines))),
                Cell(money(sum(line.allotted_sek for line in lines))),
                Cell(),
            ),
        ),
        stack=True,
    )


def _line(line: LineOutcome, areas: Mapping[str, str], definition: CallDefinition) -> Row:
    form = definition.assessment
    reason = None if form is None else form.cost_reason(line.reason)
    return Row(
        Cell(line.title or "–", note=line.activity),
        (
            Cell(areas.get(line.area, line.area)),
            Cell(money(line.asked_sek)),
            Cell(money(line.approved_sek)),
            Cell(money(line.allotted_sek)),
            Cell(reason.title.in_(language()) if reason else "", note=line.text),
        ),
    )


def basis_findings_table(basis: DecisionBasis, definition: CallDefinition) -> Table | None:
    """What was found of the requirements, by organisation; None where nothing was."""
    if not basis.findings:
        return None
    names = {each.organisation: each.name for each in basis.shares}
    rows = []
    for each in basis.findings:
        requirement = definition.requirement(each.requirement)
        tag = Tag(_("Satisfied"), Tone.SUCCESS)
        if each.waived:
            tag = Tag(_("Waived"), Tone.WARNING)
        elif not each.satisfied:
            tag = Tag(_("Not satisfied"), Tone.DANGER)
        rows.append(
            Row(
                Cell(requirement.title.in_(language()) if requirement else each.requirement),
                (
                    Cell(names.get(each.organisation, "–")),
                    Cell(FindingValue(each.finding).label),
                    Cell(tag=tag),
                    Cell(each.reason),
                ),
            )
        )
    return Table(
        id="findings",
        caption=_("Requirements"),
        columns=(
            Column(_("Requirement")),
            Column(_("Organisation")),
            Column(_("Finding")),
            Column(_("Enough")),
            Column(_("Reason")),
        ),
        rows=tuple(rows),
        stack=True,
    )


def opinions_table(basis: DecisionBasis, counties: Mapping[str, str]) -> Table | None:
    """What the county boards said; None where none was asked. `counties` are names by code."""
    if not basis.opinions:
        return None
    return Table(
        id="opinions",
        caption=_("Opinions of county administrative boards"),
        columns=(Column(_("County")), Column(_("Recommendation")), Column(_("Reasons"))),
        rows=tuple(
            Row(
                Cell(counties.get(each.county, each.county)),
                (
                    Cell(Recommendation(each.recommendation).label),
                    Cell(each.reasons or "–"),
                ),
            )
            for each in basis.opinions
        ),
        stack=True,
    )


def terms_of(basis: DecisionBasis, definition: CallDefinition) -> list[SummaryRow]:
    """Purpose, period and report dates of a grant; those that it has."""
    areas = definition.area_titles(language())
    rows = []
    if basis.purpose:
        named = ", ".join(areas.get(code, code) for code in basis.purpose)
        rows.append(SummaryRow(_("For"), named))
    if basis.use_from or basis.use_until:
        period = f"{day(basis.use_from)} – {day(basis.use_until)}"
        rows.append(SummaryRow(_("May be used"), period))
    if basis.interim_due:
        rows.append(SummaryRow(_("Interim report due"), day(basis.interim_due)))
    if basis.final_due:
        rows.append(SummaryRow(_("Final report due"), day(basis.final_due)))
    return rows
