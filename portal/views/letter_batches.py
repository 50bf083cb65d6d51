"""All letters of a call as one archive: asking for it, following the work, fetching it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import formats
from core.content import Cell, Column, Crumb, Progress, Row, SummaryRow, Table
from grants.enums import BatchState
from grants.models import Call, LetterBatch
from grants.selectors.deliveries import not_opened
from grants.selectors.letters import batch_path
from grants.services.letter_batches import NoLetters, request_batch
from portal.content import batch_tag
from portal.selectors.definitions import parse_definitions
from portal.selectors.letters import batches_visible_to, letter_calls
from portal.selectors.paging import Count, capped_count
from portal.views.access import person_of
from portal.views.files import size_text
from portal.views.labels import agency_name, call_title, moment

SHOWN = 30
FINISHED = (BatchState.DONE, BatchState.FAILED)


@require_http_methods(["GET", "HEAD", "POST"])
def letter_batches(request: HttpRequest) -> HttpResponse:
    """What there is to do with letters: those not opened, and archives of a call's letters."""
    person = person_of(request)
    calls = letter_calls(person)
    parse_definitions(calls)
    if request.method == "POST":
        return _asked_for(request, calls)
    batches = list(batches_visible_to(person)[:SHOWN])
    parse_definitions([each.call for each in batches])
    context = {
        "unopened": _number(capped_count(not_opened(person, timezone.now()))),
        "calls": [
            (str(call.pk), f"{call_title(call)}, {agency_name(call.agency)}") for call in calls
        ],
        "batches": _table(batches),
    }
    return render(request, "portal/letters/batches.html", context)


def _number(count: Count) -> str:
    if count.more:
        return _("More than %(number)s decisions have not been opened after a week.") % {
            "number": formats.number(count.number)
        }
    return ngettext(
        "%(number)d decision has not been opened after a week.",
        "%(number)d decisions have not been opened after a week.",
        count.number,
    ) % {"number": count.number}


def _asked_for(request: HttpRequest, calls: list[Call]) -> HttpResponse:
    wanted = [call for call in calls if str(call.pk) == request.POST.get("call")]
    if not wanted:
        messages.error(request, _("Choose a call first."))
        return redirect("letter-batches")
    try:
        batch = request_batch(call=wanted[0], actor=person_of(request))
    except PermissionDenied as error:
        raise Http404 from error
    except NoLetters:
        messages.error(request, _("Nothing has been decided by letter in the call yet."))
        return redirect("letter-batches")
    return redirect("letter-batch", pk=batch.pk)


def _table(batches: list[LetterBatch]) -> Table | None:
    if not batches:
        return None
    return Table(
        id="batches",
        caption=_("Archives"),
        columns=(
            Column(_("Call")),
            Column(pgettext("archive", "Asked for"), nowrap=True),
            Column(_("By")),
            Column(_("Letters"), numeric=True),
            Column(_("State")),
        ),
        rows=tuple(
            Row(
                Cell(call_title(each.call), url=reverse("letter-batch", args=[each.pk])),
                (
                    Cell(moment(each.requested_at)),
                    Cell(str(each.requested_by)),
                    Cell(formats.number(each.total)),
                    Cell(tag=batch_tag(each.state)),
                ),
            )
            for each in batches
        ),
        stack=True,
        caption_hidden=True,
    )


@never_cache
@require_safe
def letter_batch(request: HttpRequest, *, pk: int) -> HttpResponse:
    """How far an archive has come; to htmx only the part that moves."""
    batch = get_object_or_404(batches_visible_to(person_of(request)), pk=pk)
    done = batch.state == BatchState.DONE
    context = {
        "crumbs": [
            Crumb(_("Decision letters"), reverse("letter-batches")),
            Crumb(_("Archive")),
        ],
        "heading": _("The letters of a call as an archive"),
        "lead": call_title(batch.call),
        "tag": batch_tag(batch.state),
        "progress": Progress(
            id="batch-progress",
            label=_("Progress"),
            done=batch.done,
            total=batch.total,
            text=_("%(done)s of %(total)s letters")
            % {"done": formats.number(batch.done), "total": formats.number(batch.total)},
        ),
        "finished": batch.state in FINISHED,
        "failed": batch.state == BatchState.FAILED,
        "file_url": reverse("letter-archive", args=[batch.pk]) if done else "",
        "summary": [
            SummaryRow(_("Size"), size_text(batch.size)),
            SummaryRow(_("Checksum (SHA-256)"), batch.sha256),
        ]
        if done
        else [],
    }
    template = "batch_progress" if request.headers.get("HX-Request") else "batch"
    return render(request, f"portal/letters/{template}.html", context)


@require_safe
def letter_archive(request: HttpRequest, *, pk: int) -> HttpResponseBase:
    """The archive, once it is whole."""
    batch = get_object_or_404(batches_visible_to(person_of(request)), pk=pk)
    path = batch_path(batch)
    if path is None or not path.exists():
        raise Http404
    response = FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=f"beslut-{batch.call.code}-{batch.pk}.zip",
        content_type="application/zip",
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
