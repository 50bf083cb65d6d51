"""The registry: where a registrar finds a case, registers by hand and marks what may be secret."""

from collections.abc import Callable
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.checks.files import FileRefused
from core.content import Cell, Column, Crumb, Row, Table
from core.models import StoredFile
from core.services.files import store_upload
from grants.models import Application, CaseDocument
from grants.selectors import participants_of
from grants.selectors.disclosure import requests_visible_to
from grants.selectors.register import marks_of, registrars_cases
from grants.selectors.sent_in import content_of_version
from grants.services.register import (
    RegistrationRefused,
    mark_fields,
    register_by_hand,
    unmark_fields,
)
from portal.forms.register import CaseNumberForm, FieldMarkForm, ReasonForm, RegistrationForm
from portal.selectors.diary import case_with_number
from portal.views.access import person_of
from portal.views.case_documents import (
    documented_case,
    documents_crumbs,
    registration_text,
)
from portal.views.completion_items import groups_of
from portal.views.files import refusal_text
from portal.views.labels import day, language

LATEST = 10
MOST_FILES = 10


@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    """What a registrar begins from: a case by its number, what came last, requests that wait."""
    person = person_of(request)
    form = CaseNumberForm(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        found = case_with_number(person, form.cleaned_data["number"])
        if found is not None:
            return redirect("case-documents", pk=found.pk)
        form.add_error("number", _("There is no case with that number. Check how it is written."))
    latest = (
        CaseDocument.objects.filter(application__in=registrars_cases(person).order_by())
        .select_related("application")
        .order_by("-pk")[:LATEST]
    )
    waiting = requests_visible_to(person).filter(finished_at__isnull=True).count()
    context = {"form": form, "latest": _latest(list(latest)), "waiting": waiting}
    return render(request, "portal/register/registry.html", context)


def _latest(documents: list[CaseDocument]) -> Table | None:
    if not documents:
        return None
    return Table(
        id="latest",
        caption=_("Registered last"),
        columns=(
            Column(_("Case"), nowrap=True),
            Column(_("No."), numeric=True),
            Column(_("Date"), nowrap=True),
            Column(_("Document")),
            Column(_("Party")),
        ),
        rows=tuple(
            Row(
                Cell(
                    each.application.number,
                    url=reverse("case-documents", args=[each.application_id]),
                ),
                (
                    Cell(str(each.number)),
                    Cell(day(each.dated_on)),
                    Cell(
                        each.get_kind_display(),
                        url=reverse("case-document", args=[each.application_id, each.number]),
                        note=each.title,
                    ),
                    Cell(each.party),
                ),
            )
            for each in documents
        ),
        stack=True,
        caption_hidden=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def document_register(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Register a document that came or went on paper or by mail."""
    application, person = documented_case(request, pk), person_of(request)
    if not rules.has_perm("grants.register_documents", person, application):
        raise Http404
    posted = request.method == "POST"
    form = RegistrationForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        organisations=[part.organisation.name for part in participants_of(application)],
        initial={"dated_on": timezone.localdate()},
    )
    if posted and form.is_valid():
        files = stored(request, form, person)
        if files is not None:
            try:
                document = register_by_hand(
                    application=application,
                    actor=person,
                    registration=form.registration,
                    files=files,
                    secrecy=form.cleaned_data["provision"],
                    secret_to_party=form.cleaned_data["secret_to_party"],
                )
            except RegistrationRefused as refused:
                field = "dated_on" if refused.code == "future" else None
                form.add_error(field, registration_text(refused.code))
            except PermissionDenied as error:
                raise Http404 from error
            else:
                number = {"number": document.number}
                messages.success(
                    request, _("The document is registered as number %(number)d.") % number
                )
                return redirect("case-documents", pk=pk)
    context = {
        "application": application,
        "form": form,
        "crumbs": documents_crumbs(request, application, Crumb(_("Register a document"))),
    }
    return render(request, "portal/register/register_document.html", context)


def stored(request: HttpRequest, form: Any, person: Any) -> list[StoredFile] | None:
    """The files that were posted, each received; None when one was refused, which is an error of
    the form."""
    uploads = request.FILES.getlist("file")
    if len(uploads) > MOST_FILES:
        text = _("Send at most %(number)d documents at a time.") % {"number": MOST_FILES}
        form.add_error("file", text)
        return None
    files: list[StoredFile] = []
    for upload in uploads:
        try:
            files.append(store_upload(upload=upload, uploaded_by=person.pseudonym))
        except FileRefused as refused:
            form.add_error("file", f"{upload.name}: {refusal_text(refused)}")
            return None
    return files


# Fields that may be secret ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def case_secrecy(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Mark fields of the application as such that may be secret, or take a marking away."""
    application, person = documented_case(request, pk), person_of(request)
    if not rules.has_perm("grants.mark_secrecy", person, application):
        raise Http404
    groups = _groups(application)
    known = {item.name for group in groups for item in group.items}
    ticked = [name for name in request.POST.getlist("field") if name in known]
    what = request.POST.get("what", "") if request.method == "POST" else ""
    mark = FieldMarkForm(request.POST if what == "mark" else None)
    unmark = ReasonForm(request.POST if what == "unmark" else None, prefix="unmark")
    if what in ("mark", "unmark") and not ticked:
        asked = mark if what == "mark" else unmark
        asked.is_valid()
        asked.add_error(None, _("Tick at least one field."))
    elif what == "mark" and mark.is_valid():
        provision = mark.cleaned_data["provision"]
        return _done(
            request,
            pk,
            lambda: mark_fields(
                application=application, actor=person, paths=ticked, provision=provision
            ),
            _("The fields are marked."),
        )
    elif what == "unmark" and unmark.is_valid():
        reason = unmark.cleaned_data["reason"]
        return _done(
            request,
            pk,
            lambda: unmark_fields(
                application=application, actor=person, paths=ticked, reason=reason
            ),
            _("The markings are removed."),
        )
    marks = marks_of(application)
    context = {
        "application": application,
        "crumbs": documents_crumbs(request, application, Crumb(_("Fields that may be secret"))),
        "groups": [
            {
                "heading": group.heading,
                "open": any(item.name in marks or item.name in ticked for item in group.items),
                "items": [
                    {
                        "item": item,
                        "id": f"field-{number}-{place}",
                        "ticked": item.name in ticked,
                        "provision": marks.get(item.name, ""),
                    }
                    for place, item in enumerate(group.items)
                ],
            }
            for number, group in enumerate(groups)
        ],
        "mark": mark,
        "unmark": unmark if marks else None,
    }
    return render(request, "portal/register/secrecy.html", context)


def _done(request: HttpRequest, pk: int, write: Callable[[], int], told: str) -> HttpResponse:
    try:
        write()
    except PermissionDenied as error:
        raise Http404 from error
    messages.success(request, told)
    return redirect("case-secrecy", pk=pk)


def _groups(application: Application) -> Any:
    """What was sent in last, by its headings."""
    version = application.versions.order_by("-number").first()
    if version is None:
        raise Http404
    version.application = application
    definition = application.definition
    content = content_of_version(
        version, definition, language(), parts=list(participants_of(application))
    )
    return groups_of(content, definition)
