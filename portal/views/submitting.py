"""Sending in: the summary as the officer will see it, the signature, the receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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
from django_fsm import TransitionNotAllowed

from applicants.content import assurance_label
from applicants.enums import Signing
from applicants.models import Mandate
from applicants.selectors import signatories_of
from core.checks import canonical_json, sha256_text
from core.content import Crumb, SummaryRow, Text
from grants.checks import SubmissionBlocked, TransitionRefused
from grants.content.application import application_content
from grants.enums import Status
from grants.models import Application, ApplicationVersion, Signature
from grants.selectors.sent_in import (
    answered_request,
    content_of_version,
    open_signatures,
    signatures_of,
)
from grants.selectors.submission import document_of
from grants.services.submission import ContentChanged, is_late, sign_application
from portal.forms.sending import SubmitForm
from portal.selectors.own_cases import own_receipt
from portal.selectors.writing import Room, application_of, room_of
from portal.views.access import person_of
from portal.views.applying_page import Page
from portal.views.applying_sections import address
from portal.views.finding_texts import refusal_text
from portal.views.labels import call_title, day, language, money, second
from portal.views.next_steps import what_happens_next
from portal.views.sent_in import laid_out
from portal.views.signing_in import assurance_of


def own_room(request: HttpRequest, pk: int) -> Room:
    """The application as one of its own meets it. Raises Http404."""
    room = room_of(person_of(request), pk)
    if room is None:
        raise Http404
    return room


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """Who has signed, when, and how the person had signed in. `holds` is False when the
    application has been written since."""

    name: str
    when: str
    assurance: Text
    holds: bool


@dataclass(frozen=True, slots=True)
class SigningState:
    """Where the signing stands, for the one who reads the page."""

    lines: tuple[SignatureLine, ...]
    explanation: str
    may_sign: bool
    completes: bool


def _signing(
    room: Room,
    signatories: Sequence[Mandate],
    signatures: Sequence[Signature],
    sha256: str,
    me: int,
) -> SigningState:
    """Who signs: one alone, or two together; who has, and what is left."""
    lines = tuple(
        SignatureLine(
            str(each.user),
            second(each.signed_at),
            assurance_label(each.assurance),
            each.sha256 == sha256,
        )
        for each in signatures
    )
    mine = {each.signing for each in signatories if each.user_id == me}
    valid = {each.user_id for each in signatories}
    holding = {each.user_id for each in signatures if each.sha256 == sha256} & valid
    others = holding - {me}
    names = ", ".join(dict.fromkeys(str(each.user) for each in signatories))
    named = {"organisation": room.lead.name, "names": names}
    if not mine:
        who = (
            _("Only those who sign for %(organisation)s can send the application in: %(names)s.")
            if names
            else _("Nobody can sign for %(organisation)s yet.")
        )
        return SigningState(lines, who % named, may_sign=False, completes=False)
    if Signing.SOLE in mine:
        text = _("You sign alone for %(organisation)s. When you have signed, it is sent in.")
        return SigningState(lines, text % named, may_sign=True, completes=True)
    if others:
        text = _(
            "You sign for %(organisation)s two together, and one has signed. When you have signed "
            "too, it is sent in."
        )
        return SigningState(lines, text % named, may_sign=True, completes=True)
    rest = ", ".join(dict.fromkeys(str(each.user) for each in signatories if each.user_id != me))
    if me in holding:
        text = _(
            "You have signed. The application is sent in when one more has signed: %(names)s. "
            "If anything in it is changed before that, you sign again."
        )
        return SigningState(lines, text % {"names": rest}, may_sign=False, completes=False)
    text = _(
        "You sign for %(organisation)s two together. When you have signed, the application "
        "waits for one more of: %(names)s."
    )
    named["names"] = rest or "–"
    return SigningState(lines, text % named, may_sign=True, completes=False)


def _form(application: Application, *, late: bool, data: Any = None) -> SubmitForm:
    form = application.definition.application
    points = form.declaration if form is not None else ()
    return SubmitForm(data, points=[each.in_(language()) for each in points], late=late)


def _preview(
    request: HttpRequest, room: Room, *, data: Any = None, now: Any = None
) -> tuple[SubmitForm, dict[str, Any]]:
    """The form and all that the preview shows."""
    application = room.application
    document = document_of(
        application,
        room.draft,
        parts=room.parts,
        files=room.files,
        before=room.checked[0].granted_before,
    )
    sha256 = sha256_text(canonical_json(document))
    content = application_content(
        document,
        room.definition,
        language(),
        organisations=[part.organisation_id for part in room.parts],
    )
    late = is_late(application, now or timezone.now())
    form = _form(application, late=late, data=data)
    form.fields["seen"].initial = sha256
    page = Page(request, room)
    degrees = page.degrees()
    signing = _signing(
        room,
        signatories_of(application.lead),
        open_signatures(application),
        sha256,
        person_of(request).pk,
    )
    context = {
        "crumbs": [
            Crumb(_("My pages"), reverse("my-pages")),
            Crumb(
                call_title(application.call), reverse("application-tasks", args=[application.pk])
            ),
            Crumb(_("Look through and send in")),
        ],
        "application": application,
        "call_title": call_title(application.call),
        "laid": laid_out(content, _file_addresses(application, room)),
        "degrees": degrees,
        "blocked": any(each.blocks for each in room.findings),
        "form": form,
        "sha256": sha256,
        "signing": signing,
        "assurance": assurance_label(assurance_of(request)),
        "late": late,
        "closes": day(application.call.closes_on),
        "closed_days": _days_since(application.call.closes_on),
        "number": application.register_number,
    }
    return form, context


def _file_addresses(application: Application, room: Room) -> dict[str, str]:
    found = {
        each.file.sha256: address("attachment-file", application.pk, each.pk) for each in room.files
    }
    return {sha256: url for sha256, url in found.items() if url}


def _days_since(closes_on: date | None) -> int:
    return (timezone.localdate() - closes_on).days if closes_on else 0


@require_safe
def application_preview(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The application as the officer will see it, everything to correct, and the signature."""
    room = own_room(request, pk)
    if room.application.status == Status.COMPLETION_REQUESTED:
        return redirect("application-complete", pk=pk)
    if room.application.status != Status.DRAFT:
        return redirect("application-file", pk=pk)
    _form, context = _preview(request, room)
    return render(request, "portal/own/preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def application_submit(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Sign, and send in when all have signed that it takes."""
    arrived_at = timezone.now()
    person = person_of(request)
    application = application_of(person, pk)
    if application is None or application.definition.application is None:
        raise Http404
    if request.method != "POST":
        return redirect("application-preview", pk=pk)
    if application.status != Status.DRAFT:
        return _already(request, application)
    form = _form(application, late=is_late(application, arrived_at), data=request.POST)
    if not form.is_valid():
        if not rules.has_perm("grants.submit_application", person, application):
            messages.error(request, _("Only those who sign for the lead applicant can send it in."))
            return redirect("application-preview", pk=pk)
        # Only now is all that the page shows asked of the database.
        _form_shown, context = _preview(
            request, own_room(request, pk), data=request.POST, now=arrived_at
        )
        return render(request, "portal/own/preview.html", context)
    try:
        receipt = sign_application(
            application=application,
            actor=person,
            assurance=assurance_of(request),
            # A form that tells of nothing shown is none of ours.
            seen=form.cleaned_data["seen"] or "-",
            arrived_at=arrived_at,
        )
    except ContentChanged:
        messages.warning(
            request,
            _(
                "Somebody has written in the application since you opened the page, so nothing "
                "has been sent in. This is how it looks now: read it through and sign again."
            ),
        )
        return redirect("application-preview", pk=pk)
    except SubmissionBlocked:
        messages.error(request, _("There is something to correct before it can be sent in."))
        return redirect("application-preview", pk=pk)
    except TransitionRefused as refused:
        for each in refused.refusals:
            messages.error(request, refusal_text(each.condition))
        return redirect("application-preview", pk=pk)
    except TransitionNotAllowed:
        return redirect("application-file", pk=pk)
    except PermissionDenied:
        messages.error(request, _("Only those who sign for the lead applicant can send it in."))
        return redirect("application-preview", pk=pk)
    if receipt is None:
        messages.success(
            request,
            _("You have signed. The application is sent in when one more has signed."),
        )
        return redirect("application-preview", pk=pk)
    return redirect("application-receipt", pk=pk)


def _already(request: HttpRequest, application: Application) -> HttpResponse:
    """A second click, or a colleague's: there is one receipt."""
    if application.status == Status.COMPLETION_REQUESTED:
        return redirect("application-complete", pk=application.pk)
    return redirect("application-receipt", pk=application.pk)


@require_safe
def application_receipt(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What was received, when, under what number, and what happens next."""
    found = own_receipt(person_of(request), pk)
    if found is None:
        raise Http404
    application, version = found
    if version is None:
        return redirect("application-preview", pk=pk)
    version.application = application
    definition = application.definition
    content = content_of_version(version, definition, language())
    context = {
        "crumbs": [
            Crumb(_("My pages"), reverse("my-pages")),
            Crumb(application.number, reverse("application-file", args=[pk])),
            Crumb(_("Receipt")),
        ],
        "application": application,
        "version": version,
        "call_title": call_title(application.call),
        "received": second(version.submitted_at),
        "summary": _receipt_rows(application, version, money(content.requested_sek)),
        "signatures": [
            SignatureLine(
                f"{each.name}, {each.organisation}",
                second(each.signed_at),
                assurance_label(each.assurance),
                holds=True,
            )
            for each in signatures_of(version)
        ],
        "next": what_happens_next(application, definition, timezone.localdate()),
        "laid": laid_out(content),
        "is_draft": application.status == Status.DRAFT,
        "late": _came_late(application, version),
        "completion": answered_request(version),
        "closes": day(application.call.closes_on),
    }
    return render(request, "portal/own/receipt.html", context)


def _came_late(application: Application, version: ApplicationVersion) -> bool:
    """Whether this version is the application itself, received after the last day."""
    return application.late and version.submitted_at == application.received_at


def _receipt_rows(
    application: Application, version: ApplicationVersion, amount: str
) -> list[SummaryRow]:
    return [
        SummaryRow(_("Register number"), application.number),
        SummaryRow(
            _("Received"),
            second(version.submitted_at),
            note=_("after the last day to apply") if _came_late(application, version) else "",
        ),
        SummaryRow(_("Call"), call_title(application.call)),
        SummaryRow(_("Lead applicant"), application.lead.name),
        SummaryRow(_("Amount applied for"), amount),
        SummaryRow(_("Version"), str(version.number)),
        SummaryRow(_("Checksum (SHA-256)"), version.sha256),
    ]
