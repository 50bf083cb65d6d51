"""Taking out reports as data, from a page: who may, what is told, what the journal keeps."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from core.models import Event
from reporting.documents.report_data import DataFormat
from tests.factories import ReportAnswerFactory, staff
from tests.portal.checking import signed_in
from tests.portal.html import Page
from tests.portal.own_cases import shown
from tests.portal.world import World

pytestmark = pytest.mark.django_db
ADDRESS = "/redovisningar/data/"


def taken_out(client: Client, world: World, **chosen: Any) -> Any:
    return client.post(ADDRESS, {"call": world.call.pk, "format": "csv"} | chosen)


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
    page = Page(taken_out(signed_in(world.analyst), world, **said))
    assert page.all(".ds-error-summary")
    assert not Event.objects.filter(name="reports.exported").exists()


def test_others_take_nothing_out(world: World) -> None:
    world.case(1)
    elsewhere = staff(world.colleague_elsewhere.staff_roles.get().agency, Role.ANALYST)
    assert Page(taken_out(signed_in(elsewhere), world)).heading
    for person in (world.officer, world.registrar, world.stranger):
        assert taken_out(signed_in(person), world).status_code == 404
        call = reverse("call-detail", args=[world.agency.code, world.call.code])
        assert ADDRESS not in shown(signed_in(person), call)
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
