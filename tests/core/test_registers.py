"""The registers of counties and municipalities."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from core.formats import swedish_sort_key
from core.models import County, Municipality
from core.services.registers import load_registers

pytestmark = pytest.mark.django_db


def test_they_are_there_after_migrate() -> None:
    assert County.objects.count() == 21
    assert Municipality.objects.count() == 290


def test_counties_stand_in_the_published_order() -> None:
    letters = " ".join(County.objects.values_list("letter", flat=True))
    assert letters == "AB C D E F G H I K M N O S T U W X Y Z AC BD"
    assert list(County.objects.values_list("position", flat=True)) == list(range(1, 22))


def test_a_county_as_in_the_register() -> None:
    county = County.objects.get(code="01")
    assert (county.letter, county.name) == ("AB", "Stockholm")
    assert (county.population_2018q1, county.area_km2) == (2_315_612, Decimal("6524.13"))


def test_a_municipality_as_in_the_register() -> None:
    found = Municipality.objects.get(code="0117")
    assert (found.name, found.official_name) == ("Österåker", "Österåkers kommun")
    assert found.county.letter == "AB"


def test_a_municipality_lies_in_the_county_of_its_code() -> None:
    codes = Municipality.objects.values_list("code", "county_id")
    assert all(code[:2] == county for code, county in codes)


def test_municipalities_stand_in_swedish_order() -> None:
    names = list(Municipality.objects.values_list("name", flat=True))
    assert names == sorted(names, key=swedish_sort_key)
    assert names[0] == "Ale"
    assert names[-1] == "Övertorneå"
    assert names.index("Åsele") < names.index("Älvsbyn") < names.index("Öckerö")


def test_loading_again_changes_nothing_and_mends_what_was_changed(
    django_assert_num_queries: Any,
) -> None:
    before = list(Municipality.objects.values_list())
    Municipality.objects.filter(code="0117").update(name="Osteraker", sort_key="x")
    Municipality.objects.filter(code="0114").delete()
    with django_assert_num_queries(4):
        assert load_registers() == (21, 290)
    assert list(Municipality.objects.values_list()) == before


def test_a_code_that_left_the_register_stays() -> None:
    Municipality.objects.create(
        code="0199", name="Gamla", official_name="Gamla kommun", county_id="01", sort_key="gamla"
    )
    load_registers()
    assert Municipality.objects.count() == 291


def test_sort_keys_are_compared_byte_by_byte_on_both_engines() -> None:
    keys = [swedish_sort_key(name) for name in ("ab", "a b", "åb", "zb", "Öb", "äb", "a-c", "a1")]
    for number, key in enumerate(keys):
        Municipality.objects.create(
            code=f"99{number:02}", name=key, official_name="x", county_id="01", sort_key=key
        )
    ordered = Municipality.objects.filter(code__startswith="99").order_by("sort_key")
    assert list(ordered.values_list("sort_key", flat=True)) == sorted(keys)


@pytest.mark.postgresql
def test_the_collation_does_not_rest_on_the_databases_locale() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT collation_name FROM information_schema.columns "
            "WHERE column_name = 'sort_key' AND table_name LIKE 'core_%'"
        )
        assert cursor.fetchall() == [("C",)]


def test_population_is_set_from_a_file_and_stays_when_the_register_is_loaded_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "folk.csv"
    file.write_text("municipality_code,population\n0114,51000\n2584,22100\n", encoding="utf-8")
    call_command("load_population", str(file), "--on", "2026-12-31", verbosity=0)
    load_registers()
    kiruna = Municipality.objects.get(code="2584")
    assert (kiruna.population, kiruna.population_on) == (22_100, date(2026, 12, 31))
    assert Municipality.objects.filter(population__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,population\n0114,1\n", "columns"),
        ("municipality_code,population\n0114,1\n9999,2\n", "9999"),
        ("municipality_code,population\n0114,many\n", "many"),
    ],
)
def test_a_file_with_a_fault_sets_nothing(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "folk.csv"
    file.write_text(text, encoding="utf-8")
    with translation.override("en"), pytest.raises(CommandError, match=says):
        call_command("load_population", str(file), "--on", "2026-12-31")
    assert not Municipality.objects.filter(population__isnull=False).exists()
