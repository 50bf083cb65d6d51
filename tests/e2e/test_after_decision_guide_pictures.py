"""The guides of those who come after the decision, and before the call: the pages still look as
they say. The pictures are made as those of the applicants' guide."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from grants.enums import OrderState
from portal.views.applying_sections import area_slug
from portal.views.preview import APPLY
from tests.e2e.album import SIZE, Album, Shown
from tests.e2e.calls_made import CallsMade
from tests.e2e.grantee import AREA, Grantee
from tests.e2e.money_desk import MoneyDesk
from tests.e2e.year_told import YEAR, YearTold

type SignedIn = Callable[..., Any]


def test_the_guide_shows_the_grantees_pages_as_they_are(
    transactional_db: None, signed_in_page: SignedIn
) -> None:
    world = Grantee()
    album = Album("grantees")
    page = signed_in_page(world.eva, **SIZE)
    show = Shown(album, page)
    case, report = world.case.pk, world.report.pk

    show("arende", "application-file", case, part="#decision-heading", above=20, tallest=720)
    show("andring", "own-change-new", case, "budget")
    world.area_written()
    show("omrade", "own-report-section", report, area_slug(AREA))
    show("redovisning", "own-report", report)
    world.written()
    show("ekonomi", "own-report-section", report, "ekonomi")
    show("kontrollera", "own-report-section", report, "kontroll")
    world.whole_written()
    show("skicka-in", "own-report-send", report, part="#send-heading", above=20)
    world.sent_in()
    world.returned()
    show("aterlamnad", "own-report", report, tallest=770)
    world.accepted()
    show("medel", "own-money", case, tallest=1000)
    show("saldo", "own-money", case, part="#years-heading", above=20)
    album.whole()


def test_the_guide_shows_the_controllers_pages_as_they_are(
    transactional_db: None, signed_in_page: SignedIn
) -> None:
    desk = MoneyDesk()
    album = Album("controllers")
    show = Shown(album, signed_in_page(desk.second, **SIZE))
    desk.rates_known()
    claimed = desk.claimed()

    show("oversikt", "money", query="?by=organisation", tallest=1104)
    show("transaktioner", "money-entries", query="?kind=paid", tallest=1025)
    order = desk.order(*desk.cases[3:5], part=2, to=OrderState.MADE)
    show("attestera", "payment-order", order.pk)
    handed_over = desk.second_parts()
    show("utbetalningar", "payments")
    desk.answer(handed_over, "paid", "paid", "Kontot finns inte.")
    show("svar", "payment-order", handed_over.pk)
    show("aterkrav", "claims")
    show("krav", "case-claims", claimed.pk, tallest=900)
    show("referensrantor", "reference-rates", tallest=853)
    desk.reconciled()
    show("avstamning", "reconciliations")
    album.whole()


def test_the_guide_shows_the_analysts_pages_as_they_are(
    transactional_db: None, signed_in_page: SignedIn, tmp_path: Path
) -> None:
    year = YearTold()
    album = Album("analysts")
    show = Shown(album, signed_in_page(year.analyst, **SIZE))
    own = (year.agency.code, YEAR)
    year.written()
    first = year.edition()
    year.came_in()
    year.trained()
    year.next_year(tmp_path / "2014")

    show("rapporter", "edition-list")
    show("forhandsvisning", "edition-preview", *own)
    show("saknas", "missing-reports", *own)
    show("text", "report-text", *own, "summary", "sv", tallest=1000)
    year.confirmed()
    second = year.edition()
    assert second.number == first.number + 1
    edition = (*own, second.number)
    show("utgava", "edition-detail", *edition)
    show("andringar", "edition-detail", *edition, part="#changes", above=20, tallest=1075)
    table = (year.agency.code, "municipalities", YEAR, 6)
    show("aren", "years-table", *table)
    show("diagram", "years-table", *table, part="#charts-heading", above=20)
    chosen = f"?call={year.call.pk}"
    show("data", "report-data", query=chosen, part="#take-out-heading", above=20)
    chosen = f"?year={year.agency.code}-{YEAR}"
    show("kompetensstod", "training-comparison", query=chosen, tallest=1095)
    album.whole()


def test_the_guide_shows_the_call_makers_pages_as_they_are(
    transactional_db: None, signed_in_page: SignedIn
) -> None:
    world = CallsMade()
    album = Album("call-makers")
    show = Shown(album, signed_in_page(world.hanna, **SIZE))
    draft = world.draft.pk
    show("lista", "call-making")
    show("ny", "call-begin", tallest=876)
    show("delar", "call-draft", draft, tallest=1110)
    place = "/".join(str(step) for step in world.other_group)
    show("fraga", "call-draft-node", draft, place)
    world.translated()
    show("datum", "call-draft-part", draft, "tider-och-ram", tallest=1085)
    world.corrected()
    show("forhandsvisning", "call-draft-preview-section", draft, APPLY, area_slug(AREA))
    show("andrat", "call-draft-changes", draft, tallest=1130)
    show = Shown(album, signed_in_page(world.bo, **SIZE))
    show("publicera", "call-draft-publish", draft)
    album.whole()
