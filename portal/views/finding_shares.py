"""What part of a joint application belongs to the organisations that meet all requirements."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.content import Cell, Column, Row, Table, Tag, Tone
from portal.selectors.judging import Judging
from portal.views.labels import money
from reviews.checks import Parts, ShareLine, parts_of
from reviews.selectors.costs import checked_lines


@dataclass(frozen=True, slots=True)
class Share:
    """The parts of a joint application, with what they come to for those that meet all."""

    parts: Parts
    table: Table
    text: str


def share_of(judging: Judging) -> Share | None:
    """The parts; None where one applies alone, nothing has been judged, or all meet alike."""
    if len(judging.parts) < 2 or judging.missing:
        return None
    failing = judging.failing
    if not failing:
        return None
    found = checked_lines(judging.application)
    lines = [ShareLine(each.organisation, each.asked_sek, each.known_sek) for each in found]
    parts = parts_of(lines, [part.organisation_id for part in judging.parts], failing)
    return Share(parts, _table(judging, parts), _text(parts))


def _text(parts: Parts) -> str:
    asked = _("%(part)s of %(whole)s asked for belongs to organisations that meet all.") % {
        "part": money(parts.qualified_asked_sek),
        "whole": money(parts.asked_sek),
    }
    if parts.approved_sek is None:
        return asked
    approved = _("Of the approved %(whole)s it is %(part)s.") % {
        "part": money(parts.qualified_approved_sek),
        "whole": money(parts.approved_sek),
    }
    return f"{asked} {approved}"


def _table(judging: Judging, parts: Parts) -> Table:
    names = {part.organisation_id: part.organisation.name for part in judging.parts}
    return Table(
        id="shares",
        caption=_("What belongs to whom"),
        columns=(
            Column(_("Organisation")),
            Column(_("The requirements")),
            Column(pgettext("amount", "Requested"), numeric=True),
            Column(pgettext("amount", "Approved"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(names[part.organisation]),
                (
                    Cell(
                        tag=Tag(_("Meets all"), Tone.SUCCESS)
                        if part.qualifies
                        else Tag(_("Does not meet all"), Tone.DANGER)
                    ),
                    Cell(money(part.asked_sek)),
                    Cell(_approved(part.approved_sek)),
                ),
            )
            for part in parts.parts
        ),
        foot=Row(
            Cell(_("Sum")),
            (Cell(), Cell(money(parts.asked_sek)), Cell(_approved(parts.approved_sek))),
        ),
        stack=True,
    )


def _approved(amount: int | None) -> str:
    return _("Not checked yet") if amount is None else money(amount)
