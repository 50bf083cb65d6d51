"""One distribution of a frame: what each application gets, and making proposals of it."""

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applicants.enums import OrganisationKind
from core.content import Crumb, Figure, Progress, SummaryRow
from core.formats import number, percent
from portal.forms.money import AmountField
from portal.forms.scenarios import METHODS, POTS, WEIGHTS
from portal.selectors.scenarios import (
    AmountPage,
    AmountRow,
    amount_page,
    calls_to_distribute,
    progress_of,
    scenarios_visible_to,
)
from portal.views.access import person_of
from portal.views.distribution import distribution_crumbs
from portal.views.labels import call_title, moment, money
from portal.views.scenario_texts import NOT_APPLIED, REFUSALS, of, scenario_tag
from reviews.checks import ReviewRefused
from reviews.checks.scenarios import Effect, Method, Rules, effect_of, ranked
from reviews.enums import ScenarioState
from reviews.models import Scenario
from reviews.selectors.scenarios import (
    amounts_of,
    county_populations,
    distributable,
    frozen_set,
)
from reviews.services.scenarios import adopt_scenario, edit_amounts, remove_scenario


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def scenario(request: HttpRequest, *, call: int, scenario: int) -> HttpResponse:
    """One distribution: what each application gets, changed by hand, adopted or removed."""
    of_call = get_object_or_404(calls_to_distribute(request.user), pk=call)
    found = get_object_or_404(
        scenarios_visible_to(request.user, of_call).select_related("made_by", "adopted_by"),
        pk=scenario,
    )
    found.call = of_call
    candidates = ranked(frozen_set(found))
    page = amount_page(found, candidates, _page_asked_for(request))
    typed: dict[int, str] = {}
    errors: dict[int, str] = {}
    if request.method == "POST":
        answer, typed, errors = _posted(request, found, page)
        if answer is not None:
            return answer
    populations = county_populations()
    effect = effect_of(
        candidates, amounts_of(found), frame_sek=found.frame_sek, populations=populations
    )
    context = {
        "scenario": found,
        "call": of_call,
        "call_title": call_title(of_call),
        "tag": scenario_tag(found),
        "crumbs": distribution_crumbs(
            Crumb(call_title(of_call), reverse("distribution", args=[call])), Crumb(found.name)
        ),
        "figures": _figures(effect),
        "over": effect.left_sek < 0,
        "rules": _rules_rows(found),
        "lines": [_line(each, typed, errors) for each in page.rows],
        "errors": errors,
        "page": page,
        "may_change": found.state == ScenarioState.DRAFT,
        "may_adopt": found.state == ScenarioState.DRAFT
        and rules.has_perm("reviews.adopt_scenario", request.user, of_call),
        "changed": found.state == ScenarioState.DRAFT
        and distributable(of_call).count() != len(candidates),
        "progress": _progress(found),
    }
    context["fetched"] = bool(request.headers.get("HX-Request"))
    template = "progress" if context["fetched"] else "scenario"
    return render(request, f"portal/scenarios/{template}.html", context)


def _page_asked_for(request: HttpRequest) -> int:
    asked = request.GET.get("sida", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _posted(
    request: HttpRequest, found: Scenario, page: AmountPage
) -> tuple[HttpResponse | None, dict[int, str], dict[int, str]]:
    """What was asked for, done; or what was typed with what is wrong with it."""
    actor, call = person_of(request), found.call_id
    here = reverse("scenario", args=[call, found.pk])
    here = f"{here}?sida={page.page}" if page.page > 1 else here
    then = request.POST.get("then", "")
    try:
        if then == "adopt":
            adopt_scenario(scenario=found, actor=actor)
            messages.success(request, _("The distribution is adopted and becomes proposals."))
            return redirect(here), {}, {}
        if then == "remove":
            remove_scenario(scenario=found, actor=actor)
            messages.success(request, _("The distribution is removed."))
            return redirect("distribution", call=call), {}, {}
        typed, amounts, errors = _typed(request, page)
        if errors:
            return None, typed, errors
        edit_amounts(scenario=found, actor=actor, amounts=amounts)
        messages.success(request, _("The amounts are saved."))
    except ReviewRefused as refused:
        messages.error(request, REFUSALS[refused.code])
    except PermissionDenied:
        messages.error(
            request,
            _(
                "You may not adopt it: only a case officer may who is shut out of none of the "
                "cases."
            ),
        )
    return redirect(here), {}, {}


def _typed(
    request: HttpRequest, page: AmountPage
) -> tuple[dict[int, str], dict[int, int], dict[int, str]]:
    """What was typed, the amounts in it, and what is wrong, by application."""
    typed: dict[int, str] = {}
    amounts: dict[int, int] = {}
    errors: dict[int, str] = {}
    for row in page.rows:
        key = row.candidate.application
        name = f"amount-{key}"
        if name not in request.POST:
            continue
        typed[key] = request.POST[name]
        field = AmountField(most=row.candidate.approved_sek, required=False)
        try:
            amounts[key] = field.clean(typed[key]) or 0
        except ValidationError as error:
            errors[key] = " ".join(error.messages)
    return typed, amounts, errors


def _line(row: AmountRow, typed: dict[int, str], errors: dict[int, str]) -> dict[str, object]:
    """A case in the table, with its field."""
    candidate = row.candidate
    key = candidate.application
    notes = []
    if row.edited:
        notes.append(_("changed by hand from %(amount)s") % {"amount": money(row.by_rule_sek)})
    if row.refused:
        notes.append(str(NOT_APPLIED[row.refused]))
    return {
        "id": key,
        "number": row.number,
        "url": reverse("application-detail", args=[key]),
        "lead": row.lead,
        "county": row.county,
        "kind": OrganisationKind(candidate.kind).label,
        "points": number(candidate.points),
        "asked": money(candidate.asked_sek),
        "approved": money(candidate.approved_sek),
        "amount": money(row.amount_sek),
        "value": typed.get(key, number(row.amount_sek)),
        "error": errors.get(key, ""),
        "note": "; ".join(notes),
        "first_time": candidate.first_time,
    }


def _figures(effect: Effect) -> list[Figure]:
    return [
        Figure(_("To distribute"), money(effect.frame_sek)),
        Figure(_("Distributed"), money(effect.amount_sek)),
        Figure(_("Left"), money(effect.left_sek)),
        Figure(pgettext("applications", "Granted"), of(effect.granted, effect.candidates)),
        Figure(_("Counties reached"), of(effect.counties_reached, len(effect.counties))),
        Figure(_("Granted for the first time"), number(effect.first_time_granted)),
    ]


def _rules_rows(scenario: Scenario) -> list[SummaryRow]:
    """The method and its limits in words, and over which set it was made."""
    found = Rules.of(scenario.rules)
    rows = [SummaryRow(_("Method"), dict(METHODS)[found.method])]
    if found.method is Method.BASE_AND_POPULATION:
        rows.append(SummaryRow(_("Equal share"), money(found.base_sek)))
    if found.ceiling_sek is not None:
        rows.append(SummaryRow(_("At most"), money(found.ceiling_sek)))
    if found.ceiling_percent is not None:
        rows.append(SummaryRow(_("At most of what was asked"), percent(found.ceiling_percent)))
    if found.floor_sek:
        rows.append(SummaryRow(_("At least"), money(found.floor_sek)))
    if found.pots is not None:
        rows.append(SummaryRow(_("Pots"), dict(POTS)[found.pots], note=dict(WEIGHTS)[found.weight]))
    rows.append(SummaryRow(_("Made"), moment(scenario.made_at), note=str(scenario.made_by)))
    if scenario.adopted_at is not None:
        rows.append(
            SummaryRow(_("Adopted"), moment(scenario.adopted_at), note=str(scenario.adopted_by))
        )
    rows.append(SummaryRow(_("Checksum of the set"), scenario.sha256[:16]))
    return rows


def _progress(scenario: Scenario) -> dict[str, object] | None:
    """How many of the cases have become proposals."""
    if scenario.state == ScenarioState.DRAFT:
        return None
    done, refused, whole = progress_of(scenario)
    return {
        "bar": Progress(
            id="adoption-bar",
            label=_("Cases that have become proposals"),
            done=done + refused,
            total=whole,
            text=of(done, whole),
        ),
        "running": scenario.state == ScenarioState.ADOPTING,
        "refused": ngettext(
            "%(count)d case did not become a proposal: see why in the table.",
            "%(count)d cases did not become proposals: see why in the table.",
            refused,
        )
        % {"count": refused}
        if refused
        else "",
    }
