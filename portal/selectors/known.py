"""What earlier years tell of the organisations in an application."""

from collections.abc import Iterable

from grants.models import Call, Participation
from reporting.enums import AreaStatus, ReportStatus
from reporting.models import Report, ReportArea


def reported_as_begun(call: Call, organisation_ids: Iterable[int]) -> dict[int, str]:
    """Those of the organisations that took part in a grant of the year before in the stream, at
    the same agency, whose report tells of work ongoing or completed in some area; with the code
    of that report. A partner's work stands in the lead's report."""
    granted = Participation.objects.filter(
        organisation__in=list(organisation_ids),
        application__call__agency=call.agency_id,
        application__call__stream=call.stream,
        application__call__year=call.year - 1,
        application__granted_sek__isnull=False,
    )
    organisations_of: dict[int, list[int]] = {}
    for organisation, application in granted.values_list("organisation_id", "application_id"):
        organisations_of.setdefault(application, []).append(organisation)
    if not organisations_of:
        return {}
    begun = ReportArea.objects.filter(
        status__in=[str(AreaStatus.ONGOING), str(AreaStatus.COMPLETED)]
    )
    reports = (
        Report.objects.filter(
            references__application__in=list(organisations_of),
            versions__in=begun.values("version"),
        )
        .exclude(status__in=[str(ReportStatus.DUE), str(ReportStatus.DRAFT)])
        .order_by("code")
        .values_list("references__application", "code")
        .distinct()
    )
    known: dict[int, str] = {}
    for application, code in reports:
        for organisation in organisations_of.get(application, []):
            known.setdefault(organisation, code)
    return known
