"""Requests for documents: registered, their documents chosen and reviewed, given out or refused."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applicants.enums import Role
from applicants.models import User
from applicants.selectors import agency_ids_for
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table, Tag, Tone
from core.models import Agency
from grants.enums import DisclosureOutcome, DocumentKind
from grants.models import CaseDocument, DisclosureItem, DisclosureRefusal, DisclosureRequest
from grants.selectors.disclosure import items_of, requests_visible_to
from grants.selectors.register import documented_cases, documents_of
from grants.services.disclosure import (
    DisclosureRefused,
    choose_documents,
    finish_request,
    register_disclosure_request,
)
from grants.services.register import RegistrationRefused
from portal.forms.lists import ListFilter
from portal.forms.register import CaseNumberForm, RequestForm
from portal.selectors.paging import Key
from portal.selectors.paging import moment as read_moment
from portal.views.access import person_of
from portal.views.case_documents import marking_tag, registration_text
from portal.views.labels import day, moment
from portal.views.lists import Heading, listing

KEYS: Mapping[str, tuple[Key, ...]] = {"received": (Key("received_at", read_moment),)}
HEADINGS = (
    Heading(gettext_lazy("Register number"), nowrap=True),
    Heading(gettext_lazy("Received"), "received", nowrap=True),
    Heading(gettext_lazy("What is asked for")),
    Heading(gettext_lazy("Time taken"), nowrap=True),
    Heading(gettext_lazy("State")),
)
PROMPT_HOURS, SLOW_HOURS = 24, 72
"""A request is answered promptly (skyndsamt, 2 kap. 15 § tryckfrihetsförordningen): the same day
or the next, and within some days where there is much to review."""


def shown_request(request: HttpRequest, pk: int) -> DisclosureRequest:
    """The request, for those who handle them at its agency. Raises Http404."""
    found: DisclosureRequest = get_object_or_404(requests_visible_to(person_of(request)), pk=pk)
    return found


def crumbs_of(found: DisclosureRequest, *rest: Crumb) -> list[Crumb]:
    """The way to a page of the request."""
    way = [Crumb(_("Requests for documents"), reverse("disclosures"))]
    if not rest:
        return [*way, Crumb(found.register_number)]
    url = reverse("disclosure", args=[found.pk])
    return [*way, Crumb(found.register_number, url), *rest]


@require_safe
def disclosures(request: HttpRequest) -> HttpResponse:
    """The requests, the latest first."""
    form = ListFilter(request.GET)
    form.fields["q"].help_text = _("Register number, or what is asked for")
    found = requests_visible_to(person_of(request))
    if words := form.chosen.get("q"):
        found = found.filter(wording__icontains=words) | found.filter(
            register_number__icontains=words
        )
    page = listing(request, found, form=form, headings=HEADINGS, keys=KEYS, default="-received")
    table = Table(
        id="requests",
        caption=_("Requests for documents"),
        columns=page.columns,
        rows=tuple(_row(each) for each in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {"form": form, "page": page, "table": table, "may_register": _agencies(request)}
    return render(request, "portal/register/disclosures.html", context)


def _agencies(request: HttpRequest) -> list[Agency]:
    """Where the reader registers requests."""
    known = agency_ids_for(person_of(request), (Role.REGISTRAR, Role.CASE_OFFICER))
    return list(Agency.objects.filter(pk__in=known).order_by("code"))


def _row(found: DisclosureRequest) -> Row:
    text = found.wording if len(found.wording) <= 100 else f"{found.wording[:99]}…"
    return Row(
        Cell(found.register_number, url=reverse("disclosure", args=[found.pk])),
        (
            Cell(day(found.received_at)),
            Cell(text),
            Cell(tag=time_tag(found)),
            Cell(tag=state_tag(found)),
        ),
    )


def time_tag(found: DisclosureRequest, now: datetime | None = None) -> Tag:
    """How long it took, or has taken, told by colour too when it is not prompt."""
    until = found.finished_at or now or timezone.now()
    hours = int((until - found.received_at).total_seconds() // 3600)
    if hours < 48:
        text = ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    else:
        text = ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}
    tone = Tone.SUCCESS if hours <= PROMPT_HOURS else Tone.WARNING
    return Tag(text, Tone.DANGER if hours > SLOW_HOURS else tone)


def state_tag(found: Any) -> Tag:
    """How far the request has come."""
    if found.finished_at is not None:
        return Tag(_("Finished"), Tone.NEUTRAL)
    if not found.documents:
        return Tag(_("Documents to choose"), Tone.WARNING)
    if found.reviewed < found.documents:
        return Tag(_("To review"), Tone.INFO)
    if found.to_decide:
        return Tag(_("Waits for a decision"), Tone.WARNING)
    return Tag(_("To hand out"), Tone.INFO)


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_new(request: HttpRequest) -> HttpResponse:
    """Register a request."""
    person, agencies = person_of(request), _agencies(request)
    if not agencies:
        raise Http404
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        initial={"received_at": f"{timezone.localtime():%Y-%m-%d %H:%M}"},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = register_disclosure_request(
                agency=agencies[0],
                actor=person,
                received_at=values["received_at"],
                wording=values["wording"],
                asker=values["asker"],
                contact=values["contact"],
            )
        except RegistrationRefused as refused:
            form.add_error(None, registration_text(refused.code))
        else:
            number = {"number": made.register_number}
            messages.success(request, _("The request is registered as %(number)s.") % number)
            return redirect("disclosure", pk=made.pk)
    crumbs = [
        Crumb(_("Requests for documents"), reverse("disclosures")),
        Crumb(_("Register a request")),
    ]
    return render(request, "portal/register/disclosure_new.html", {"form": form, "crumbs": crumbs})


@require_safe
def disclosure(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One request with its documents, and what is left to do."""
    found, person = shown_request(request, pk), person_of(request)
    items: list[Any] = list(items_of(found, person))
    open_ = found.finished_at is None
    may_review = open_ and rules.has_perm("grants.review_disclosure", person, found)
    to_decide = [
        each
        for each in items
        if each.outcome == DisclosureOutcome.REFUSED and each.refusal_id is None
    ]
    done = bool(items) and all(each.outcome for each in items) and not to_decide
    context = {
        "found": found,
        "crumbs": crumbs_of(found),
        "summary": [
            SummaryRow(_("Received"), moment(found.received_at)),
            SummaryRow(_("What is asked for"), found.wording),
            SummaryRow(_("Who asks"), found.asker or _("Has not said")),
            SummaryRow(_("How to reach them"), found.contact or _("Not given")),
            SummaryRow(_("Registered"), moment(found.registered_at), note=str(found.registered_by)),
            SummaryRow(_("Time taken"), tag=time_tag(found)),
            SummaryRow(_("State"), tag=state_tag(found)),
        ],
        "table": _items_table(items, found) if items else None,
        "refusals": [
            {
                "when": day(each.decided_at),
                "who": str(each.decider),
                "provision": each.provision,
                "url": reverse("disclosure-refusal-file", args=[found.pk, each.pk])
                if sees_all_of(each, items)
                else "",
            }
            for each in found.refusals.select_related("decider").order_by("pk")
        ],
        "may_review": may_review,
        "may_decide": open_
        and bool(up_for_decision(items))
        and rules.has_perm("grants.decide_disclosure", person, found),
        "to_decide": len(to_decide),
        "may_finish": may_review and done and all(each.seen for each in items),
    }
    return render(request, "portal/register/disclosure.html", context)


def named(document: CaseDocument) -> str:
    """The document as it is told apart: its case, number and kind."""
    kind = str(DocumentKind(document.kind).label)
    number = document.application.number
    return _("%(case)s, document %(number)d: %(kind)s") % {
        "case": number,
        "number": document.number,
        "kind": kind,
    }


def _items_table(items: Sequence[Any], found: DisclosureRequest) -> Table:
    return Table(
        id="items",
        caption=_("Documents"),
        columns=(
            Column(_("Document")),
            Column(_("Secrecy marking")),
            Column(_("Review")),
            Column(_("To give out")),
        ),
        rows=tuple(_item_row(each, found) for each in items),
        stack=True,
        caption_hidden=True,
    )


def sees_all_of(refusal: DisclosureRefusal, items: Iterable[Any]) -> bool:
    """Whether the reader sees every case that the refusal is about; `items` are the request's."""
    return all(each.seen for each in items if each.refusal_id == refusal.pk)


def _item_row(item: Any, found: DisclosureRequest) -> Row:
    """One of a case that the reader is shut out of says only that."""
    if not item.seen:
        return Row(Cell(_("A case you do not see")), (Cell(), Cell(), Cell()))
    review = reverse("disclosure-review", args=[found.pk, item.pk])
    return Row(
        Cell(named(item.document), url=review, note=item.document.application.lead.name),
        (
            Cell(tag=marking_tag(item.document), note=item.document.secrecy),
            Cell(tag=outcome_tag(item), note=item.provision),
            Cell(*_given(item, found)),
        ),
    )


def outcome_tag(item: DisclosureItem) -> Tag:
    """What the review came to."""
    if not item.outcome:
        return Tag(_("To review"), Tone.INFO)
    if item.outcome == DisclosureOutcome.REFUSED and item.refusal_id is None:
        return Tag(_("Proposed: not to be given out"), Tone.WARNING)
    tones = {
        DisclosureOutcome.FULL: Tone.SUCCESS,
        DisclosureOutcome.PART: Tone.INFO,
        DisclosureOutcome.REFUSED: Tone.DANGER,
    }
    outcome = DisclosureOutcome(item.outcome)
    return Tag(outcome.label, tones[outcome])


def _given(item: Any, found: DisclosureRequest) -> tuple[str, str]:
    if item.outcome == DisclosureOutcome.PART:
        url = reverse("disclosure-rendition", args=[found.pk, item.pk])
        return _("Document with parts left out (PDF)"), url
    if item.outcome == DisclosureOutcome.FULL:
        document = item.document
        url = reverse("case-document", args=[document.application_id, document.number])
        return _("The whole document"), url
    return "", ""


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_choose(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Choose which documents of a case the request is about."""
    found, person = shown_request(request, pk), person_of(request)
    refuse_unless("grants.review_disclosure", person, found)
    number = request.GET.get("number", "") or request.POST.get("number", "")
    form = CaseNumberForm({"number": number} if number else None)
    case = None
    if number and form.is_valid():
        cases = documented_cases(person).filter(call__agency=found.agency)
        clean = form.cleaned_data["number"]
        case = cases.filter(register_number=clean).first() or cases.filter(reference=clean).first()
        if case is None:
            form.add_error(
                "number", _("There is no case with that number. Check how it is written.")
            )
    documents = list(documents_of(case)) if case is not None else []
    if request.method == "POST" and case is not None:
        ticked = set(request.POST.getlist("document"))
        chosen = [each for each in documents if str(each.pk) in ticked]
        if not chosen:
            form.add_error(None, _("Tick at least one document."))
        else:
            try:
                choose_documents(request=found, actor=person, documents=chosen)
            except DisclosureRefused as refused:
                messages.error(request, refused_text(refused.code))
            else:
                messages.success(request, _("The documents are added to the request."))
            return redirect("disclosure", pk=pk)
    there = set(found.items.values_list("document_id", flat=True))
    context = {
        "found": found,
        "form": form,
        "case": case,
        "crumbs": crumbs_of(found, Crumb(_("Choose documents"))),
        "documents": [
            {
                "pk": each.pk,
                "label": f"{each.number}. {each.get_kind_display()}",
                "note": ", ".join(
                    part for part in (day(each.dated_on), each.party, each.title) if part
                ),
                "marking": marking_tag(each),
                "there": each.pk in there,
            }
            for each in documents
        ],
    }
    return render(request, "portal/register/disclosure_choose.html", context)


def refuse_unless(permission: str, person: User, found: DisclosureRequest) -> None:
    """Raise Http404 for one who may not."""
    if not rules.has_perm(permission, person, found):
        raise Http404


def refused_text(code: str) -> str:
    """Why it was not done, and what to do."""
    return {
        "finished": _("The request is finished. Register a new one."),
        "nothing_chosen": _("Tick at least one document."),
        "not_reviewed": _("Review every document first."),
        "decision_missing": _("A decision maker has to decide what is not given out."),
        "decided_already": _("It has been decided already, and cannot be reviewed again."),
        "provision_missing": _("Choose the provision."),
        "reasons_missing": _("Write the reasons."),
        "nothing_left_out": _("Tick what is left out, or write words to leave out."),
        "changed": _("A review has been changed since you opened the page. Read it again."),
        "not_to_be_refused": _("Only what is left out or not given out can be refused."),
    }[code]


def up_for_decision(items: Iterable[Any]) -> list[Any]:
    """What can be refused, or confirmed as left out, by a decision."""
    kinds = {DisclosureOutcome.REFUSED, DisclosureOutcome.PART}
    return [each for each in items if each.outcome in kinds and each.refusal_id is None]


@require_POST
def disclosure_finish(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The documents have been handed out, or refused."""
    found, person = shown_request(request, pk), person_of(request)
    try:
        finish_request(request=found, actor=person)
    except DisclosureRefused as refused:
        messages.error(request, refused_text(refused.code))
    except PermissionDenied as error:
        raise Http404 from error
    else:
        messages.success(request, _("The request is finished."))
    return redirect("disclosure", pk=pk)
