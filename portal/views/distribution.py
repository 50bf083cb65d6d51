"""Distributing a frame: what-if distributions side by side."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Column, Crumb, Row, Table
from core.formats import number
from core.models import County
from grants.models import Call
from grants.selectors import frame_left
from portal.forms.scenarios import ScenarioForm
from portal.selectors.definitions import parse_definitions
from portal.selectors.listing import counties
from portal.selectors.scenarios import (
    assessed_in,
    calls_to_distribute,
    distributed_calls,
    granted_in,
    scenarios_visible_to,
)
from portal.views.access import person_of
from portal.views.county_map import CountyMap, CountyValue, county_map, legend_of, steps
from portal.views.labels import call_title, money
from portal.views.scenario_texts import REFUSALS, of, per_inhabitant, scenario_tag
from reviews.checks import ReviewRefused
from reviews.checks.scenarios import Effect, effect_of
from reviews.enums import ScenarioState
from reviews.models import Scenario
from reviews.selectors.scenarios import (
    amounts_by_scenario,
    county_populations,
    distributable,
    frozen_set,
)
from reviews.services.scenarios import make_scenario

MOST_COMPARED = 8
"""How many scenarios stand side by side: the latest."""


@require_safe
def distribution_list(request: HttpRequest) -> HttpResponse:
    """The calls in which there is something to distribute."""
    calls = list(distributed_calls(request.user))
    parse_definitions(calls)
    assessed, granted = assessed_in(calls), granted_in(calls)
    table = Table(
        id="calls",
        caption=_("Calls"),
        columns=(
            Column(_("Call")),
            Column(_("Frame"), numeric=True),
            Column(_("Left of the frame"), numeric=True),
            Column(_("Assessed, not decided"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(call_title(call), url=reverse("distribution", args=[call.pk])),
                (
                    Cell(money(call.frame_sek)),
                    Cell(money(call.frame_sek - granted.get(call.pk, 0))),
                    Cell(number(assessed.get(call.pk, 0))),
                ),
            )
            for call in calls
        ),
        stack=True,
        caption_hidden=True,
    )
    context = {"table": table}
    return render(request, "portal/scenarios/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def distribution(request: HttpRequest, *, call: int) -> HttpResponse:
    """A call's distributions side by side, and making another."""
    found = get_object_or_404(calls_to_distribute(request.user), pk=call)
    form = ScenarioForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_scenario(
                call=found,
                actor=person_of(request),
                name=form.cleaned_data["name"],
                rules=form.rules(),
                frame_sek=form.cleaned_data["frame_sek"],
            )
        except ReviewRefused as refused:
            field = {"frame": "frame_sek", "name_taken": "name"}.get(refused.code)
            form.add_error(field, str(REFUSALS[refused.code]))
        else:
            return redirect("scenario", call=call, scenario=made.pk)
    scenarios = list(scenarios_visible_to(request.user, found).order_by("-pk")[:MOST_COMPARED])
    amounts = amounts_by_scenario(scenarios)
    populations = county_populations()
    effects = [
        effect_of(
            frozen_set(each),
            amounts[each.pk],
            frame_sek=each.frame_sek,
            populations=populations,
        )
        for each in scenarios
    ]
    places = list(counties()) if scenarios else []
    names = {each.code: each.name for each in places}
    context = {
        "call": found,
        "call_title": call_title(found),
        "crumbs": distribution_crumbs(Crumb(call_title(found))),
        "left": money(frame_left(found)),
        "form": form,
        "comparison": _comparison(found, scenarios, effects) if scenarios else None,
        # While one is becoming proposals the comparison is fetched anew, so that its state is told.
        "adopting": any(each.state == ScenarioState.ADOPTING for each in scenarios),
        **_maps(scenarios, effects, places),
        "by_county": _by_county(scenarios, effects, names) if scenarios else None,
        "can_be_made": bool(scenarios) or distributable(found).exists(),
    }
    return render(request, "portal/scenarios/call.html", context)


def distribution_crumbs(*last: Crumb) -> list[Crumb]:
    """The way to a page on distributing."""
    return [Crumb(_("Distribute the frame"), reverse("distribution-list")), *last]


def _comparison(call: Call, scenarios: Sequence[Scenario], effects: Sequence[Effect]) -> Table:
    lines: list[tuple[str, Callable[[Effect], str]]] = [
        (_("To distribute"), lambda each: money(each.frame_sek)),
        (_("Distributed"), lambda each: money(each.amount_sek)),
        (_("Left"), lambda each: money(each.left_sek)),
        (pgettext("applications", "Granted"), lambda each: of(each.granted, each.candidates)),
        (_("Granted all that was approved"), lambda each: number(each.in_full)),
        (_("Counties reached"), lambda each: of(each.counties_reached, len(each.counties))),
        (_("Kinds of organisations reached"), lambda each: number(each.kinds_reached)),
        (
            _("Small municipalities granted"),
            lambda each: number(each.small_granted) if each.small_known else _("Not known"),
        ),
        (_("Granted for the first time"), lambda each: number(each.first_time_granted)),
    ]
    return Table(
        id="comparison",
        caption=_("The distributions side by side"),
        columns=(
            Column(_("What it comes to")),
            *(Column(each.name, numeric=True) for each in scenarios),
        ),
        rows=(
            Row(
                Cell(_("State")),
                tuple(Cell(tag=scenario_tag(each)) for each in scenarios),
            ),
            *(
                Row(Cell(label), tuple(Cell(value(effect)) for effect in effects))
                for label, value in lines
            ),
            Row(
                Cell(pgettext("action", "Open")),
                tuple(
                    Cell(
                        pgettext("action", "Open"),
                        url=reverse("scenario", args=[call.pk, each.pk]),
                        label=_("Open %(name)s") % {"name": each.name},
                    )
                    for each in scenarios
                ),
            ),
        ),
        caption_hidden=True,
    )


def _by_county(
    scenarios: Sequence[Scenario], effects: Sequence[Effect], names: dict[str, str]
) -> Table:
    """Kronor for each inhabitant, county by county."""
    rows = []
    for code, name in names.items():
        groups = [
            next((group for group in effect.counties if group.key == code), None)
            for effect in effects
        ]
        rows.append(
            Row(
                Cell(name),
                tuple(
                    Cell(
                        per_inhabitant(group.per_inhabitant_ore if group else None),
                        note=money(group.amount_sek if group else 0),
                    )
                    for group in groups
                ),
            )
        )
    return Table(
        id="counties",
        caption=_("Kronor for each inhabitant, by county"),
        columns=(Column(_("County")), *(Column(each.name, numeric=True) for each in scenarios)),
        rows=tuple(rows),
        caption_hidden=True,
    )


def _maps(
    scenarios: Sequence[Scenario], effects: Sequence[Effect], places: Sequence[County]
) -> dict[str, Any]:
    """A map for each distribution and one scale for them all."""
    found = [
        each.per_inhabitant_ore
        for effect in effects
        for each in effect.counties
        if each.per_inhabitant_ore
    ]
    limits = steps(found)
    labels = [_("from %(amount)s") % {"amount": per_inhabitant(limit)} for limit in limits]
    if found:
        labels.insert(0, _("from %(amount)s") % {"amount": per_inhabitant(min(found))})
    return {
        "maps": [
            _map(each, effect, places, limits)
            for each, effect in zip(scenarios, effects, strict=True)
        ],
        "legend": legend_of(labels),
    }


def _map(
    scenario: Scenario, effect: Effect, places: Sequence[County], limits: Sequence[int]
) -> CountyMap:
    """Kronor for each inhabitant on the map of the counties."""
    values = {
        each.key: CountyValue(each.per_inhabitant_ore, _in_tile(each.per_inhabitant_ore))
        for each in effect.counties
        if each.per_inhabitant_ore is not None
    }
    return county_map(
        id=f"map-{scenario.pk}",
        title=scenario.name,
        description=_(
            "Each county is a square with its letter and kronor for each inhabitant, the darker "
            "the more. The table after the map has the same numbers."
        ),
        counties=places,
        values=values,
        label=[],
        limits=limits,
    )


def _in_tile(ore: int) -> str:
    return f"{ore // 100},{ore % 100:02}" if ore else ""
