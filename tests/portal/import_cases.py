"""Changes of a folder, and the faults that they must lead to."""

from pathlib import Path
from typing import NamedTuple

import pytest
from django.utils import translation

from core.models import Event
from grants.models import Call
from portal.checks.faults import Fault, YearRefused
from portal.imports import bring_in_year


def refused(folder: Path) -> list[Fault]:
    """The faults of a folder that must be refused."""
    with pytest.raises(YearRefused) as caught:
        bring_in_year(path=folder)
    assert not Call.objects.exists()
    assert not Event.objects.exists()
    found = list(caught.value.faults)
    for language in ("sv", "en"):
        with translation.override(language):
            assert all(str(fault) for fault in found)
    return found


ANY = "*"
"""Among the codes elsewhere: whatever follows from it."""


class Case(NamedTuple):
    """A change of one cell, and where the fault is then."""

    file: str
    find: dict[str, str]
    change: dict[str, str]
    column: str
    code: str
    elsewhere: tuple[str, ...] = ()
    """Codes of faults that the same change must lead to in other places."""


def case(file: str, find: str, change: str, code: str, *elsewhere: str, column: str = "") -> Case:
    """`find` and `change` as `column=value`, several parted by spaces."""

    def pairs(text: str) -> dict[str, str]:
        return dict(part.split("=", 1) for part in text.split(" | ") if part)

    changed = pairs(change)
    return Case(file, pairs(find), changed, column or next(iter(changed)), code, elsewhere)


K1 = "reference=K13-0001"
REJECTED = "reference=K13-0107"
WITHDRAWN = "reference=F13-0152"
KOMMUN = "call=kommuner-2013"
BOTKYRKA = "organisation=K00001"
ONE_CHOICE = "report=RK13-0029 | area=mapping | question=expected_results"


def name_of(each: Case) -> str:
    return f"{each.file}-{each.code}-{'-'.join(each.change)}"
