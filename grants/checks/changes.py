"""What stops a change of a grant from being asked for, or decided: pure rules, whole SEK."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from grants.content.basis import DecisionBasis, LineOutcome
from grants.content.changes import (
    BudgetChange,
    Change,
    MergerChange,
    PartnerChange,
    TimeChange,
    leaving_rows,
    returned_by,
    share_of,
)
from grants.enums import TimeAsked


class ChangeRefused(Exception):
    """It cannot be done. `code`: `late` (no grant in force), `waiting` (one of the kind does
    already), `reasons`, `question`, `answer`, `withdrawal` (without words), `before_request` (the
    paper came before what it withdraws), `state` (it has gone on meanwhile),
    `other_question` (than the one shown), `same_person`, `registered` (by whoever would decide
    it), `nothing` (it changes nothing), `lines` (the plan has no such line), `sum` (the sum is
    another), `day` (not later than now), `too_late` (beyond the call's last day), `no_day` (the
    grant has no such day), `no_partner`, `division` (more than the partner has), `receiver` (takes
    no part), `used` (more is given back than is left), `successor`, `nobody` (nobody signs for the
    successor), `merged` already, `outcome`, `shut_out`, `carry_over` or `reports`."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a change is tried against: the plan as it stands, who takes part, the call's last day
    to use money, and what may still be used (whole SEK). `reported` are the days of reports that
    have been sent in and so are not moved."""

    basis: DecisionBasis
    lead: int
    partners: Collection[int]
    spend_by: date
    usable_sek: int
    today: date

    @property
    def lines(self) -> tuple[LineOutcome, ...]:
        """The lines whose money can be moved: what a partner that has left has used stays."""
        there = {None, self.lead, *self.partners}
        return tuple(line for line in self.basis.lines if line.organisation in there)

    def day_of(self, what: str) -> date | None:
        """The day as it stands now."""
        match what:
            case TimeAsked.USE_UNTIL:
                return self.basis.use_until
            case TimeAsked.INTERIM_DUE:
                return self.basis.interim_due
            case TimeAsked.FINAL_DUE:
                return self.basis.final_due
        return None


def refuse_unless_possible(change: Change, ground: Ground) -> None:
    """Raise ChangeRefused where the change cannot be made of this grant."""
    match change:
        case BudgetChange():
            _budget(change, ground)
        case TimeChange():
            _time(change, ground)
        case PartnerChange():
            _partner(change, ground)
        case MergerChange():
            _merger(change, ground)


def _budget(change: BudgetChange, ground: Ground) -> None:
    there = {line.number: line.allotted_sek for line in ground.lines}
    wanted = dict(change.lines)
    if len(wanted) != len(change.lines) or not wanted.keys() <= there.keys():
        raise ChangeRefused("lines")
    if min(wanted.values(), default=0) < 0 or sum(wanted.values()) != sum(
        there[number] for number in wanted
    ):
        raise ChangeRefused("sum")
    if all(there[number] == sek for number, sek in wanted.items()):
        raise ChangeRefused("nothing")


def _time(change: TimeChange, ground: Ground) -> None:
    now = ground.day_of(change.what)
    if now is None:
        raise ChangeRefused("no_day")
    if change.day <= max(now, ground.today):
        raise ChangeRefused("day")
    if change.what == TimeAsked.USE_UNTIL and change.day > ground.spend_by:
        raise ChangeRefused("too_late")


def _partner(change: PartnerChange, ground: Ground) -> None:
    if change.organisation == ground.lead or change.organisation not in ground.partners:
        raise ChangeRefused("no_partner")
    there = {number: sek for number, _title, sek in leaving_rows(ground.basis, change.organisation)}
    rows = {row.number: row for row in change.rows}
    if len(rows) != len(change.rows) or rows.keys() != there.keys():
        raise ChangeRefused("lines")
    for number, row in rows.items():
        if min(row.kept_sek, row.moved_sek) < 0 or row.kept_sek + row.moved_sek > there[number]:
            raise ChangeRefused("division")
        if row.moved_sek and (
            row.to == change.organisation or row.to not in {ground.lead, *ground.partners}
        ):
            raise ChangeRefused("receiver")
    returned = returned_by(change, ground.basis)
    if returned > ground.usable_sek:
        raise ChangeRefused("used")


def _merger(change: MergerChange, ground: Ground) -> None:
    if change.organisation not in {ground.lead, *ground.partners}:
        raise ChangeRefused("no_partner")
    if change.successor == change.organisation:
        raise ChangeRefused("successor")


def adds_up(basis: DecisionBasis, *, granted_sek: int, returned_sek: int) -> bool:
    """Whether the shares of a joint grant are all of what is left of it."""
    return not basis.shares or sum(share_of(basis, each.organisation) for each in basis.shares) == (
        granted_sek - returned_sek
    )
