"""The files of an application: received, listed, taken out, handed out to those it is for."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.models import StoredFile
from core.selectors.files import same_content
from grants.selectors.draft import attachments_of, own_attachments
from grants.services.attachments import attach_file, remove_attachment
from grants.services.drafts import FieldLocked
from grants.services.moving import UnknownField
from portal.selectors.writing import application_of, room_of
from portal.views.access import person_of
from portal.views.applying_page import Page
from portal.views.applying_requirements import files_at
from portal.views.applying_sections import section_url
from portal.views.files import (
    Received,
    download_response,
    receive_uploads,
    same_content_text,
    upload_answer,
)


def page_of(application: int, place: str) -> str:
    """The page on which files for the place are listed."""
    slug = "requirements" if place.startswith("requirement.") else "attachments"
    return section_url(application, slug)


@require_POST
def attachment_add(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Receive files for a place in the application, given by `place`."""
    user = person_of(request)
    application = application_of(user, pk)
    if application is None:
        raise Http404
    place = request.POST.get("place") or request.GET.get("place", "")
    back = page_of(application.pk, place)

    def attach(file: StoredFile) -> str:
        there = [each.file_id for each in attachments_of(application)]
        attach_file(application=application, file=file, place=place, actor=user)
        same = list(same_content(there, file.sha256))
        return same_content_text(same) if same else ""

    try:
        outcomes = receive_uploads(request, uploaded_by=user.pseudonym, attach=attach)
    except (PermissionDenied, UnknownField):
        raise Http404 from None
    except FieldLocked:
        text = _("The application is locked, so no file can be added.")
        outcomes = [Received(_("The file"), refused=text)]
    return upload_answer(
        request, outcomes, shown=lambda: _shown(request, application.pk, place), back=back
    )


def _shown(request: HttpRequest, pk: int, place: str) -> HttpResponse:
    room = room_of(request.user, pk)
    if room is None:
        raise Http404
    files = files_at(Page(request, room), place, "")
    context = {"id": files.id, "files": files.items}
    return render(request, "components/file_list.html", context)


@require_POST
def attachment_remove(request: HttpRequest, *, pk: int, attachment: int) -> HttpResponse:
    """Take a file out of an application that is being written."""
    user = person_of(request)
    found = get_object_or_404(own_attachments(user), pk=attachment, application=pk)
    try:
        remove_attachment(attachment=found, actor=user)
        messages.success(request, _("%(file)s has been taken out.") % {"file": found.file.name})
    except PermissionDenied:
        messages.error(request, _("You may read the application, but not change this."))
    except FieldLocked:
        messages.error(request, _("The application is locked, so the file stays."))
    return redirect(page_of(found.application_id, found.place))


@require_safe
def attachment_file(request: HttpRequest, *, pk: int, attachment: int) -> HttpResponseBase:
    """The file, to those who take part in the application. The agency's staff have an address of
    their own, for what has been sent in."""
    found = get_object_or_404(own_attachments(request.user), pk=attachment, application=pk)
    return download_response(found.file)
