"""What every list shares: filter, order and place are in the address, so it can be passed on."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.content import ActiveFilter, Column, Pager, Text
from portal.forms import ListFilter
from portal.selectors.paging import Count, Key, Page, counted, keyset_page


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading; with an `order` it can be sorted by."""

    label: Text
    order: str = ""
    numeric: bool = False
    nowrap: bool = False


@dataclass(frozen=True, slots=True)
class Listing[Row: Model]:
    """A page of a list, with all that stands around it."""

    rows: list[Row]
    count: str
    columns: tuple[Column, ...]
    filters: list[ActiveFilter]
    kept: list[tuple[str, str]]
    pager: Pager


def listing[Row: Model](
    request: HttpRequest,
    queryset: QuerySet[Row],
    *,
    whole: QuerySet[Row] | None = None,
    form: ListFilter,
    headings: tuple[Heading, ...],
    keys: Mapping[str, tuple[Key, ...]],
    default: str,
) -> Listing[Row]:
    """The page that the address asks for of the queryset. `whole` gives its rows and others, in
    the same form: few rows are read from it by their ids. `default` orders the list when the
    address does not; a leading minus is descending."""
    order = request.GET.get("sort", "")
    if order.removeprefix("-") not in keys:
        order = default
    queryset, count = counted(queryset, whole=whole)
    page: Page[Row] = keyset_page(
        queryset,
        keys=keys[order.removeprefix("-")],
        descending=order.startswith("-"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    chosen = form.chosen
    return Listing(
        rows=page.rows,
        count=_count_text(count),
        columns=tuple(_column(request, heading, order) for heading in headings),
        filters=[
            ActiveFilter(
                form.fields[name].label or name,
                form.label_of(name, value),
                address(request, **{name: ""}),
            )
            for name, value in chosen.items()
        ],
        kept=[("sort", order)] if order != default else [],
        pager=Pager(
            previous_url=address(request, before=page.before) if page.before else "",
            next_url=address(request, after=page.after) if page.after else "",
        ),
    )


def address(request: HttpRequest, **changes: str) -> str:
    """The page's own address with these values instead; the place in the list is not kept."""
    query = QueryDict(mutable=True)
    for name in request.GET:
        if name not in ("after", "before"):
            query[name] = request.GET[name]
    for name, value in changes.items():
        query[name] = value
    for name in [name for name in query if not query[name]]:
        del query[name]
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _column(request: HttpRequest, heading: Heading, order: str) -> Column:
    if not heading.order:
        return Column(heading.label, heading.numeric, heading.nowrap)
    current = order.removeprefix("-") == heading.order
    downwards = order.startswith("-")
    # A second click turns the order; the first gives the largest first for numbers.
    minus = "" if (current and downwards) or (not current and not heading.numeric) else "-"
    return Column(
        heading.label,
        heading.numeric,
        heading.nowrap,
        sort_url=address(request, sort=f"{minus}{heading.order}"),
        sorted_by=("descending" if downwards else "ascending") if current else "",
    )


def _count_text(count: Count) -> str:
    if count.more:
        return _("More than %(number)s in the list") % {"number": formats.number(count.number)}
    return ngettext("%(number)s in the list", "%(number)s in the list", count.number) % {
        "number": formats.number(count.number)
    }
