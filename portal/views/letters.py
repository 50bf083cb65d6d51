"""A decision's letter: the draft before it is decided, and the frozen letter for the party and for
the agency's staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applicants.models import Organisation
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table
from core.selectors.files import may_be_handed_out
from grants.content.letter import LetterContent, letter_content
from grants.content.letter_parts import LetterTable
from grants.documents import letter_pdf
from grants.enums import DeliveryHow, LetterState
from grants.models import Application, Decision, DecisionLetter
from grants.selectors.deliveries import organisations_acted_for
from grants.selectors.letters import content_of, letter_of
from grants.services.deliveries import delivered
from grants.services.letters import try_again
from portal.selectors.letters import decision_in, proposed_facts, staffs_case
from portal.views.access import person_of
from portal.views.case_papers import officers_crumbs
from portal.views.declaring import declared_or_redirect
from portal.views.files import download_response
from portal.views.labels import call_title, day, moment, money
from portal.views.own_case import case_crumbs, found_case


@dataclass(frozen=True, slots=True)
class Laid:
    """A section of the letter as the page lays it out."""

    key: str
    title: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...]
    table: Table | None
    after: tuple[str, ...]


def staff_case_or_404(request: HttpRequest, pk: int) -> Application:
    """The case, for those of the agency's staff who read its letters. Raises Http404."""
    application = staffs_case(person_of(request), pk)
    if application is None:
        raise Http404
    return application


def _decision(application: Application, pk: int, *, own: bool = False) -> Decision:
    decision = decision_in(application, pk, own=own)
    if decision is None:
        raise Http404
    return decision


@require_safe
def letter_preview(request: HttpRequest, *, pk: int) -> HttpResponseBase:
    """The letter as it would be if what is proposed were decided now, marked as a draft."""
    application = staff_case_or_404(request, pk)
    elsewhere = declared_or_redirect(request, application)
    if elsewhere is not None:
        return elsewhere
    definition = application.definition
    letter = letter_of(definition)
    facts = proposed_facts(application) if letter is not None else None
    if letter is None or facts is None:
        raise Http404
    content = letter_content(facts, definition, letter)
    data = letter_pdf(content, sha256="", drafted_on=timezone.localdate())
    return _pdf(data, f"utkast-{application.number}.pdf")


@require_safe
def own_decision(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """The decision, as its party reads it; that it was opened is kept."""
    application = found_case(request, pk)
    found = _decision(application, decision, own=True)
    _keep_opening(request, application, found)
    crumbs = case_crumbs(application, Crumb(_("Decision")))
    pdf = reverse("own-decision-pdf", args=[application.pk, found.pk])
    return _page(request, application, found, crumbs, pdf, own=True)


@require_safe
def own_decision_pdf(request: HttpRequest, *, pk: int, decision: int) -> HttpResponseBase:
    """The letter as PDF, for its party; that it was opened is kept."""
    application = found_case(request, pk)
    found = _decision(application, decision, own=True)
    data = _letter_file(found)
    _keep_opening(request, application, found)
    return data


@require_http_methods(["GET", "HEAD", "POST"])
def case_decision_letter(request: HttpRequest, *, pk: int, decision: int) -> HttpResponse:
    """The letter, and when the parties received it, for the agency's staff; a POST has a letter
    made that was given up."""
    application = staff_case_or_404(request, pk)
    found = _decision(application, decision)
    if request.method == "POST":
        letter = _letter(found)
        if letter is not None and try_again(letter=letter):
            messages.success(request, _("The letter is being made again."))
        return redirect("case-letter", pk=pk, decision=decision)
    crumbs = officers_crumbs(application, Crumb(_("Decision letter")))
    pdf = reverse("case-letter-pdf", args=[application.pk, found.pk])
    return _page(request, application, found, crumbs, pdf, own=False)


@require_safe
def case_letter_pdf(request: HttpRequest, *, pk: int, decision: int) -> HttpResponseBase:
    """The letter as PDF, for the agency's staff."""
    return _letter_file(_decision(staff_case_or_404(request, pk), decision))


def _keep_opening(request: HttpRequest, application: Application, decision: Decision) -> None:
    """Keep the first opening for each organisation that the reader acts for."""
    if decision.imported or request.method == "HEAD":
        return
    person = person_of(request)
    opened = {each.organisation_id for each in decision.deliveries.all() if each.opened_at}
    mine = [pk for pk in organisations_acted_for(application, person) if pk not in opened]
    for organisation in Organisation.objects.filter(pk__in=mine) if mine else ():
        delivered(
            decision=decision, organisation=organisation, how=DeliveryHow.OPENED, actor=person
        )


def _letter_file(decision: Decision) -> HttpResponseBase:
    """The PDF that is kept; while none is, the same made here."""
    letter = _letter(decision)
    if letter is None:
        raise Http404
    if letter.file is not None and may_be_handed_out(letter.file):
        return download_response(letter.file)
    name = f"beslut-{decision.application.number}.pdf"
    return _pdf(letter_pdf(content_of(letter), sha256=letter.sha256), name)


def _letter(decision: Decision) -> DecisionLetter | None:
    found: DecisionLetter | None = getattr(decision, "letter", None)
    return found


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _page(
    request: HttpRequest,
    application: Application,
    decision: Decision,
    crumbs: Sequence[Crumb],
    pdf: str,
    *,
    own: bool,
) -> HttpResponse:
    letter = _letter(decision)
    content = None if letter is None else content_of(letter)
    replaced = _replaced(decision)
    context = {
        "crumbs": crumbs,
        "application": application,
        "decision": decision,
        "call_title": call_title(application.call),
        "letter": content,
        "sections": [] if content is None else laid_out(content),
        "pdf_url": "" if letter is None else pdf,
        "checksums": [] if letter is None else _checksums(letter),
        "summary": _summary(decision) if content is None else [],
        "corrections": [
            (day(each.corrected_at), each.get_place_display(), each.before, each.after)
            for each in decision.corrections.all()
        ],
        "replaced": replaced,
        "appeal_url": _appeal_url(application, decision) if own and not replaced else "",
        "given_up": not own and letter is not None and letter.state == LetterState.FAILED,
        "deliveries": None if own else _deliveries(decision),
        "own": own,
    }
    return render(request, "portal/letters/decision.html", context)


def _appeal_url(application: Application, decision: Decision) -> str:
    """Where the party appeals; empty for a decision that cannot be appealed."""
    letter = letter_of(application.definition)
    if letter is None or letter.appeal_of(decision.kind) is None:
        return ""
    return reverse("own-appeal", args=[application.pk, decision.pk])


def _replaced(decision: Decision) -> bool:
    return Decision.objects.filter(supersedes=decision).exists()


def _summary(decision: Decision) -> list[SummaryRow]:
    """What is known of a decision without a letter."""
    return [
        SummaryRow(_("Decision"), decision.get_outcome_display()),
        SummaryRow(_("Decided"), day(decision.decided_on)),
        SummaryRow(_("Amount"), money(decision.amount_sek)),
        SummaryRow(_("Reasons"), decision.reasons or _("Not recorded")),
        SummaryRow(_("Decision letter"), _("Not recorded")),
    ]


def _checksums(letter: DecisionLetter) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Frozen"), moment(letter.frozen_at)),
        SummaryRow(_("Checksum of the content (SHA-256)"), letter.sha256),
    ]
    if letter.file is None:
        return [*rows, SummaryRow(_("PDF"), str(letter.get_state_display()))]
    return [*rows, SummaryRow(_("Checksum of the PDF (SHA-256)"), letter.file.sha256)]


def _deliveries(decision: Decision) -> Table | None:
    rows = tuple(
        Row(
            Cell(each.organisation.name),
            (
                Cell(day(each.sent_at)),
                Cell(moment(each.opened_at) if each.opened_at else _("Not opened")),
                Cell(day(each.paper_on)),
                Cell(day(each.received_on)),
            ),
        )
        for each in decision.deliveries.all()
    )
    if not rows:
        return None
    return Table(
        id="deliveries",
        caption=_("When the parties received the decision"),
        columns=(
            Column(_("Organisation")),
            Column(_("Told")),
            Column(_("Opened")),
            Column(_("Delivered on paper")),
            Column(_("Counts as received"), nowrap=True),
        ),
        rows=rows,
        stack=True,
        caption_hidden=True,
    )


def laid_out(content: LetterContent) -> list[Laid]:
    """The letter's sections for the page."""
    return [
        Laid(
            key=each.key,
            title=each.title,
            paragraphs=each.paragraphs,
            items=each.items,
            table=None if each.table is None else _table(each.key, each.table),
            after=each.after,
        )
        for each in content.sections
    ]


def _table(key: str, table: LetterTable) -> Table:
    return Table(
        id=f"letter-{key}",
        caption=table.caption,
        columns=tuple(Column(each.heading, numeric=each.numeric) for each in table.columns),
        rows=tuple(_row(row) for row in table.rows),
        foot=_row(table.total) if table.total else None,
        stack=True,
        caption_hidden=True,
    )


def _row(texts: Sequence[str]) -> Row:
    heading, *cells = (_cell(text) for text in texts)
    return Row(heading, tuple(cells))


def _cell(text: str) -> Cell:
    first, _newline, rest = text.partition("\n")
    return Cell(first, note=rest.replace("\n", " "))
