"""What is to be claimed and what has not come back, for controllers; and what of the money waits
for a decision maker."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.content import Cell, Column, Crumb, Row, Table
from grants.models import Application
from grants.selectors import fund_years_for
from grants.selectors.claims import (
    carry_overs_to_decide,
    open_claims,
    to_claim,
    write_offs_to_decide,
)
from portal.views.access import person_of
from portal.views.claim_texts import claim_tag
from portal.views.labels import day, money
from portal.views.rates import rate_notice

MOST = 300


@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The cases with something to claim, and the claims that are open."""
    person = person_of(request)
    found = to_claim(person)
    cases = Application.objects.filter(pk__in=sorted(found)[:MOST]).select_related("lead")
    context = {
        "crumbs": [Crumb(_("Money"), reverse("money")), Crumb(_("Claims"))],
        "to_claim": _to_claim(found, list(cases.order_by("lead__sort_key", "pk"))),
        "open": _open(request),
        "rate_notice": rate_notice(request),
    }
    return render(request, "portal/money/claims.html", context)


def _case(application: Application) -> Cell:
    return Cell(application.number, reverse("case-claims", args=[application.pk]))


def _to_claim(found: dict[int, int], cases: list[Application]) -> Table | None:
    if not cases:
        return None
    return Table(
        id="to-claim",
        caption=_("To claim"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Organisation")),
            Column(_("To claim"), numeric=True),
        ),
        rows=tuple(
            Row(_case(each), (Cell(each.lead.name), Cell(money(found[each.pk])))) for each in cases
        ),
        foot=Row(Cell(_("All")), (Cell(""), Cell(money(sum(found.values()))))),
        stack=True,
        caption_hidden=True,
    )


def _open(request: HttpRequest) -> Table | None:
    today = timezone.localdate()
    rows = list(open_claims(request.user).order_by("due_on", "pk")[:MOST])
    if not rows:
        return None
    years = fund_years_for({each.application_id for each in rows})
    return Table(
        id="open",
        caption=_("Open claims"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Organisation")),
            Column(_("Last day to pay"), nowrap=True),
            Column(_("Amount"), numeric=True),
            Column(_("Still owed in the case"), numeric=True),
            Column(_("Reminded"), nowrap=True),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                _case(each.application),
                (
                    Cell(each.application.lead.name),
                    Cell(day(each.due_on)),
                    Cell(money(each.amount_sek)),
                    Cell(money(sum(year.owed_sek for year in years[each.application_id]))),
                    Cell(day(each.reminded_at)),
                    Cell(tag=claim_tag(each, today)),
                ),
            )
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )


@require_safe
def money_decisions(request: HttpRequest) -> HttpResponse:
    """Requests to carry money over, and proposals to write off, that wait for a decision."""
    person = person_of(request)
    rows = [
        (each.application, _("Carrying over"), each.amount_sek, each.asked_at)
        for each in carry_overs_to_decide(person)[:MOST]
    ]
    rows += [
        (each.application, _("Write-off"), each.amount_sek, each.proposed_at)
        for each in write_offs_to_decide(person)[:MOST]
    ]
    table = Table(
        id="waiting",
        caption=_("Money that waits for a decision"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Organisation")),
            Column(_("What")),
            Column(_("Amount"), numeric=True),
            Column(_("Since"), nowrap=True),
        ),
        rows=tuple(
            Row(
                _case(case),
                (Cell(case.lead.name), Cell(what), Cell(money(sek)), Cell(day(since))),
            )
            for case, what, sek, since in rows
        ),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "crumbs": [
            Crumb(_("Decisions"), reverse("decision-list")),
            Crumb(_("Money that waits for a decision")),
        ],
        "table": table if rows else None,
    }
    return render(request, "portal/money/decisions.html", context)
