"""An address of every page of a year's report that is going on, and of its years."""

from django.urls import reverse

from reporting.services.texts import write_text
from tests.portal.world import World


def year_addresses(world: World) -> dict[str, str]:
    """With a text that has a version, of a year that has a report."""
    write_text(
        agency=world.agency, year=2013, place="method", language="sv", body="Så här gjorde vi.",
        base=0, figures={}, actor=world.analyst,
    )  # fmt: skip
    own = (world.agency.code, 2013)
    text = (*own, "method", "sv")
    table = (world.agency.code, "municipalities", 2013, 1)
    return {
        "edition-preview": reverse("edition-preview", args=own),
        "missing-reports": reverse("missing-reports", args=own),
        "report-texts": reverse("report-texts", args=own),
        "report-text": reverse("report-text", args=text),
        "report-text-history": reverse("report-text-history", args=text),
        "years-tables": reverse("years-tables", args=[world.agency.code]),
        "years-table": reverse("years-table", args=table),
        "years-pdf": reverse("years-pdf", args=table),
    }
