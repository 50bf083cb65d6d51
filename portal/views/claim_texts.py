"""How claims, write-offs and requests to carry money over are shown."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.content import Cell, Column, Figure, Row, Table, Tag, Text, Tone
from grants.checks.claims import ClaimRefused
from grants.content.interest import Interest
from grants.definitions import RepaymentTerms
from grants.models import CarryOverRequest, Claim, WriteOff
from portal.views.labels import day, language, moment, money

_REFUSALS: Mapping[str, tuple[str, Text]] = {
    "nothing": ("", gettext_lazy("There is nothing to claim.")),
    "carry_over": (
        "",
        gettext_lazy("The grantee has asked to use the money. Its request is decided first."),
    ),
    "under_way": (
        "",
        gettext_lazy("A payment is under way. Wait for its answer, or cancel its order."),
    ),
    "day": ("due_on", gettext_lazy("The day is too early.")),
    "amount": ("amount", gettext_lazy("The amount is more than there is.")),
    "reference": (
        "reference",
        gettext_lazy("The reference is missing, or stands for another amount."),
    ),
    "grounds": ("grounds", gettext_lazy("Write why.")),
    "waiting": ("", gettext_lazy("One waits for a decision already.")),
    "decided": ("", gettext_lazy("It has been decided already.")),
    "same_person": ("", gettext_lazy("Another person than the one who proposed it decides.")),
    "registered": ("", gettext_lazy("Another person than the one who registered it decides.")),
    "not_allowed": ("", gettext_lazy("Nothing may be carried over in this call.")),
    "late": ("", gettext_lazy("The grant is not in force any more.")),
    "reasons": ("reasons", gettext_lazy("Write why.")),
    "answer": ("answer", gettext_lazy("Write why.")),
}


def refusal_of(refused: ClaimRefused) -> tuple[str, str]:
    """The field it is about, empty for the whole form, and what is wrong."""
    field, text = _REFUSALS[refused.code]
    return field, str(text)


def interest_row(found: Interest | None, terms: RepaymentTerms, today: date) -> Figure | None:
    """The interest until today as a figure, with what it rests on; None where there is none."""
    if found is None or (not found.sek and found.unknown_from is None):
        return None
    note = _("To and including %(day)s, by %(rule)s") % {
        "day": day(today),
        "rule": "" if terms.interest is None else terms.interest.in_(language()),
    }
    if found.unknown_from is not None:
        note = _("Without the time from %(day)s: the reference rate of it is not in the table") % {
            "day": day(found.unknown_from)
        }
    return Figure(pgettext("claim", "Interest"), money(found.sek), note)


def claim_tag(claim: Claim, today: date) -> Tag:
    """Where a claim stands."""
    if claim.settled_at is not None:
        return Tag(pgettext("claim", "Settled"), Tone.SUCCESS)
    if claim.due_on < today:
        return Tag(pgettext("claim", "Overdue"), Tone.DANGER)
    return Tag(pgettext("claim", "To be paid"), Tone.WARNING)


def claims_table(
    claims: Sequence[Claim], today: date, letters: Mapping[str, str] | None = None
) -> Table | None:
    """A case's demands, with what the party was told, each with its letter: `letters` are
    addresses by source."""
    letters = letters or {}
    if not claims:
        return None
    return Table(
        id="claims",
        caption=_("Claims"),
        columns=(
            Column(_("Sent"), nowrap=True),
            Column(_("Amount"), numeric=True),
            Column(_("Last day to pay"), nowrap=True),
            Column(_("What the party was told")),
            Column(_("Reminded"), nowrap=True),
            Column(_("State")),
            Column(_("Letter")),
        ),
        rows=tuple(
            Row(
                Cell(day(each.sent_at)),
                (
                    Cell(money(each.amount_sek)),
                    Cell(day(each.due_on)),
                    Cell(each.text or "–"),
                    Cell(
                        day(each.reminded_at),
                        letters.get(f"claim_reminder:{each.pk}", ""),
                        _("The reminder of %(day)s, PDF") % {"day": day(each.reminded_at)},
                    ),
                    Cell(tag=claim_tag(each, today)),
                    Cell(*_letter(each, letters)),
                ),
            )
            for each in claims
        ),
        stack=True,
        caption_hidden=True,
    )


def _letter(claim: Claim, letters: Mapping[str, str]) -> tuple[Text, str, Text]:
    url = letters.get(f"claim:{claim.pk}", "")
    label = _("The claim of %(day)s, PDF") % {"day": day(claim.sent_at)}
    return ("PDF", url, label) if url else ("–", "", "")


def write_offs_table(rows: Sequence[WriteOff]) -> Table | None:
    """What was proposed to be written off, and what was decided."""
    if not rows:
        return None
    return Table(
        id="write-offs",
        caption=_("Write-offs"),
        columns=(
            Column(pgettext("write-off", "Proposed"), nowrap=True),
            Column(_("Amount"), numeric=True),
            Column(_("Grounds")),
            Column(_("Decided"), nowrap=True),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(moment(each.proposed_at), note=str(each.proposed_by)),
                (
                    Cell(money(each.amount_sek)),
                    Cell(each.grounds),
                    Cell(moment(each.decided_at), note=str(each.decided_by or "")),
                    Cell(tag=_write_off_tag(each)),
                ),
            )
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )


def _write_off_tag(row: WriteOff) -> Tag:
    if row.granted is None:
        return Tag(pgettext("write-off", "Waits for a decision"), Tone.WARNING)
    if row.granted:
        return Tag(_("Written off"), Tone.SUCCESS)
    return Tag(pgettext("write-off", "Not written off"), Tone.NEUTRAL)


def _on_paper(request: CarryOverRequest) -> str:
    if not request.signed_by:
        return ""
    return _("On paper, signed by %(name)s") % {"name": request.signed_by}


def carry_overs_table(
    rows: Sequence[CarryOverRequest], letters: Mapping[str, str] | None = None
) -> Table | None:
    """What the grantee asked to carry over, and what was decided, with the letter of it."""
    letters = letters or {}
    if not rows:
        return None
    return Table(
        id="carry-overs",
        caption=_("Carrying over"),
        columns=(
            Column(_("Asked for"), nowrap=True),
            Column(_("Amount"), numeric=True),
            Column(_("Reasons")),
            Column(pgettext("carry over", "Granted"), numeric=True),
            Column(_("May be used until"), nowrap=True),
            Column(_("Answer")),
        ),
        rows=tuple(
            Row(
                Cell(day(each.asked_at), note=_on_paper(each)),
                (
                    Cell(money(each.amount_sek), note=str(each.year)),
                    Cell(each.reasons),
                    Cell(
                        money(each.granted_sek),
                        letters.get(f"carry_over_decision:{each.pk}", ""),
                        _("The decision of %(day)s, PDF") % {"day": day(each.decided_at)},
                    )
                    if each.granted_sek is not None
                    else Cell(tag=Tag(pgettext("carry over", "Waits"), Tone.WARNING)),
                    Cell(day(each.use_by)),
                    Cell(each.answer or "–", note=day(each.decided_at) if each.answer else ""),
                ),
            )
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )
