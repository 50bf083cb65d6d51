"""What earlier years tell of the organisations in an application."""

from collections.abc import Iterable

from grants.models import Call, Participation
from reporting.enums import AreaStatus, ReportStatus
from reporting.models import Report, ReportArea


def reported_as_begun(call: Call, organisation_ids: Iterable[int]) -> dict[int, str]:
    """Those of the organisations that took part in a grant of the year before in the stream, at
    the same agency, whose report tells of work ongoing or completed in some area; with the code
    of that report. A partner's work stands in the lead's report."""
    organisations = list(organisation_ids)
    granted = Participation.objects.filter(
        organisation__in=organisations,
        application__call__agency=call.agency_id,
        application__call__stream=call.stream,
        application__call__year=call.year - 1,
        application__granted_sek__isnull=False,
    )
    begun = ReportArea.objects.filter(
        status__in=[str(AreaStatus.ONGOING), str(AreaStatus.COMPLETED)]
    )
    part = "references__application__participations"
    reports = (
        Report.objects.filter(**{f"{part}__in": granted}, versions__in=begun.values("version"))
        .exclude(status__in=[str(ReportStatus.DUE), str(ReportStatus.DRAFT)])
        .order_by("code")
        .values_list(f"{part}__organisation", "code")
        .distinct()
    )
    known: dict[int, str] = {}
    for organisation, code in reports:
        known.setdefault(organisation, code)
    return known
