"""Trainings, reports as data, rates and joint signing in a browser: axe, and no page too wide."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from applicants.enums import Role, Signing
from reporting.enums import BuildState, DataFormat, PackageStage
from reporting.models import ReportPackage
from reporting.services.packages import request_package
from reporting.tasks import make_report_package
from tests.browsers import violations
from tests.e2e.journeys import SIDEWAYS
from tests.factories import MandateFactory, UserFactory, staff
from tests.factories.reports import Reporting
from tests.reporting.test_trainings import Boards

type SignedIn = Callable[..., Any]
PICTURES = os.environ.get("TILLDELA_PICTURES", "")


def looked_at(page: Any, address: str, name: str, width: int) -> None:
    """Nothing for axe to find, and nothing beside the page."""
    page.goto(address)
    page.wait_for_load_state("load")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    assert not violations(page), name
    assert page.evaluate(SIDEWAYS) <= 0, name


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_and_nothing_moves_sideways(
    transactional_db: None, signed_in_page: SignedIn, width: int
) -> None:
    boards = Boards()
    boards.reported(1, "yes")
    training = boards.enter(boards.reported(2, "no").organisation)
    viewport = {"width": width, "height": 900}
    page = signed_in_page(boards.person, viewport=viewport)
    looked_at(page, reverse("training-list"), "trainings", width)
    looked_at(page, reverse("training-enter"), "enter", width)
    looked_at(page, reverse("training-import"), "import", width)
    looked_at(page, f"{reverse('training', args=[training.pk])}?q=kommun", "training", width)
    page = signed_in_page(boards.analyst, viewport=viewport)
    looked_at(page, reverse("training-comparison"), "comparison", width)
    package = request_package(
        call=boards.world.call, actor=boards.analyst, kind=DataFormat.CSV, texts=True
    )
    looked_at(page, reverse("report-package", args=[package.pk]), "package-waiting", width)
    assert make_report_package(package.pk)
    looked_at(page, reverse("report-package", args=[package.pk]), "package", width)
    looked_at(page, reverse("report-data"), "data", width)
    controller = staff(boards.world.agency, Role.CONTROLLER)
    page = signed_in_page(controller, viewport=viewport)
    looked_at(page, reverse("reference-rates"), "rates", width)
    looked_at(page, reverse("claims"), "claims", width)


def test_reports_are_taken_out_while_the_page_follows(
    transactional_db: None, signed_in_page: SignedIn
) -> None:
    boards = Boards()
    boards.reported(1, "yes")
    page = signed_in_page(boards.analyst)
    page.goto(f"{reverse('report-data')}?call={boards.world.call.pk}")
    page.click("main form.entry-form button[type=submit]")
    page.wait_for_selector("#package progress[value='0']")
    package = ReportPackage.objects.get()
    assert page.url.endswith(reverse("report-package", args=[package.pk]))
    ReportPackage.objects.update(state=BuildState.RUNNING, stage=PackageStage.WRITING, progress=60)
    page.wait_for_selector("#package progress[value='60']")
    ReportPackage.objects.update(state=BuildState.QUEUED)
    assert make_report_package(package.pk)
    page.wait_for_selector("#package .ds-alert[data-color=success]")
    with page.expect_download() as download:
        page.click("#package .ds-alert a")
    assert download.value.suggested_filename == f"redovisningar-{boards.world.call.code}.csv.zip"
    package.refresh_from_db()
    assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() == package.sha256
    page.goto(reverse("report-data"))
    assert page.locator("#packages tbody tr").count() == 1


def test_two_sign_a_report_together(transactional_db: None, signed_in_page: SignedIn) -> None:
    world = Reporting()
    world.lead.mandates.filter(user=world.signatory).delete()
    people = [UserFactory(name=name) for name in ("Eva Ett", "Tor Två")]
    for person in people:
        MandateFactory(user=person, organisation=world.lead, signing=Signing.JOINTLY)
    report = world.filled(world.required())
    address = reverse("own-report-send", args=[report.pk])
    page = signed_in_page(people[0])
    page.goto(address)
    page.get_by_role("button", name="Skriv under redovisningen").click()
    assert "Du har skrivit under" in page.inner_text("main")
    looked_at(page, address, "first", 1400)
    page = signed_in_page(people[1])
    looked_at(page, reverse("own-report", args=[report.pk]), "waits", 1400)
    page.get_by_role("link", name="Läs igenom och skriv under").click()
    page.get_by_role("button", name="Skicka in redovisningen").click()
    assert "Redovisningen är inskickad" in page.inner_text("main")
