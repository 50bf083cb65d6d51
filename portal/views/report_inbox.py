"""The reports that wait for an officer, and accepting several at once."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from applicants.models import User
from applicants.selectors import agencies_for
from core.content import Cell, Check, Column, Crumb, Row, Table, Tag, Text, Tone
from grants.checks import LedgerRefused, TransitionRefused
from grants.selectors import without_shut_out
from grants.selectors.cases import READERS
from portal.forms.reports import ReviewFilter
from portal.selectors.listing import REPORT_KEYS
from portal.views.access import person_of
from portal.views.labels import day
from portal.views.lists import Heading, listing
from reporting.checks import ReportRefused
from reporting.models import Report
from reporting.selectors.obligations import waited_for
from reporting.selectors.reports import reports_listed
from reporting.selectors.review import reports_to_review
from reporting.services.accepting import accept_plainly

LOG = logging.getLogger(__name__)
RESULT = "report_result"
"""Where the session keeps what became of the latest action."""
REASONS: Mapping[str, Text] = {
    "gone": gettext_lazy("The report is not there for you."),
    "denied": gettext_lazy("Only a case officer of the agency may accept it."),
    "not_received": gettext_lazy("It has been accepted or returned meanwhile."),
    "needs_look": gettext_lazy("There is something to look at in it. Open it."),
    "money": gettext_lazy("The amounts cannot be booked. Open it."),
    "case": gettext_lazy("The case cannot be moved on. Open it."),
    "failed": gettext_lazy("Something went wrong on our side. Try this report again."),
}
HEADINGS = (
    Heading(gettext_lazy("Report"), "reference", nowrap=True),
    Heading(gettext_lazy("Organisation"), "organisation"),
    Heading(gettext_lazy("Kind")),
    Heading(gettext_lazy("Due"), nowrap=True),
    Heading(gettext_lazy("First received"), "received", nowrap=True),
    Heading(gettext_lazy("To look at")),
)


@require_http_methods(["GET", "HEAD", "POST"])
def report_inbox(request: HttpRequest) -> HttpResponse:
    """The reports that wait to be reviewed, or to come; what needs no look is accepted here."""
    person = person_of(request)
    ticked = frozenset(request.POST.getlist("report"))
    if request.method == "POST" and ticked:
        _keep(request, _accepted(person, ticked))
        return redirect("report-inbox-result")
    visible = reports_to_review(person)
    waits = _waited(person)
    years = {*_years(visible), *_years(waits)}
    form = ReviewFilter(request.GET, years=sorted(years, reverse=True))
    chosen = form.chosen
    waited = chosen.get("view") == "waited"
    page = listing(
        request,
        reports_listed(_found(waits if waited else visible, chosen)),
        form=form,
        headings=HEADINGS,
        keys=REPORT_KEYS,
        default="organisation" if waited else "received",
    )
    plain = [each for each in page.rows if each.needs_look is False and not waited]
    context = {
        "form": form,
        "page": page,
        "table": Table(
            id="reports",
            caption=_("Reports to review"),
            columns=page.columns,
            rows=tuple(_row(each, waited=waited) for each in page.rows),
            stack=True,
            caption_hidden=True,
        ),
        "plain": len(plain),
        "waited": waited,
        "nothing_ticked": request.method == "POST",
    }
    return render(request, "portal/report/inbox.html", context)


def _years(reports: QuerySet[Report]) -> Iterable[int]:
    return reports.order_by().values_list("year", flat=True).distinct()


def _waited(person: User) -> QuerySet[Report]:
    """Reports that have been required and not come, of which staff see that, and no more."""
    waits = waited_for().filter(agency__in=agencies_for(person, READERS))
    return without_shut_out(waits, person, case="references__application")


def _found(reports: QuerySet[Report], chosen: Mapping[str, str]) -> QuerySet[Report]:
    if words := chosen.get("q"):
        named = reports.filter(organisation__sort_key__contains=words.casefold())
        reports = reports.filter(code__icontains=words) | named
    if year := chosen.get("year"):
        reports = reports.filter(year=year)
    if look := chosen.get("look"):
        reports = (
            reports.filter(needs_look=False) if look == "no" else reports.exclude(needs_look=False)
        )
    if late := chosen.get("late"):
        in_time = reports.filter(due_on__isnull=True) | reports.filter(
            first_received_at__date__lte=F("due_on")
        )
        reports = in_time if late == "no" else reports.exclude(pk__in=in_time.values("pk"))
    return reports


def _row(report: Report, *, waited: bool) -> Row:
    first = report.first_received_at
    overdue = (
        report.due_on is not None
        and (timezone.localdate(first) if first else timezone.localdate()) > report.due_on
    )
    if waited:
        look = Tag(_("Overdue"), Tone.DANGER) if overdue else Tag(_("Not yet due"))
    elif report.needs_look is False:
        look = Tag(_("Nothing"), Tone.SUCCESS)
    else:
        look = Tag(_("Something to look at"), Tone.WARNING)
    label = _("Accept %(report)s, %(organisation)s") % {
        "report": report.code,
        "organisation": report.organisation.name,
    }
    check = (
        Check("report", str(report.pk), label)
        if report.needs_look is False and not waited
        else None
    )
    return Row(
        Cell(
            report.code,
            url="" if waited else reverse("report-review", args=[report.pk]),
            check=check,
        ),
        (
            Cell(report.organisation.name),
            Cell(f"{report.get_kind_display()} {report.year}"),
            Cell(day(report.due_on)),
            Cell(day(first), note=_("after the due date") if overdue and first else ""),
            Cell(tag=look),
        ),
    )


type Outcome = tuple[int, str, str, str]
"""A report's id, reference and organisation, and why it was refused; "" where it was done."""


def _accepted(person: User, ticked: Iterable[str]) -> list[Outcome]:
    """What became of each, each in a transaction of its own."""
    wanted = {int(each) for each in ticked if each.isdecimal() and len(each) < 19}
    reports = reports_to_review(person).filter(pk__in=wanted).select_related("organisation")
    outcomes: list[Outcome] = []
    for report in reports.order_by("first_received_at", "pk"):
        try:
            accept_plainly(report=report, actor=person)
        except PermissionDenied:
            code = "denied"
        except LedgerRefused:
            code = "money"
        except ReportRefused as refused:
            code = refused.code if refused.code in REASONS else "case"
        except (TransitionRefused, TransitionNotAllowed):
            code = "case"
        except DatabaseError:
            LOG.exception("accepting failed for report %s", report.pk)
            code = "failed"
        else:
            code = ""
        outcomes.append((report.pk, report.code, report.organisation.name, code))
    there = {str(pk) for pk, *_rest in outcomes}
    return [*outcomes, *((0, "–", "", "gone") for each in ticked if each not in there)]


def _keep(request: HttpRequest, rows: list[Outcome]) -> None:
    request.session[RESULT] = [list(row) for row in rows]


@require_safe
def report_inbox_result(request: HttpRequest) -> HttpResponse:
    """What became of each report in the latest action."""
    kept: list[Any] | None = request.session.get(RESULT)
    if kept is None:
        return redirect("report-inbox")
    rows = sorted(((pk, code, name, why) for pk, code, name, why in kept), key=lambda r: not r[3])
    refused = sum(1 for row in rows if row[3])
    table = Table(
        id="result",
        caption=_("Result for each report"),
        columns=(
            Column(_("Report"), nowrap=True),
            Column(_("Organisation")),
            Column(_("Result")),
        ),
        rows=tuple(_result(*row) for row in rows),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "crumbs": [Crumb(_("Reports to review"), reverse("report-inbox")), Crumb(_("Result"))],
        "done": len(rows) - refused,
        "refused": refused,
        "table": table,
        "back": reverse("report-inbox"),
    }
    return render(request, "portal/report/result.html", context)


def _result(pk: int, code: str, name: str, why: str) -> Row:
    result = (
        Cell(tag=Tag(_("Not done"), Tone.WARNING), note=str(REASONS.get(why, why)))
        if why
        else Cell(tag=Tag(_("Accepted"), Tone.SUCCESS))
    )
    url = reverse("report-review", args=[pk]) if pk else ""
    return Row(Cell(code, url=url), (Cell(name), result))
