"""The controller's overview: what has become of the money, and the transactions behind it."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from core.content import Cell, Column, Crumb, Row, Table, Text
from core.models import County
from grants.enums import EntryKind
from grants.models import Call, LedgerEntry
from portal.content import entry_label
from portal.exports.ledger import ledger_csv
from portal.forms.lists import ListFilter
from portal.forms.payments import EntryFilter, MoneyFilter
from portal.selectors.definitions import parse_definitions
from portal.selectors.listing import counties
from portal.selectors.money import (
    CASE_KEYS,
    DIMENSIONS,
    ENTRY_KEYS,
    ORGANISATION_KEYS,
    MoneySums,
    calls_followed,
    cases_in,
    entries_found,
    listed_entries,
    names_of,
    organisations_in,
    sums_by,
    sums_of,
    years_of,
)
from portal.views.access import person_of
from portal.views.labels import call_title, day, money
from portal.views.lists import Heading, Listing, address, listing
from portal.views.reconciling import latest_notice

SHOWN = (
    EntryKind.GRANTED,
    EntryKind.CARRIED_IN,
    EntryKind.PAID,
    EntryKind.SPENT,
    EntryKind.CARRIED_OVER,
    EntryKind.CLAIMED,
    EntryKind.REPAID,
    EntryKind.WRITTEN_OFF,
)
ALWAYS = frozenset({EntryKind.GRANTED, EntryKind.SPENT})
"""Shown also where nothing of them is booked. Others are left out then: ten columns of amounts
are wider than the page."""
NAMES: Mapping[str, Text] = {
    "call": gettext_lazy("Call"),
    "year": gettext_lazy("Year"),
    "county": gettext_lazy("County"),
    "organisation": gettext_lazy("Organisation"),
    "case": gettext_lazy("Case"),
}
COLUMNS: Mapping[EntryKind, Text] = {
    EntryKind.GRANTED: pgettext_lazy("amount", "Granted"),
    EntryKind.CARRIED_IN: gettext_lazy("Carried in"),
    EntryKind.PAID: gettext_lazy("Paid out"),
    EntryKind.SPENT: gettext_lazy("Spent"),
    EntryKind.CARRIED_OVER: gettext_lazy("Carried over"),
    EntryKind.CLAIMED: gettext_lazy("To repay"),
    EntryKind.REPAID: gettext_lazy("Repaid"),
    EntryKind.WRITTEN_OFF: gettext_lazy("Written off"),
}
ENTRY_HEADINGS = (
    Heading(gettext_lazy("Booked"), "booked", nowrap=True),
    Heading(gettext_lazy("Transaction")),
    Heading(gettext_lazy("Year")),
    Heading(gettext_lazy("Case"), nowrap=True),
    Heading(gettext_lazy("Organisation")),
    Heading(gettext_lazy("Amount"), "amount", numeric=True),
)


class _Places:
    """What the filters offer, and the rows are called by."""

    def __init__(self, request: HttpRequest) -> None:
        self.calls: list[Call] = list(calls_followed(request.user))
        parse_definitions(self.calls)
        self.counties: list[County] = list(counties())
        self.years = years_of(self.calls)

    def filter[F: MoneyFilter](self, kind: type[F], data: Any) -> F:
        return kind(
            data,
            calls=[(str(call.pk), call_title(call)) for call in self.calls],
            years=self.years,
            counties=self.counties,
        )


@require_safe
def money_overview(request: HttpRequest) -> HttpResponse:
    """What has become of the money, by call unless the address names another order."""
    places = _Places(request)
    form = places.filter(MoneyFilter, request.GET)
    by = request.GET.get("by", "")
    by = by if by in DIMENSIONS else "call"
    entries = entries_found(request.user, form.chosen)
    total = sums_of(entries)
    page, rows = _rows(request, by, form, places, entries)
    context = {
        "form": form,
        "page": page,
        "kept": [("by", by)],
        "by": [
            (address(request, by=each, sort=""), label, each == by) for each, label in NAMES.items()
        ],
        "table": _table(by, rows, total, form.chosen) if total else None,
        "notice": latest_notice(person_of(request)),
        "export_url": f"{reverse('money-export')}{_query(form.chosen)}",
        "entries_url": f"{reverse('money-entries')}{_query(form.chosen)}",
    }
    return render(request, "portal/money/overview.html", context)


type Line = tuple[object, Cell, MoneySums]


def _rows(
    request: HttpRequest, by: str, form: ListFilter, places: _Places, entries: Any
) -> tuple[Listing[Any] | None, list[Line]]:
    """The rows, and the page of the list they are, where there can be many."""
    if by == "organisation":
        page: Listing[Any] = listing(
            request,
            organisations_in(entries),
            form=form,
            headings=(),
            keys=ORGANISATION_KEYS,
            default="name",
        )
        sums = sums_by(entries, by, [each.pk for each in page.rows])
        return page, [
            (each.pk, Cell(each.name, note=each.org_no), sums[each.pk]) for each in page.rows
        ]
    if by == "case":
        page = listing(
            request, cases_in(entries), form=form, headings=(), keys=CASE_KEYS, default="number"
        )
        sums = sums_by(entries, by, [each.pk for each in page.rows])
        return page, [
            (
                each.pk,
                Cell(
                    each.number, reverse("application-detail", args=[each.pk]), note=each.lead.name
                ),
                sums[each.pk],
            )
            for each in page.rows
        ]
    sums = sums_by(entries, by)
    known: dict[str, list[tuple[object, str]]] = {
        "call": [(call.pk, call_title(call)) for call in places.calls],
        "year": [(year, str(year)) for year in sorted(sums, reverse=True)],
        "county": [(county.code, county.name) for county in places.counties],
    }
    return None, [(value, Cell(label), sums[value]) for value, label in known[by] if value in sums]


def _query(chosen: Mapping[str, Any]) -> str:
    return f"?{urlencode(chosen)}" if chosen else ""


def _table(by: str, rows: Iterable[Line], total: MoneySums, chosen: Mapping[str, Any]) -> Table:
    kinds = [kind for kind in SHOWN if kind in ALWAYS or total.of(kind)]
    columns = (
        Column(NAMES[by]),
        *(Column(COLUMNS[kind], numeric=True) for kind in kinds),
        Column(pgettext("money", "Left to use"), numeric=True),
        Column(pgettext("money", "Still to be repaid"), numeric=True),
    )
    return Table(
        id="money",
        caption=_("Money"),
        columns=columns,
        rows=tuple(_row(cell, sums, {**chosen, by: value}, kinds) for value, cell, sums in rows),
        foot=_row(Cell(_("All")), total, chosen, kinds),
        stack=True,
        caption_hidden=True,
    )


def _row(
    heading: Cell, sums: MoneySums, chosen: Mapping[str, Any], kinds: Iterable[EntryKind]
) -> Row:
    base = reverse("money-entries")

    def figure(value: int, label: Text, **more: str) -> Cell:
        if not value:
            return Cell(money(0))
        shown = _("%(row)s, %(column)s: %(amount)s") % {
            "row": heading.text,
            "column": label,
            "amount": money(value),
        }
        return Cell(money(value), f"{base}{_query({**chosen, **more})}", shown)

    return Row(
        heading,
        (
            *(figure(sums.of(kind), COLUMNS[kind], kind=kind.value) for kind in kinds),
            figure(sums.left_sek, pgettext("money", "Left to use")),
            figure(sums.owed_sek, pgettext("money", "Still to be repaid")),
        ),
    )


@require_safe
def money_entries(request: HttpRequest) -> HttpResponse:
    """The transactions behind a figure, with what they come to."""
    form = _Places(request).filter(EntryFilter, request.GET)
    entries = entries_found(request.user, form.chosen)
    form.names = names_of(entries, form.chosen)
    page = listing(
        request,
        listed_entries(entries),
        form=form,
        headings=ENTRY_HEADINGS,
        keys=ENTRY_KEYS,
        default="-booked",
    )
    sums = sums_of(entries)
    kind = form.chosen.get("kind")
    if kind:
        told = [(COLUMNS[EntryKind(kind)], money(sums.of(EntryKind(kind))))]
    else:
        told = [(COLUMNS[each], money(sums.of(each))) for each in SHOWN if sums.of(each)]
        told += [(pgettext("money", "Left to use"), money(sums.left_sek))]
        told += [(pgettext("money", "Still to be repaid"), money(sums.owed_sek))]
    kept = [(name, str(form.chosen[name])) for name in ("case", "organisation")
            if name in form.chosen]  # fmt: skip
    back = {name: value for name, value in form.chosen.items() if name in MoneyFilter.base_fields}
    context = {
        "crumbs": [Crumb(_("Money"), reverse("money") + _query(back)), Crumb(_("Transactions"))],
        "form": form,
        "page": page,
        "kept": [*page.kept, *kept],
        "table": _entries(page.rows, page.columns),
        "told": told,
        "export_url": f"{reverse('money-export')}{_query(form.chosen)}",
    }
    return render(request, "portal/money/entries.html", context)


def _entries(rows: Iterable[LedgerEntry], columns: tuple[Column, ...]) -> Table:
    return Table(
        id="entries",
        caption=_("Transactions"),
        columns=columns,
        rows=tuple(
            Row(
                Cell(day(entry.booked_on)),
                (
                    Cell(entry_label(entry.kind)),
                    Cell(str(entry.year)),
                    Cell(
                        entry.application.number,
                        reverse("application-detail", args=[entry.application_id]),
                    ),
                    Cell(entry.organisation.name),
                    Cell(money(entry.amount_sek)),
                ),
            )
            for entry in rows
        ),
        stack=True,
        caption_hidden=True,
    )


@require_safe
def money_export(request: HttpRequest) -> StreamingHttpResponse:
    """All the transactions that the filters find as CSV, sent as they are fetched: also those
    that have been reversed, and their reversals."""
    form = _Places(request).filter(EntryFilter, request.GET)
    entries = entries_found(request.user, form.chosen, whole_ledger=True)
    name = pgettext("file name", "transactions")
    return StreamingHttpResponse(
        ledger_csv(entries),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{timezone.localdate()}.csv"',
            "Cache-Control": "private, no-store",
        },
    )
