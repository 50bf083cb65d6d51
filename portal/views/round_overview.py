"""A round at any moment: asked, assessed, proposed, decided, and left of the frame."""

from collections.abc import Iterable, Sequence

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from applicants.enums import OrganisationKind
from applicants.selectors import agencies_for
from core.content import Cell, Column, Crumb, Figure, Row, Table
from core.formats import amount, number, percent
from grants.models import Call
from portal.rules import SEES_ROUNDS
from portal.selectors.definitions import definition_of, parse_definitions
from portal.selectors.listing import counties
from portal.selectors.round_overview import (
    AreaSums,
    RoundOverview,
    RoundSums,
    round_overview,
    rounds_seen_by,
)
from portal.views.access import person_of
from portal.views.labels import call_title, language


@require_safe
def round_page(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One call's round, for the staff of its agency."""
    agencies = agencies_for(person_of(request), SEES_ROUNDS)
    call: Call = get_object_or_404(rounds_seen_by(Call.objects.filter(agency__in=agencies)), pk=pk)
    parse_definitions([call])
    found = round_overview(call, reader=person_of(request))
    names = {county.code: county.name for county in counties()}
    titles = definition_of(call).area_titles(language())
    context = {
        "crumbs": [Crumb(_("Worklist"), reverse("worklist")), Crumb(_("The round"))],
        "call": call,
        "call_title": call_title(call),
        "figures": _figures(found),
        "outcomes": _table(
            "outcomes", _("The round"), [(_("The whole round"), found.total)], _("The round")
        ),
        "counties": _table(
            "counties",
            _("By county"),
            [(names[code], found.by_county[code]) for code in names if code in found.by_county],
            _("County of the lead applicant"),
            total=found.total,
        ),
        "kinds": _table(
            "kinds",
            _("By kind of organisation"),
            [
                (str(kind.label), found.by_kind[kind])
                for kind in OrganisationKind
                if kind in found.by_kind
            ],
            _("Kind of the lead applicant"),
            total=found.total,
        ),
        "areas": _areas(
            [
                (title, found.by_area[code])
                for code, title in titles.items()
                if code in found.by_area
            ]
        ),
        "worklist_url": f"{reverse('worklist')}?view=all&call={call.pk}",
        "public_page": reverse("round-decisions", args=[call.agency.code, call.code])
        if call.is_published or rules.has_perm("grants.publish_round", request.user, call)
        else "",
        "may_distribute": rules.has_perm("reviews.try_scenario", request.user, call),
        "may_ask": call.asks_opinion
        and rules.has_perm("reviews.adopt_scenario", request.user, call),
    }
    return render(request, "portal/worklist/round.html", context)


def _figures(found: RoundOverview) -> list[Figure]:
    total = found.total
    distributed = 100 * total.granted_sek // found.frame_sek
    left = found.left_after_proposals_sek
    said = (
        _("to grant %(amount)s; left then %(left)s")
        if left >= 0
        else _("to grant %(amount)s, which is %(left)s more than what is left")
    )
    proposed = said % {"amount": amount(total.proposed_sek), "left": amount(abs(left))}
    return [
        Figure(
            pgettext("round", "Asked for"),
            amount(total.requested_sek),
            ngettext(
                "%(number)s applications, of which %(joint)s joint",
                "%(number)s applications, of which %(joint)s joint",
                total.joint,
            )
            % {"number": number(total.applications), "joint": number(total.joint)},
        ),
        Figure(
            pgettext("round", "Assessed"),
            number(total.assessed),
            _("%(number)s are in hand") % {"number": number(total.in_hand)},
        ),
        Figure(pgettext("round", "Proposed"), number(total.proposed), proposed),
        Figure(
            pgettext("round", "Decided"),
            number(total.decided),
            _("%(waiting)s assessed wait for a decision") % {"waiting": number(total.waiting)},
        ),
        Figure(
            pgettext("round", "Granted"),
            amount(total.granted_sek),
            _("%(percent)s of the frame of %(frame)s")
            % {"percent": percent(distributed), "frame": amount(found.frame_sek)},
        ),
        Figure(pgettext("round", "Left of the frame"), amount(found.left_sek)),
    ]


def _table(
    name: str,
    caption: str,
    rows: Iterable[tuple[str, RoundSums]],
    heading: str,
    *,
    total: RoundSums | None = None,
) -> Table:
    columns = (
        Column(heading),
        Column(_("Applications"), numeric=True),
        Column(_("Of which joint"), numeric=True),
        Column(pgettext("round", "Asked for"), numeric=True),
        Column(pgettext("round", "Granted"), numeric=True),
        Column(_("In hand"), numeric=True),
        Column(pgettext("round", "Assessed"), numeric=True),
        Column(_("Proposed to grant"), numeric=True),
        Column(_("Granted in full"), numeric=True),
        Column(_("Granted in part"), numeric=True),
        Column(_("Rejected"), numeric=True),
        Column(_("Dismissed"), numeric=True),
        Column(_("Withdrawn"), numeric=True),
    )
    foot = None if total is None else _row(_("The whole round"), total)
    return Table(
        id=name,
        caption=caption,
        columns=columns,
        rows=tuple(_row(label, sums) for label, sums in rows),
        foot=foot,
        caption_hidden=True,
    )


def _row(label: str, sums: RoundSums) -> Row:
    values = (
        number(sums.applications),
        number(sums.joint),
        amount(sums.requested_sek),
        amount(sums.granted_sek),
        number(sums.in_hand),
        number(sums.assessed),
        number(sums.proposed),
        number(sums.full),
        number(sums.part),
        number(sums.rejected),
        number(sums.dismissed),
        number(sums.withdrawn),
    )
    return Row(Cell(label), tuple(Cell(value) for value in values))


def _areas(rows: Sequence[tuple[str, AreaSums]]) -> Table | None:
    if not rows:
        return None
    return Table(
        id="areas",
        caption=_("By area"),
        columns=(
            Column(_("Area")),
            Column(_("Applications"), numeric=True),
            Column(pgettext("round", "Asked for"), numeric=True),
            Column(_("Applications granted"), numeric=True),
            Column(pgettext("round", "Granted for the area"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(title),
                (
                    Cell(number(sums.applications)),
                    Cell(amount(sums.requested_sek)),
                    Cell(number(sums.granted)),
                    Cell(amount(sums.granted_sek)),
                ),
            )
            for title, sums in rows
        ),
        stack=True,
        caption_hidden=True,
    )
