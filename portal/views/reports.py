"""The list of reports, and one report as it was received."""

import json
from typing import Any

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from applicants.content import assurance_label
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table
from grants.models.calls import kept_record
from portal.content import report_tag
from portal.forms import ReportFilter
from portal.selectors.definitions import call_of, definition_of
from portal.selectors.listing import (
    REPORT_KEYS,
    counties,
    report_years,
    reports_found,
    with_cutoff,
)
from portal.views import answers, case
from portal.views.labels import day, money, second
from portal.views.lists import Heading, listing
from reporting.enums import ReportStatus
from reporting.models import Report, ReportDocument, ReportVersion
from reporting.selectors.reports import reports_listed, reports_visible_to, with_answers
from reporting.selectors.writing import signatures_of

HEADINGS = (
    Heading(gettext_lazy("Report"), "reference", nowrap=True),
    Heading(gettext_lazy("Organisation"), "organisation"),
    Heading(gettext_lazy("County")),
    Heading(gettext_lazy("Stream")),
    Heading(gettext_lazy("Year"), "year"),
    Heading(gettext_lazy("Kind")),
    Heading(gettext_lazy("First received"), "received", nowrap=True),
    Heading(gettext_lazy("State")),
)


@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    """The received reports that the reader may see, newest first."""
    visible = reports_visible_to(request.user)
    form = ReportFilter(request.GET, years=report_years(visible), counties=counties())
    page = listing(
        request,
        reports_listed(reports_found(visible, form.chosen)),
        form=form,
        headings=HEADINGS,
        keys=REPORT_KEYS,
        default="-received",
    )
    table = Table(
        id="reports",
        caption=_("Reports"),
        columns=page.columns,
        rows=tuple(report_row(report) for report in page.rows),
        stack=True,
        caption_hidden=True,
    )
    return render(request, "portal/report_list.html", {"form": form, "page": page, "table": table})


def report_row(report: Report) -> Row:
    """A report in a list of reports."""
    return Row(
        Cell(report.code, url=reverse("report-detail", args=[report.pk])),
        (
            Cell(report.organisation.name),
            Cell(report.organisation.county.name),
            Cell(report.get_stream_display()),
            Cell(str(report.year)),
            Cell(report.get_kind_display()),
            Cell(day(report.first_received_at), note=case.late_text(report)),
            Cell(tag=report_tag(report.status)),
        ),
    )


@require_safe
def report_detail(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One report: what was answered, area by area, in its latest version."""
    report = get_object_or_404(with_cutoff(with_answers(reports_visible_to(request.user))), pk=pk)
    call = call_of(report.agency, year=report.year, stream=report.stream)
    versions = list(report.versions.all())
    context = {
        "crumbs": [Crumb(_("Reports"), reverse("report-list")), Crumb(report.code)],
        "report": report,
        "tag": report_tag(report.status),
        "summary": _summary(report),
        "sections": answers.sections_of(
            versions[-1],
            definition_of(call)
            if report.definition_record_id is None
            else kept_record(report.definition_record_id).definition,
        )
        if versions and call
        else [],
        "versions": versions,
        "signatures": [
            _("Version %(number)d: %(name)s, %(when)s, signed in with: %(how)s")
            % {
                "number": each.version.number,
                "name": each.user,
                "when": second(each.signed_at),
                "how": assurance_label(each.assurance),
            }
            for each in signatures_of(report)
            if each.version is not None
        ]
        if any(hasattr(version, "document") for version in versions)
        else [],
        "economy": economy(versions[-1]) if versions else [],
        "review_url": _review_url(request, report),
    }
    return render(request, "portal/report_detail.html", context)


def _review_url(request: HttpRequest, report: Report) -> str:
    waits = report.status == ReportStatus.RECEIVED and report.needs_look is not None
    if waits and rules.has_perm("reporting.review_report", request.user, report):
        return reverse("report-review", args=[report.pk])
    return ""


def economy(version: ReportVersion) -> list[Table]:
    """What the version says was used of each line of each grant; none for an older register's."""
    kept: ReportDocument | None = getattr(version, "document", None)
    return [_economy(grant) for grant in json.loads(kept.document)["grants"]] if kept else []


def _economy(grant: dict[str, Any]) -> Table:
    rows = [
        Row(
            Cell(line["title"], note=line["why"]),
            (Cell(money(line["approved_sek"])), Cell(money(line["spent_sek"]))),
        )
        for line in grant["lines"]
    ]
    approved = sum(line["approved_sek"] for line in grant["lines"])
    rows.append(Row(Cell(_("In all")), (Cell(money(approved)), Cell(money(grant["spent_sek"])))))
    return Table(
        id=f"economy-{grant['application']}",
        caption=_("Grant %(number)s, %(available)s to use")
        % {"number": grant["number"], "available": money(grant["available_sek"])},
        columns=(
            Column(_("Budget line")),
            Column(pgettext("money", "Approved"), numeric=True),
            Column(pgettext("money", "Used"), numeric=True),
        ),
        rows=tuple(rows),
        stack=True,
    )


def _summary(report: Report) -> list[SummaryRow]:
    rows = [
        SummaryRow(
            _("Organisation"),
            report.organisation.name,
            url=reverse("organisation-detail", args=[report.organisation_id]),
        ),
        SummaryRow(_("Stream"), report.get_stream_display()),
        SummaryRow(_("Year"), str(report.year)),
        SummaryRow(_("Kind"), report.get_kind_display()),
        SummaryRow(_("First received"), day(report.first_received_at), note=case.late_text(report)),
    ]
    rows += [
        SummaryRow(
            _("Answers for"),
            reference.application.number,
            url=reverse("application-detail", args=[reference.application_id]),
            note=str(reference.application.call.year),
        )
        for reference in report.references.all()
    ]
    return rows
