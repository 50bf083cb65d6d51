"""What the letter of a decision on a change says, and of one to carry money over.

Always in Swedish, as every letter. Amounts are whole SEK; dates are Swedish local dates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.formats import DASH, amount, iso_date
from grants.definitions import DecisionKind
from grants.definitions.assessment import Letter
from grants.enums import ChangeState, TimeAsked

from .basis import DecisionBasis
from .changes import (
    BudgetChange,
    Change,
    MergerChange,
    PartnerChange,
    TimeChange,
)
from .letter_parts import (
    LANGUAGE,
    LetterColumn,
    LetterContent,
    LetterSection,
    LetterTable,
    paragraphs_of,
)

CHANGE = "change"
"""The kind of these letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """What the letter is made from. `before` and `after` are the plan without and with the
    change, `names` the organisations by id. `change` is None for money carried over, of which
    `carried_sek` was asked for, `granted_sek` may be used until `use_by`. `other` says that what
    is decided is not all, or not just, what was asked for."""

    agency: str
    agency_org_no: str
    address: tuple[str, ...]
    contact: str
    register_number: str
    lead: str
    lead_org_no: str
    matter: str
    decided_on: date
    outcome: ChangeState
    asked_on: date
    reasons: str
    wanted_reasons: str
    decider: str
    preparer: str = ""
    granted_on: date | None = None
    change: Change | None = None
    wanted: Change | None = None
    before: DecisionBasis = field(default_factory=DecisionBasis)
    after: DecisionBasis = field(default_factory=DecisionBasis)
    names: Mapping[int, str] = field(default_factory=dict)
    legal_basis: str = ""
    carried_sek: int = 0
    granted_sek: int = 0
    use_by: date | None = None

    @property
    def told(self) -> Change | None:
        """What the letter tells of: what is decided, or what was asked for and is refused."""
        return self.wanted if self.outcome == ChangeState.REFUSED else self.change


def change_letter(facts: ChangeFacts, letter: Letter | None) -> LetterContent:
    """The letter of a decision on a change; `letter` is what the call's letters say."""
    with translation.override(LANGUAGE):
        recipient = [facts.lead]
        if facts.lead_org_no:
            recipient.append(_("Org. no. %(number)s") % {"number": facts.lead_org_no})
        return LetterContent(
            kind=CHANGE,
            agency=facts.agency,
            agency_org_no=facts.agency_org_no,
            address=facts.address,
            contact=facts.contact,
            register_number=facts.register_number,
            dated=iso_date(facts.decided_on),
            recipient=tuple(recipient),
            title=_title(facts),
            matter=facts.matter,
            sections=(
                _decision(facts),
                *_what(facts),
                _asked(facts),
                LetterSection("reasons", _("Reasons"), tuple(paragraphs_of(facts.reasons))),
                _handled(facts),
                *_appeal(facts, letter),
            ),
        )


def _title(facts: ChangeFacts) -> str:
    if facts.outcome == ChangeState.REFUSED:
        return pgettext("change", "The grant is not changed as you asked")
    match facts.told:
        case BudgetChange():
            return pgettext("change", "The money may be used otherwise")
        case TimeChange():
            return pgettext("change", "You get longer time")
        case PartnerChange():
            return pgettext("change", "A partner leaves the grant")
        case MergerChange():
            return pgettext("change", "The grant goes over to another organisation")
    return pgettext("change", "You may use money later")


def _decision(facts: ChangeFacts) -> LetterSection:
    named = {
        "agency": facts.agency,
        "day": DASH if facts.granted_on is None else iso_date(facts.granted_on),
    }
    match facts.outcome:
        case ChangeState.GRANTED:
            said = _("%(agency)s grants the change that you have asked for.")
        case ChangeState.PARTLY:
            said = _("%(agency)s grants a part of the change that you have asked for.")
        case _other:
            said = _("%(agency)s refuses the change that you have asked for.")
    paragraphs = [said % named]
    if facts.granted_on is not None:
        if facts.outcome == ChangeState.REFUSED:
            paragraphs.append(_("The decision of %(day)s to grant money holds as it was.") % named)
        else:
            paragraphs.append(
                _("All else in the decision of %(day)s to grant money still holds.") % named
            )
    if facts.legal_basis:
        rule = {"rule": facts.legal_basis.rstrip(".")}
        paragraphs.append(_("The decision is made under: %(rule)s.") % rule)
    return LetterSection("decision", _("Decision"), tuple(paragraphs))


def _what(facts: ChangeFacts) -> list[LetterSection]:
    if facts.outcome == ChangeState.REFUSED:
        return []
    title = pgettext("change", "What is changed")
    match facts.change:
        case BudgetChange():
            return [LetterSection("change", title, table=_lines_table(facts))]
        case TimeChange() as change:
            return [LetterSection("change", title, (_day_text(facts, change),))]
        case PartnerChange() as change:
            return [_left(facts, change, title)]
        case MergerChange() as change:
            return [LetterSection("change", title, (_merger_text(facts, change),))]
        case None:
            return [LetterSection("change", title, (_carried_text(facts),))]


def _lines_table(facts: ChangeFacts) -> LetterTable:
    old = {line.number: line.allotted_sek for line in facts.before.lines}
    rows = [
        (
            f"{line.title} ({line.activity})" if line.activity else line.title,
            amount(old.get(line.number, 0)),
            amount(line.allotted_sek),
        )
        for line in facts.after.lines
        if line.allotted_sek or old.get(line.number, 0)
    ]
    return LetterTable(
        caption=_("The budget before and after the change"),
        columns=(
            LetterColumn(_("Budget line"), 56),
            LetterColumn(pgettext("change", "Before"), 22, numeric=True),
            LetterColumn(pgettext("change", "From now on"), 22, numeric=True),
        ),
        rows=tuple(rows),
        total=(
            _("Sum"),
            amount(sum(old.values())),
            amount(sum(line.allotted_sek for line in facts.after.lines)),
        ),
    )


def day_name(what: str) -> str:
    """What the day is of, in the language that is active."""
    return str(TimeAsked(what).label)


def _day_text(facts: ChangeFacts, change: TimeChange) -> str:
    old = {
        TimeAsked.USE_UNTIL: facts.before.use_until,
        TimeAsked.INTERIM_DUE: facts.before.interim_due,
        TimeAsked.FINAL_DUE: facts.before.final_due,
    }[TimeAsked(change.what)]
    named = {
        "what": day_name(change.what),
        "before": DASH if old is None else iso_date(old),
        "day": iso_date(change.day),
    }
    return _("%(what)s is moved from %(before)s to %(day)s.") % named


def _left(facts: ChangeFacts, change: PartnerChange, title: str) -> LetterSection:
    name = facts.names.get(change.organisation, "")
    paragraphs = [_("%(name)s leaves the grant.") % {"name": name}]
    if change.returned_sek:
        paragraphs.append(
            _(
                "%(amount)s of its share is given back. What has been paid out of that is claimed "
                "from %(lead)s in a letter of its own."
            )
            % {"amount": amount(change.returned_sek), "lead": facts.lead}
        )
    kept = sum(row.kept_sek for row in change.rows)
    if kept:
        paragraphs.append(
            _("%(name)s has used %(amount)s, and tells of it in the report.")
            % {"name": name, "amount": amount(kept)}
        )
    old = {each.organisation: each.granted_sek for each in facts.before.shares}
    rows = tuple(
        (each.name, amount(old.get(each.organisation, 0)), amount(each.granted_sek))
        for each in facts.after.shares
    )
    table = LetterTable(
        caption=_("The organisations’ shares before and after the change"),
        columns=(
            LetterColumn(_("Organisation"), 56),
            LetterColumn(pgettext("change", "Before"), 22, numeric=True),
            LetterColumn(pgettext("change", "From now on"), 22, numeric=True),
        ),
        rows=rows,
        total=(
            _("Sum"),
            amount(sum(old.values())),
            amount(sum(each.granted_sek for each in facts.after.shares)),
        ),
    )
    return LetterSection("change", title, tuple(paragraphs), table=table)


def _merger_text(facts: ChangeFacts, change: MergerChange) -> str:
    return _(
        "%(old)s has been merged into %(new)s (org. no. %(number)s) on %(day)s. The grant, with "
        "its conditions, its reports and what may be owed, goes over to %(new)s. Payments, claims "
        "and reports are from now on %(new)s’s. The register number is the same."
    ) % {
        "old": facts.names.get(change.organisation, ""),
        "new": change.name,
        "number": change.org_no or DASH,
        "day": iso_date(change.day),
    }


def _carried_text(facts: ChangeFacts) -> str:
    return _(
        "Of the %(asked)s that you asked to use later, you may use %(granted)s up to and "
        "including %(day)s."
    ) % {
        "asked": amount(facts.carried_sek),
        "granted": amount(facts.granted_sek),
        "day": DASH if facts.use_by is None else iso_date(facts.use_by),
    }


def _asked(facts: ChangeFacts) -> LetterSection:
    day = iso_date(facts.asked_on)
    said = _("You asked for the change on %(day)s.") % {"day": day}
    match facts.wanted:
        case TimeChange() as wanted:
            said += " " + _("You asked for this day: %(day)s.") % {"day": iso_date(wanted.day)}
        case None if facts.carried_sek:
            said += " " + _("You asked to use %(amount)s later.") % {
                "amount": amount(facts.carried_sek)
            }
    return LetterSection(
        "asked",
        pgettext("change", "What you asked for"),
        (said, *paragraphs_of(facts.wanted_reasons)),
    )


def _handled(facts: ChangeFacts) -> LetterSection:
    paragraphs = [
        _("The decision in this case has been made by %(decider)s.") % {"decider": facts.decider}
    ]
    if facts.preparer:
        paragraphs.append(_("%(preparer)s has been rapporteur.") % {"preparer": facts.preparer})
    paragraphs.append(_("The decision is made electronically and therefore has no signature."))
    return LetterSection("handled", _("Who has decided"), tuple(paragraphs))


_AS: Mapping[ChangeState, DecisionKind] = {
    ChangeState.GRANTED: DecisionKind.GRANTED,
    ChangeState.PARTLY: DecisionKind.PART,
    ChangeState.REFUSED: DecisionKind.REJECTED,
}
"""As which decision on an application one on a change is appealed, where the call lets it be."""


def _appeal(facts: ChangeFacts, letter: Letter | None) -> Sequence[LetterSection]:
    if letter is None:
        return ()
    appeal = letter.appeal_of(_AS[facts.outcome])
    if appeal is None:
        said = (letter.not_appealable.in_(LANGUAGE),)
        return (LetterSection("appeal", _("The decision cannot be appealed"), said),)
    paragraphs = (
        appeal.text.in_(LANGUAGE),
        _("The appeal is tried by: %(court)s.") % {"court": appeal.court.in_(LANGUAGE).rstrip(".")},
        _("Write the register number %(number)s in the appeal.")
        % {"number": facts.register_number},
        _("The right to appeal rests on: %(rule)s.")
        % {"rule": appeal.rule.in_(LANGUAGE).rstrip(".")},
    )
    return (LetterSection("appeal", _("How to appeal"), paragraphs),)
