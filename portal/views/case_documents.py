"""The numbered list of a case's documents, and each document: for the agency and for the party."""

from collections.abc import Mapping, Sequence
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.content import ActiveFilter, Cell, Column, Crumb, Row, SummaryRow, Table, Tag, Text, Tone
from grants.content.parts import Part
from grants.enums import Direction, DocumentKind, RegisterChange
from grants.models import Application, CaseDocument, DocumentChange
from grants.selectors.register import (
    documented_cases,
    documents_of,
    source_of,
)
from grants.services.register import (
    RegistrationRefused,
    correct_registration,
    mark_document,
    unmark_document,
)
from portal.forms.register import (
    CorrectionForm,
    DocumentFilter,
    MarkForm,
    ReasonForm,
    WithProvision,
)
from portal.selectors.communication import documents_read_by
from portal.selectors.document_texts import files_of, text_of
from portal.views.access import person_of
from portal.views.case_papers import version_pdf
from portal.views.files import download_response, file_item
from portal.views.labels import agency_name, day, language, moment
from portal.views.lists import address
from portal.views.own_case import case_crumbs, found_case

type Documents = QuerySet[CaseDocument]


def documented_case(request: HttpRequest, pk: int) -> Application:
    """The case, for the agency's staff who see its documents. Raises Http404."""
    cases = (
        documented_cases(person_of(request))
        .select_related("call", "call__agency", "call__definition_record", "lead", "assigned_to")
        .defer("call__definition_record__document")
    )
    found: Application = get_object_or_404(cases, pk=pk)
    return found


def documents_crumbs(request: HttpRequest, application: Application, *rest: Crumb) -> list[Crumb]:
    """The way to a page of the case's documents, for the agency's staff."""
    if rules.has_perm("portal.look_around", request.user):
        way = [
            Crumb(_("Applications"), reverse("application-list")),
            Crumb(application.number, reverse("application-detail", args=[application.pk])),
        ]
    else:
        way = [Crumb(_("Registry"), reverse("registry")), Crumb(application.number)]
    if not rest:
        return [*way, Crumb(_("Documents"))]
    return [*way, Crumb(_("Documents"), reverse("case-documents", args=[application.pk])), *rest]


@require_safe
def case_documents(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The list, for the agency."""
    application = documented_case(request, pk)
    form = DocumentFilter(request.GET)
    rows = list(_found(documents_of(application), form.chosen))
    person = person_of(request)
    context = {
        "application": application,
        "crumbs": documents_crumbs(request, application),
        "form": form,
        "filters": [
            ActiveFilter(
                form.fields[name].label or name,
                form.label_of(name, value),
                address(request, **{name: ""}),
            )
            for name, value in form.chosen.items()
        ],
        "table": documents_table(rows, lambda each: _address(each, own=False), staff=True),
        "may_register": rules.has_perm("grants.register_documents", person, application),
        "may_mark": rules.has_perm("grants.mark_secrecy", person, application),
        "own": False,
    }
    return render(request, "portal/register/documents.html", context)


@require_safe
def own_documents(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The same for the party: all but what is secret to it or was sent to others."""
    application = found_case(request, pk)
    rows = list(documents_read_by(application, person_of(request)))
    context = {
        "application": application,
        "crumbs": case_crumbs(application, Crumb(_("Documents"))),
        "table": documents_table(rows, lambda each: _address(each, own=True), staff=False),
        "agency": agency_name(application.call.agency),
        "own": True,
    }
    return render(request, "portal/register/documents.html", context)


def _found(documents: Documents, chosen: Mapping[str, str]) -> Documents:
    if words := chosen.get("q"):
        documents = documents.filter(Q(party__icontains=words) | Q(title__icontains=words))
    for name in ("direction", "kind"):
        if value := chosen.get(name):
            documents = documents.filter(**{name: value})
    if marked := chosen.get("secret"):
        none = Q(secrecy="")
        documents = documents.filter(~none if marked == "yes" else none)
    return documents


def _address(document: CaseDocument, *, own: bool) -> str:
    name = "own-document" if own else "case-document"
    return reverse(name, args=[document.application_id, document.number])


def documents_table(documents: Sequence[CaseDocument], opens: Any, *, staff: bool) -> Table:
    """The documents by number. `opens` gives a document's address; the party is not told of
    markings."""
    columns = [
        Column(_("No.")),
        Column(_("Date"), nowrap=True),
        Column(_("Which way")),
        Column(_("Document")),
        Column(_("Party")),
    ]
    if staff:
        columns.append(Column(_("Secrecy marking")))
    return Table(
        id="documents",
        caption=_("Documents"),
        columns=tuple(columns),
        rows=tuple(_row(each, opens(each), staff=staff) for each in documents),
        stack=True,
        caption_hidden=True,
    )


def _row(document: CaseDocument, url: str, *, staff: bool) -> Row:
    kind = str(DocumentKind(document.kind).label)
    cells = [
        Cell(day(document.dated_on)),
        Cell(Direction(document.direction).label),
        Cell(kind, url=url, label=f"{kind}, {document.number}", note=document.title),
        Cell(document.party),
    ]
    if staff:
        cells.append(Cell(tag=marking_tag(document), note=document.secrecy))
    return Row(Cell(str(document.number)), tuple(cells))


def marking_tag(document: CaseDocument) -> Tag | None:
    """That the document is marked; None where it is not."""
    if not document.secrecy:
        return None
    return Tag(_("Marked secret"), Tone.WARNING)


# One document -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def case_document(request: HttpRequest, *, pk: int, number: int) -> HttpResponse:
    """One document: what it says, its marking, and what has been done with its registration."""
    application, person = documented_case(request, pk), person_of(request)
    document = get_object_or_404(documents_of(application), number=number)
    may_mark = rules.has_perm("grants.mark_secrecy", person, application)
    may_correct = not document.source and rules.has_perm(
        "grants.register_documents", person, application
    )
    names = _organisations(application)
    own = document.party in names and document.direction == Direction.IN
    what = request.POST.get("what", "") if request.method == "POST" else ""
    mark = MarkForm(
        request.POST if what == "mark" else None,
        initial={
            **WithProvision.initial_of(document.secrecy),
            "secret_to_party": document.secret_to_party if document.secrecy else not own,
        },
        prefix="mark",
    )
    unmark = ReasonForm(request.POST if what == "unmark" else None, prefix="unmark")
    correct = _correction(request if what == "correct" else None, names, document)
    if what and _changed(request, document, what, mark, unmark, correct):
        return redirect("case-document", pk=pk, number=number)
    title = str(DocumentKind(document.kind).label)
    context = {
        "application": application,
        "document": document,
        "title": title,
        "crumbs": documents_crumbs(request, application, Crumb(f"{number}. {title}")),
        "summary": _summary(document, staff=True),
        "marking": marking_tag(document),
        "groups": grouped(text_of(document, language())),
        "files": _files(document, own=False),
        "place": place_of(request, document),
        "pdf_url": _pdf_address(document, own=False),
        "changes": [_change(each) for each in _changes(document)],
        "mark": mark if may_mark else None,
        "unmark": unmark if may_mark and document.secrecy else None,
        "correct": correct if may_correct else None,
        "open": what,
        "own": False,
    }
    return render(request, "portal/register/document.html", context)


def _organisations(application: Application) -> list[str]:
    parts = application.participations.select_related("organisation").order_by("role", "pk")
    return [part.organisation.name for part in parts]


def _correction(
    request: HttpRequest | None, names: Sequence[str], document: CaseDocument
) -> CorrectionForm:
    return CorrectionForm(
        request.POST if request else None,
        initial=CorrectionForm.initial_from(document, names),
        organisations=names,
        prefix="correct",
    )


def _changed(
    request: HttpRequest,
    document: CaseDocument,
    what: str,
    mark: MarkForm,
    unmark: ReasonForm,
    correct: CorrectionForm,
) -> bool:
    """Do what was posted; what is wrong becomes errors of its form."""
    person = person_of(request)
    form: Any = {"mark": mark, "unmark": unmark, "correct": correct}.get(what)
    if form is None or not form.is_valid():
        return False
    values = form.cleaned_data
    try:
        if what == "mark":
            mark_document(
                document=document,
                actor=person,
                provision=values["provision"],
                secret_to_party=values["secret_to_party"],
                reason=values["reason"],
            )
            told = _("The document is marked.")
        elif what == "unmark":
            unmark_document(document=document, actor=person, reason=values["reason"])
            told = _("The marking is removed.")
        else:
            correct_registration(
                document=document,
                actor=person,
                registration=correct.registration,
                reason=values["reason"],
            )
            told = _("The registration is corrected.")
    except RegistrationRefused as refused:
        form.add_error(None, registration_text(refused.code))
        return False
    except PermissionDenied as error:
        raise Http404 from error
    messages.success(request, told)
    return True


def registration_text(code: str) -> str:
    """What is wrong with a registration, and what to do."""
    return {
        "future": _("The day has not come yet. Write the day it was received or sent."),
        "reason_missing": _("Write why."),
        "nothing_changed": _("Nothing is changed. Change what is wrong, or leave the page."),
        "not_by_hand": _("This document was registered by the system and cannot be changed here."),
        "provision_missing": _("Choose the provision."),
        "file_elsewhere": _("A file belongs to another document already. Choose it again."),
        "amount": _("Write the sum asked for, or at least one budget line."),
        "unsigned": _("Write the name of the one who has signed."),
        "twice": _("An organisation stands twice. Take one of them away."),
        "wording_missing": _("Write what is asked for."),
    }[code]


def _summary(document: CaseDocument, *, staff: bool) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Number"), str(document.number)),
        SummaryRow(_("Date"), day(document.dated_on)),
        SummaryRow(_("Which way"), Direction(document.direction).label),
        SummaryRow(_("Party"), document.party or _("Not given")),
    ]
    if document.title:
        rows.append(SummaryRow(_("What it is about"), document.title))
    if document.medium:
        rows.append(SummaryRow(_("How it came or went"), document.get_medium_display()))
    if staff:
        who = str(document.registered_by) if document.registered_by else _("the system")
        rows.append(SummaryRow(_("Registered"), moment(document.registered_at), note=who))
        if document.secrecy:
            note = _("not for the applicant either") if document.secret_to_party else ""
            rows.append(SummaryRow(_("Secrecy marking"), document.secrecy, note=note))
    return rows


def grouped(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """The parts under their headings, in order."""
    groups: list[dict[str, Any]] = []
    for part in parts:
        if not groups or groups[-1]["heading"] != part.heading:
            groups.append({"heading": part.heading, "parts": []})
        groups[-1]["parts"].append(part)
    return groups


def _files(document: CaseDocument, *, own: bool) -> list[Any]:
    name = "own-document-file" if own else "case-document-file"
    args = [document.application_id, document.number]
    return [
        file_item(each, url=reverse(name, args=[*args, each.pk])) for each in files_of(document)
    ]


def _pdf_address(document: CaseDocument, *, own: bool) -> str:
    if source_of(document)[0] != "version":
        return ""
    name = "own-document-pdf" if own else "case-document-pdf"
    return reverse(name, args=[document.application_id, document.number])


def place_of(request: HttpRequest, document: CaseDocument) -> str:
    """The page where the agency's staff work with what the document is; "" for none, or one that
    is not for the reader."""
    if not rules.has_perm("portal.look_around", request.user):
        return ""
    kind, _number = source_of(document)
    name = {"message": "case-messages", "version": "case-versions"}.get(kind)
    return reverse(name, args=[document.application_id]) if name else ""


def _changes(document: CaseDocument) -> QuerySet[DocumentChange]:
    return document.changes.select_related("made_by").order_by("-made_at", "-pk")


def _change(change: DocumentChange) -> dict[str, Any]:
    labels = _labels()
    return {
        "heading": RegisterChange(change.change).label,
        "when": moment(change.made_at),
        "who": str(change.made_by),
        "reason": change.reason,
        "lines": [
            (labels.get(name, name), _said(name, change.before.get(name)), _said(name, value))
            for name, value in change.after.items()
        ],
    }


def _labels() -> Mapping[str, Text]:
    return {
        "direction": _("Which way"),
        "kind": _("Kind of document"),
        "dated_on": _("Date"),
        "party": _("Party"),
        "party_public": _("The party is an organisation"),
        "title": _("What it is about"),
        "medium": _("How it came or went"),
        "secrecy": _("Secrecy marking"),
        "secret_to_party": _("Not for the applicant"),
    }


def _said(name: str, value: Any) -> Text:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "kind" and value in DocumentKind.values:
        return DocumentKind(value).label
    if name == "direction" and value in Direction.values:
        return Direction(value).label
    return str(value or "") or _("None")


@require_safe
def own_document(request: HttpRequest, *, pk: int, number: int) -> HttpResponse:
    """One document as the party reads it."""
    application = found_case(request, pk)
    readable = documents_read_by(application, person_of(request))
    document = get_object_or_404(readable, number=number)
    title = str(DocumentKind(document.kind).label)
    back = Crumb(_("Documents"), reverse("own-documents", args=[pk]))
    context = {
        "application": application,
        "document": document,
        "title": title,
        "crumbs": case_crumbs(application, back, Crumb(f"{number}. {title}")),
        "summary": _summary(document, staff=False),
        "groups": grouped(text_of(document, language())),
        "files": _files(document, own=True),
        "pdf_url": _pdf_address(document, own=True),
        "own": True,
    }
    return render(request, "portal/register/document.html", context)


@require_safe
def case_document_file(
    request: HttpRequest, *, pk: int, number: int, file: int
) -> HttpResponseBase:
    """A file of a document, for the agency."""
    return _file(documents_of(documented_case(request, pk)), number, file)


@require_safe
def own_document_file(request: HttpRequest, *, pk: int, number: int, file: int) -> HttpResponseBase:
    """A file of a document, for the party."""
    readable = documents_read_by(found_case(request, pk), person_of(request))
    return _file(readable, number, file)


def _file(documents: Documents, number: int, file: int) -> HttpResponseBase:
    document = get_object_or_404(documents, number=number)
    for each in files_of(document):
        if each.pk == file:
            return download_response(each)
    raise Http404


@require_safe
def case_document_pdf(request: HttpRequest, *, pk: int, number: int) -> HttpResponseBase:
    """The application as it was sent in, as PDF, for the agency."""
    application = documented_case(request, pk)
    return _version(application, documents_of(application), number)


@require_safe
def own_document_pdf(request: HttpRequest, *, pk: int, number: int) -> HttpResponseBase:
    """The same, for the party."""
    application = found_case(request, pk)
    readable = documents_read_by(application, person_of(request))
    return _version(application, readable, number)


def _version(application: Application, documents: Documents, number: int) -> HttpResponseBase:
    kind, version = source_of(get_object_or_404(documents, number=number))
    if kind != "version" or version is None:
        raise Http404
    found = get_object_or_404(application.versions.defer("document"), pk=version)
    return version_pdf(application, found.number)
