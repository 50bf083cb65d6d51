"""Taking out reports as data, from a page: who may, what is told, what the journal keeps."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import StaffRole
from core.models import Event
from reporting.enums import BuildState, DataFormat, PackageStage
from reporting.models import ReportPackage
from reporting.selectors.packages import packages_folder
from reporting.services.packages import request_package
from reporting.tasks import make_report_package, resume_packages
from tests.factories import AgencyFactory, ReportAnswerFactory, StaffRoleFactory, staff
from tests.portal.checking import signed_in
from tests.portal.html import Page, text
from tests.portal.own_cases import shown
from tests.portal.world import World

pytestmark = pytest.mark.django_db
ADDRESS = "/redovisningar/data/"


def asked_for(client: Client, world: World, **chosen: Any) -> Any:
    return client.post(ADDRESS, {"call": world.call.pk, "format": "csv"} | chosen)


def taken_out(client: Client, world: World, **chosen: Any) -> Any:
    """The file, asked for, made by a worker, and fetched from the page that follows the work."""
    followed = asked_for(client, world, **chosen)["Location"]
    package = ReportPackage.objects.latest("pk")
    assert followed == reverse("report-package", args=[package.pk])
    assert make_report_package(package.pk)
    page = Page(client.get(followed))
    assert page.faults() == []
    return client.get(page.one("#package .ds-alert a").get("href"))


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_an_analyst_finds_the_page_and_takes_the_reports_out(world: World) -> None:
    world.case(1)
    client = signed_in(world.analyst)
    assert reverse("report-data") == ADDRESS
    assert ADDRESS in shown(client, reverse("front-page"))
    call = reverse("call-detail", args=[world.agency.code, world.call.code])
    assert f"{ADDRESS}?call={world.call.pk}" in shown(client, call)
    page = Page(client.get(f"{ADDRESS}?call={world.call.pk}"))
    assert page.one(f"option[value='{world.call.pk}']").get("selected") is not None
    assert "sekretess" in page.text("main")
    assert not page.faults()
    for kind in DataFormat:
        response = taken_out(client, world, format=kind.value)
        said = content(response)
        assert response["Content-Type"] == kind.media_type
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        name = f"redovisningar-{world.call.code}.{kind.suffix}"
        assert name in response["Content-Disposition"]
        assert zipfile.ZipFile(io.BytesIO(said)).testzip() is None
        event = Event.objects.filter(name="reports.exported").latest("pk")
        payload = json.loads(event.payload)
        assert payload["sha256"] == hashlib.sha256(said).hexdigest()
        assert (payload["format"], payload["free_words"], payload["rows"]["reports"]) == (
            kind.value, False, 1,
        )  # fmt: skip


def test_free_words_are_asked_for_and_the_name_says_so(world: World) -> None:
    case = world.case(1)
    version = case.report_references.get().report.versions.get()
    ReportAnswerFactory(
        version=version, area="", question="lasting_effects", option="", value="Fler anmäler."
    )
    client = signed_in(world.analyst)
    for texts, there in (({}, False), ({"texts": "on"}, True)):
        response = taken_out(client, world, **texts)
        with zipfile.ZipFile(io.BytesIO(content(response))) as archive:
            values = archive.read("values.csv").decode()
        assert ("Fler anmäler." in values) is there
        assert ("-intern." in response["Content-Disposition"]) is there


@pytest.mark.parametrize("said", [{"format": "exe"}, {"call": "0"}, {"call": ""}])
def test_what_is_not_offered_is_told(world: World, said: dict[str, str]) -> None:
    world.case(1)
    page = Page(asked_for(signed_in(world.analyst), world, **said))
    assert page.all(".ds-error-summary")
    assert not ReportPackage.objects.exists()
    assert not Event.objects.filter(name="reports.exported").exists()


def test_others_take_nothing_out(world: World) -> None:
    world.case(1)
    elsewhere = staff(world.colleague_elsewhere.staff_roles.get().agency, Role.ANALYST)
    assert Page(asked_for(signed_in(elsewhere), world)).heading
    for person in (world.officer, world.registrar, world.stranger):
        assert asked_for(signed_in(person), world).status_code == 404
        call = reverse("call-detail", args=[world.agency.code, world.call.code])
        assert ADDRESS not in shown(signed_in(person), call)
    assert not ReportPackage.objects.exists()
    assert not Event.objects.filter(name="reports.exported").exists()


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_asks_as_often_with_thirty_reports_as_with_one(
    world: World, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        world.case(number + 1)
    client = signed_in(world.analyst)
    shown(client, ADDRESS)
    with django_assert_num_queries(5):
        shown(client, ADDRESS)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_asks_as_often_with_thirty_files_as_with_one(
    world: World, rows: int, django_assert_num_queries: Any
) -> None:
    world.case(1)
    for _each in range(rows):
        made(world)
    client = signed_in(world.analyst)
    assert len(Page(client.get(ADDRESS)).all("#packages tbody tr")) == rows
    with django_assert_num_queries(5):
        shown(client, ADDRESS)


# The file while it is made, and after ----------------------------------------------------------


def made(world: World, kind: DataFormat = DataFormat.CSV, *, texts: bool = False) -> ReportPackage:
    """A file that the analyst asked for and a worker has made."""
    package = request_package(call=world.call, actor=world.analyst, kind=kind, texts=texts)
    assert make_report_package(package.pk)
    package.refresh_from_db()
    return package


def addresses(package: ReportPackage) -> tuple[str, str]:
    return tuple(  # type: ignore[return-value]
        reverse(name, args=[package.pk]) for name in ("report-package", "report-package-file")
    )


def test_the_page_follows_the_work_by_itself_and_without_scripts(world: World) -> None:
    world.case(1)
    client = signed_in(world.analyst)
    address = asked_for(client, world)["Location"]
    again = asked_for(client, world)["Location"]
    assert again == address, "the same request while one waits gives that one"
    ReportPackage.objects.update(state=BuildState.RUNNING, stage=PackageStage.WRITING, progress=60)
    page = Page(client.get(address, headers={"accept-language": "en"}))
    assert (page.one("progress").get("value"), page.one("progress").get("max")) == ("60", "100")
    assert page.text("p.progress__text") == "Writing the file"
    moving = page.one("#package")
    assert (moving.get("hx-get"), moving.get("hx-trigger")) == (address, "every 1s")
    assert page.text(f"#package a[href='{address}']") == "reload the page"
    assert page.faults() == []
    file = reverse("report-package-file", args=[ReportPackage.objects.get().pk])
    assert client.get(file).status_code == 404, "there is no file yet"
    fragment = client.get(address, headers={"hx-request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'id="package"' in fragment

    ReportPackage.objects.update(state=BuildState.QUEUED)
    assert make_report_package(ReportPackage.objects.get().pk)
    page = Page(client.get(address))
    assert page.one("progress").get("value") == "100"
    assert not page.one("#package").get("hx-get")
    assert page.one("#package .ds-alert a").get("href") == file


def test_what_could_not_be_made_says_why(world: World) -> None:
    world.case(1)
    client = signed_in(world.analyst)
    address = asked_for(client, world)["Location"]
    ReportPackage.objects.update(state=BuildState.FAILED, error="Skivan är full.")
    page = Page(client.get(address))
    assert "Skivan är full." in page.text("#package")
    assert not page.one("#package").get("hx-get")
    assert page.faults() == []


def test_ones_own_latest_files_are_listed(world: World) -> None:
    world.case(1)
    first, last = made(world), made(world, DataFormat.XLSX, texts=True)
    other = staff(world.agency, Role.ANALYST)
    request_package(call=world.call, actor=other, kind=DataFormat.CSV, texts=False)
    client = signed_in(world.analyst)
    page = Page(client.get(ADDRESS, headers={"accept-language": "en"}))
    rows = page.all("#packages tbody tr")
    assert len(rows) == 2, "a colleague's is not among them"
    newest, oldest = (text(each) for each in rows)
    for word in ("Excel", "With free words", "Done", "Download"):
        assert word in newest
    assert "Without free words" in oldest
    assert [each.get("href") for each in page.all("#packages a")] == [
        *addresses(last), *addresses(first),
    ]  # fmt: skip
    assert page.faults() == []


def test_nobody_else_opens_or_fetches_a_file(world: World) -> None:
    world.case(1)
    package = made(world)
    elsewhere = staff(world.colleague_elsewhere.staff_roles.get().agency, Role.ANALYST)
    colleague = staff(world.agency, Role.ANALYST)
    for person in (colleague, elsewhere, world.officer, world.registrar, world.stranger):
        for address in addresses(package):
            assert signed_in(person).get(address).status_code == 404, (person, address)
    for address in addresses(package):
        assert Client().get(address)["Location"].startswith("/konto/login/")
        assert signed_in(world.analyst).post(address).status_code == 405


def test_who_is_no_longer_an_analyst_fetches_nothing(world: World) -> None:
    world.case(1)
    package = made(world)
    client = signed_in(world.analyst)
    assert all(client.get(each).status_code == 200 for each in addresses(package))
    # Analyst elsewhere, so that the route itself lets the person past.
    StaffRoleFactory(agency=AgencyFactory(), role=Role.ANALYST, user=world.analyst)
    StaffRole.objects.filter(user=world.analyst, agency=world.agency).delete()
    assert [client.get(each).status_code for each in addresses(package)] == [404, 404]
    assert not Page(client.get(ADDRESS)).all("#packages")


def test_a_file_whose_time_is_out_is_removed_and_the_page_says_so(
    world: World, settings: Any
) -> None:
    settings.REPORT_DATA_DAYS = 3
    world.case(1)
    old, new = made(world), made(world, DataFormat.PARQUET)
    ReportPackage.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=3))
    resume_packages()
    client = signed_in(world.analyst)
    page_of, file = addresses(old)
    assert client.get(file).status_code == 404
    page = Page(client.get(page_of, headers={"accept-language": "en"}))
    assert f"The file was removed {timezone.localdate()}." in page.text("#package")
    assert page.faults() == []
    listed = Page(client.get(ADDRESS, headers={"accept-language": "en"}))
    assert [each.get("href") for each in listed.all("#packages a")] == [*addresses(new), page_of]
    assert "Removed" in text(listed.all("#packages tbody tr")[1])


def test_a_file_that_is_not_there_is_not_offered(world: World) -> None:
    """After a restore the row can be there and its file not."""
    world.case(1)
    package = made(world)
    (packages_folder() / package.file_name).unlink()
    client = signed_in(world.analyst)
    page_of, file = addresses(package)
    assert client.get(file).status_code == 404
    page = Page(client.get(page_of, headers={"accept-language": "en"}))
    assert "The file is no longer there." in page.text("#package")
    assert [each.get("href") for each in Page(client.get(ADDRESS)).all("#packages a")] == [page_of]
