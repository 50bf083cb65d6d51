"""The grantee's changes of its grant: asking, answering, withdrawing, and what was decided."""

from dataclasses import replace

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import User
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table
from grants.checks.changes import ChangeRefused
from grants.definitions import CarryOver
from grants.enums import ChangeKind, ChangeState
from grants.models import Application, GrantChange
from grants.models.changes import OPEN
from grants.selectors.register import documents_for_party, documents_of
from grants.services.changes import answer_about_change, ask_for_change, withdraw_change
from grants.workflow import HAS_GRANT
from portal.forms.changes import WordsForm
from portal.selectors.changes import ChangeRoom, change_room
from portal.selectors.definitions import parse_definitions
from portal.views.access import person_of
from portal.views.change_forms import change_form, possible, reasons_label
from portal.views.change_texts import ASK, change_tag, kind_label, refusal_of_change, told
from portal.views.change_unsent import happened_to, not_asked, unsent
from portal.views.labels import call_title, day, moment
from portal.views.letter_links import letter_links
from portal.views.own_case import case_crumbs, found_case


def _case(request: HttpRequest, pk: int) -> Application:
    application = found_case(request, pk)
    if not application.number or application.imported or application.granted_sek is None:
        raise Http404
    parse_definitions([application.call])
    return application


@require_safe
def own_changes(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What has been asked to be changed in the grant, and what can be."""
    application = _case(request, pk)
    room = change_room(application)
    rows = room.changes[::-1]
    signs = rules.has_perm("grants.ask_for_change", person_of(request), application)
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Changes of the grant"))),
        "application": application,
        "call_title": call_title(application.call),
        "table": changes_table(rows, own=True) if rows else None,
        "signs": signs,
        "kinds": _kinds(room) if signs else [],
        "carry_over": signs
        and application.status in HAS_GRANT
        and application.call.definition.carry_over is CarryOver.BY_DECISION,
        "in_force": application.status in HAS_GRANT,
    }
    return render(request, "portal/changes/own.html", context)


def _kinds(room: ChangeRoom) -> list[tuple[str, str]]:
    """What can be asked for now: the address and the words of each."""
    if room.application.status not in HAS_GRANT:
        return []
    return [
        (reverse("own-change-new", args=[room.application.pk, kind.value]), str(ASK[kind]))
        for kind in ChangeKind
        if not room.waits(kind) and possible(room, kind)
    ]


def changes_table(rows: list[GrantChange], *, own: bool) -> Table:
    """The changes asked for in a case, the latest first."""
    page = "own-change" if own else "case-change"
    return Table(
        id="changes",
        caption=_("Changes of the grant"),
        columns=(
            Column(pgettext("change", "Asked for"), nowrap=True),
            Column(_("What")),
            Column(_("State")),
            Column(_("Decided"), nowrap=True),
        ),
        rows=tuple(
            Row(
                Cell(day(each.asked_at)),
                (
                    Cell(
                        kind_label(each),
                        url=reverse(page, args=[each.application_id, each.pk]),
                        label=f"{kind_label(each)}, {day(each.asked_at)}",
                    ),
                    Cell(tag=change_tag(each, own=own)),
                    Cell(day(each.decided_at)),
                ),
            )
            for each in rows
        ),
        stack=True,
        caption_hidden=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def own_change_new(request: HttpRequest, *, pk: int, kind: str) -> HttpResponse:
    """Ask for a change of that kind; of a partner, which one is chosen first."""
    application = _case(request, pk)
    if kind not in ChangeKind.values:
        raise Http404
    wanted = ChangeKind(kind)
    person, room = person_of(request), change_room(application)
    signs = rules.has_perm("grants.ask_for_change", person, application)
    partners = partners_of(room) if wanted is ChangeKind.PARTNER else []
    leaving = leaving_of(request, partners)
    form, lost = None, None
    may = signs and application.status in HAS_GRANT and not room.waits(wanted)
    data = request.POST if request.method == "POST" else None
    if may or data is not None:
        form = change_form(room, wanted, data, leaving=leaving, reasons_label=reasons_label(wanted))
    if data is not None:
        if form is None or not may:
            form, lost = None, unsent(form, data, why=not_asked(room, wanted, signs=signs))
        elif form.is_valid():
            try:
                asked = ask_for_change(
                    application=application,
                    actor=person,
                    change=form.change,
                    reasons=form.cleaned_data["reasons"],
                )
            except ChangeRefused as refused:
                text = refusal_of_change(refused, day(application.call.spend_by))
                form.add_error("day" if refused.code in {"day", "too_late"} else None, text)
            except PermissionDenied:
                raise Http404 from None
            else:
                messages.success(request, _("The request is sent to the agency."))
                return redirect("own-change", pk=pk, change=asked.pk)
    context = {
        "crumbs": case_crumbs(
            application,
            Crumb(_("Changes of the grant"), reverse("own-changes", args=[pk])),
            Crumb(ASK[wanted]),
        ),
        "application": application,
        "call_title": call_title(application.call),
        "title": ASK[wanted],
        "kind": kind,
        "form": form,
        "unsent": lost,
        "partners": partners if form is None and signs and lost is None else [],
        "leaving": "" if leaving is None else room.names.get(leaving, ""),
        "spend_by": day(application.call.spend_by),
        "carry_over": application.call.definition.carry_over is CarryOver.BY_DECISION,
    }
    return render(request, "portal/changes/ask.html", context)


def partners_of(room: ChangeRoom) -> list[tuple[int, str]]:
    """The partners of the grant by id and name."""
    if room.ground is None:
        return []
    return sorted(
        ((pk, room.names.get(pk, "")) for pk in room.ground.partners), key=lambda each: each[1]
    )


def leaving_of(request: HttpRequest, partners: list[tuple[int, str]]) -> int | None:
    """The partner that was chosen; the one there is where there is no other."""
    asked = request.POST.get("organisation") or request.GET.get("organisation") or ""
    ids = [pk for pk, _name in partners]
    if asked.isdecimal() and int(asked) in ids:
        return int(asked)
    return ids[0] if len(ids) == 1 else None


@require_http_methods(["GET", "HEAD", "POST"])
def own_change(request: HttpRequest, *, pk: int, change: int) -> HttpResponse:
    """One request: what was asked for, what the agency asks, and what was decided. A post
    answers, or takes the request back; an answer that came too late is shown again."""
    application, person = _case(request, pk), person_of(request)
    room = change_room(application)
    found = room.change(change)
    if found is None:
        raise Http404
    signs = rules.has_perm("grants.ask_for_change", person, application)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = WordsForm(
        request.POST if action == "answer" else None, label=_("Your answer"), prefix="answer"
    )
    lost = None
    if action:
        if _done(request, found, action, form):
            return redirect("own-change", pk=pk, change=change)
        # What became of it meanwhile is read anew.
        room = change_room(application)
        found = room.change(change) or found
        if found.state != ChangeState.QUESTION:
            lost = unsent(
                form,
                request.POST,
                why=happened_to(found, own=True, answering=True),
                url=reverse("application-messages", args=[pk]),
                link=_("Messages"),
            )
    questions = list(found.questions.order_by("pk"))
    basis = room.basis_before(found)
    letters = letter_links(application, own=True)
    context = {
        "crumbs": case_crumbs(
            application,
            Crumb(_("Changes of the grant"), reverse("own-changes", args=[pk])),
            Crumb(kind_label(found)),
        ),
        "application": application,
        "change": found,
        "call_title": call_title(application.call),
        "title": kind_label(found),
        "tag": change_tag(found, own=True),
        "asked": asked_summary(found, person, own=True),
        "wanted": told(found.wanted, basis, room.names, key="wanted"),
        "decided": decided_summary(found, letters),
        "effect": told(found.proposal, basis, room.names, key="decided")
        if found.applied is not None
        else None,
        "questions": questions,
        "waiting": next((each.pk for each in questions if each.answered_at is None), ""),
        "form": form if signs and found.state == ChangeState.QUESTION else None,
        "unsent": lost,
        "may_withdraw": signs and found.state in OPEN,
    }
    return render(request, "portal/changes/own_one.html", context)


def asked_summary(change: GrantChange, reader: User, *, own: bool) -> list[SummaryRow]:
    """Who asked and when; of one that came on paper, who signed it, and the paper itself."""
    if change.registered_by is None:
        who = str(change.asked_by)
        rows = [SummaryRow(pgettext("change", "Asked for"), moment(change.asked_at), note=who)]
    else:
        rows = _came_on_paper(change, change.registered_by, reader, own=own)
    if change.withdrawal_registered_by is not None:
        rows += _withdrawn_on_paper(change, change.withdrawal_registered_by, reader, own=own)
    elif change.withdrawn_at is not None:
        rows.append(SummaryRow(pgettext("change", "Withdrawn"), moment(change.withdrawn_at)))
    if change.follows is not None:
        rows.append(SummaryRow(_("Decided in"), change.follows.application.number))
    return rows


def _came_on_paper(
    change: GrantChange, registered_by: User, reader: User, *, own: bool
) -> list[SummaryRow]:
    row = SummaryRow(
        pgettext("change", "Asked for on paper"),
        day(change.asked_at),
        note=_("Signed by %(name)s") % {"name": change.signed_by},
    )
    rows = [_with_paper(row, change, f"change:{change.pk}", reader, own=own)]
    if not own:
        rows.append(SummaryRow(_("Registered by"), str(registered_by)))
    return rows


def _withdrawn_on_paper(
    change: GrantChange, registered_by: User, reader: User, *, own: bool
) -> list[SummaryRow]:
    row = SummaryRow(
        pgettext("change", "Withdrawn on paper"),
        day(change.withdrawn_at),
        note=_("Signed by %(name)s") % {"name": change.withdrawal_signed_by},
    )
    rows = [
        _with_paper(row, change, f"change_withdrawal:{change.pk}", reader, own=own),
        SummaryRow(_("What the paper says"), change.withdrawal_text),
    ]
    if not own:
        rows.append(SummaryRow(_("Withdrawal registered by"), str(registered_by)))
    return rows


def _with_paper(
    row: SummaryRow, change: GrantChange, source: str, reader: User, *, own: bool
) -> SummaryRow:
    """The row with the way to the paper, where the reader may see it."""
    paper, page = None, "own-document" if own else "case-document"
    if own or rules.has_perm("grants.see_documents", reader, change.application):
        shown = (documents_for_party if own else documents_of)(change.application)
        paper = shown.filter(source=source).first()
    if paper is None:
        return row
    url = reverse(page, args=[change.application_id, paper.number])
    return replace(row, action=_("See the paper"), action_url=url)


def decided_summary(change: GrantChange, letters: dict[str, str]) -> list[SummaryRow]:
    """What was decided, with its letter; nothing while it waits."""
    if change.decided_at is None:
        return []
    return [
        SummaryRow(_("Decision"), tag=change_tag(change)),
        SummaryRow(
            _("Decided"),
            day(change.decided_at),
            note=str(change.decided_by),
            action=_("Read the letter (PDF)"),
            action_url=letters.get(f"change_decision:{change.pk}", ""),
        ),
        SummaryRow(_("Reasons"), change.proposal_reasons),
    ]


def _done(request: HttpRequest, change: GrantChange, action: str, form: WordsForm) -> bool:
    person = person_of(request)
    try:
        if action == "withdraw":
            withdraw_change(change=change, actor=person)
            messages.success(request, _("The request is withdrawn."))
        elif action == "answer":
            if not form.is_valid():
                return False
            answer_about_change(
                change=change,
                actor=person,
                text=form.cleaned_data["text"],
                question=request.POST.get("question"),
            )
            messages.success(request, _("The answer is sent to the agency."))
        else:
            raise Http404
    except ChangeRefused as refused:
        if action == "answer":
            form.add_error(None, refusal_of_change(refused))
            return False
        messages.error(request, refusal_of_change(refused))
    except PermissionDenied:
        raise Http404 from None
    return True
