"""The addresses of the letters in a case, and their PDF files, for the party and for staff."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.selectors.files import may_be_handed_out
from grants.documents import letter_pdf
from grants.models import Application, CaseLetter
from grants.selectors import visible_application
from grants.selectors.case_letters import (
    case_letter,
    content_of,
    letters_by_source,
    own_case_letter,
)
from grants.services.case_letters import file_name
from portal.views.access import person_of
from portal.views.files import download_response
from portal.views.own_case import found_case


def letter_links(application: Application, *, own: bool) -> dict[str, str]:
    """The addresses of the case's letters by the source of their documents, in one query."""
    page = "own-case-letter" if own else "case-other-letter"
    return {
        source: reverse(page, args=[application.pk, letter.pk])
        for source, letter in letters_by_source(application).items()
    }


@require_safe
def own_case_letter_pdf(request: HttpRequest, *, pk: int, letter: int) -> HttpResponseBase:
    """A letter as PDF, for the party."""
    return _file(own_case_letter(found_case(request, pk), letter))


@require_safe
def case_other_letter_pdf(request: HttpRequest, *, pk: int, letter: int) -> HttpResponseBase:
    """A letter as PDF, for the agency's staff."""
    application = visible_application(person_of(request), pk)
    if application is None:
        raise Http404
    return _file(case_letter(application, letter))


def _file(letter: CaseLetter | None) -> HttpResponseBase:
    """The PDF that is kept; while none is, the same made here."""
    if letter is None:
        raise Http404
    if letter.file is not None and may_be_handed_out(letter.file):
        return download_response(letter.file)
    return HttpResponse(
        letter_pdf(content_of(letter), sha256=letter.sha256),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(letter)}"',
            "Cache-Control": "private, no-store",
        },
    )
