"""Asking to represent an organisation, one thing a page: number, details, evidence, sent."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applicants.checks import RepresentationRefused
from applicants.enums import OrganisationKind, RequestState
from applicants.models import Evidence, Organisation, RepresentationRequest
from applicants.selectors import (
    agencies_that_answer,
    evidence_of,
    is_unclaimed,
    municipalities_by_county,
    organisations_alike,
    organisations_with_number,
    requests_of,
)
from applicants.services import (
    OrganisationThere,
    add_evidence,
    begin_request,
    register_own_organisation,
    remove_evidence,
    request_representation,
    withdraw_request,
)
from core.content import Crumb, FileItem, SummaryRow
from core.models import StoredFile
from portal.forms.faults import refusal_text
from portal.forms.organisations import NumberForm, OrganisationForm, RequestForm
from portal.views.access import person_of
from portal.views.files import download_response, file_item, receive_uploads, upload_answer
from portal.views.labels import agency_name, day
from portal.views.membership_texts import identity_rows, request_tag, roles_text, unit_name
from portal.views.own_organisations import GET_AND_POST


@require_http_methods(GET_AND_POST)
def register(request: HttpRequest) -> HttpResponse:
    """The number first: whether the organisation is there. A post asks to represent it."""
    form = NumberForm(request.GET if "number" in request.GET or "without" in request.GET else None)
    if not form.is_valid():
        return render(
            request, "portal/organisation_register.html", {"crumbs": _crumbs(), "form": form}
        )
    number = form.cleaned_data["number"]
    found = [each for each in organisations_with_number(number) if not is_unclaimed(each)]
    further = f"{reverse('organisation-register-details')}?{urlencode({'number': number})}"
    if not found:
        return redirect(further)
    if request.method == "POST":
        return _ask_for(request, found)
    context = {
        "crumbs": _crumbs(),
        "number": number,
        "found": [_found(each) for each in found],
        "further": further,
        "again": reverse("organisation-register"),
    }
    return render(request, "portal/organisation_found.html", context)


@require_http_methods(GET_AND_POST)
def register_details(request: HttpRequest) -> HttpResponse:
    """An organisation that is not there: what it is. One that is much alike is pointed out."""
    number_form = NumberForm(
        {"number": request.GET.get("number", ""), "without": not request.GET.get("number")}
    )
    if not number_form.is_valid():
        return redirect("organisation-register")
    number = number_form.cleaned_data["number"]
    form = OrganisationForm(
        request.POST if request.method == "POST" else None,
        municipalities=municipalities_by_county(),
        without_number=not number,
    )
    alike: list[Organisation] = []
    if form.is_valid():
        alike = _alike(form, number)
        if alike and "choose" in request.POST:
            return _ask_for(request, alike)
        if not alike or request.POST.get("another"):
            try:
                organisation = _enter(request, form, number)
            except OrganisationThere:
                query = urlencode({"number": number})
                return redirect(f"{reverse('organisation-register')}?{query}")
            return _begin(request, organisation)
    context = {
        "crumbs": _crumbs(),
        "form": form,
        "number": number,
        "alike": [_found(each) for each in alike],
    }
    return render(request, "portal/organisation_details.html", context)


def _alike(form: OrganisationForm, number: str) -> list[Organisation]:
    values = form.cleaned_data
    return organisations_alike(
        name=values["name"],
        kind=OrganisationKind(values["kind"]),
        county=values["municipality"].county,
        municipality=values["municipality"],
        org_no=number,
        unit=values.get("unit", ""),
    )


def _enter(request: HttpRequest, form: OrganisationForm, number: str) -> Organisation:
    values = form.cleaned_data
    return register_own_organisation(
        actor=person_of(request),
        name=values["name"],
        kind=OrganisationKind(values["kind"]),
        county=values["municipality"].county,
        municipality=values["municipality"],
        org_no=number,
        unit=values.get("unit", ""),
        contact=form.contact,
    )


def _ask_for(request: HttpRequest, among: list[Organisation]) -> HttpResponse:
    """Ask to represent the one chosen; only those that the page showed can be."""
    chosen = request.POST.get("choose", "")
    organisation = next((each for each in among if str(each.pk) == chosen), None)
    if organisation is None:
        raise Http404
    return _begin(request, organisation)


def _begin(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    agency = agencies_that_answer().first()
    if agency is None:
        messages.error(request, _("No agency takes requests yet. Come back later."))
        return redirect("my-organisations")
    try:
        begun = begin_request(organisation=organisation, agency=agency, actor=person_of(request))
    except RepresentationRefused as refused:
        messages.error(request, refusal_text(refused))
        return redirect("my-organisations")
    return redirect("my-request-evidence", pk=begun.pk)


def _found(organisation: Organisation) -> dict[str, object]:
    """What anyone may know of an organisation: never who represents it."""
    return {
        "pk": organisation.pk,
        "name": unit_name(organisation),
        "rows": identity_rows(organisation),
    }


def _crumbs(last: str = "") -> list[Crumb]:
    return [
        Crumb(_("My organisations"), reverse("my-organisations")),
        Crumb(last or _("Ask to represent an organisation")),
    ]


def _own_request(request: HttpRequest, pk: int) -> RepresentationRequest:
    found: RepresentationRequest = get_object_or_404(requests_of(person_of(request)), pk=pk)
    return found


@require_http_methods(GET_AND_POST)
def evidence(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What shows that the person may represent the organisation: files, sent one by one."""
    asked = _own_request(request, pk)
    if asked.state not in (RequestState.DRAFT, RequestState.WAITING):
        return redirect("my-request", pk=asked.pk)
    if request.method == "POST":
        outcomes = receive_uploads(
            request,
            uploaded_by=person_of(request).pseudonym,
            attach=lambda file: _attach(request, asked, file),
        )
        return upload_answer(
            request,
            outcomes,
            shown=lambda: render(
                request,
                "components/file_list.html",
                {"id": "evidence", "files": _files(asked)},
            ),
            back=reverse("my-request-evidence", args=[asked.pk]),
        )
    context = {
        "crumbs": _crumbs(unit_name(asked.organisation)),
        "asked": asked,
        "name": unit_name(asked.organisation),
        "files": _files(asked),
        "draft": asked.state == RequestState.DRAFT,
    }
    if request.headers.get("HX-Request"):
        return render(request, "components/file_list.html", {"id": "evidence", **context})
    return render(request, "portal/my_request_evidence.html", context)


def _attach(request: HttpRequest, asked: RepresentationRequest, file: StoredFile) -> None:
    add_evidence(request=asked, file=file, actor=person_of(request))


def _files(asked: RepresentationRequest) -> list[FileItem]:
    draft = asked.state == RequestState.DRAFT
    items = []
    for each in evidence_of(asked):
        url = reverse("my-request-file", args=[asked.pk, each.pk])
        items.append(file_item(each.file, url=url, remove_url=url if draft else ""))
    return items


@require_http_methods(GET_AND_POST)
def evidence_file(request: HttpRequest, *, pk: int, evidence: int) -> HttpResponseBase:
    """One's own file: a post removes it from a request that is not sent."""
    asked = _own_request(request, pk)
    found: Evidence = get_object_or_404(asked.evidence_rows.select_related("file"), pk=evidence)
    if request.method != "POST":
        return download_response(found.file)
    try:
        remove_evidence(evidence=found, actor=person_of(request))
        messages.success(request, _("The file is removed."))
    except RepresentationRefused as refused:
        messages.error(request, refusal_text(refused))
    return redirect("my-request-evidence", pk=asked.pk)


@require_http_methods(GET_AND_POST)
def my_request(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What is asked for, and what the answer is; a post sends it or takes it back."""
    asked = _own_request(request, pk)
    if request.method == "POST" and request.POST.get("action") == "withdraw":
        try:
            withdraw_request(request=asked, actor=person_of(request))
            messages.success(request, _("The request is taken back."))
        except RepresentationRefused as refused:
            messages.error(request, refusal_text(refused))
        return redirect("my-organisations")
    if asked.state != RequestState.DRAFT:
        return _sent(request, asked)
    agencies = list(agencies_that_answer())
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        initial={"roles": ["administrator", "writer"], "agency": asked.agency_id},
        today=timezone.localdate(),
        agencies=agencies,
        names={each.pk: agency_name(each) for each in agencies},
    )
    files = evidence_of(asked)
    if form.is_valid():
        try:
            request_representation(request=asked, actor=person_of(request), **form.cleaned_data)
        except RepresentationRefused as refused:
            form.add_error(None, refusal_text(refused))
        else:
            messages.success(request, _("The request is sent. You get a mail with the answer."))
            return redirect("my-request", pk=asked.pk)
    context = {
        "crumbs": _crumbs(unit_name(asked.organisation)),
        "asked": asked,
        "name": unit_name(asked.organisation),
        "form": form,
        "files": len(files),
    }
    return render(request, "portal/my_request_form.html", context)


def _sent(request: HttpRequest, asked: RepresentationRequest) -> HttpResponse:
    rows = [
        SummaryRow(_("State"), tag=request_tag(asked.state)),
        SummaryRow(_("Sent"), day(asked.sent_at)),
        SummaryRow(_("Agency that answers"), agency_name(asked.agency)),
        SummaryRow(_("Roles asked for"), roles_text(asked.roles, asked.signing)),
        SummaryRow(_("Last day of the mandate"), day(asked.ends_on)),
        SummaryRow(_("Message to the case officer"), asked.message),
        SummaryRow(_("Answered"), day(asked.decided_at) if asked.decided_at else ""),
        SummaryRow(_("Reason"), asked.reason),
    ]
    context = {
        "crumbs": _crumbs(unit_name(asked.organisation)),
        "asked": asked,
        "name": unit_name(asked.organisation),
        "rows": [row for row in rows if row.value or row.tag],
        "files": _files(asked),
        "waiting": asked.state == RequestState.WAITING,
        "refused": asked.state == RequestState.REFUSED,
        "approved": asked.state == RequestState.APPROVED,
    }
    return render(request, "portal/my_request.html", context)
