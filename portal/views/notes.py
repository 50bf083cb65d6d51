"""Official notes (tjänsteanteckningar) in a case."""

from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.content import Crumb
from portal.forms.fair import NoteForm
from portal.views.access import person_of
from portal.views.declaring import read_case, read_crumbs
from portal.views.labels import call_title, day, second
from reviews.checks import ReviewRefused
from reviews.models import Note
from reviews.selectors.notes import notes_of
from reviews.services import write_note


@require_http_methods(["GET", "HEAD", "POST"])
def case_notes(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The notes of the case, and a new one."""
    application, person = read_case(request, pk), person_of(request)
    may = rules.has_perm("reviews.write_note", person, application)
    form = NoteForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if request.method == "POST":
        if not may:
            raise Http404
        if form.is_valid():
            given = form.cleaned_data
            try:
                note = write_note(
                    application=application,
                    actor=person,
                    title=given["title"],
                    body=given["body"],
                    about=given["about"],
                    secrecy=given["provision"] if given["secret"] else "",
                )
            except ReviewRefused:
                form.add_error(None, _("The note could not be kept. Look at what you wrote."))
            except PermissionDenied as error:
                raise Http404 from error
            else:
                messages.success(request, _("The note is kept in the case."))
                address = redirect("case-notes", pk=pk)
                address["Location"] += f"#note-{note.pk}"
                return address
    context = {
        "crumbs": read_crumbs(request, application, Crumb(_("Official notes"))),
        "application": application,
        "call_title": call_title(application.call),
        "form": form,
        "may": may,
        "notes": [_shown(each) for each in notes_of(application)],
    }
    return render(request, "portal/fair/notes.html", context)


def _shown(note: Note) -> dict[str, Any]:
    return {
        "id": note.pk,
        "title": note.title,
        "body": note.body,
        "about": day(note.about),
        "secrecy": note.secrecy,
        "who": str(note.written_by),
        "when": second(note.written_at),
    }
