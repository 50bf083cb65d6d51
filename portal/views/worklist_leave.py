"""Who is away, who sees to the cases meanwhile, and handing them over for good."""

from datetime import date

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from applicants.enums import Role
from applicants.models import User
from applicants.rules import work_of
from core.content import Crumb, Text
from grants.models import Application
from portal.forms.worklist import LeaveForm
from portal.selectors.worklist import Desk, cases_handled_by, desk_of
from portal.views.access import person_of
from portal.views.labels import day
from portal.views.worklist_bulk import keep_result, tried
from reviews.models import Leave
from reviews.rules import LEADS_WORK
from reviews.selectors.assignment import IN_HAND
from reviews.selectors.leave import leaves_seen_by
from reviews.services.assignment import hand_out
from reviews.services.leave import LeaveRefused, cancel_leave, plan_leave

REFUSED: dict[str, tuple[str, Text]] = {
    "dates": ("ends_on", gettext_lazy("The last day is today or later, and not before the first.")),
    "substitute": (
        "substitute",
        gettext_lazy("The substitute is another case officer at the same agency."),
    ),
    "overlaps": ("starts_on", gettext_lazy("There is leave planned already in these days.")),
}
MOST = 300


@require_http_methods(["GET", "HEAD", "POST"])
def leave_list(request: HttpRequest) -> HttpResponse:
    """The leaves that are on or coming; a POST plans one."""
    person = person_of(request)
    desk = desk_of(person)
    people = [each for each in desk.officers if _may_plan(person, each.id, each.agency)]
    form = LeaveForm(
        request.POST if request.method == "POST" else None,
        people=[(f"{each.id}-{each.agency}", each.name) for each in people],
        substitutes=[(str(pk), name) for pk, name in _names(desk).items()],
    )
    if request.method == "POST" and people and form.is_valid():
        who, agency = form.cleaned_data["person"].split("-")
        try:
            leave = plan_leave(
                agency=next(
                    work.agency for work in work_of(person) if work.agency_id == int(agency)
                ),
                person=User.objects.get(pk=int(who)),
                substitute=User.objects.get(pk=int(form.cleaned_data["substitute"])),
                starts_on=form.cleaned_data["starts_on"],
                ends_on=form.cleaned_data["ends_on"],
                actor=person,
            )
        except LeaveRefused as refused:
            field, said = REFUSED[refused.code]
            form.add_error(field, str(said))
        else:
            messages.success(
                request,
                _("The leave is planned. %(substitute)s sees the cases from %(day)s.")
                % {"substitute": leave.substitute, "day": day(leave.starts_on)},
            )
            return redirect("leave-list")
    today = timezone.localdate()
    context = {
        "crumbs": [Crumb(_("Worklist"), reverse("worklist")), Crumb(_("Leave"))],
        "form": form if people else None,
        "leaves": [_line(each, person, today) for each in leaves_seen_by(person, today)],
    }
    return render(request, "portal/worklist/leave.html", context)


def _names(desk: Desk) -> dict[int, str]:
    return {each.id: each.name for each in desk.officers}


def _may_plan(person: User, who: int, agency: int) -> bool:
    """By the person's remembered work, since it is asked for each officer; the service asks the
    rule."""
    roles = {work.role for work in work_of(person) if work.agency_id == agency}
    return bool(roles & set(LEADS_WORK)) or (who == person.pk and Role.CASE_OFFICER in roles)


def _line(leave: Leave, person: User, today: date) -> dict[str, object]:
    return {
        "pk": leave.pk,
        "person": str(leave.person),
        "substitute": str(leave.substitute),
        "from": day(leave.starts_on),
        "until": day(leave.ends_on),
        "on": leave.covers(today),
        "may": _may_plan(person, leave.person_id, leave.agency_id),
    }


def _leave(request: HttpRequest, pk: int) -> Leave:
    """A leave that the person may change. Raises Http404."""
    person = person_of(request)
    leave: Leave = get_object_or_404(leaves_seen_by(person, timezone.localdate()), pk=pk)
    if not rules.has_perm("reviews.plan_leave", person, leave):
        raise Http404
    return leave


@require_POST
def leave_cancel(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Call off the leave, or end it."""
    leave = _leave(request, pk)
    try:
        cancel_leave(leave=leave, actor=person_of(request))
    except (LeaveRefused, PermissionDenied):
        messages.error(request, _("The leave is over already."))
    else:
        messages.success(request, _("The leave is called off."))
    return redirect("leave-list")


@require_http_methods(["GET", "HEAD", "POST"])
def leave_hand_over(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Hand the cases of the one who is away to the substitute for good."""
    leave, person = _leave(request, pk), person_of(request)
    cases = (
        cases_handled_by(person)
        .filter(assigned_to=leave.person_id, status__in=IN_HAND, call__agency=leave.agency_id)
        .select_related("lead")
        .order_by("received_at", "pk")[:MOST]
    )
    if request.method == "POST":
        wanted = set(request.POST.getlist("case"))
        found: dict[int, Application] = {each.pk: each for each in cases if str(each.pk) in wanted}
        if found:
            outcomes = tried(
                found,
                map(str, found),
                lambda case: hand_out(
                    application=case,
                    officer=leave.substitute,
                    actor=person,
                    expected=leave.person_id,
                ),
            )
            keep_result(
                request,
                heading=_("Hand over to %(name)s") % {"name": leave.substitute},
                rows=outcomes,
                back=reverse("leave-list"),
            )
            return redirect("worklist-result")
        messages.error(request, _("Tick at least one case."))
    context = {
        "crumbs": [
            Crumb(_("Worklist"), reverse("worklist")),
            Crumb(_("Leave"), reverse("leave-list")),
            Crumb(_("Hand over")),
        ],
        "leave": leave,
        "cases": list(cases),
    }
    return render(request, "portal/worklist/hand_over.html", context)
