"""Reviewing a document that somebody asks for, and deciding not to give it out."""

from collections.abc import Mapping, Sequence
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import User
from core.content import Crumb
from core.models import StoredFile
from core.services.files import store_upload
from grants.content.parts import Part, suggestion_for, words_to_leave_out
from grants.documents.rendition import Refusal, Rendition, refusal_pdf, rendition_pdf
from grants.enums import DisclosureOutcome, DocumentKind
from grants.models import DisclosureItem, DisclosureRequest
from grants.selectors.disclosure import items_of
from grants.selectors.register import marks_of
from grants.services.disclosure import (
    DisclosureRefused,
    decide_refusal,
    review_document,
    review_mark,
)
from portal.forms.register import RefusalForm, ReviewForm
from portal.selectors.document_texts import files_of, text_of
from portal.views.access import person_of
from portal.views.case_documents import grouped, marking_tag
from portal.views.disclosure import (
    crumbs_of,
    named,
    outcome_tag,
    refuse_unless,
    refused_text,
    sees_all_of,
    shown_request,
    up_for_decision,
)
from portal.views.files import download_response, file_item


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_review(request: HttpRequest, *, pk: int, item: int) -> HttpResponse:
    """Review one document: give it out whole, with parts left out, or propose to refuse it."""
    found, person = shown_request(request, pk), person_of(request)
    shown = _seen_item(found, person, item)
    document = shown.document
    may = (
        found.finished_at is None
        and shown.refusal_id is None
        and rules.has_perm("grants.review_disclosure", person, found)
    )
    if request.method == "POST" and not may:
        raise Http404
    parts = text_of(document, "sv")
    is_marked = bool(document.secrecy) or any(part.provision for part in parts)
    chosen = _chosen(request, shown, parts)
    form = ReviewForm(
        request.POST if request.method == "POST" else None,
        has_text=bool(parts),
        is_marked=is_marked,
        initial=_initial(shown, parts, chosen),
    )
    valid = request.method == "POST" and form.is_valid()
    if valid and _reviewed(shown, person, form, parts, chosen):
        messages.success(request, _("The review is saved."))
        return redirect("disclosure", pk=pk)
    context = {
        "found": found,
        "item": shown,
        "document": document,
        "name": named(document),
        "crumbs": crumbs_of(found, Crumb(named(document))),
        "marking": marking_tag(document),
        "may": may,
        "form": form,
        "groups": _review_groups(parts, chosen),
        "files": [
            file_item(
                each,
                url=reverse(
                    "case-document-file",
                    args=[document.application_id, document.number, each.pk],
                ),
            )
            for each in files_of(document)
        ],
        "field_marks": len(marks_of(document.application)),
    }
    return render(request, "portal/register/disclosure_review.html", context)


def _seen_item(found: DisclosureRequest, person: User, pk: int) -> Any:
    item: Any = get_object_or_404(items_of(found, person), pk=pk)
    if not item.seen:
        raise Http404
    return item


def _chosen(request: HttpRequest, item: DisclosureItem, parts: Sequence[Part]) -> Mapping[str, str]:
    """The provision of each part that is left out: as posted, as reviewed, or as proposed."""
    proposed = {
        part.key: found.provision for part in parts if (found := suggestion_for(part)) is not None
    }
    if request.method == "POST":
        ticked = set(request.POST.getlist("part"))
        usual = dict(_told(item)) | proposed
        general = request.POST.get("provision", "")
        general = request.POST.get("other_provision", "") if general == "free" else general
        return {
            part.key: usual.get(part.key, "") or general.strip()
            for part in parts
            if part.key in ticked
        }
    return dict(_told(item)) if item.outcome else proposed


def _told(item: DisclosureItem) -> list[tuple[str, str]]:
    return [(key, provision) for key, provision in item.left_out]


def _initial(
    item: DisclosureItem, parts: Sequence[Part], chosen: Mapping[str, str]
) -> dict[str, Any]:
    """As reviewed; before that what the parts and their words give reason to."""
    if item.outcome:
        return {
            "outcome": item.outcome,
            "phrases": "\n".join(item.phrases),
            "reasons": item.reasons,
            **ReviewForm.initial_of(item.provision),
        }
    words = words_to_leave_out([part for part in parts if part.key not in chosen])
    outcome = DisclosureOutcome.PART if chosen or words else ""
    return {
        "outcome": outcome,
        "phrases": "\n".join(words),
        **ReviewForm.initial_of("21 kap. 3 § OSL" if words else item.document.secrecy),
    }


def _review_groups(parts: Sequence[Part], chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    places = {part.key: place for place, part in enumerate(parts)}
    return [
        {
            "heading": group["heading"],
            "parts": [
                {
                    "part": part,
                    "id": f"part-{places[part.key]}",
                    "ticked": part.key in chosen,
                    "why": suggestion_for(part),
                }
                for part in group["parts"]
            ],
        }
        for group in grouped(parts)
    ]


def _reviewed(
    item: Any, person: User, form: ReviewForm, parts: Sequence[Part], chosen: Mapping[str, str]
) -> bool:
    """Save the review; what is wrong becomes errors of the form."""
    values = form.cleaned_data
    outcome = DisclosureOutcome(values["outcome"])
    rendition: StoredFile | None = None
    words = form.words if outcome == DisclosureOutcome.PART else []
    try:
        if outcome == DisclosureOutcome.PART:
            if any(not provision for provision in chosen.values()):
                form.add_error("provision", _("Choose the provision."))
                return False
            if not chosen and not words:
                raise DisclosureRefused("nothing_left_out")
            rendition = _rendition(item, person, parts, chosen, words, values["provision"])
        review_document(
            item=item,
            actor=person,
            outcome=outcome,
            provision=values["provision"],
            reasons=values["reasons"],
            left_out=chosen if outcome == DisclosureOutcome.PART else {},
            phrases=words,
            rendition=rendition,
        )
    except DisclosureRefused as refused:
        form.add_error(None, refused_text(refused.code))
        return False
    except PermissionDenied as error:
        raise Http404 from error
    return True


def _rendition(
    item: Any,
    person: User,
    parts: Sequence[Part],
    chosen: Mapping[str, str],
    words: Sequence[str],
    provision: str,
) -> StoredFile:
    """The document without what is left out, kept as a file."""
    document = item.document
    number = document.application.number
    with translation.override("sv"):
        kind = str(DocumentKind(document.kind).label)
    content = rendition_pdf(
        Rendition(
            agency=document.application.call.agency.name_sv,
            register_number=number,
            document=f"{document.number}. {kind}",
            dated_on=document.dated_on,
            given_out_on=timezone.localdate(),
            parts=parts,
            left_out=chosen,
            phrases=words,
            phrase_provision=provision,
        )
    )
    name = f"{number}-{document.number}-utlamnad.pdf"
    upload = SimpleUploadedFile(name, content, content_type="application/pdf")
    return store_upload(upload=upload, uploaded_by=person.pseudonym)


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_refuse(request: HttpRequest, *, pk: int) -> HttpResponse:
    """A decision maker decides not to give out documents, or confirms what is left out."""
    found, person = shown_request(request, pk), person_of(request)
    refuse_unless("grants.decide_disclosure", person, found)
    items = [each for each in up_for_decision(items_of(found, person)) if each.seen]
    if found.finished_at is not None or not items:
        messages.info(request, _("There is nothing to decide."))
        return redirect("disclosure", pk=pk)
    proposed = [each for each in items if each.outcome == DisclosureOutcome.REFUSED]
    posted = request.method == "POST"
    ticked = set(request.POST.getlist("item")) if posted else {str(each.pk) for each in proposed}
    first = proposed[0] if proposed else items[0]
    form = RefusalForm(
        request.POST if posted else None,
        initial={
            "reasons": "\n\n".join(dict.fromkeys(each.reasons for each in proposed)),
            **RefusalForm.initial_of(first.provision),
        },
    )
    if posted and form.is_valid():
        chosen = [each for each in items if str(each.pk) in ticked]
        if not chosen:
            form.add_error(None, refused_text("nothing_chosen"))
        elif _refused(found, person, form, chosen, _read(request, chosen)):
            messages.success(request, _("The decision is made."))
            return redirect("disclosure", pk=pk)
    context = {
        "found": found,
        "form": form,
        "crumbs": crumbs_of(found, Crumb(_("Decide"))),
        "items": [
            {
                "pk": each.pk,
                "name": named(each.document),
                "tag": outcome_tag(each),
                "provision": each.provision,
                "reasons": each.reasons,
                "by": str(each.reviewed_by or ""),
                "ticked": str(each.pk) in ticked,
                "mark": review_mark(each),
            }
            for each in items
        ],
    }
    return render(request, "portal/register/disclosure_refuse.html", context)


def _read(request: HttpRequest, items: Sequence[Any]) -> dict[int, str]:
    """Which review of each item the page showed."""
    return {each.pk: request.POST.get(f"mark-{each.pk}", "") for each in items}


def _refused(
    found: DisclosureRequest,
    person: User,
    form: RefusalForm,
    items: Sequence[Any],
    shown: Mapping[int, str],
) -> bool:
    values = form.cleaned_data
    with translation.override("sv"):
        part = _("parts of it")
        names = [
            f"{named(each.document)} ({part})"
            if each.outcome == DisclosureOutcome.PART
            else named(each.document)
            for each in items
        ]
    content = refusal_pdf(
        Refusal(
            agency=found.agency.name_sv,
            register_number=found.register_number,
            decided_on=timezone.localdate(),
            received_on=timezone.localdate(found.received_at),
            wording=found.wording,
            documents=names,
            provision=values["provision"],
            reasons=values["reasons"],
            decider=str(person),
            court=values["court"],
        )
    )
    name = f"{found.register_number}-beslut.pdf"
    upload = SimpleUploadedFile(name, content, content_type="application/pdf")
    try:
        decide_refusal(
            request=found,
            actor=person,
            items=items,
            provision=values["provision"],
            reasons=values["reasons"],
            court=values["court"],
            shown=shown,
            file=store_upload(upload=upload, uploaded_by=person.pseudonym),
        )
    except DisclosureRefused as refused:
        form.add_error(None, refused_text(refused.code))
        return False
    except PermissionDenied as error:
        raise Http404 from error
    return True


@require_safe
def disclosure_rendition(request: HttpRequest, *, pk: int, item: int) -> HttpResponseBase:
    """The document as it is given out."""
    found = shown_request(request, pk)
    shown = _seen_item(found, person_of(request), item)
    if shown.rendition is None:
        raise Http404
    return download_response(shown.rendition)


@require_safe
def disclosure_refusal_file(request: HttpRequest, *, pk: int, refusal: int) -> HttpResponseBase:
    """The decision not to give out documents, for one who sees all the cases it names."""
    found, person = shown_request(request, pk), person_of(request)
    decision = get_object_or_404(found.refusals.select_related("file"), pk=refusal)
    if not sees_all_of(decision, items_of(found, person)):
        raise Http404
    return download_response(decision.file)
