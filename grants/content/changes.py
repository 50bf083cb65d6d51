"""What a change of a grant says, and the grant's plan with its changes: pure, whole SEK.

A decision's basis is frozen. What has been changed since is laid over it in the order in which
it took effect, and the result is what reports, payments and pages go by.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from grants.enums import ChangeKind, TimeAsked

from .basis import DecisionBasis, LineOutcome, Share

WHOLE_SHARE = 0
"""The number of the one row of a partner whose share is not recorded line by line."""


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """New amounts of budget lines by their numbers; together they are what the lines had."""

    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TimeChange:
    """A day of the grant that is moved: `what` is one of `TimeAsked`."""

    what: str
    day: date


@dataclass(frozen=True, slots=True)
class LeavingRow:
    """What becomes of a budget line of a partner that leaves: what stays with it since it has
    been used, what is moved and to which organisation. The rest is given back. The number is
    `WHOLE_SHARE` where the share has no lines."""

    number: int
    kept_sek: int
    moved_sek: int = 0
    to: int | None = None


@dataclass(frozen=True, slots=True)
class PartnerChange:
    """A partner that leaves. `returned_sek` is what is given back, set when it is worked out."""

    organisation: int
    rows: tuple[LeavingRow, ...]
    returned_sek: int = 0


@dataclass(frozen=True, slots=True)
class MergerChange:
    """An organisation that another has absorbed, from a Swedish date on. Name and number are the
    successor's."""

    organisation: int
    successor: int
    day: date
    name: str = ""
    org_no: str = ""


type Change = BudgetChange | TimeChange | PartnerChange | MergerChange

KINDS: Mapping[type, ChangeKind] = {
    BudgetChange: ChangeKind.BUDGET,
    TimeChange: ChangeKind.TIME,
    PartnerChange: ChangeKind.PARTNER,
    MergerChange: ChangeKind.MERGER,
}


def kind_of(change: Change) -> ChangeKind:
    """What kind of change it is."""
    return KINDS[type(change)]


def change_document(change: Change) -> dict[str, Any]:
    """As plain JSON values, to store; `change_of` reads it back."""
    values = asdict(change)
    if isinstance(change, (TimeChange, MergerChange)):
        values["day"] = change.day.isoformat()
    found: dict[str, Any] = json.loads(json.dumps({"kind": str(kind_of(change)), **values}))
    return found


def change_of(document: Any) -> Change:
    """The change that was stored. Raises KeyError, TypeError or ValueError for anything else."""
    match ChangeKind(document["kind"]):
        case ChangeKind.BUDGET:
            return BudgetChange(tuple((int(n), int(sek)) for n, sek in document["lines"]))
        case ChangeKind.TIME:
            return TimeChange(TimeAsked(document["what"]), date.fromisoformat(document["day"]))
        case ChangeKind.PARTNER:
            return PartnerChange(
                organisation=document["organisation"],
                rows=tuple(LeavingRow(**each) for each in document["rows"]),
                returned_sek=document["returned_sek"],
            )
        case ChangeKind.MERGER:
            return MergerChange(
                organisation=document["organisation"],
                successor=document["successor"],
                day=date.fromisoformat(document["day"]),
                name=document["name"],
                org_no=document["org_no"],
            )


def share_of(basis: DecisionBasis, organisation: int) -> int:
    """What of the grant is the organisation's."""
    return sum(each.granted_sek for each in basis.shares if each.organisation == organisation)


def lines_of(basis: DecisionBasis, organisation: int) -> tuple[LineOutcome, ...]:
    """The organisation's lines with money."""
    return tuple(
        line for line in basis.lines if line.organisation == organisation and line.allotted_sek > 0
    )


def leaving_rows(basis: DecisionBasis, organisation: int) -> tuple[tuple[int, str, int], ...]:
    """What a partner has that is to be divided when it leaves: number, title and amount of each
    line, or of its whole share where the lines do not say all of it."""
    rows = lines_of(basis, organisation)
    share = share_of(basis, organisation)
    if sum(line.allotted_sek for line in rows) == share:
        return tuple((line.number, line.title, line.allotted_sek) for line in rows)
    return ((WHOLE_SHARE, "", share),) if share else ()


def returned_by(change: PartnerChange, basis: DecisionBasis) -> int:
    """What is given back: all of the share that is neither kept nor moved."""
    told = sum(row.kept_sek + row.moved_sek for row in change.rows)
    return share_of(basis, change.organisation) - told


def with_changes(basis: DecisionBasis, changes: Iterable[Change], *, lead: int) -> DecisionBasis:
    """The basis with what has been changed since, in the order in which it took effect. `lead` is
    whose the lines without an organisation are."""
    for change in changes:
        match change:
            case BudgetChange():
                basis = _moved(basis, change, lead)
            case TimeChange():
                basis = _later(basis, change)
            case PartnerChange():
                basis = _left(basis, change)
            case MergerChange():
                basis = _merged(basis, change)
    return basis


def _moved(basis: DecisionBasis, change: BudgetChange, lead: int) -> DecisionBasis:
    amounts = dict(change.lines)
    apart: dict[int, int] = {}
    lines = []
    for line in basis.lines:
        sek = amounts.get(line.number, line.allotted_sek)
        whose = lead if line.organisation is None else line.organisation
        apart[whose] = apart.get(whose, 0) + sek - line.allotted_sek
        lines.append(replace(line, allotted_sek=sek))
    purpose = dict.fromkeys(
        (*basis.purpose, *(line.area for line in lines if line.area and line.allotted_sek))
    )
    return replace(
        basis,
        lines=tuple(lines),
        shares=_with_more(basis.shares, apart),
        purpose=tuple(purpose) if basis.purpose else (),
    )


def _with_more(shares: Iterable[Share], apart: Mapping[int, int]) -> tuple[Share, ...]:
    return tuple(
        replace(each, granted_sek=each.granted_sek + apart.get(each.organisation, 0))
        for each in shares
    )


def _later(basis: DecisionBasis, change: TimeChange) -> DecisionBasis:
    match change.what:
        case TimeAsked.USE_UNTIL:
            return replace(basis, use_until=change.day)
        case TimeAsked.INTERIM_DUE:
            return replace(basis, interim_due=change.day)
    return replace(basis, final_due=change.day)


def _left(basis: DecisionBasis, change: PartnerChange) -> DecisionBasis:
    rows = {row.number: row for row in change.rows}
    apart = {change.organisation: -change.returned_sek}
    for row in change.rows:
        if row.moved_sek and row.to is not None:
            apart[row.to] = apart.get(row.to, 0) + row.moved_sek
            apart[change.organisation] -= row.moved_sek
    lines = list(basis.lines)
    number = max((line.number for line in lines), default=0)
    for at, line in enumerate(basis.lines):
        told = rows.get(line.number)
        if told is None:
            continue
        lines[at] = replace(line, allotted_sek=told.kept_sek)
        if told.moved_sek:
            number += 1
            lines.append(
                replace(
                    line,
                    number=number,
                    organisation=told.to,
                    asked_sek=0,
                    approved_sek=told.moved_sek,
                    allotted_sek=told.moved_sek,
                    reason="",
                    text="",
                )
            )
    return replace(basis, lines=tuple(lines), shares=_with_more(basis.shares, apart))


def _merged(basis: DecisionBasis, change: MergerChange) -> DecisionBasis:
    lines = tuple(
        replace(line, organisation=change.successor)
        if line.organisation == change.organisation
        else line
        for line in basis.lines
    )
    shares: dict[int, Share] = {}
    for each in basis.shares:
        if each.organisation == change.organisation:
            each = replace(
                each, organisation=change.successor, name=change.name, org_no=change.org_no
            )
        there = shares.get(each.organisation)
        if there is not None:
            each = replace(
                there,
                asked_sek=there.asked_sek + each.asked_sek,
                granted_sek=there.granted_sek + each.granted_sek,
            )
        shares[each.organisation] = each
    return replace(basis, lines=lines, shares=tuple(shares.values()))


def touched_by(change: Change, basis: DecisionBasis) -> frozenset[int]:
    """The organisations whose share of the grant, or part in it, the change is about; `basis` is
    the plan without it. The lines without an organisation are the lead's, and name nobody."""
    match change:
        case BudgetChange():
            wanted = dict(change.lines)
            return frozenset(
                line.organisation
                for line in basis.lines
                if line.organisation is not None
                and wanted.get(line.number, line.allotted_sek) != line.allotted_sek
            )
        case PartnerChange():
            receivers = {row.to for row in change.rows if row.moved_sek and row.to is not None}
            return frozenset({change.organisation, *receivers})
        case MergerChange():
            return frozenset({change.organisation, change.successor})
        case TimeChange():
            return frozenset()


def left_empty(changes: Iterable[Change]) -> frozenset[int]:
    """The partners that have left without having used anything: they have nothing to report."""
    return frozenset(
        change.organisation
        for change in changes
        if isinstance(change, PartnerChange) and not any(row.kept_sek for row in change.rows)
    )


def returned_in(changes: Iterable[Change]) -> int:
    """What partners that left have given back of the grant."""
    return sum(each.returned_sek for each in changes if isinstance(each, PartnerChange))
