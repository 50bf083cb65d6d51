"""Addresses of what follows the year up: trainings, reports as data, reference rates."""

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from applicants.enums import Role
from reporting.enums import DataFormat
from reporting.services.packages import request_package
from reporting.services.trainings import Held, enter_training
from reporting.tasks import make_report_package

if TYPE_CHECKING:
    from tests.portal.everyone import Everyone

PLAIN = (
    "reference-rates",
    "report-data",
    "training-comparison",
    "training-enter",
    "training-import",
    "training-list",
)


def follow_up_addresses(everyone: "Everyone") -> dict[str, str]:
    """An address of each page; the training was entered by the agency in the lead's county, the
    file of data asked for by its analyst."""
    training = enter_training(
        agency=everyone.agency,
        held=Held(everyone.lead.county, date(2026, 3, 14), "Våld i nära relationer"),
        actor=everyone.people[str(Role.CASE_OFFICER)],
    )
    package = request_package(
        call=everyone.world.call,
        actor=everyone.people[str(Role.ANALYST)],
        kind=DataFormat.CSV,
        texts=False,
    )
    make_report_package(package.pk)
    return {
        **{name: reverse(name) for name in PLAIN},
        "training": reverse("training", args=[training.pk]),
        **{
            name: reverse(name, args=[package.pk])
            for name in ("report-package", "report-package-file")
        },
    }
