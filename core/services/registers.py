"""Loading the official registers that come with the installation."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from importlib import resources
from typing import Any

from django.db import transaction

from core.formats import swedish_sort_key
from core.models import County, Municipality


@transaction.atomic
def load_registers(
    *, county_model: Any = County, municipality_model: Any = Municipality
) -> tuple[int, int]:
    """Bring counties and municipalities up to the registers in `core/registers`; idempotent.

    Migrations give their historical models. Returns how many there are of each. Codes that
    have left the register stay, since old cases point at them.
    """
    counties = [
        county_model(
            code=row["county_code"],
            letter=row["county_letter"],
            name=row["name"],
            sort_key=swedish_sort_key(row["name"]),
            position=position,
            population_2018q1=int(row["population_2018q1"]),
            area_km2=Decimal(row["area_km2"]),
        )
        for position, row in enumerate(
            sorted(_rows("counties.csv"), key=lambda row: row["county_code"]), start=1
        )
    ]
    municipalities = [
        municipality_model(
            code=row["municipality_code"],
            name=row["name"],
            official_name=row["official_name"],
            county_id=row["county_code"],
            sort_key=swedish_sort_key(row["name"]),
        )
        for row in _rows("municipalities.csv")
    ]
    for model, objects in ((county_model, counties), (municipality_model, municipalities)):
        model.objects.bulk_create(
            objects,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=[f.name for f in model._meta.concrete_fields if not f.primary_key],
        )
    return len(counties), len(municipalities)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files("core") / "registers" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
