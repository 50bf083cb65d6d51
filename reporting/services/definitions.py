"""What reports go by when their call gets a new version of its definition."""

from django.db import transaction

from grants.models import Call, CallDefinitionRecord
from reporting.enums import ReportStatus
from reporting.models import Report
from reporting.selectors.plan import applications_of, call_for

_NOT_SENT = (str(ReportStatus.DUE), str(ReportStatus.DRAFT))


@transaction.atomic
def keep_definition(*, call: Call, record: CallDefinitionRecord) -> int:
    """Let the reports that have come in go by `record`, which the call had until now. Returns
    how many they are. Those that are due or being written follow the call."""
    reports = Report.objects.filter(
        references__application__call=call, definition_record=None
    ).exclude(status__in=_NOT_SENT)
    kept = [
        report.pk
        for report in reports.distinct()
        if call_for(report, applications_of(report)).pk == call.pk
    ]
    return Report.objects.filter(pk__in=kept).update(definition_record=record)
