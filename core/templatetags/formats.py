"""Filters that write numbers, amounts and times as `core.formats` says."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from core import formats

register = template.Library()


@register.filter
def number(value: int | None) -> str:
    """A whole number with no-break spaces between thousands; a dash for None."""
    return formats.DASH if value is None else formats.number(value)


@register.filter
def amount(value: int | None) -> str:
    """Whole SEK as `1 250 000 kr`; a dash for None."""
    return formats.DASH if value is None else formats.amount(value)


@register.filter
def percent(value: int | None) -> str:
    """A whole percentage as `47 %`; a dash for None."""
    return formats.DASH if value is None else formats.percent(value)


@register.filter
def isodate(value: date | datetime | None) -> str:
    """A date as `2013-03-14`; of a time, its date in Sweden; a dash for None."""
    if value is None:
        return formats.DASH
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return formats.iso_date(value)


@register.filter
def localtime(value: datetime | None) -> str:
    """A time in UTC as `2013-03-14 09:05` in Sweden; a dash for None."""
    return formats.DASH if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
