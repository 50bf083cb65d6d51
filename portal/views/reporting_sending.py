"""The whole report to read through, and sending it in."""

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from applicants.content import assurance_label
from core.content import Cell, Column, Row, SummaryRow, Table
from portal.views.access import person_of
from portal.views.labels import money
from portal.views.report_signing import signing_of
from portal.views.reporting_page import AREA, FILES, MONEY, PART, ReportPage
from portal.views.reporting_parts import area_content, files_of_page, page_of_report
from portal.views.reporting_texts import CHECK, ECONOMY
from portal.views.signing_in import assurance_of
from reporting.content.plan import GrantPlan
from reporting.services.sending import ReportChanged, ReportNotReady, content_sha256, sign_report


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_report_send(request: HttpRequest, *, pk: int) -> HttpResponse:
    """The whole report to read through, and the button of those who sign."""
    page = page_of_report(request, pk)
    person, report = person_of(request), page.room.report
    if not page.room.is_open:
        return redirect("own-report", pk=pk)
    if request.method == "POST":
        try:
            version = sign_report(
                report=report,
                actor=person,
                seen=request.POST.get("seen", ""),
                assurance=assurance_of(request),
            )
        except PermissionDenied:
            messages.error(
                request, _("The report is sent in by one who signs for the organisation.")
            )
        except ReportChanged:
            messages.error(
                request,
                _("The report has changed since you opened the page. Read it through again."),
            )
            return redirect("own-report-send", pk=pk)
        except ReportNotReady:
            messages.error(request, _("The report cannot be sent in yet: something must be done."))
            return redirect(page.url(CHECK))
        except TransitionNotAllowed:
            messages.error(request, _("Begin to write the report first."))
        else:
            if version is None:
                said = _("You have signed. The report is sent in when one more has signed.")
                messages.success(request, said)
                return redirect("own-report-send", pk=pk)
            messages.success(
                request,
                _("The report is sent in. You are told by mail when it has been looked at."),
            )
        return redirect("own-report", pk=pk)
    seen = content_sha256(page.room)
    context = page.context() | {
        "crumbs": page.crumbs(_("Read through and send in")),
        "blocking": sum(each.blocks for each in page.room.findings),
        "check_url": page.url(CHECK),
        "may_send": rules.has_perm("reporting.send_report", person, report),
        "seen": seen,
        "signing": signing_of(report, seen, person.pk),
        "assurance": assurance_label(assurance_of(request)),
        "parts": read_through(page),
        "economy": [economy_table(page, grant) for grant in page.room.plan.grants],
        "economy_url": page.url(ECONOMY),
        "files": files_of_page(page)["files"],
    }
    return render(request, "portal/report/send.html", context)


def read_through(page: ReportPage) -> list[tuple[str, str, list[SummaryRow]]]:
    """Every part but the money, to read: title, address, what is said."""
    found = []
    for section in page.sections:
        if section.kind in {MONEY, FILES}:
            continue
        if section.kind == AREA:
            content = area_content(page, section)
            status = content["status_field"]
            fields = [status] if status is not None else []
            fields += [field for group in content["groups"] for field in group.fields]
        elif section.kind == PART:
            groups = page.groups_of_part(int(section.key))
            fields = [field for group in groups for field in group.fields]
        else:
            groups = page.groups_of_area("", section.key)
            fields = [field for group in groups for field in group.fields]
        missing = _("Not answered")
        rows = [SummaryRow(field.label, field.shown or missing) for field in fields]
        found.append((section.title, page.url(section.slug), rows))
    return found


def economy_table(page: ReportPage, grant: GrantPlan) -> Table:
    """What was approved and used of each line of a grant."""
    lines = page.room.draft.lines_of(grant.application)
    spent = page.room.draft.spent_of(grant.application)
    rows = [
        Row(
            Cell(each.line.title, note=each.why),
            (
                Cell(money(each.line.approved_sek)),
                Cell(money(each.spent_sek) if each.spent_sek is not None else _("Not answered")),
                Cell(money((each.spent_sek or 0) - each.line.approved_sek)),
            ),
        )
        for each in lines
    ]
    approved = sum(each.line.approved_sek for each in lines)
    total = (Cell(money(approved)), Cell(money(spent)), Cell(money(spent - approved)))
    rows.append(Row(Cell(_("In all")), total))
    return Table(
        id=f"economy-{grant.application}",
        caption=_("Grant %(number)s, %(available)s to use")
        % {"number": grant.number, "available": money(grant.available_sek)},
        columns=(
            Column(_("Budget line")),
            Column(pgettext("money", "Approved"), numeric=True),
            Column(pgettext("money", "Used"), numeric=True),
            Column(_("Difference"), numeric=True),
        ),
        rows=tuple(rows),
        stack=True,
    )
