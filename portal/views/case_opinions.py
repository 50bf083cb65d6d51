"""The agency's side of county boards' opinions: asking, for one case or a whole round, giving more
time, reminding."""

from datetime import timedelta

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from core.checks.working_days import working_day_from
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table
from core.formats import iso_date
from grants.models import Application, Call
from portal.forms.opinions import AskForm
from portal.selectors.opinions import counties_named, how_many_unasked, people_of_boards
from portal.selectors.scenarios import calls_worked_with
from portal.views.access import person_of
from portal.views.declaring import read_case, read_crumbs
from portal.views.labels import call_title, day, moment
from portal.views.opinions import answer_rows, opinion_tag
from reviews.checks import ReviewRefused
from reviews.enums import Recommendation
from reviews.models import Opinion, SupervisionDecision
from reviews.selectors.opinions import counties_asked, opinion_days, opinion_form, opinions_on
from reviews.selectors.supervision import supervision_beside
from reviews.services.in_hand import IN_HAND
from reviews.services.opinions import (
    answer_more_time,
    ask_opinions,
    ask_round,
    remind_of_opinion,
)

REFUSALS = {
    "not_asked": gettext_lazy("The call does not ask county boards for opinions."),
    "date": gettext_lazy("Choose a day that has not been."),
    "status": gettext_lazy("That cannot be done as the case now is. Nothing was changed."),
    "given": gettext_lazy("The opinion has been given already."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def case_opinions(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What the boards have been asked and have said of a case, beside supervision decisions."""
    application, person = read_case(request, pk), person_of(request)
    may = rules.has_perm("reviews.ask_opinions", person, application)
    asked = list(opinions_on(application))
    wanted = counties_asked(application)
    missing = wanted - {each.county_id for each in asked}
    form = AskForm(
        request.POST if request.POST.get("then") == "ask" else None,
        initial={"due": _usual(application.call)},
    )
    if request.method == "POST":
        if not may:
            raise Http404
        answer = _done(request, application, asked, form)
        if answer is not None:
            return answer
    people = people_of_boards(wanted)
    questionnaire = opinion_form(application)
    counties = counties_named(wanted)
    context = {
        "crumbs": read_crumbs(request, application, Crumb(_("Opinions of county boards"))),
        "application": application,
        "call_title": call_title(application.call),
        "asks": application.call.asks_opinion,
        "nobody_to_ask": application.call.asks_opinion and not wanted,
        "missing": [each.name for each in counties if each.code in missing],
        "without_people": [each.name for each in counties if not people[each.code]],
        "opinions": [_shown(each, questionnaire, may=may) for each in asked],
        "form": form if may and missing and application.status in IN_HAND else None,
        "supervision": supervision_table(list(supervision_beside(application))),
    }
    return render(request, "portal/opinions/case.html", context)


def _usual(call: Call) -> str:
    """The day that the call's time to answer ends, moved to a working day."""
    days = opinion_days(call)
    return iso_date(working_day_from(timezone.localdate() + timedelta(days=days)))


def _done(
    request: HttpRequest, application: Application, asked: list[Opinion], form: AskForm
) -> HttpResponse | None:
    actor, then = person_of(request), request.POST.get("then", "")
    of_case = {str(each.pk): each for each in asked}
    one = of_case.get(request.POST.get("opinion", ""))
    try:
        if then == "ask":
            if not form.is_valid():
                return None
            made = ask_opinions(
                application=application, actor=actor, due_on=form.cleaned_data["due"]
            )
            messages.success(
                request,
                ngettext(
                    "%(count)d county board is asked for its opinion.",
                    "%(count)d county boards are asked for their opinions.",
                    len(made),
                )
                % {"count": len(made)},
            )
        elif one is not None and then in ("give-time", "keep-date"):
            until = one.more_time_until if then == "give-time" else None
            answer_more_time(opinion=one, actor=actor, until=until)
            messages.success(request, _("The county board is told."))
        elif one is not None and then == "remind":
            if remind_of_opinion(opinion=one, actor=actor):
                messages.success(request, _("The county board is reminded."))
            else:
                messages.warning(request, _("There is nobody at that county board to remind."))
        else:
            raise Http404
    except ReviewRefused as refused:
        if refused.code == "date" and then == "ask":
            form.add_error("due", str(REFUSALS["date"]))
            return None
        messages.error(request, REFUSALS.get(refused.code, REFUSALS["status"]))
    except PermissionDenied as denied:
        raise Http404 from denied
    return redirect("case-opinions", pk=application.pk)


def _shown(opinion: Opinion, questionnaire: object, *, may: bool) -> dict[str, object]:
    waiting = opinion.recommendation == Recommendation.WAITING
    late = waiting and timezone.localdate() > opinion.due_on
    rows = [
        SummaryRow(_("Asked"), day(opinion.asked_at)),
        SummaryRow(
            _("Answer no later than"),
            day(opinion.due_on),
            note=_("the date has passed: the case can go on without it") if late else "",
        ),
    ]
    if not waiting:
        rows = [
            SummaryRow(_("Reasons"), opinion.reasons or _("No reasons were given.")),
            *answer_rows(opinion, questionnaire),
            SummaryRow(_("Given"), moment(opinion.given_at), note=str(opinion.given_by or "")),
        ]
    if opinion.reminded_at and waiting:
        rows.append(SummaryRow(_("Reminded"), day(opinion.reminded_at)))
    return {
        "id": opinion.pk,
        "county": opinion.county.name,
        "tag": opinion_tag(opinion),
        "rows": rows,
        "more_time": day(opinion.more_time_until) if opinion.more_time_until else "",
        "more_time_reason": opinion.more_time_reason,
        "may_remind": may and waiting,
        "may": may,
    }


def supervision_table(rows: list[SupervisionDecision]) -> Table | None:
    """Supervision decisions beside the case; None where there are none."""
    if not rows:
        return None
    return Table(
        id="supervision",
        caption=_("Supervision decisions"),
        columns=(
            Column(_("Organisation")),
            Column(_("Authority")),
            Column(_("Register number"), nowrap=True),
            Column(_("Decided"), nowrap=True),
            Column(_("Shortcomings")),
            Column(_("What it says")),
        ),
        rows=tuple(
            Row(
                Cell(each.organisation.name),
                (
                    Cell(each.authority),
                    Cell(each.number, url=each.url),
                    Cell(day(each.decided_on)),
                    Cell(_("Yes") if each.adverse else _("No")),
                    Cell(each.summary),
                ),
            )
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def round_opinions(request: HttpRequest, *, call: int) -> HttpResponse:
    """Ask for opinions on every case of a call that nobody has been asked of."""
    found = get_object_or_404(calls_worked_with(request.user), pk=call, asks_opinion=True)
    if not rules.has_perm("reviews.adopt_scenario", request.user, found):
        raise Http404
    form = AskForm(
        request.POST if request.method == "POST" else None, initial={"due": _usual(found)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = ask_round(call=found, actor=person_of(request), due_on=form.cleaned_data["due"])
        except ReviewRefused as refused:
            form.add_error("due", str(REFUSALS.get(refused.code, REFUSALS["status"])))
        else:
            messages.success(
                request,
                ngettext(
                    "County boards are asked about %(count)d case.",
                    "County boards are asked about %(count)d cases.",
                    done.asked,
                )
                % {"count": done.asked},
            )
            if done.refused:
                messages.warning(
                    request,
                    _("Not asked about, since it is not possible for the cases: %(cases)s")
                    % {"cases": ", ".join(done.refused)},
                )
            return redirect("round-opinions", call=call)
    context = {
        "crumbs": [
            Crumb(call_title(found), reverse("distribution", args=[call])),
            Crumb(_("Opinions of county boards")),
        ],
        "call_title": call_title(found),
        "waiting": how_many_unasked(found, request.user),
        "form": form,
    }
    return render(request, "portal/opinions/round.html", context)
