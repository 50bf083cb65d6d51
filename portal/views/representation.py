"""Officers' pages: who asks to represent an organisation, and the answer."""

import rules
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from applicants.checks import OrganisationNumberFault, RepresentationRefused
from applicants.enums import OrganisationKind, RequestState
from applicants.models import Evidence, Organisation, RepresentationRequest
from applicants.selectors import (
    colleagues_of,
    evidence_of,
    municipalities_by_county,
    organisations_alike,
    requests_answered_by,
)
from applicants.services import (
    OrganisationThere,
    approve_representation,
    correct_organisation,
    refuse_representation,
    remove_colleague,
)
from core.content import Cell, Crumb, Row, SummaryRow, Table, Tag, Tone
from portal.forms.faults import number_fault_text, refusal_text
from portal.forms.organisations import AnswerForm, CorrectionForm, ReasonForm, identity_of
from portal.forms.requests import RequestFilter
from portal.selectors.requests import REQUEST_KEYS, requests_found
from portal.views.access import person_of
from portal.views.files import download_response, file_item
from portal.views.labels import day
from portal.views.lists import Heading, listing
from portal.views.membership_texts import (
    contact_rows,
    identity_rows,
    last_day_text,
    mandates_text,
    request_tag,
    roles_text,
    unit_name,
)
from portal.views.own_organisations import GET_AND_POST

HEADINGS = (
    Heading(gettext_lazy("Organisation"), "organisation"),
    Heading(gettext_lazy("Person")),
    Heading(gettext_lazy("Roles asked for")),
    Heading(gettext_lazy("Sent"), "sent", nowrap=True),
    Heading(gettext_lazy("State")),
)


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """The requests to the reader's agencies, those that wait first."""
    form = RequestFilter(request.GET)
    page = listing(
        request,
        requests_found(requests_answered_by(request.user), form.chosen),
        form=form,
        headings=HEADINGS,
        keys=REQUEST_KEYS,
        default="queue",
    )
    table = Table(
        id="requests",
        caption=_("Requests to represent"),
        columns=page.columns,
        rows=tuple(_row(each) for each in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {"form": form, "page": page, "table": table}
    return render(request, "portal/representation_requests.html", context)


def _row(asked: RepresentationRequest) -> Row:
    address = reverse("representation-request", args=[asked.pk])
    return Row(
        Cell(unit_name(asked.organisation), url=address),
        (
            Cell(str(asked.user)),
            Cell(roles_text(asked.roles, asked.signing)),
            Cell(day(asked.sent_at)),
            Cell(tag=request_tag(asked.state)),
        ),
    )


def _asked(request: HttpRequest, pk: int) -> RepresentationRequest:
    found: RepresentationRequest = get_object_or_404(requests_answered_by(request.user), pk=pk)
    return found


@require_http_methods(GET_AND_POST)
def request_detail(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Who asks, for what, with which evidence; a post answers."""
    asked, user = _asked(request, pk), person_of(request)
    waiting = asked.state == RequestState.WAITING
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        initial={"ends_on": asked.ends_on},
        today=timezone.localdate(),
    )
    if form.is_valid():
        try:
            _answer(asked, request, form)
        except RepresentationRefused as refused:
            messages.error(request, refusal_text(refused))
        return redirect("representation-request", pk=asked.pk)
    organisation = asked.organisation
    colleagues = [each for each in colleagues_of(organisation) if each.holds]
    context = {
        "crumbs": _crumbs(asked),
        "asked": asked,
        "name": unit_name(organisation),
        "rows": _request_rows(asked),
        "identity": [_verified_row(asked), *identity_rows(organisation)],
        "contact": contact_rows(organisation),
        "alike": [
            SummaryRow(unit_name(each), each.org_no or _("Has none"), note=each.county.name)
            for each in _alike(asked)
        ],
        "colleagues": [
            SummaryRow(
                str(each.user),
                mandates_text(each.mandates),
                note=_("until %(day)s") % {"day": last_day_text(each.mandates)},
                action=_("End the mandates of"),
                action_url=reverse("representation-person", args=[asked.pk, each.user.pk]),
            )
            for each in colleagues
        ],
        "files": [
            file_item(each.file, url=reverse("representation-file", args=[asked.pk, each.pk]))
            for each in evidence_of(asked)
        ],
        "form": form,
        "waiting": waiting,
        "may_answer": waiting and rules.has_perm("applicants.decide_representation", user, asked),
    }
    return render(request, "portal/representation_request.html", context)


def _answer(asked: RepresentationRequest, request: HttpRequest, form: AnswerForm) -> None:
    values, user = form.cleaned_data, person_of(request)
    if values["answer"] == AnswerForm.APPROVE:
        approve_representation(
            request=asked, actor=user, ends_on=values["ends_on"], reason=values["reason"]
        )
        messages.success(request, _("The request is approved. The person is told."))
    else:
        refuse_representation(request=asked, actor=user, reason=values["reason"])
        messages.success(request, _("The request is refused. The person is told."))


def _request_rows(asked: RepresentationRequest) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("State"), tag=request_tag(asked.state)),
        SummaryRow(_("Person"), str(asked.user), note=asked.user.email),
        SummaryRow(_("Sent"), day(asked.sent_at)),
        SummaryRow(_("Roles asked for"), roles_text(asked.roles, asked.signing)),
        SummaryRow(_("Last day of the mandate"), day(asked.ends_on)),
        SummaryRow(_("Message"), asked.message),
        SummaryRow(
            _("Answered"),
            day(asked.decided_at) if asked.decided_at else "",
            note=str(asked.decided_by or ""),
        ),
        SummaryRow(_("Reason"), asked.reason),
    ]
    return [row for row in rows if row.value or row.tag]


def _verified_row(asked: RepresentationRequest) -> SummaryRow:
    verified = asked.organisation.verified_on
    if verified is not None:
        return SummaryRow(_("Verified"), day(verified))
    by_applicant = asked.organisation.registered_by_id is not None
    tag = Tag(_("Entered by an applicant, not verified"), Tone.WARNING)
    return SummaryRow(_("Verified"), tag=tag if by_applicant else Tag(_("Not yet"), Tone.NEUTRAL))


def _alike(asked: RepresentationRequest) -> list[Organisation]:
    organisation = asked.organisation
    if organisation.verified_on is not None or asked.state != RequestState.WAITING:
        return []
    return list(
        organisations_alike(
            name=organisation.name,
            kind=OrganisationKind(organisation.kind),
            county=organisation.county,
            municipality=organisation.municipality,
            org_no=organisation.org_no,
            unit=organisation.unit,
            without=organisation,
        )
    )


def _crumbs(asked: RepresentationRequest, last: str = "") -> list[Crumb]:
    listed = Crumb(_("Representatives"), reverse("representation-requests"))
    if not last:
        return [listed, Crumb(unit_name(asked.organisation))]
    own = reverse("representation-request", args=[asked.pk])
    return [listed, Crumb(unit_name(asked.organisation), own), Crumb(last)]


@require_safe
def evidence_file(request: HttpRequest, *, pk: int, evidence: int) -> HttpResponseBase:
    """A file that shows that the person may represent the organisation."""
    asked = _asked(request, pk)
    found: Evidence = get_object_or_404(asked.evidence_rows.select_related("file"), pk=evidence)
    return download_response(found.file)


@require_http_methods(GET_AND_POST)
def correct(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Correct what the organisation is."""
    asked = _asked(request, pk)
    organisation = asked.organisation
    if not rules.has_perm("applicants.oversee_organisation", request.user, organisation):
        raise Http404
    form = CorrectionForm(
        request.POST if request.method == "POST" else None,
        initial=identity_of(organisation),
        municipalities=municipalities_by_county(),
        without_number=False,
    )
    if form.is_valid():
        values = form.cleaned_data
        try:
            correct_organisation(
                organisation=organisation,
                actor=person_of(request),
                name=values["name"],
                kind=OrganisationKind(values["kind"]),
                county=values["municipality"].county,
                municipality=values["municipality"],
                org_no=values["number"],
                unit=values["unit"],
            )
        except OrganisationThere as there:
            text = _("%(organisation)s has this number and unit already.")
            form.add_error("number", text % {"organisation": there.organisation})
        except OrganisationNumberFault as fault:
            form.add_error("number", number_fault_text(fault))
        else:
            messages.success(request, _("The details are saved."))
            return redirect("representation-request", pk=asked.pk)
    heading = _("Correct the organisation")
    return _page(request, asked, form, heading, _("Save"))


@require_http_methods(GET_AND_POST)
def end_person(request: HttpRequest, *, pk: int, person: int) -> HttpResponse:
    """End all that a person may do for the organisation, with a reason."""
    asked = _asked(request, pk)
    organisation = asked.organisation
    if not rules.has_perm("applicants.oversee_organisation", request.user, organisation):
        raise Http404
    colleagues = [each for each in colleagues_of(organisation) if each.holds]
    found = next((each.user for each in colleagues if each.user.pk == person), None)
    if found is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            remove_colleague(
                organisation=organisation,
                user=found,
                actor=person_of(request),
                reason=form.cleaned_data["reason"],
            )
        except RepresentationRefused as refused:
            form.add_error(None, refusal_text(refused))
        else:
            text = _("%(person)s acts for the organisation no more.")
            messages.success(request, text % {"person": found})
            return redirect("representation-request", pk=asked.pk)
    heading = _("End the mandates of %(person)s") % {"person": found}
    return _page(request, asked, form, heading, _("End the mandates"))


def _page(
    request: HttpRequest, asked: RepresentationRequest, form: object, heading: str, button: str
) -> HttpResponse:
    context = {
        "crumbs": _crumbs(asked, heading),
        "name": unit_name(asked.organisation),
        "form": form,
        "heading": heading,
        "button": button,
        "back": reverse("representation-request", args=[asked.pk]),
    }
    return render(request, "portal/organisation_form.html", context)
