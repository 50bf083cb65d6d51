"""A grant's changes, for the agency: asking the grantee, preparing, deciding; and what waits."""

from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Column, Crumb, Row, Table, Tag, Tone
from grants.checks.changes import ChangeRefused
from grants.checks.delegation import DelegationRefused
from grants.content.changes import change_of
from grants.enums import ChangeKind, ChangeState
from grants.models import Application, CarryOverRequest, GrantChange
from grants.models.changes import OPEN
from grants.selectors import visible_application
from grants.selectors.changes import carry_overs_waiting, changes_of, changes_waiting
from grants.services.changes import ask_about_change, prepare_change, send_change_back
from grants.services.deciding_changes import shown_as
from portal.forms.changes import ChangeForm, RefusalForm, WordsForm
from portal.selectors.changes import (
    ChangeRoom,
    change_room,
    offers_registering,
    registers_paper,
)
from portal.selectors.definitions import parse_definitions
from portal.services.changes import decide
from portal.views.access import person_of
from portal.views.change_forms import change_form
from portal.views.change_texts import change_tag, kind_label, refusal_of_change, told
from portal.views.change_unsent import happened_to, unsent
from portal.views.declaring import declared_or_redirect
from portal.views.labels import call_title, day, money
from portal.views.letter_links import letter_links
from portal.views.own_changes import asked_summary, changes_table, decided_summary

MOST = 300
PREPARES = frozenset({ChangeState.ASKED, ChangeState.PREPARED})
TAKES = {
    "propose": PREPARES,
    "refuse": PREPARES,
    "question": PREPARES,
    "send-back": frozenset({ChangeState.PREPARED}),
}
"""In which states of the request each form of words can be sent."""


@require_safe
def change_list(request: HttpRequest) -> HttpResponse:
    """The requests that wait for an officer's preparation or for a decision, of changes and of
    money to be used later."""
    person = person_of(request)
    rows: list[GrantChange | CarryOverRequest] = [
        *changes_waiting(person)[:MOST],
        *carry_overs_waiting(person)[:MOST],
    ]
    rows.sort(key=lambda each: each.asked_at)
    context = {
        "crumbs": [Crumb(_("Worklist"), reverse("worklist")), Crumb(_("Changes and carry-overs"))],
        "table": _waiting(rows[:MOST]) if rows else None,
    }
    return render(request, "portal/changes/list.html", context)


def _waiting(rows: list[GrantChange | CarryOverRequest]) -> Table:
    return Table(
        id="waiting",
        caption=_("Changes and carry-overs"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("Organisation")),
            Column(_("What")),
            Column(_("State")),
            Column(_("Since"), nowrap=True),
            Column(_("Case officer")),
        ),
        rows=tuple(_line(each) for each in rows),
        stack=True,
        caption_hidden=True,
    )


def _line(each: GrantChange | CarryOverRequest) -> Row:
    case = each.application
    if isinstance(each, GrantChange):
        url = reverse("case-change", args=[case.pk, each.pk])
        what, tag, officer = Cell(kind_label(each)), change_tag(each), each.prepared_by
    else:
        url = f"{reverse('case-claims', args=[case.pk])}#carry-overs-heading"
        what = Cell(_("Carrying over"), note=money(each.amount_sek))
        tag, officer = Tag(pgettext("carry over", "Waits for a decision"), Tone.WARNING), None
    return Row(
        Cell(case.number, url=url),
        (
            Cell(case.lead.name),
            what,
            Cell(tag=tag),
            Cell(day(each.asked_at)),
            Cell(str(officer or case.assigned_to or "–")),
        ),
    )


def staffs_grant(request: HttpRequest, pk: int) -> Application:
    """The case, for staff who may see it. Raises Http404, as for an imported one."""
    application: Application | None = visible_application(person_of(request), pk)
    if application is None or application.imported:
        raise Http404
    parse_definitions([application.call])
    return application


def case_crumbs(application: Application, *rest: Crumb) -> list[Crumb]:
    """The way to a page about the changes of the case's grant."""
    return [
        *_to_case(application),
        Crumb(_("Changes of the grant"), reverse("case-changes", args=[application.pk])),
        *rest,
    ]


def _to_case(application: Application) -> list[Crumb]:
    return [
        Crumb(_("Applications"), reverse("application-list")),
        Crumb(application.number, reverse("application-detail", args=[application.pk])),
    ]


@require_safe
def case_changes(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What has been asked to be changed in the case."""
    application = staffs_grant(request, pk)
    rows = list(changes_of(application))
    context = {
        "crumbs": [*_to_case(application), Crumb(_("Changes of the grant"))],
        "application": application,
        "call_title": call_title(application.call),
        "table": changes_table(rows, own=False) if rows else None,
        "may_register": offers_registering(person_of(request), application),
    }
    return render(request, "portal/changes/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case_change(request: HttpRequest, *, pk: int, change: int) -> HttpResponse:
    """One request: what is asked for, the proposal, and the decision; a post is one of its
    forms. Who prepares or decides has declared whether there is a conflict of interest."""
    application, person = staffs_grant(request, pk), person_of(request)
    room = change_room(application)
    found = room.change(change)
    if found is None:
        raise Http404
    prepares = rules.has_perm("grants.prepare_change", person, application)
    decides = rules.has_perm("grants.decide_change", person, application)
    if found.state in OPEN and (prepares or decides):
        elsewhere = declared_or_redirect(request, application)
        if elsewhere is not None:
            return elsewhere
    action = request.POST.get("action", "") if request.method == "POST" else ""
    forms, lost = _forms(request, room, found, action), None
    if action:
        mine = decides if action in {"decide", "send-back"} else prepares
        if not mine:
            raise Http404
        if _done(request, found, action, forms):
            return redirect("case-change", pk=pk, change=change)
        # What became of it meanwhile is read anew.
        room = change_room(application)
        found = room.change(change) or found
        if found.state not in TAKES[action] or forms[action] is None:
            lost = unsent(
                forms[action],
                request.POST,
                why=happened_to(found, own=False)
                if found.state not in TAKES[action]
                else refusal_of_change(ChangeRefused("late")),
                url=reverse("case-messages", args=[pk]),
                link=_("Messages"),
            )
            action = ""
    basis = room.basis_before(found)
    prepared = found.state == ChangeState.PREPARED
    open_to_prepare = found.state in PREPARES
    context = {
        "crumbs": case_crumbs(application, Crumb(kind_label(found))),
        "application": application,
        "change": found,
        "call_title": call_title(application.call),
        "title": kind_label(found),
        "tag": change_tag(found),
        "asked": asked_summary(found, person, own=False),
        "wanted": told(found.wanted, basis, room.names, key="wanted"),
        "questions": list(found.questions.select_related("asked_by").order_by("pk")),
        "prepared": prepared,
        "seen": shown_as(found),
        "proposed": pgettext("change", "Refuse")
        if found.proposed == ChangeState.REFUSED
        else ChangeState(found.proposed).label
        if found.proposed
        else "",
        "proposal": told(found.proposal, basis, room.names, key="proposal")
        if found.proposal and found.proposed != ChangeState.REFUSED
        else None,
        "decided": decided_summary(found, letter_links(application, own=False)),
        "proposal_form": forms["propose"] if prepares and open_to_prepare else None,
        "refusal_form": forms["refuse"] if prepares and open_to_prepare else None,
        "question_form": forms["question"] if prepares and open_to_prepare else None,
        "send_back_form": forms["send-back"] if decides and prepared else None,
        "decides": decides
        and prepared
        and person.pk not in {found.prepared_by_id, found.registered_by_id},
        "answers": found.state == ChangeState.QUESTION and offers_registering(person, application),
        "withdraws": found.state in OPEN and registers_paper(person, application),
        "shown": forms.get(action),
        "unsent": lost,
    }
    return render(request, "portal/changes/case_one.html", context)


def _forms(
    request: HttpRequest, room: ChangeRoom, change: GrantChange, action: str
) -> dict[str, Any]:
    data = {action: request.POST} if action else {}
    proposal = change.proposal if change.proposed != ChangeState.REFUSED else None
    return {
        "propose": change_form(
            room,
            ChangeKind(change.kind),
            data.get("propose"),
            wanted=change_of(proposal or change.wanted),
            reasons_label=_("Reasons, as the letter is to say them"),
        ),
        "refuse": RefusalForm(data.get("refuse")),
        "question": WordsForm(
            data.get("question"), label=_("Question to the grantee"), prefix="question"
        ),
        "send-back": WordsForm(
            data.get("send-back"), label=_("Why is it sent back?"), prefix="send-back"
        ),
    }


def _done(request: HttpRequest, change: GrantChange, action: str, forms: dict[str, Any]) -> bool:
    """Do what was posted; what is wrong becomes errors of its form. Raises Http404."""
    person = person_of(request)
    form: Any = forms.get(action)
    if action != "decide":
        if action not in TAKES:
            raise Http404
        if form is None or not form.is_valid():
            return False
    try:
        match action:
            case "decide":
                decide(change=change, actor=person, seen=request.POST.get("seen", ""))
                told_text = _("The decision is made. The letter is in the case.")
            case "send-back":
                send_change_back(change=change, actor=person, why=form.cleaned_data["text"])
                told_text = _("The proposal is sent back to the case officer.")
            case "question":
                ask_about_change(change=change, actor=person, text=form.cleaned_data["text"])
                told_text = _("The question is sent to the grantee.")
            case _proposal:
                _prepared(change, request, form)
                told_text = _("The proposal is made. A decision maker decides.")
    except ChangeRefused as refused:
        text = refusal_of_change(refused, day(change.application.call.spend_by))
        if form is None:
            messages.error(request, text)
            return True
        form.add_error(None, text)
        return False
    except DelegationRefused:
        messages.error(request, _("Your delegation does not cover this grant."))
        return True
    except PermissionDenied:
        raise Http404 from None
    messages.success(request, told_text)
    return True


def _prepared(change: GrantChange, request: HttpRequest, form: Any) -> None:
    proposal = form.change if isinstance(form, ChangeForm) else None
    prepare_change(
        change=change,
        actor=person_of(request),
        outcome=ChangeState.REFUSED if proposal is None else ChangeState.GRANTED,
        proposal=proposal,
        reasons=form.cleaned_data["reasons"],
    )
