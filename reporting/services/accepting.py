"""Accepting what needs no look: what was used is what the report's lines say."""

from collections.abc import Mapping

from django.db import transaction

from applicants.models import User
from grants.content.draft import SavedValue
from reporting.checks import ReportRefused
from reporting.content.paths import spent_path
from reporting.content.plan import ReportPlan
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report
from reporting.selectors.plan import plan_of
from reporting.selectors.writing import report_values
from reporting.workflow import ReportAction

from .reports import Used, accept, locked_report


def used_of(report: Report, plan: ReportPlan, values: Mapping[str, SavedValue]) -> tuple[Used, ...]:
    """What a received report says was used of each grant (whole SEK). What is left of a final
    report's grants is to be repaid, unless the officer says otherwise."""
    found = []
    for grant in plan.grants:
        paths = [spent_path(grant.application, line.number) for line in grant.lines]
        texts = [values[path].text for path in paths if path in values]
        spent = sum(int(text) for text in texts if text)
        left = grant.available_sek - spent if report.kind == ReportKind.FINAL else 0
        found.append(
            Used(application=grant.application, spent_sek=spent, to_repay_sek=max(left, 0))
        )
    return tuple(found)


@transaction.atomic
def accept_plainly(*, report: Report, actor: User) -> Report:
    """Accept a report in which the checks found nothing to look at, with what its lines say.

    Raises as `accept`, and ReportRefused: `not_received`, `needs_look`.
    """
    report, applications = locked_report(report)
    if report.status != ReportStatus.RECEIVED:
        raise ReportRefused(ReportAction.ACCEPT, "not_received")
    if report.needs_look is not False:
        raise ReportRefused(ReportAction.ACCEPT, "needs_look")
    used = used_of(report, plan_of(report, applications), report_values(report))
    return accept(report=report, actor=actor, used=used)
