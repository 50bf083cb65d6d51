"""Lists that have been given a name, and the way from one case of a list to the next."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.rules import work_of
from core.content import Crumb
from core.models import Agency
from portal.forms.worklist import ViewForm
from portal.selectors.paging import cursor_of, keyset_page
from portal.selectors.worklist import cases_handled_by, desk_of, with_keys, worklist
from portal.views.access import person_of
from portal.views.worklist import default_order, filter_of, orders_of, view_of
from portal.views.worklist_columns import case_address
from reviews.checks import ReviewRefused
from reviews.models import SavedView
from reviews.rules import HANDLERS
from reviews.services.worklist import remove_view, save_view


@require_http_methods(["GET", "HEAD", "POST"])
def saved_views(request: HttpRequest) -> HttpResponse:
    """One's saved lists and those shared; a POST saves one."""
    person = person_of(request)
    form = ViewForm(
        request.POST if request.method == "POST" else None,
        initial={"query": request.GET.get("query", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            view = save_view(
                agency=_agency(request),
                actor=person,
                name=form.cleaned_data["name"],
                query=_clean(form.cleaned_data["query"]),
                shared=form.cleaned_data["shared"],
            )
        except ReviewRefused as refused:
            form.add_error("name" if refused.code == "view_name" else None, _unsaved(refused.code))
        else:
            messages.success(request, _("The list %(name)s is saved.") % {"name": view.name})
            return redirect(f"{reverse('worklist')}?{view.query}")
    desk = desk_of(person)
    context = {
        "crumbs": [Crumb(_("Worklist"), reverse("worklist")), Crumb(_("Saved lists"))],
        "form": form,
        "views": [
            {
                "pk": each.pk,
                "name": each.name,
                "url": f"{reverse('worklist')}?{each.query}",
                "shared": each.shared,
                "mine": each.owner_id == desk.person,
                "owner": str(each.owner),
            }
            for each in desk.views
        ],
    }
    return render(request, "portal/worklist/saved.html", context)


def _unsaved(code: str) -> str:
    """Why the list was not saved, and what to do."""
    return {
        "view_name": _("Write a name of at most 80 characters."),
        "view_query": _("The list has too many filters to be saved. Take some of them away."),
    }[code]


def _agency(request: HttpRequest) -> Agency:
    """The first agency where the person has a worklist."""
    for work in work_of(request.user):
        if work.role in HANDLERS:
            return work.agency
    raise Http404


def _clean(query: str) -> str:
    """The list's address without a place in it."""
    found = QueryDict(query[:2000], mutable=True)
    for name in ("after", "before", "tick"):
        found.pop(name, None)
    return found.urlencode()


@require_POST
def saved_view_remove(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Take away one of one's own."""
    person = person_of(request)
    view = get_object_or_404(SavedView.objects.select_related("agency"), pk=pk, owner=person)
    remove_view(view=view, actor=person)
    messages.success(request, _("The list %(name)s is taken away.") % {"name": view.name})
    return redirect("worklist-saved")


@require_safe
def worklist_neighbour(request: HttpRequest, *, pk: int, way: str) -> HttpResponse:
    """On to the next or the previous case of the list that the address names, or back to the
    list where there is none. The case itself may have left the list meanwhile."""
    person = person_of(request)
    query = QueryDict(request.GET.get("list", "")[:2000])
    desk = desk_of(person)
    cases = cases_handled_by(person)
    case = get_object_or_404(with_keys(cases, desk).select_related("lead"), pk=pk)
    view = view_of(query, person)
    form, _names = filter_of(query, desk)
    order = query.get("sort", "")
    orders = orders_of(view, order)
    if order.removeprefix("-") not in orders:
        order = default_order(view)
    keys = orders[order.removeprefix("-")]
    cursor = cursor_of(case, keys)
    onwards = way == "next"
    page = keyset_page(
        worklist(cases, view, form.chosen, desk).select_related("lead"),
        keys=keys,
        descending=order.startswith("-"),
        after=cursor if onwards else "",
        before="" if onwards else cursor,
        size=1,
    )
    if page.rows:
        return redirect(case_address(page.rows[0].pk, query.urlencode()))
    messages.info(
        request,
        _("That was the last case of the list.")
        if onwards
        else _("That was the first case of the list."),
    )
    return redirect(f"{reverse('worklist')}?{query.urlencode()}")
