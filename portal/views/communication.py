"""Communication (25 § förvaltningslagen): the officer's pages, and the party's answer."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applicants.enums import Role
from applicants.models import User
from core.checks.files import FileRefused
from core.checks.working_days import working_day_from
from core.content import Cell, Column, Crumb, FileItem, Row, Table, Tag, Tone
from core.models import StoredFile
from core.services.files import store_upload
from grants.models import Application
from grants.selectors import participants_of
from grants.workflow import HAS_GRANT
from portal.forms.fair import AnswerForm, CommunicationForm, NotCommunicatingForm
from portal.selectors.communication import (
    cases_declared_in,
    cases_with_decision,
    file_communicated,
)
from portal.views.access import person_of
from portal.views.case_roles import works_as
from portal.views.declaring import declared_or_redirect, read_case, read_crumbs
from portal.views.files import download_response, file_item, refusal_text
from portal.views.labels import agency_name, call_title, day, second
from portal.views.own_case import case_crumbs, found_case
from reviews.checks import ReviewRefused
from reviews.checks.communication import Heard
from reviews.enums import SourceKind
from reviews.models import Communication, CommunicationAnswer, NotCommunicating
from reviews.selectors.communication import (
    Known,
    MaterialState,
    OfGrant,
    answered_here,
    answering_organisations,
    beside,
    can_be_answered,
    communications_of,
    communications_read_by,
    communications_to,
    heard_material,
    not_communicating_of,
    opened_at,
    receivers,
    revocation_heard,
    with_all_shown,
)
from reviews.services import (
    answer_communication,
    mark_communication_read,
    note_not_communicating,
    send_communication,
)
from reviews.services.communication import Source

MOST_FILES = 10


def heard_tag(heard: Heard) -> Tag:
    """How far the applicant has been heard, as a tag."""
    return {
        Heard.NOT_SENT: Tag(_("Not sent to the applicant"), Tone.WARNING),
        Heard.WAITING: Tag(_("Waits for an answer"), Tone.INFO),
        Heard.ANSWERED: Tag(_("Answered"), Tone.SUCCESS),
        Heard.TIME_PASSED: Tag(_("The time to answer has passed"), Tone.SUCCESS),
        Heard.NOT_NEEDED: Tag(_("Noted why it is not sent"), Tone.SUCCESS),
    }[heard]


def material_table(states: Sequence[MaterialState]) -> Table | None:
    """What speaks against the application and did not come from the applicant; None where there
    is nothing."""
    if not states:
        return None
    return Table(
        id="material",
        caption=_("What speaks against the application and did not come from the applicant"),
        columns=(Column(_("What")), Column(_("Kind")), Column(_("Communicated"))),
        rows=tuple(
            Row(
                Cell(each.material.title),
                (
                    Cell(SourceKind(each.material.kind).label),
                    Cell(tag=heard_tag(each.heard)),
                ),
            )
            for each in states
        ),
        stack=True,
        caption_hidden=True,
    )


# The officer --------------------------------------------------------------------------------------


@require_safe
def case_communication(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What is to be communicated in the case, what has been sent, and what was answered."""
    application = read_case(request, pk, cases_with_decision(person_of(request)))
    sent = with_all_shown(communications_of(application))
    notes = list(not_communicating_of(application))
    around = beside(application)
    states = heard_material(application, sent=sent, notes=notes, known=Known(beside=around))
    of_grant = OfGrant(
        sent=sent,
        notes=notes,
        taking_part=around.in_grant,
        decided_at=getattr(application, "decided_at", None),
    )
    # It decides what is offered; the services ask again, under their lock.
    may = works_as(person_of(request), application, Role.CASE_OFFICER)
    context = {
        "crumbs": read_crumbs(request, application, Crumb(_("Communication"))),
        "application": application,
        "call_title": call_title(application.call),
        "material": material_table(states),
        "left": any(each.heard is Heard.NOT_SENT for each in states),
        "has_material": bool(states),
        "may": may,
        "revocation": heard_tag(revocation_heard(application, of_grant))
        if application.status in HAS_GRANT
        else None,
        "sent": [_shown(each, application, file_page="case-communication-file") for each in sent],
        "notes": [_note(each) for each in notes],
    }
    return render(request, "portal/fair/communication.html", context)


def _shown(
    communication: Communication, application: Application, *, file_page: str
) -> dict[str, Any]:
    """A communication in words, with its answers; it is one of `with_all_shown`."""
    today = timezone.localdate()
    answered = {each.organisation_id for each in communication.answers.all()}

    def file(stored: StoredFile) -> FileItem:
        return file_item(stored, url=reverse(file_page, args=[application.pk, stored.pk]))

    return {
        "id": communication.pk,
        "heading": _("Sent %(day)s, to be answered by %(due)s")
        % {"day": day(communication.sent_at), "due": day(communication.due)},
        "sent": second(communication.sent_at),
        "by": str(communication.sent_by),
        "due": day(communication.due),
        "passed": today > communication.due,
        "text": communication.text,
        "to": [
            {
                "name": each.name,
                "tag": _answer_tag(each.pk in answered, today > communication.due),
                "read": second(opened_at(each)) if opened_at(each) else "",
            }
            for each in communication.organisations.all()
        ],
        "sources": [
            {
                "title": each.title,
                "kind": each.get_kind_display(),
                "text": each.text,
                "file": file(each.file) if each.file else None,
            }
            for each in communication.sources.all()
        ],
        "answers": [
            _answer(each, [file(stored) for stored in each.files.all()])
            for each in communication.answers.all()
        ],
    }


def _answer_tag(answered: bool, passed: bool) -> Tag:
    if answered:
        return Tag(_("Answered"), Tone.SUCCESS)
    if passed:
        return Tag(_("Has not answered in time"))
    return Tag(_("Has not answered yet"), Tone.INFO)


def _answer(answer: CommunicationAnswer, files: list[FileItem]) -> dict[str, Any]:
    return {
        "id": answer.pk,
        "who": f"{answer.sender}, {answer.organisation.name}",
        "when": second(answer.received_at),
        "late": answer.late,
        "body": answer.body,
        "no_comment": answer.no_comment,
        "files": files,
    }


def _note(note: NotCommunicating) -> dict[str, str]:
    return {
        "ground": note.get_ground_display(),
        "reason": note.reason,
        "who": str(note.noted_by),
        "when": second(note.noted_at),
    }


def _writers_case(request: HttpRequest, pk: int) -> Application:
    """The case with what the reader has declared. Raises Http404."""
    return read_case(request, pk, cases_declared_in(person_of(request)))


@require_http_methods(["GET", "HEAD", "POST"])
def communication_send(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Send material to organisations of the case, with a day to answer by."""
    application, person = _writers_case(request, pk), person_of(request)
    if away := declared_or_redirect(request, application):
        return away
    if not works_as(person, application, Role.CASE_OFFICER):
        raise Http404
    around = beside(application)
    states = heard_material(application, known=Known(beside=around))
    waiting = [each for each in states if not each.heard.done]
    parts = receivers(application, around, [each.material for each in states])
    today = timezone.localdate()
    assessment = application.definition.assessment
    days = assessment.answer_days if assessment else 14
    form = CommunicationForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        materials=[(each.material.key, each.material.title) for each in states],
        organisations=[(str(each.pk), each.name) for each in parts],
        today=today,
        initial={
            "materials": [each.material.key for each in waiting],
            "organisations": [str(each.pk) for each in parts],
            "due": working_day_from(today + timedelta(days=days)),
        },
    )
    if request.method == "POST" and _send(request, application, person, form, states):
        messages.success(request, _("The material is sent, and the organisations are told."))
        return redirect("case-communication", pk=pk)
    context = {
        "crumbs": read_crumbs(
            request,
            application,
            Crumb(_("Communication"), reverse("case-communication", args=[pk])),
            Crumb(_("Send material")),
        ),
        "application": application,
        "form": form,
        "materials": [each.material for each in states],
        "days": days,
    }
    return render(request, "portal/fair/communication_send.html", context)


def _send(
    request: HttpRequest,
    application: Application,
    person: User,
    form: CommunicationForm,
    states: Sequence[MaterialState],
) -> bool:
    """Send what was posted; what is wrong becomes errors of the form."""
    files = _received(request, person, form)
    if files is None:
        return False
    given = form.cleaned_data
    by_key = {each.material.key: each.material for each in states}
    sources = [
        Source(kind=SourceKind(found.kind), key=found.key, title=found.title, text=found.text)
        for key in given.get("materials") or ()
        if (found := by_key.get(key))
    ]
    if given["own_text"]:
        sources.append(
            Source(kind=SourceKind.OWN, title=given["own_title"], text=given["own_text"])
        )
    sources += [
        Source(kind=SourceKind.DOCUMENT, title=file.name[:250], file=file) for file in files
    ]
    chosen = {int(pk) for pk in given["organisations"]}
    try:
        send_communication(
            application=application,
            actor=person,
            text=given["text"],
            due=given["due"],
            organisations=[
                part.organisation
                for part in participants_of(application)
                if part.organisation_id in chosen
            ],
            sources=sources,
        )
    except ReviewRefused as refused:
        form.add_error(None, _refused(refused.code))
        return False
    except PermissionDenied as error:
        raise Http404 from error
    return True


def _received(
    request: HttpRequest, person: User, form: CommunicationForm | AnswerForm
) -> list[StoredFile] | None:
    """The files that came with a valid form, stored; None where the form is not valid, or a file
    is not received, which becomes its error."""
    uploads = request.FILES.getlist("file")
    if len(uploads) > MOST_FILES:
        form.is_valid()
        form.add_error(
            "file", _("Send at most %(number)d documents at a time.") % {"number": MOST_FILES}
        )
        return None
    if not form.is_valid():
        if uploads:
            form.add_error("file", _("Choose the documents again before you send."))
        return None
    files = []
    for upload in uploads:
        try:
            files.append(store_upload(upload=upload, uploaded_by=person.pseudonym))
        except FileRefused as refused:
            form.add_error("file", f"{upload.name}: {refusal_text(refused)}")
    return None if form.errors else files


def _refused(code: str) -> str:
    """Why it was not received, and what to do."""
    return {
        "status": _("The case is decided or closed, so nothing more is received here."),
        "empty": _("Choose or write what is to be sent."),
        "nobody": _("Choose at least one organisation."),
        "left": _("One of the organisations has left the grant. Look at the page again."),
        "due": _("Choose a day after today."),
        "changed": _("Some of the material has changed. Look at the page again and choose anew."),
        "too_long": _("The text is too long."),
        "file_elsewhere": _("A document could not be sent. Choose it again."),
        "reasons": _("Write the reason."),
    }[code]


@require_http_methods(["GET", "HEAD", "POST"])
def communication_not_needed(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Note why material is not communicated."""
    application, person = _writers_case(request, pk), person_of(request)
    if away := declared_or_redirect(request, application):
        return away
    if not works_as(person, application, Role.CASE_OFFICER):
        raise Http404
    left = [each.material for each in heard_material(application) if not each.heard.done]
    of_grant = application.status in HAS_GRANT
    form = NotCommunicatingForm(
        request.POST if request.method == "POST" else None,
        materials=[(each.key, each.title) for each in left],
        of_grant=of_grant,
    )
    if request.method == "POST" and form.is_valid():
        try:
            note_not_communicating(
                application=application,
                actor=person,
                ground=form.cleaned_data["ground"],
                reason=form.cleaned_data["reason"],
                keys=form.cleaned_data.get("materials", ()),
            )
        except ReviewRefused as refused:
            form.add_error(None, _refused(refused.code))
        except PermissionDenied as error:
            raise Http404 from error
        else:
            messages.success(request, _("It is noted in the case."))
            return redirect("case-communication", pk=pk)
    context = {
        "crumbs": read_crumbs(
            request,
            application,
            Crumb(_("Communication"), reverse("case-communication", args=[pk])),
            Crumb(_("Why material is not sent")),
        ),
        "application": application,
        "form": form,
        "materials": left,
        "of_grant": of_grant,
    }
    return render(request, "portal/fair/not_needed.html", context)


@require_safe
def case_communication_file(request: HttpRequest, *, pk: int, file: int) -> HttpResponseBase:
    """A file that was sent or answered with, for the agency."""
    application = read_case(request, pk)
    found = file_communicated(communications_of(application), file)
    if found is None:
        raise Http404
    return download_response(found)


# The party ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def own_communication(request: HttpRequest, *, pk: int, communication: int) -> HttpResponse:
    """What was sent to an organisation that the reader acts for, to be answered there; what was
    sent to one that it has absorbed, to be read."""
    application, person = found_case(request, pk), person_of(request)
    sent_to = communications_to if request.method == "POST" else communications_read_by
    found = with_all_shown(sent_to(application, person).filter(pk=communication))
    if not found:
        raise Http404
    (sent,) = found
    answering = answered_here(sent, person)
    is_open = can_be_answered(sent, application.status)
    form = AnswerForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        organisations=[(str(each.pk), each.name) for each in answering],
    )
    if request.method == "POST":
        if _answered(request, sent, person, form):
            messages.success(request, _("Your answer is received."))
            return redirect("own-communication", pk=pk, communication=communication)
    elif request.method == "GET" and any(opened_at(each) is None for each in answering):
        mark_communication_read(communication=sent, actor=person)
    context = {
        "crumbs": case_crumbs(application, Crumb(_("Material to answer"))),
        "application": application,
        "agency": agency_name(application.call.agency),
        "shown": _shown(sent, application, file_page="own-communication-file"),
        "form": form,
        "may": bool(answering) and is_open,
        "is_open": is_open,
        "late": timezone.localdate() > sent.due,
    }
    return render(request, "portal/fair/own_communication.html", context)


def _answered(request: HttpRequest, sent: Communication, person: User, form: AnswerForm) -> bool:
    answering = answering_organisations(sent, person)
    files = _received(request, person, form)
    if files is None or not answering:
        return False
    chosen = form.cleaned_data.get("organisation") or str(answering[0].pk)
    organisation = next(each for each in answering if str(each.pk) == chosen)
    try:
        answer_communication(
            communication=sent,
            actor=person,
            organisation=organisation,
            body=form.cleaned_data["body"],
            no_comment=form.cleaned_data["no_comment"],
            files=files,
        )
    except ReviewRefused as refused:
        form.add_error(None, _refused(refused.code))
        return False
    except PermissionDenied as error:
        raise Http404 from error
    return True


@require_safe
def own_communication_file(request: HttpRequest, *, pk: int, file: int) -> HttpResponseBase:
    """A file that was sent to an organisation that the reader acts for, or to one that it has
    absorbed, or answered with."""
    application = found_case(request, pk)
    found = file_communicated(communications_read_by(application, person_of(request)), file)
    if found is None:
        raise Http404
    return download_response(found)
