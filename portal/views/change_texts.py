"""How changes of grants are shown: what was asked for, proposed and decided, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from core.content import Cell, Column, Row, SummaryRow, Table, Tag, Text, Tone
from grants.checks.changes import ChangeRefused
from grants.content.basis import DecisionBasis
from grants.content.changes import (
    BudgetChange,
    Change,
    MergerChange,
    PartnerChange,
    TimeChange,
    change_of,
    leaving_rows,
)
from grants.enums import ChangeKind, ChangeState, TimeAsked
from grants.models import GrantChange
from portal.views.labels import day, money

TONES: Mapping[str, Tone] = {
    ChangeState.ASKED: Tone.INFO,
    ChangeState.QUESTION: Tone.WARNING,
    ChangeState.PREPARED: Tone.INFO,
    ChangeState.GRANTED: Tone.SUCCESS,
    ChangeState.PARTLY: Tone.SUCCESS,
    ChangeState.REFUSED: Tone.DANGER,
    ChangeState.WITHDRAWN: Tone.NEUTRAL,
}
OWN_STATES: Mapping[str, Text] = {
    ChangeState.ASKED: pgettext_lazy("change", "With the agency"),
    ChangeState.QUESTION: pgettext_lazy("change", "Question to you"),
    ChangeState.PREPARED: pgettext_lazy("change", "With the agency"),
}
"""What the grantee is told of a state, where it is not the agency's word."""
ASK: Mapping[str, Text] = {
    ChangeKind.BUDGET: gettext_lazy("Use the money otherwise"),
    ChangeKind.TIME: gettext_lazy("Get longer time"),
    ChangeKind.PARTNER: gettext_lazy("A partner leaves"),
    ChangeKind.MERGER: gettext_lazy("An organisation has been merged into another"),
}
"""What one asks for, as the links and headings say it."""
_REFUSALS: Mapping[str, Text] = {
    "late": gettext_lazy("The grant is not in force any more, or is being decided anew."),
    "waiting": gettext_lazy("A request of that kind waits already."),
    "reasons": gettext_lazy("Write why."),
    "question": gettext_lazy("Write the question."),
    "answer": gettext_lazy("Write the answer."),
    "withdrawal": gettext_lazy("Write what the paper says."),
    "before_request": gettext_lazy(
        "The day is before the request was made, so the paper is not about this request."
    ),
    "state": gettext_lazy("The request has gone on meanwhile. Look at it again."),
    "other_question": gettext_lazy(
        "The question that you answer has been answered meanwhile, and another has been asked. "
        "Read it, and send your answer if it answers that one."
    ),
    "same_person": gettext_lazy("Another person than the one who prepared it decides."),
    "registered": gettext_lazy("Another person than the one who registered it decides."),
    "nothing": gettext_lazy("Nothing is changed. Write at least one other amount."),
    "lines": gettext_lazy("The plan has other lines by now. Look at it again."),
    "sum": gettext_lazy("The lines are to be as much together as before."),
    "day": gettext_lazy("The new day is to be later than today, and than the day as it is."),
    "no_day": gettext_lazy("The decision says no such day."),
    "no_partner": gettext_lazy("The organisation takes no part in the grant any more."),
    "division": gettext_lazy("The amounts are more than the partner has. Look at them again."),
    "receiver": gettext_lazy("Money is moved only to an organisation that takes part."),
    "used": gettext_lazy(
        "More would be given back than is left to use. More of it stays with the partner, or the "
        "report is corrected first."
    ),
    "successor": gettext_lazy("An organisation is not merged into itself."),
    "nobody": gettext_lazy(
        "Nobody signs for the organisation that it was merged into. Somebody must be registered "
        "first."
    ),
    "shut_out": gettext_lazy(
        "Whoever prepared it is shut out of another case of the organisation. Somebody else must "
        "prepare it: send it back and say so."
    ),
    "merged": gettext_lazy("One of the organisations has been merged into yet another."),
    "outcome": gettext_lazy("The proposal is of another kind than the request."),
}


def refusal_of_change(refused: ChangeRefused, spend_by: Text = "") -> str:
    """What is wrong, and what to do about it."""
    if refused.code == "too_late":
        return _(
            "The money is to be used by %(day)s. To use money later, ask to carry it over."
        ) % {"day": spend_by}
    if refused.code == "reports":
        return _(
            "This report stands in the way, since it has been begun or sent in: %(reports)s."
        ) % {"reports": refused.detail}
    return str(_REFUSALS[refused.code])


def kind_label(change: GrantChange) -> Text:
    """What kind of change it is."""
    return ChangeKind(change.kind).label


def change_tag(change: GrantChange, *, own: bool = False) -> Tag:
    """Where the request stands."""
    label = OWN_STATES.get(change.state, ChangeState(change.state).label) if own else (
        ChangeState(change.state).label
    )  # fmt: skip
    return Tag(label, TONES[change.state])


@dataclass(frozen=True, slots=True)
class Told:
    """A change as a page shows it: as a summary, as a table, or both."""

    summary: tuple[SummaryRow, ...] = ()
    table: Table | None = None


def told(
    document: Mapping[str, object] | Change | None,
    basis: DecisionBasis,
    names: Mapping[int, str],
    *,
    key: str,
) -> Told:
    """What a change says, against the plan as it stands without it."""
    change = change_of(document) if isinstance(document, Mapping) else document
    match change:
        case None:
            return Told()
        case BudgetChange():
            return Told(table=_lines(change, basis, key))
        case TimeChange():
            return Told(summary=_day(change, basis))
        case PartnerChange():
            return _leaving(change, basis, names, key)
        case MergerChange():
            return Told(
                summary=(
                    SummaryRow(_("Organisation"), names.get(change.organisation, "–")),
                    SummaryRow(pgettext("merger", "Merged into"), change.name, note=change.org_no),
                    SummaryRow(pgettext("merger", "Merged on"), day(change.day)),
                )
            )


def _lines(change: BudgetChange, basis: DecisionBasis, key: str) -> Table:
    wanted = dict(change.lines)
    rows = []
    for line in basis.lines:
        new = wanted.get(line.number, line.allotted_sek)
        apart = new - line.allotted_sek
        rows.append(
            Row(
                Cell(line.title, note=line.activity),
                (
                    Cell(money(line.allotted_sek)),
                    Cell(money(new)),
                    Cell(money(apart) if apart else "–"),
                ),
            )
        )
    total = sum(line.allotted_sek for line in basis.lines)
    new_total = sum(wanted.get(line.number, line.allotted_sek) for line in basis.lines)
    return Table(
        id=f"lines-{key}",
        caption=_("The budget before and after the change"),
        columns=(
            Column(_("Budget line")),
            Column(pgettext("change", "Before"), numeric=True),
            Column(pgettext("change", "After"), numeric=True),
            Column(pgettext("change", "Difference"), numeric=True),
        ),
        rows=tuple(rows),
        foot=Row(Cell(_("Sum")), (Cell(money(total)), Cell(money(new_total)), Cell("–"))),
        stack=True,
        caption_hidden=True,
    )


def _day(change: TimeChange, basis: DecisionBasis) -> tuple[SummaryRow, ...]:
    what = TimeAsked(change.what)
    now = {
        TimeAsked.USE_UNTIL: basis.use_until,
        TimeAsked.INTERIM_DUE: basis.interim_due,
        TimeAsked.FINAL_DUE: basis.final_due,
    }[what]
    return (SummaryRow(what.label, day(change.day), note=_("before: %(day)s") % {"day": day(now)}),)


def _leaving(
    change: PartnerChange, basis: DecisionBasis, names: Mapping[int, str], key: str
) -> Told:
    there = {
        number: (title, sek) for number, title, sek in leaving_rows(basis, change.organisation)
    }
    rows = []
    for row in change.rows:
        title, sek = there.get(row.number, ("", row.kept_sek + row.moved_sek))
        rest = sek - row.kept_sek - row.moved_sek
        rows.append(
            Row(
                Cell(title or _("The whole share")),
                (
                    Cell(money(sek)),
                    Cell(money(row.kept_sek)),
                    Cell(
                        money(row.moved_sek),
                        note=names.get(row.to, "") if row.to is not None else "",
                    ),
                    Cell(money(rest)),
                ),
            )
        )
    table = Table(
        id=f"leaving-{key}",
        caption=_("What becomes of the partner’s share"),
        columns=(
            Column(_("Budget line")),
            Column(pgettext("change", "Before"), numeric=True),
            Column(pgettext("change", "Stays with the partner"), numeric=True),
            Column(pgettext("change", "Moved"), numeric=True),
            Column(pgettext("change", "Given back"), numeric=True),
        ),
        rows=tuple(rows),
        stack=True,
        caption_hidden=True,
    )
    leaves = SummaryRow(_("Partner that leaves"), names.get(change.organisation, "–"))
    back = SummaryRow(pgettext("change", "Given back together"), money(change.returned_sek))
    return Told((leaves, back), table if rows else None)
