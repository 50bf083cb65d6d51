"""Conflicts of interest (jäv): declared in a case, and what administrators see of them."""

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import User
from core.content import Cell, Crumb, Row, SummaryRow, Table, Tag, Tone
from grants.models import Application, ShutOut
from grants.selectors import participants_of
from portal.forms.fair import YES, ConflictForm, ShutOutFilter, WithdrawForm
from portal.selectors.paging import Key, moment
from portal.views.access import person_of
from portal.views.declaring import local_address, looks_into, read_crumbs
from portal.views.labels import call_title, day, second
from portal.views.lists import Heading, listing
from reviews.checks import ReviewRefused
from reviews.models import ConflictDeclaration
from reviews.selectors.conflicts import (
    applications_declared_in,
    declarations_of,
    shut_out_at,
    ties_between,
)
from reviews.services import declare_conflict, withdraw_declaration

HEADINGS = (
    Heading(gettext_lazy("Person")),
    Heading(gettext_lazy("Case"), nowrap=True),
    Heading(gettext_lazy("Since"), "since", nowrap=True),
    Heading(gettext_lazy("Reason")),
    Heading(gettext_lazy("Case officer now")),
    Heading(gettext_lazy("Declaration")),
)
KEYS = {"since": (Key("since", moment),)}


@require_http_methods(["GET", "HEAD", "POST"])
def case_conflict(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Declare whether one has a conflict of interest in the case, and go on to where one was
    going; who has one sees nothing more of it."""
    person = person_of(request)
    cases = applications_declared_in(person).select_related(
        "call", "call__agency", "call__definition_record", "lead", "assigned_to"
    )
    application: Application = get_object_or_404(
        cases.defer("call__definition_record__document"), pk=pk
    )
    opens = looks_into(request, application)
    here = reverse("case-conflict", args=[pk])
    after = local_address(request, reverse("application-detail", args=[pk]) if opens else here)
    declared = [each for each in declarations_of(application) if each.user_id == person.pk]
    holds = declared[0].has_conflict if declared else None
    form = ConflictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        conflict = form.cleaned_data["has_conflict"] == YES
        answer = _declare(request, application, person, form, conflict=conflict)
        if answer:
            return redirect(reverse("after-sign-in") if conflict else after)
    ties, acts_today = ties_between(application, person)
    context = {
        "crumbs": read_crumbs(request, application, Crumb(_("Conflict of interest"))),
        "application": application,
        "call_title": call_title(application.call),
        "form": form,
        "next": after if after != here else "",
        "organisations": [each.organisation for each in participants_of(application)],
        "signers": _signers(application),
        "ties": ", ".join(each.name for each in ties),
        "acts_today": acts_today,
        "declared": [_told(each) for each in declared],
        "holds": holds,
        "mine": application.assigned_to_id == person.pk,
    }
    return render(request, "portal/fair/conflict.html", context)


def _signers(application: Application) -> str:
    """Who has signed for the organisations: names that a reader may know."""
    names = application.signatures.order_by("user__name").values_list("user__name", flat=True)
    return ", ".join(dict.fromkeys(name for name in names if name))


def _declare(
    request: HttpRequest,
    application: Application,
    person: User,
    form: ConflictForm,
    *,
    conflict: bool,
) -> bool:
    try:
        declare_conflict(
            application=application,
            actor=person,
            has_conflict=conflict,
            reason=form.cleaned_data["reason"],
        )
    except ReviewRefused as refused:
        texts = {
            "own_organisation": _(
                "You act for an organisation in the case, so you have a conflict of interest. "
                "Answer yes."
            ),
            "reasons": _("Write why you have, or may have, a conflict of interest."),
        }
        form.add_error("has_conflict", texts[refused.code])
        return False
    except PermissionDenied as error:
        raise Http404 from error
    if conflict:
        messages.success(
            request,
            _("You have declared a conflict of interest in %(number)s. You no longer see the case.")
            % {"number": application.number},
        )
    else:
        messages.success(request, _("You have declared that you have no conflict of interest."))
    return True


def _told(declaration: ConflictDeclaration) -> dict[str, object]:
    """A declaration in words."""
    if declaration.has_conflict is None:
        text = _("Withdrawn by %(name)s") % {"name": declaration.withdrawn_by}
    elif declaration.has_conflict:
        text = _("Conflict of interest")
    else:
        text = _("No conflict of interest")
    return {"text": text, "when": second(declaration.declared_at), "reason": declaration.reason}


@require_safe
def shut_out_list(request: HttpRequest) -> HttpResponse:
    """Who is shut out from what at the agencies that the reader administers."""
    form = ShutOutFilter(request.GET)
    found = shut_out_at(request.user)
    if words := form.chosen.get("q"):
        found = found.filter(
            Q(user__name__icontains=words)
            | Q(user__email__icontains=words)
            | Q(application__register_number__icontains=words)
            | Q(application__lead__sort_key__contains=words.casefold())
        )
    page = listing(request, found, form=form, headings=HEADINGS, keys=KEYS, default="-since")
    table = Table(
        id="shut-out",
        caption=_("Conflicts of interest"),
        columns=page.columns,
        rows=tuple(_row(each) for each in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {"form": form, "page": page, "table": table}
    return render(request, "portal/fair/shut_out_list.html", context)


def _row(row: ShutOut) -> Row:
    application = row.application
    officer = application.assigned_to
    waits = officer is None and getattr(row, "took_case", False)
    return Row(
        Cell(str(row.user)),
        (
            Cell(application.number, note=application.lead.name),
            Cell(day(row.since)),
            Cell(getattr(row, "reason", "") or ""),
            Cell(tag=Tag(_("Has to be assigned"), Tone.WARNING))
            if waits
            else Cell(str(officer) if officer else _("Nobody")),
            Cell(
                _("Withdraw"),
                url=reverse("shut-out-withdraw", args=[row.pk]),
                label=_("Withdraw the declaration by %(name)s in %(number)s")
                % {"name": row.user, "number": application.number},
            ),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def shut_out_withdraw(request: HttpRequest, *, pk: int) -> HttpResponse:
    """An administrator withdraws a declaration that was mistaken."""
    person = person_of(request)
    row: ShutOut = get_object_or_404(shut_out_at(person), pk=pk)
    if not rules.has_perm("reviews.withdraw_conflict", person, row.application):
        raise Http404
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_declaration(shut_out=row, actor=person, reason=form.cleaned_data["reason"])
        except ReviewRefused as refused:
            if refused.code == "not_declared":
                messages.info(request, _("The declaration was withdrawn already."))
                return redirect("shut-out-list")
            form.add_error("reason", _("Write why the declaration is withdrawn."))
        else:
            messages.success(
                request,
                _("The declaration is withdrawn. %(name)s sees the case again.")
                % {"name": row.user},
            )
            return redirect("shut-out-list")
    context = {
        "crumbs": [
            Crumb(_("Conflicts of interest"), reverse("shut-out-list")),
            Crumb(_("Withdraw the declaration")),
        ],
        "form": form,
        "row": row,
        "summary": [
            SummaryRow(_("Person"), str(row.user)),
            SummaryRow(_("Case"), row.application.number, note=row.application.lead.name),
            SummaryRow(_("Since"), second(row.since)),
            SummaryRow(_("Reason"), getattr(row, "reason", "") or ""),
        ],
    }
    return render(request, "portal/fair/withdraw.html", context)
