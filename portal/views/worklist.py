"""The worklist: what waits for whom, found, ordered and worked through from one page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from applicants.models import User
from applicants.rules import work_of
from core.content import Table, Text
from portal.forms.worklist import WorklistFilter
from portal.selectors.listing import counties
from portal.selectors.worklist import (
    KEYS,
    LEFT_FIRST,
    SLOW,
    Desk,
    View,
    areas_of,
    cases_handled_by,
    desk_of,
    requirements_of,
    worklist,
)
from portal.views.access import person_of
from portal.views.labels import call_title, language
from portal.views.lists import Heading, address, listing
from portal.views.worklist_bulk import Doing, bulk_done
from portal.views.worklist_columns import CASE, COLUMNS, USUAL, Around, row_of

VIEWS: Mapping[View, Text] = {
    View.MINE: gettext_lazy("Mine"),
    View.UNASSIGNED: gettext_lazy("Without case officer"),
    View.DECIDE: gettext_lazy("To decide"),
    View.WAITING: gettext_lazy("Waiting for others"),
    View.OVERDUE: pgettext_lazy("case", "Overdue"),
    View.ALL: gettext_lazy("All"),
}
EMPTY: Mapping[View, Text] = {
    View.MINE: gettext_lazy("No cases in hand are yours."),
    View.UNASSIGNED: gettext_lazy("Every case in hand has a case officer."),
    View.DECIDE: gettext_lazy("No assessed case waits for a decision."),
    View.WAITING: gettext_lazy("No case waits for anyone but the agency."),
    View.OVERDUE: gettext_lazy("No case is over its target, and no date has passed."),
    View.ALL: gettext_lazy("No case has been received yet."),
}
PLACE = ("after", "before")


def view_of(query: Mapping[str, str], person: User) -> View:
    """The view that the address names, or the one that the person's work begins with."""
    try:
        return View(query.get("view", ""))
    except ValueError:
        roles = {work.role for work in work_of(person)}
        if Role.CASE_OFFICER in roles:
            return View.MINE
        return View.DECIDE if Role.DECISION_MAKER in roles else View.UNASSIGNED


def columns_of(query: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that the address names, in their order; the usual ones where it names none."""
    named = set(query.get("columns", "").split("."))
    return tuple(name for name in COLUMNS if name in named) or USUAL


def default_order(view: View) -> str:
    """The oldest first of what is in hand, the latest first of all."""
    return "-received" if view is View.ALL else "received"


def orders_of(view: View, order: str) -> dict[str, Any]:
    """What the view can be ordered by. What nobody has begins, as long as the oldest stand first,
    with what was left for a conflict of interest; of all cases that would be an order without an
    index."""
    found = {name: keys for name, keys in KEYS.items() if view is not View.ALL or name not in SLOW}
    if view is View.UNASSIGNED and not order.startswith("-"):
        found["received"] = LEFT_FIRST
    return found


def filter_of(query: QueryDict, desk: Desk) -> tuple[WorklistFilter, dict[str, str]]:
    """The filters as the address has them, and the names of the counties."""
    places = list(counties())
    form = WorklistFilter(
        query,
        desk=desk,
        calls=[(str(call.pk), call_title(call)) for call in desk.calls],
        counties=places,
        areas=list(areas_of(desk.calls, language()).items()),
        requirements=list(requirements_of(desk.calls, language()).items()),
    )
    return form, {county.code: county.name for county in places}


def list_query(request: HttpRequest, view: View) -> str:
    """The list as it can be passed on and saved: its address without the place in it, always with
    its view."""
    return address(request, view=view).partition("?")[2]


@require_http_methods(["GET", "HEAD", "POST"])
def worklist_page(request: HttpRequest) -> HttpResponse:
    """The cases that the view, the filters and the order ask for; a POST does something with
    those that are ticked."""
    if chosen := request.GET.getlist("column"):
        named = ".".join(name for name in COLUMNS if name in chosen)
        return redirect(_without(request, "column", columns=named))
    person = person_of(request)
    desk = desk_of(person)
    doing = Doing.of(request, desk)
    if request.method == "POST":
        answer = bulk_done(request, person, doing)
        if answer is not None:
            return answer
    view = view_of(request.GET, person)
    columns = columns_of(request.GET)
    form, names = filter_of(request.GET, desk)
    found = worklist(cases_handled_by(person), view, form.chosen, desk)
    orders = orders_of(view, request.GET.get("sort", ""))
    page = listing(
        request,
        found.select_related("lead", "assigned_to", "delay_request"),
        form=form,
        headings=tuple(
            each if each.order in orders else Heading(each.label, "", each.numeric, each.nowrap)
            for each in (CASE, *(COLUMNS[name].heading for name in columns))
        ),
        keys=orders,
        default=default_order(view),
    )
    around = Around(
        desk=desk,
        counties=names,
        areas=areas_of(desk.calls, language()),
        back=list_query(request, view),
        ticked=doing.ticked_of(page.rows),
    )
    context = {
        "form": form,
        "page": page,
        "table": Table(
            id="worklist",
            caption=_("Cases"),
            columns=page.columns,
            rows=tuple(row_of(each, columns, around) for each in page.rows),
            stack=True,
            caption_hidden=True,
        ),
        "clear_url": f"{request.path}?view={view.value}",
        "kept": [*page.kept, ("view", view.value), *_kept_columns(request)],
        "tabs": [(label, address(request, view=each), each is view) for each, label in _tabs()],
        "view_label": VIEWS[view],
        "empty": EMPTY[view],
        "columns": [(name, each.heading.label, name in columns) for name, each in COLUMNS.items()],
        "column_query": _hidden(request, "columns"),
        "doing": doing,
        "all_ticked_url": _with_place(request, tick="all"),
        "none_ticked_url": _with_place(request, tick=""),
        "saved": [_saved(each, desk) for each in desk.views],
        "query": around.back,
        "rounds": [
            (call_title(call), reverse("round-overview", args=[call.pk])) for call in desk.calls
        ],
        "covered": [each.name for each in desk.officers if each.id in desk.covered],
        "shown_call": _shown_call(form, desk),
    }
    return render(request, "portal/worklist/worklist.html", context)


def _tabs() -> list[tuple[View, Text]]:
    return list(VIEWS.items())


def _shown_call(form: WorklistFilter, desk: Desk) -> int | None:
    value = form.chosen.get("call")
    return int(value) if value else None


def _kept_columns(request: HttpRequest) -> list[tuple[str, str]]:
    return [("columns", request.GET["columns"])] if request.GET.get("columns") else []


def _hidden(request: HttpRequest, *without: str) -> list[tuple[str, str]]:
    """What a form of its own sends along, so that the list stays as it is."""
    return [
        (name, request.GET[name])
        for name in request.GET
        if name not in (*PLACE, "tick", *without) and request.GET[name]
    ]


def _without(request: HttpRequest, *names: str, **changes: str) -> str:
    query = QueryDict(mutable=True)
    for name in request.GET:
        if name not in (*names, *PLACE, "columns"):
            query[name] = request.GET[name]
    for name, value in changes.items():
        if value:
            query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _with_place(request: HttpRequest, **changes: str) -> str:
    """The same page of the list, with these values instead."""
    query = QueryDict(mutable=True)
    for name in request.GET:
        query[name] = request.GET[name]
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{request.path}?{query.urlencode()}#worklist"


def _saved(view: Any, desk: Desk) -> dict[str, Any]:
    return {
        "name": view.name,
        "url": f"{reverse('worklist')}?{view.query}",
        "mine": view.owner_id == desk.person,
        "owner": str(view.owner),
    }
