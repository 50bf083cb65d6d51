"""Spreading cases over officers: looked at first, then done."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applicants.models import User
from core.content import Cell, Column, Crumb, Row, Table
from core.formats import number
from grants.models import Application
from portal.forms.worklist import SpreadForm, officer_label
from portal.selectors.worklist import Desk, View, cases_handled_by, desk_of, in_view
from portal.views.access import person_of
from portal.views.labels import call_title, day
from portal.views.saving import is_number
from portal.views.worklist_bulk import keep_result, tried
from portal.views.worklist_columns import case_address
from reviews.checks.assignment import OfficerLoad, SpreadBy, Spreading, spread
from reviews.selectors.assignment import IN_HAND, as_waiting, loads_of
from reviews.services.assignment import hand_out

MOST = 300
"""So many cases are spread at a time, the oldest first."""


@require_http_methods(["GET", "HEAD", "POST"])
def worklist_spread(request: HttpRequest) -> HttpResponse:
    """Over whom and how; then who would be given what; a POST hands the cases out."""
    person = person_of(request)
    if request.method == "POST":
        return _handed_out(request, person)
    desk = desk_of(person)
    asked = "officers" in request.GET or "by" in request.GET
    form = SpreadForm(
        request.GET if asked else None,
        calls=[(str(call.pk), call_title(call)) for call in desk.calls],
        officers=desk.officers,
    )
    cases = list(_to_spread(request, person, desk)[: MOST + 1])
    more, cases = len(cases) > MOST, cases[:MOST]
    plan: Spreading | None = None
    loads: list[OfficerLoad] = []
    if asked and form.is_valid():
        loads = _loads(desk, form, cases)
        plan = spread(as_waiting(cases), loads, by=SpreadBy(form.cleaned_data["by"]))
    names = {each.id: officer_label(each) for each in desk.officers}
    context = {
        "crumbs": [Crumb(_("Worklist"), reverse("worklist")), Crumb(_("Spread the cases"))],
        "form": form,
        "number": len(cases),
        "more": more,
        "most": MOST,
        "chosen": request.GET.get("cases", ""),
        "plan": plan,
        "loads": _loads_table(loads, plan, names) if plan else None,
        "cases": _cases_table(cases, plan, names) if plan else None,
        "left": len(plan.left) if plan else 0,
        "given": len(plan.given) if plan else 0,
        "pairs": ",".join(
            f"{case.pk}:{plan.given[case.pk]}:{case.assigned_to_id or ''}"
            for case in cases
            if case.pk in plan.given
        )
        if plan
        else "",
    }
    return render(request, "portal/worklist/spread.html", context)


def _to_spread(request: HttpRequest, person: User, desk: Desk) -> QuerySet[Application]:
    """The cases ticked in the list, or those that nobody has."""
    cases = cases_handled_by(person).select_related("lead", "call")
    cases = cases.defer("call__definition_record__document").order_by("received_at", "pk")
    if chosen := request.GET.get("cases"):
        ids = [int(each) for each in chosen.split(".") if is_number(each)]
        return cases.filter(pk__in=ids[:MOST], status__in=IN_HAND, imported=False)
    found = in_view(cases, View.UNASSIGNED, desk)
    call = request.GET.get("call", "")
    return found.filter(call=int(call)) if is_number(call) else found


def _loads(desk: Desk, form: SpreadForm, cases: Sequence[Application]) -> list[OfficerLoad]:
    """The chosen officers. One of another agency than a case's cannot be given it."""
    chosen = {int(each) for each in form.cleaned_data["officers"]}
    officers = [each for each in desk.officers if each.id in chosen]
    agencies: dict[int, set[int]] = {}
    for each in officers:
        agencies.setdefault(each.id, set()).add(each.agency)
    found: dict[int, OfficerLoad] = {}
    for load in loads_of(officers, [case.pk for case in cases]):
        elsewhere = frozenset(
            case.pk for case in cases if case.call.agency_id not in agencies[load.id]
        )
        before = found.get(load.id)
        found[load.id] = OfficerLoad(
            id=load.id,
            load=load.load + (before.load if before else 0),
            shut_out=load.shut_out | elsewhere,
            on_leave=load.on_leave or (before is not None and before.on_leave),
        )
    return list(found.values())


def _loads_table(loads: Sequence[OfficerLoad], plan: Spreading, names: dict[int, str]) -> Table:
    gets = list(plan.given.values())
    return Table(
        id="loads",
        caption=_("How many cases each would have"),
        columns=(
            Column(_("Case officer")),
            Column(_("In hand now"), numeric=True),
            Column(_("Is given"), numeric=True),
            Column(_("In hand after"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(names[each.id]),
                tuple(
                    Cell(number(value))
                    for value in (
                        each.load,
                        gets.count(each.id),
                        each.load + gets.count(each.id),
                    )
                ),
            )
            for each in loads
        ),
        stack=True,
    )


def _cases_table(cases: Sequence[Application], plan: Spreading, names: dict[int, str]) -> Table:
    return Table(
        id="cases",
        caption=_("Who would be given which case"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Lead applicant")),
            Column(_("Received"), nowrap=True),
            Column(_("Case officer")),
        ),
        rows=tuple(
            Row(
                Cell(case.number, url=case_address(case.pk, "")),
                (
                    Cell(case.lead.name),
                    Cell(day(case.received_at)),
                    Cell(names[plan.given[case.pk]])
                    if case.pk in plan.given
                    else Cell(
                        _("Nobody"),
                        note=_("All who were chosen are away or have a conflict of interest."),
                    ),
                ),
            )
            for case in cases
        ),
        stack=True,
    )


def _handed_out(request: HttpRequest, person: User) -> HttpResponse:
    """Hand out what was looked at; a case that has been given to somebody else meanwhile stays
    there."""
    pairs = _pairs(request.POST.get("pairs", ""))
    found = cases_handled_by(person).filter(pk__in=pairs).select_related("lead")
    cases = {case.pk: case for case in found.order_by("received_at", "pk")}
    officers = User.objects.in_bulk({officer for officer, _from in pairs.values()})
    outcomes = tried(
        cases,
        map(str, pairs),
        lambda case: hand_out(
            application=case,
            officer=officers[pairs[case.pk][0]],
            actor=person,
            expected=pairs[case.pk][1],
        ),
    )
    if not outcomes:
        return redirect("worklist-spread")
    keep_result(
        request,
        heading=_("Spread the cases"),
        rows=outcomes,
        back=f"{reverse('worklist')}?view={View.UNASSIGNED}",
    )
    return redirect("worklist-result")


def _pairs(said: str) -> dict[int, tuple[int, int | None]]:
    """The cases with whom they go to and with whom they were seen; what cannot be read is left
    out, as is an officer who is not there."""
    found: dict[int, tuple[int, int | None]] = {}
    for each in said.split(",")[:MOST]:
        parts = each.split(":")
        if len(parts) == 3 and all(not part or is_number(part) for part in parts):
            case, officer, before = parts
            if case and officer:
                found[int(case)] = (int(officer), int(before) if before else None)
    there: Any = set(
        User.objects.filter(pk__in={each[0] for each in found.values()}).values_list(
            "pk", flat=True
        )
    )
    return {case: pair for case, pair in found.items() if pair[0] in there}
