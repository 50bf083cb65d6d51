"""What a claim's letter, and a reminder of it, says: see `grants.content.letter`.

Always in Swedish. Amounts are whole SEK; dates are Swedish local dates. A claim is no decision of
its own: it rests on one, or on the conditions of the grant, and is tried anew where the party
says that it is wrong (förvaltningslagen 2017:900, 37-39 §§).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.formats import MINUS, amount, iso_date

from .letter_parts import (
    LANGUAGE,
    LetterColumn,
    LetterContent,
    LetterSection,
    LetterTable,
    paragraphs_of,
)

CLAIM, REMINDER = "claim", "claim_reminder"
"""The kinds of these letters."""


@dataclass(frozen=True, slots=True)
class ClaimGround:
    """What was claimed, when, and why: a code of `GROUNDS`, with the day that it speaks of."""

    code: str
    on: date
    amount_sek: int
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """What a claim's letter is made from. `grounds` are all of the case's; of them
    `not_paid_sek` was never paid out and `before_sek` was demanded before. `open_sek` is what is
    still to come in of all claims when a reminder is sent, and `interest_sek` the interest on it
    until then; None where it is not known or none is charged. `rule` is the provision on
    interest, `legal_basis` what the call rests on, empty where nothing is said."""

    agency: str
    agency_org_no: str
    address: tuple[str, ...]
    contact: str
    register_number: str
    lead: str
    lead_org_no: str
    matter: str
    reference: str
    sent_on: date
    due_on: date
    amount_sek: int
    text: str
    pay_to: str
    rule: str
    legal_basis: str
    grounds: tuple[ClaimGround, ...]
    not_paid_sek: int = 0
    before_sek: int = 0
    revoked_on: date | None = None
    sender: str = ""
    reminded_on: date | None = None
    open_sek: int = 0
    interest_sek: int | None = None


def claim_letter(facts: ClaimFacts) -> LetterContent:
    """The letter of a claim; of its reminder where `reminded_on` is set."""
    with translation.override(LANGUAGE):
        reminder = facts.reminded_on is not None
        dated = facts.reminded_on or facts.sent_on
        recipient = [facts.lead]
        if facts.lead_org_no:
            recipient.append(_("Org. no. %(number)s") % {"number": facts.lead_org_no})
        return LetterContent(
            kind=REMINDER if reminder else CLAIM,
            agency=facts.agency,
            agency_org_no=facts.agency_org_no,
            address=facts.address,
            contact=facts.contact,
            register_number=facts.register_number,
            dated=iso_date(dated),
            recipient=tuple(recipient),
            title=_("Reminder to pay back grant money")
            if reminder
            else _("Claim to pay back grant money"),
            matter=facts.matter,
            sections=(
                _reminded(facts) if reminder else _claimed(facts),
                _grounds(facts),
                _how_to_pay(facts),
                _late(facts),
                _wrong(facts),
                *_sender(facts),
            ),
        )


def _named(facts: ClaimFacts) -> dict[str, str]:
    return {
        "agency": facts.agency,
        "lead": facts.lead,
        "amount": amount(facts.amount_sek),
        "open": amount(facts.open_sek),
        "due": iso_date(facts.due_on),
        "sent": iso_date(facts.sent_on),
        "reference": facts.reference,
    }


def _claimed(facts: ClaimFacts) -> LetterSection:
    said = _("%(agency)s claims %(amount)s back from %(lead)s.") % _named(facts)
    pay = _("The money is to be with the agency no later than %(due)s.") % _named(facts)
    return LetterSection("claim", pgettext("letter", "What is claimed"), (said, pay))


def _reminded(facts: ClaimFacts) -> LetterSection:
    named = _named(facts)
    paragraphs = [
        _(
            "On %(sent)s %(agency)s claimed %(amount)s back from %(lead)s, to be paid no later "
            "than %(due)s. All of it has not come in."
        )
        % named,
        _("Still to be paid: %(open)s. Pay it at once.") % named,
    ]
    if facts.interest_sek:
        paragraphs.append(
            _("Interest until and including today: %(interest)s. It grows until you pay.")
            % {"interest": amount(facts.interest_sek)}
        )
    return LetterSection("claim", pgettext("letter", "What is to be paid"), tuple(paragraphs))


def _grounds(facts: ClaimFacts) -> LetterSection:
    rows = [(_ground(each), iso_date(each.on), amount(each.amount_sek)) for each in facts.grounds]
    for text, sek in (
        (_("Never paid out, and so not claimed"), facts.not_paid_sek),
        (_("Claimed before"), facts.before_sek),
    ):
        if sek:
            rows.append((text, "", f"{MINUS}{amount(sek)}"))
    table = LetterTable(
        caption=_("How the amount has been worked out"),
        columns=(
            LetterColumn(_("Ground"), 60),
            LetterColumn(_("Date"), 18),
            LetterColumn(_("Amount"), 22, numeric=True),
        ),
        rows=tuple(rows),
        total=(_("This claim"), "", amount(facts.amount_sek)),
    )
    after = [
        *paragraphs_of(facts.text),
        *(
            [_("The claim is made under: %(rule)s.") % {"rule": facts.legal_basis.rstrip(".")}]
            if facts.legal_basis
            else []
        ),
    ]
    return LetterSection(
        "grounds", pgettext("letter", "Why the money is claimed"), table=table, after=tuple(after)
    )


def _ground(ground: ClaimGround) -> str:
    texts = {
        "unused": _("Money that was not used by the last day to use it"),
        "revoked": _("The grant was revoked"),
        "left": _("Money that was given back when an organisation left the grant"),
        "reported": _("Money that was not used, as the accepted report says"),
    }
    said = texts[ground.code]
    if ground.day is None:
        return said
    return f"{said} ({iso_date(ground.day)})"


def _how_to_pay(facts: ClaimFacts) -> LetterSection:
    paragraphs = paragraphs_of(facts.pay_to) or [
        _(
            "Write to the agency in the case, or call the contact that stands at the top of the "
            "letter, to know where to pay."
        )
    ]
    paragraphs.append(_("Give this reference with the payment: %(reference)s.") % _named(facts))
    return LetterSection("pay", pgettext("letter", "How to pay"), tuple(paragraphs))


def _late(facts: ClaimFacts) -> LetterSection:
    if facts.rule:
        said = _("On what is paid after the last day the agency charges interest by %(rule)s.") % {
            "rule": facts.rule.rstrip(".")
        }
    else:
        said = _("The agency charges no interest on what is paid late.")
    paragraphs = (
        said,
        _(
            "If you cannot pay in time, write to the agency before the last day to pay. A claim "
            "that is not paid can be handed over for collection."
        ),
    )
    return LetterSection("late", pgettext("letter", "If you pay late"), paragraphs)


def _wrong(facts: ClaimFacts) -> LetterSection:
    paragraphs = [
        _(
            "If you think that the claim is wrong, write to the agency in the case before the "
            "last day to pay, and say why. The agency then tries it anew "
            "(förvaltningslagen 2017:900, 37–39 §§)."
        ),
        _("Write the register number %(number)s.") % {"number": facts.register_number},
    ]
    if facts.revoked_on is not None:
        paragraphs.insert(
            0,
            _(
                "The claim rests on the decision of %(day)s to revoke the grant. How that decision "
                "is appealed is said in it."
            )
            % {"day": iso_date(facts.revoked_on)},
        )
    return LetterSection("wrong", pgettext("letter", "If you think that it is wrong"),
                         tuple(paragraphs))  # fmt: skip


def _sender(facts: ClaimFacts) -> Sequence[LetterSection]:
    paragraphs = []
    if facts.sender:
        paragraphs.append(_("The claim has been made by %(name)s.") % {"name": facts.sender})
    paragraphs.append(_("The letter is made electronically and therefore has no signature."))
    return [LetterSection("handled", pgettext("letter", "Who has made the claim"),
                          tuple(paragraphs))]  # fmt: skip
