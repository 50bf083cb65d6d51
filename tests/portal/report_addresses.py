"""Reports of the lead's and the partner's grant: one that is written, one that was received."""

from typing import TYPE_CHECKING

from django.urls import reverse

from reporting.models import Report
from reporting.services.writing import attach_certificate
from tests.factories.reports import Reporting

if TYPE_CHECKING:
    from tests.portal.everyone import Everyone

OWN = ("own-report", "own-report-save", "own-report-send", "own-report-file-add")


def report_addresses(everyone: "Everyone") -> dict[str, str]:
    """An address of every page of reports."""
    from tests.portal.everyone import uploaded

    world = Reporting(agency=everyone.agency)
    world.lead, world.partner = everyone.lead, everyone.partner
    world.signatory = everyone.people["lead signatory"]
    world.writer = everyone.people["lead writer"]
    report = world.required(joint=True)
    draft = Report.objects.get(organisation=world.lead, year=report.year + 1)
    mine, theirs = (
        attach_certificate(report=each, file=uploaded(world.writer), actor=world.writer)
        for each in (draft, report)
    )
    world.received(report)
    return {
        **{name: reverse(name, args=[draft.pk]) for name in OWN},
        "own-report-section": reverse("own-report-section", args=[draft.pk, "ekonomi"]),
        "own-report-history": f"{reverse('own-report-history', args=[draft.pk])}?falt=area.mapping",
        "own-report-part-done": reverse(
            "own-report-part-done", args=[draft.pk, everyone.partner.pk]
        ),
        "own-report-file": reverse("own-report-file", args=[draft.pk, mine.pk]),
        "own-report-file-remove": reverse("own-report-file-remove", args=[draft.pk, mine.pk]),
        "report-inbox": reverse("report-inbox"),
        "report-inbox-result": reverse("report-inbox-result"),
        "report-review": reverse("report-review", args=[report.pk]),
        "report-file": reverse("report-file", args=[report.pk, theirs.pk]),
    }
