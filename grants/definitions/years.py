"""A definition document moved to another year: its days, and the years in its texts."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from grants.definitions.call import CallDefinition
from grants.definitions.shape import FieldShape, Kind, fields_of, opened

_YEAR = re.compile(r"(?<![\d:])(\d{4})(?![\d:])")
# A provision is named by its year and number, as in 2017:900: that year is no year of the call.
_KEPT = frozenset(("tables", "code", "version", "follows", "year", "stream", "agency"))
_YEARS_IN_CODES = frozenset(("requirements",))
"""Codes are kept from year to year, but for requirements, which belong to a call's year."""
_YEAR_IN_CODE = re.compile(r"(?<=_)(\d{4})(?=_|$)")


def moved(document: Mapping[str, Any], years: int) -> dict[str, Any]:
    """A raw document so many years later.

    Days move by whole years (29 February becomes the 28th where it must). In texts the call's
    year, the year before and the year after move; other years, and those in the names of
    provisions (2017:900), are kept. Tables keep their texts, where years are placeholders. Codes
    are kept, but for those of requirements. What cannot be read as a day is kept as it is.
    """
    year = document.get("year")
    if isinstance(year, bool) or not isinstance(year, int):
        return dict(document)
    near = {str(each): str(each + years) for each in (year - 1, year, year + 1)}
    found: dict[str, Any] = {}
    for name, value in document.items():
        field = fields_of(CallDefinition).get(name)
        if field is None or name in _KEPT:
            found[name] = value
        else:
            found[name] = _moved(field, value, years, near, codes=name in _YEARS_IN_CODES)
    found["year"] = year + years
    return found


def _moved(
    field: FieldShape, value: Any, years: int, near: Mapping[str, str], *, codes: bool
) -> Any:
    if field.kind is Kind.DATE:
        return _moved_day(value, years)
    if field.kind is Kind.TEXT and isinstance(value, str):
        return _YEAR.sub(lambda each: near.get(each[1], each[1]), value)
    if field.kind is Kind.LINES and isinstance(value, list):
        return [_YEAR.sub(lambda each: near.get(each[1], each[1]), str(line)) for line in value]
    if field.kind is Kind.CODE and codes and field.name == "code" and isinstance(value, str):
        return _YEAR_IN_CODE.sub(lambda each: near.get(each[1], each[1]), value)
    if field.model is None:
        return value

    def inside(each: Any) -> Any:
        if not isinstance(each, Mapping) or field.model is None:
            return each
        return {
            name: (
                _moved(known, inner, years, near, codes=codes)
                if (known := fields_of(field.model).get(name))
                else inner
            )
            for name, inner in opened(field.model, each).items()
        }

    return [inside(each) for each in value] if isinstance(value, list) else inside(value)


def _moved_day(value: Any, years: int) -> Any:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return value
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return (day - timedelta(days=1)).replace(year=day.year + years).isoformat()


def skeleton(
    *, code: str, year: int, stream: str, agency: Mapping[str, Any], kinds: list[str]
) -> dict[str, Any]:
    """The least that a call begins from: what is not there is for those who make it to say."""
    return {
        "code": code,
        "stream": stream,
        "year": year,
        "agency": dict(agency),
        "dates": {
            "measured_at": f"{year}-12-31",
            "spend_by": f"{year + 1}-04-30",
            "report_cutoff": f"{year + 1}-06-01",
        },
        "who_may_apply": list(kinds),
        "asks_opinion": False,
        "carry_over": "not_at_all",
        "reports": {"interim": True, "final": True},
    }
