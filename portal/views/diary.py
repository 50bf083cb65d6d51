"""The public register (diarium): what has been received, without what may be secret."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.content import Cell, Column, Crumb, Row, SummaryRow, Table
from grants.enums import Direction, DocumentKind
from grants.models import Application, CaseDocument
from grants.selectors.register import (
    diary_cases,
    documents_of,
    party_shown,
    public_parties,
    with_diary_parts,
)
from portal.forms.register import DiaryFilter
from portal.selectors.definitions import parse_definitions
from portal.selectors.diary import DIARY_KEYS, diary_found
from portal.views.labels import agency_name, call_title, day
from portal.views.lists import Heading, listing

HEADINGS = (
    Heading(gettext_lazy("Register number"), nowrap=True),
    Heading(gettext_lazy("Received"), "received", nowrap=True),
    Heading(gettext_lazy("Sender")),
    Heading(gettext_lazy("What it is about")),
)


@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """The cases, the latest first."""
    form = DiaryFilter(request.GET)
    page = listing(
        request,
        with_diary_parts(diary_found(form.chosen)),
        form=form,
        headings=HEADINGS,
        keys=DIARY_KEYS,
        default="-received",
    )
    parse_definitions([application.call for application in page.rows])
    table = Table(
        id="diary",
        caption=_("Public register"),
        columns=page.columns,
        rows=tuple(_row(application) for application in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {"form": form, "page": page, "table": table}
    return render(request, "portal/register/diary.html", context)


def _row(application: Any) -> Row:
    return Row(
        Cell(application.number, url=reverse("diary-case", args=[application.pk])),
        (
            Cell(day(application.received_at)),
            Cell(_sender(application)),
            Cell(_about(application), note=agency_name(application.call.agency)),
        ),
    )


def _sender(application: Any) -> str:
    """The organisations, the lead first; not shown where what they sent may be secret."""
    if application.secret:
        return _("Not shown: it may be secret")
    return "; ".join(part.organisation.name for part in application.participations.all())


def _about(application: Application) -> str:
    title = call_title(application.call)
    return _("Application for a grant: %(call)s") % {"call": title}


@require_safe
def diary_case(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One case with its documents: number, date, party and kind."""
    application = get_object_or_404(with_diary_parts(diary_cases({})), pk=pk)
    known = public_parties(application)
    secret: bool = application.secret
    rows = tuple(_document(each, known, secret=secret) for each in documents_of(application))
    call = application.call
    context = {
        "application": application,
        "crumbs": [Crumb(_("Public register"), reverse("diary")), Crumb(application.number)],
        "summary": [
            SummaryRow(_("Register number"), application.number),
            SummaryRow(_("Received"), day(application.received_at)),
            SummaryRow(_("Sender"), _sender(application)),
            SummaryRow(_("What it is about"), _about(application)),
            SummaryRow(_("Agency"), agency_name(call.agency)),
        ],
        "table": Table(
            id="documents",
            caption=_("Documents"),
            columns=(
                Column(_("No.")),
                Column(_("Date"), nowrap=True),
                Column(_("Which way")),
                Column(_("Document")),
                Column(_("Party")),
            ),
            rows=rows,
            stack=True,
            caption_hidden=True,
        ),
    }
    return render(request, "portal/register/diary_case.html", context)


def _document(document: CaseDocument, known: frozenset[str], *, secret: bool) -> Row:
    """Of one that is marked secret only number and date (5 kap. 2 § OSL). In a case whose names
    are `secret` no party is named but agencies."""
    number, dated = Cell(str(document.number)), Cell(day(document.dated_on))
    if document.secrecy:
        left_out = Cell(_("Not shown: it may be secret"))
        return Row(number, (dated, Cell(), left_out, Cell()))
    hidden = secret and document.party not in known
    return Row(
        number,
        (
            dated,
            Cell(Direction(document.direction).label),
            Cell(DocumentKind(document.kind).label),
            Cell(("" if hidden else party_shown(document, known)) or _("Not shown")),
        ),
    )
