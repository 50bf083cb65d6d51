"""Loading the official registers that come with the installation."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

from django.db import transaction

from core.enums import JournalKind
from core.formats import swedish_sort_key
from core.models import County, Municipality
from core.services import journal
from core.services.journal import Actor

_NOT_IN_REGISTER = frozenset({"population", "population_on"})
_CODE = frozenset({"municipality_code", "kommunkod"})
_POPULATION = frozenset({"population", "folkmängd", "folkmangd", "befolkning"})
_CODE_LENGTH = 4
_LONGEST_TOLD = 100
"""Characters of a cell that a message repeats."""


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
            update_fields=[
                f.name
                for f in model._meta.concrete_fields
                if not f.primary_key and f.name not in _NOT_IN_REGISTER
            ],
        )
    return len(counties), len(municipalities)


class PopulationRefused(Exception):
    """The file cannot be taken. `code`: `columns`, `municipality`, `twice` or `number`, with the
    `line`."""

    def __init__(self, code: str, line: int, value: str) -> None:
        self.code, self.line, self.value = code, line, value
        super().__init__(f"line {line}: {code}: {value}")


@transaction.atomic
def load_populations(*, text: str, on: date, actor: Actor | None = None) -> int:
    """Set the municipalities' population on a day, from CSV with the columns
    `municipality_code,population`, or in Swedish `kommunkod;folkmängd`; other columns are passed
    by. Commas, semicolons or tabs divide, thousands may be spaced, and a code may have lost the
    zero it begins with. Without an actor it is the installation itself that sets them. Returns
    how many were set.

    Raises PopulationRefused for a municipality that is not in the register, or is there twice,
    and for a number that is none, and then sets nothing.
    """
    lines = text.splitlines()
    first = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=max(";\t,", key=first.count))
    try:
        names = {str(name).strip().casefold(): name for name in reader.fieldnames or ()}
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:
        # A cell longer than any that such a file has.
        raise PopulationRefused("number", reader.line_num + 1, "…") from None
    code_name, number_name = (
        next((names[each] for each in names if each in wanted), None)
        for wanted in (_CODE, _POPULATION)
    )
    if code_name is None or number_name is None:
        raise PopulationRefused("columns", 1, first[:_LONGEST_TOLD])
    known = {row.code: row for row in Municipality.objects.all()}
    found: dict[str, Municipality] = {}
    for line, row in rows:
        code = str(row[code_name] or "").strip().zfill(_CODE_LENGTH)
        number = "".join(str(row[number_name] or "").split())
        if code not in known:
            raise PopulationRefused("municipality", line, code[:_LONGEST_TOLD])
        if code in found:
            raise PopulationRefused("twice", line, code)
        if not (number.isascii() and number.isdigit() and len(number) < 9 and int(number)):
            raise PopulationRefused("number", line, number[:_LONGEST_TOLD])
        found[code] = known[code]
        found[code].population, found[code].population_on = int(number), on
    Municipality.objects.bulk_update(found.values(), ["population", "population_on"])
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name="register.populations_set",
        payload={"count": len(found), "on": on.isoformat()},
        actor=actor or Actor.system(),
    )
    return len(found)


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (resources.files("core") / "registers" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
