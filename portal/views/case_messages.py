"""Messages in a case: the applicant's page and the officer's, which are one but for the side."""

from collections.abc import Sequence

import rules
from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import User
from core.checks.files import FileRefused
from core.content import Crumb, FileItem
from core.models import StoredFile
from core.services.files import store_upload
from grants.models import Application, Message
from grants.selectors import own_applications
from grants.selectors.messages import messages_of
from grants.selectors.register import not_secret_to_party
from grants.services.messages import MessageRefused, mark_read, send_message
from portal.forms.sending import MessageForm
from portal.selectors.own_cases import file_of_message
from portal.views.access import person_of
from portal.views.case_papers import officers_crumbs, received_case
from portal.views.files import download_response, file_item, refusal_text
from portal.views.labels import agency_name, second
from portal.views.own_case import case_crumbs, found_case

MOST_FILES = 10


@require_http_methods(["GET", "HEAD", "POST"])
def application_messages(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The messages as an applicant reads and writes them."""
    application = found_case(request, pk)
    crumbs = case_crumbs(application, Crumb(_("Messages")))
    return _page(request, application, crumbs, from_agency=False)


@require_http_methods(["GET", "HEAD", "POST"])
def case_messages(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The messages as the agency reads and writes them."""
    application = received_case(request, pk)
    crumbs = officers_crumbs(application, Crumb(_("Messages")))
    return _page(request, application, crumbs, from_agency=True)


def _page(
    request: HttpRequest, application: Application, crumbs: Sequence[Crumb], *, from_agency: bool
) -> HttpResponse:
    person = person_of(request)
    permission = "grants.message_applicant" if from_agency else "grants.message_agency"
    may = rules.has_perm(permission, person, application)
    form = MessageForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    page = "case-messages" if from_agency else "application-messages"
    if request.method == "POST":
        if from_agency and not may:
            raise Http404
        if _send(request, application, person, form, from_agency=from_agency):
            return redirect(page, pk=application.pk)
    else:
        mark_read(application=application, actor=person, from_agency=not from_agency)
    context = {
        "crumbs": crumbs,
        "application": application,
        "form": form,
        "may": may,
        "from_agency": from_agency,
        "threads": [
            _shown(each, application, person, from_agency=from_agency)
            for each in _messages(application, from_agency=from_agency)
        ],
    }
    return render(request, "portal/own/messages.html", context)


def _messages(application: Application, *, from_agency: bool) -> QuerySet[Message]:
    """The messages; the party's side reads all but what is secret to it."""
    found = messages_of(application)
    return found if from_agency else not_secret_to_party(found, "message")


def _send(
    request: HttpRequest,
    application: Application,
    person: User,
    form: MessageForm,
    *,
    from_agency: bool,
) -> bool:
    """Send what was posted; what is wrong becomes errors of the form."""
    uploads = request.FILES.getlist("file")
    files: list[StoredFile] = []
    if len(uploads) > MOST_FILES:
        form.add_error(
            "file", _("Send at most %(number)d documents at a time.") % {"number": MOST_FILES}
        )
        return False
    form.is_valid()
    for upload in uploads if form.is_valid() else ():
        try:
            files.append(store_upload(upload=upload, uploaded_by=person.pseudonym))
        except FileRefused as refused:
            form.add_error("file", f"{upload.name}: {refusal_text(refused)}")
    if form.errors:
        return False
    try:
        send_message(
            application=application,
            actor=person,
            body=form.cleaned_data["body"],
            from_agency=from_agency,
            files=files,
        )
    except MessageRefused as refused:
        texts = {
            "empty": _("Write something, or choose a document."),
            "too_long": _("The message is too long."),
            "file_elsewhere": _("The document could not be sent. Choose it again."),
        }
        form.add_error("body", texts[refused.code])
        return False
    except PermissionDenied:
        form.add_error(None, _("You may not write messages in this case."))
        return False
    notices.success(request, _("The message is sent."))
    return True


def _shown(
    message: Message, application: Application, person: User, *, from_agency: bool
) -> dict[str, object]:
    """A message in words: who wrote it, when, and who on the other side has read it."""
    agency = agency_name(application.call.agency)
    side = agency if message.from_agency else str(message.organisation)
    readers = [str(each.user) for each in message.readings.all()]
    mine = message.from_agency == from_agency
    return {
        "id": message.pk,
        "who": f"{message.sender}, {side}",
        "when": second(message.sent_at),
        "body": message.body,
        "mine": mine,
        "readers": ", ".join(readers) if mine else "",
        "unread": mine and not readers,
        "files": [
            _file(each, application, from_agency=from_agency) for each in message.files.all()
        ],
    }


def _file(file: StoredFile, application: Application, *, from_agency: bool) -> FileItem:
    name = "case-message-file" if from_agency else "message-file"
    return file_item(file, url=reverse(name, args=[application.pk, file.pk]))


@require_safe
def message_file(request: HttpRequest, *, pk: int, file: int) -> HttpResponseBase:
    """A file of a message, for those who take part in the case."""
    person = person_of(request)
    found = file_of_message(own_applications(person).filter(pk=pk), file, own=True)
    return _download(found)


@require_safe
def case_message_file(request: HttpRequest, *, pk: int, file: int) -> HttpResponseBase:
    """A file of a message, for the agency."""
    application = received_case(request, pk)
    return _download(file_of_message(Application.objects.filter(pk=application.pk), file))


def _download(file: StoredFile | None) -> HttpResponseBase:
    if file is None:
        raise Http404
    return download_response(file)
