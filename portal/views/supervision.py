"""Supervision decisions: entered one by one, or from a file, and withdrawn where mistaken."""

from collections.abc import Mapping

import rules
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import Organisation
from core.content import Cell, Crumb, Row, SummaryRow, Table, Tag, Text, Tone
from core.models import Agency
from portal.forms.lists import ListFilter
from portal.forms.opinions import SupervisionFile, SupervisionForm, WithdrawSupervisionForm
from portal.imports.supervision import RowFault, read_supervision
from portal.selectors.supervision import (
    SUPERVISION_KEYS,
    agencies_entering,
    supervision_found,
    supervision_visible_to,
)
from portal.views.access import person_of
from portal.views.labels import day, moment
from portal.views.lists import Heading, listing
from reviews.checks import ReviewRefused
from reviews.models import SupervisionDecision
from reviews.services.supervision import (
    Entered,
    enter_several,
    enter_supervision,
    withdraw_supervision,
)

HEADINGS = (
    Heading(gettext_lazy("Register number"), nowrap=True),
    Heading(gettext_lazy("Organisation"), "organisation"),
    Heading(gettext_lazy("Authority")),
    Heading(gettext_lazy("Decided"), "decided", nowrap=True),
    Heading(gettext_lazy("Shortcomings")),
)
LARGEST_FILE = 5 * 1024 * 1024
REFUSALS: Mapping[str, Text] = {
    "date": gettext_lazy("Choose a day that has been."),
    "reasons": gettext_lazy("Write what the decision says."),
    "entered": gettext_lazy("That decision has been entered already."),
    "status": gettext_lazy("The entry has been withdrawn already."),
}
FAULTS: Mapping[str, Text] = {
    "columns": gettext_lazy("these columns are missing: %(value)s"),
    "empty": gettext_lazy("%(value)s is empty"),
    "long": gettext_lazy("%(value)s is too long"),
    "organisation": gettext_lazy("there is no organisation “%(value)s” in the register"),
    "date": gettext_lazy("“%(value)s” is not a date such as 2026-03-14"),
    "adverse": gettext_lazy("“%(value)s” is neither yes nor no"),
    "link": gettext_lazy("“%(value)s” is not a web address"),
    "unreadable": gettext_lazy("a cell is too long to be read"),
    "rows": gettext_lazy("the file has %(value)s lines; divide it"),
}


@require_safe
def supervision_list(request: HttpRequest) -> HttpResponse:
    """What has been entered, the latest decision first."""
    form = ListFilter(request.GET)
    form.fields["q"].help_text = _("Organisation or register number")
    page = listing(
        request,
        supervision_found(supervision_visible_to(request.user), form.chosen),
        form=form,
        headings=HEADINGS,
        keys=SUPERVISION_KEYS,
        default="-decided",
    )
    table = Table(
        id="supervision",
        caption=_("Supervision decisions"),
        columns=page.columns,
        rows=tuple(
            Row(
                Cell(each.number, url=reverse("supervision-detail", args=[each.pk])),
                (
                    Cell(each.organisation.name),
                    Cell(each.authority),
                    Cell(day(each.decided_on)),
                    Cell(tag=_tag(each)),
                ),
            )
            for each in page.rows
        ),
        stack=True,
        caption_hidden=True,
    )
    context = {"form": form, "page": page, "table": table}
    return render(request, "portal/opinions/supervision_list.html", context)


def _tag(row: SupervisionDecision) -> Tag:
    if row.withdrawn_at is not None:
        return Tag(_("Withdrawn"), Tone.NEUTRAL)
    return Tag(_("Yes"), Tone.DANGER) if row.adverse else Tag(_("No"), Tone.SUCCESS)


@require_http_methods(["GET", "HEAD", "POST"])
def supervision_enter(request: HttpRequest, *, organisation: int) -> HttpResponse:
    """Enter one about an organisation."""
    found = get_object_or_404(Organisation, pk=organisation)
    agency = _agency(request)
    form = SupervisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            enter_supervision(
                agency=agency,
                actor=person_of(request),
                entered=Entered(
                    organisation=found,
                    authority=given["authority"],
                    number=given["number"],
                    decided_on=given["decided_on"],
                    adverse=given["adverse"] == "yes",
                    summary=given["summary"],
                    url=given["url"],
                ),
            )
        except ReviewRefused as refused:
            field = {"date": "decided_on", "entered": "number"}.get(refused.code, "summary")
            form.add_error(field, str(REFUSALS[refused.code]))
        else:
            messages.success(request, _("The supervision decision is entered."))
            return redirect("organisation-detail", pk=organisation)
    context = {
        "crumbs": [
            Crumb(_("Organisations"), reverse("organisation-list")),
            Crumb(found.name, reverse("organisation-detail", args=[organisation])),
            Crumb(_("Enter a supervision decision")),
        ],
        "organisation": found,
        "form": form,
    }
    return render(request, "portal/opinions/supervision_enter.html", context)


def _agency(request: HttpRequest) -> Agency:
    """The agency that the person enters for. Raises Http404 for somebody who enters for none."""
    found = agencies_entering(request.user).first()
    if found is None or not rules.has_perm("reviews.enter_supervision", request.user, found):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def supervision_import(request: HttpRequest) -> HttpResponse:
    """Enter several from a CSV file: all of them, or none and what is wrong."""
    agency = _agency(request)
    form = SupervisionFile(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        faults = _entered(request, agency, form)
        if not faults:
            return redirect("supervision-list")
    context = {
        "crumbs": [
            Crumb(_("Supervision decisions"), reverse("supervision-list")),
            Crumb(_("From a file")),
        ],
        "form": form,
        "faults": faults,
    }
    return render(request, "portal/opinions/supervision_import.html", context)


def _entered(request: HttpRequest, agency: Agency, form: SupervisionFile) -> list[str]:
    """Enter what the file holds; what is wrong with it where nothing was entered."""
    upload = form.cleaned_data["file"]
    if upload.size > LARGEST_FILE:
        return [_("The file is larger than 5 MB. Divide it.")]
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return [_("The file is not UTF-8. Save it as “CSV UTF-8”.")]
    found, wrong = read_supervision(text)
    if wrong:
        return [_fault_text(each) for each in wrong[:50]]
    if not found:
        return [_("The file holds no decisions.")]
    try:
        enter_several(agency=agency, actor=person_of(request), several=found)
    except ReviewRefused as refused:
        return [_("Nothing was entered: %(why)s") % {"why": REFUSALS[refused.code]}]
    messages.success(
        request,
        ngettext(
            "%(count)d supervision decision is entered.",
            "%(count)d supervision decisions are entered.",
            len(found),
        )
        % {"count": len(found)},
    )
    return []


def _fault_text(fault: RowFault) -> str:
    return _("Line %(line)d: %(fault)s.") % {
        "line": fault.line,
        "fault": str(FAULTS[fault.code]) % {"value": fault.value},
    }


@require_http_methods(["GET", "HEAD", "POST"])
def supervision_detail(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One, and withdrawing it where it was entered by mistake."""
    found = get_object_or_404(supervision_visible_to(request.user), pk=pk)
    may = found.withdrawn_at is None and rules.has_perm(
        "reviews.enter_supervision", request.user, found.agency
    )
    form = WithdrawSupervisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid():
            try:
                withdraw_supervision(
                    row=found, actor=person_of(request), reason=form.cleaned_data["reason"]
                )
            except ReviewRefused as refused:
                messages.info(request, str(REFUSALS[refused.code]))
            else:
                messages.success(request, _("The entry is withdrawn."))
            return redirect("supervision-detail", pk=pk)
    rows = [
        SummaryRow(
            _("Organisation"),
            found.organisation.name,
            url=reverse("organisation-detail", args=[found.organisation_id]),
        ),
        SummaryRow(_("Supervising authority"), found.authority),
        SummaryRow(_("Register number"), found.number, url=found.url),
        SummaryRow(_("Decided"), day(found.decided_on)),
        SummaryRow(_("Shortcomings"), tag=_tag(found)),
        SummaryRow(_("What it says"), found.summary),
        SummaryRow(_("Entered"), moment(found.entered_at), note=str(found.entered_by)),
    ]
    if found.withdrawn_at is not None:
        rows.append(
            SummaryRow(_("Withdrawn"), moment(found.withdrawn_at), note=found.withdrawn_reason)
        )
    context = {
        "crumbs": [
            Crumb(_("Supervision decisions"), reverse("supervision-list")),
            Crumb(found.number),
        ],
        "row": found,
        "rows": rows,
        "form": form if may else None,
    }
    return render(request, "portal/opinions/supervision_detail.html", context)
