"""Requiring the reports that follow a grant: by the system, from the decision, once."""

from django.db import transaction

from grants.models import Application
from grants.services.moving import locked_application, record
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report, ReportReference
from reporting.selectors.obligations import (
    OWING,
    Obligation,
    cases_without_reports,
    obligations_of,
)

BATCH = 200
OPEN = frozenset({ReportStatus.DUE, ReportStatus.DRAFT, ReportStatus.RETURNED})


@transaction.atomic
def require_for(*, application_id: int) -> list[Report]:
    """Require what the grant is to be followed by and is not required yet; returns those.

    One organisation gives one report a year and stream, so a report that is there is made to
    answer for this grant too: it then is the interim one where any of its grants has a final one
    to come, and due when the last of them is. One that has been sent in is left as it is.
    """
    application = locked_application(application_id)
    if application.status not in OWING or application.imported or application.call.imported:
        return []
    found = []
    for obligation in obligations_of(application):
        report = _required(application, obligation)
        if report is not None:
            found.append(report)
    return found


def _required(application: Application, obligation: Obligation) -> Report | None:
    call = application.call
    report, is_new = Report.objects.get_or_create(
        agency=call.agency,
        stream=call.stream,
        year=obligation.year,
        organisation=application.lead,
        defaults={
            "code": _code(application, obligation.year),
            "kind": obligation.kind,
            "due_on": obligation.due_on,
        },
    )
    report = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if report.references.filter(application=application).exists() or report.status not in OPEN:
        return None
    if not is_new:
        days = [day for day in (report.due_on, obligation.due_on) if day is not None]
        report.due_on = max(days, default=None)
        if obligation.kind == ReportKind.INTERIM:
            report.kind = ReportKind.INTERIM
        report.save(update_fields=["due_on", "kind"])
    last = report.references.order_by("-position").values_list("position", flat=True).first()
    ReportReference.objects.create(
        report=report, application=application, position=0 if last is None else last + 1
    )
    record(
        application,
        "report.required",
        actor=None,
        payload={
            "report": report.code,
            "year": report.year,
            "kind": str(report.kind),
            "due": None if report.due_on is None else report.due_on.isoformat(),
            "to": str(report.status),
        },
    )
    return report


def _code(application: Application, year: int) -> str:
    """A reference that no other report of the agency has."""
    return f"R{year}-{application.register_number or application.pk}"


def require_missing() -> int:
    """Require whatever is missing, case by case; returns how many times a
    report was required of a grant."""
    required = after = 0
    while ids := cases_without_reports(after=after, limit=BATCH):
        after = ids[-1]
        required += sum(len(require_for(application_id=pk)) for pk in ids)
    return required
