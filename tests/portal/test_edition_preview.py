"""A year that is going on: reports written on pages, who is missing, texts, and what changes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from core.models import OutboxMessage
from core.services.journal import Actor
from grants.enums import Status
from reporting.content.paths import answer_path
from reporting.enums import ReportStatus
from reporting.models import Edition, Report, ReportText
from reporting.selectors.editions import changes_since_previous, edition_json
from reporting.services import reports, sending
from reporting.services.editions import build_edition
from reporting.services.previews import forget_previews, preview
from reporting.services.reminders import remind
from tests.factories import CallDefinitionRecordFactory, ReportFactory, staff
from tests.factories.definitions import both
from tests.factories.reports import Reporting
from tests.factories.scenario import fresh
from tests.portal.html import Page, text
from tests.portal.world import World, edition_address, municipality

Get = Callable[..., Page]

TABLES = [
    {
        "number": 1, "kind": "area_status_counts", "stream": "municipalities",
        "title": both("Läget {year}"), "row_heading": both("Område"),
        "columns": [
            {"code": "had_funding", "label": both("Haft medel")},
            *({"code": code, "label": both(code)}
              for code in ("ongoing", "completed", "not_carried_out")),
        ],
        "rows": ["mapping", "training"],
    },
    {
        "number": 2, "kind": "multi_choice_percent", "stream": "municipalities",
        "question": "activities", "title": both("Vad som gjorts"), "row_heading": both("Område"),
        "columns": ["survey", "interviews", "none"], "rows": ["mapping", "training"],
    },
]  # fmt: skip


class Programme(Reporting):
    """Grants whose reports are written on the pages, and counted in two tables."""

    def __post_init__(self) -> None:
        super().__post_init__()
        said = {**self.call.definition_record.document, "tables": TABLES}
        del said["code"]
        self.call.definition_record = CallDefinitionRecordFactory(changes=said)
        self.call.save()
        self.call = fresh(self.call)
        self.analyst = staff(self.agency, Role.ANALYST, name="Ulla Utredare")

    @property
    def year(self) -> int:
        return int(self.call.year)

    def sent(self, activities: str = "survey") -> Report:
        """A report sent in on the pages."""
        report = self.filled(self.required())
        self.put(report, answer_path("mapping", "activities"), activities)
        sending.send_report(report=report, actor=self.signatory)
        return fresh(report)

    def edition(self) -> Edition:
        return build_edition(
            agency=self.agency, year=self.year, actor=Actor.system(), cutoff=self.today
        ).edition


@pytest.mark.django_db
def test_a_report_written_on_pages_is_in_preview_edition_and_tables() -> None:
    world = Programme()
    report = world.sent()
    assert report.status == ReportStatus.RECEIVED
    found = preview(agency=world.agency, year=world.year, language="sv", cutoff=world.today)
    tables = found.outcome["tables"]
    assert tables["1"] == {
        "n": 1,
        "rows": [
            {"code": "mapping", "values": [1, 0, 1, 0]},
            {"code": "training", "values": [1, 0, 1, 0]},
        ],
    }
    assert tables["2"]["rows"][0] == {"code": "mapping", "n": 1, "values": [100, 0, 0]}
    assert tables["2"]["rows"][1]["n"] == 0, "nobody answered for the other area"
    first = world.edition()
    assert edition_json(first) == found.outcome

    # Returned and sent in again: the edition stands, and the next says what differs.
    reports.send_back(
        report=report, actor=world.officer, questions="Vad gjorde ni?",
        items={answer_path("mapping", "activities"): "Stämmer det?"},
    )  # fmt: skip
    assert edition_json(world.edition()) == edition_json(first), "what was received still counts"
    world.put(report, answer_path("mapping", "activities"), "interviews")
    sending.send_report(report=fresh(report), actor=world.signatory)
    beside = preview(
        agency=world.agency, year=world.year, language="sv", cutoff=world.today, beside=first
    )
    assert [(str(c.kind), c.before, c.after) for c in beside.changed] == [("sent_again", 1, 2)]
    second = world.edition()
    assert (second.number, edition_json(second)) == (2, beside.outcome)
    change = changes_since_previous(second)
    assert change is not None
    assert [(d.table, d.row, d.column, d.before, d.after) for d in change.differences] == [
        (2, "mapping", "1", 100, 0),
        (2, "mapping", "2", 0, 100),
    ]
    assert edition_json(first)["tables"]["2"]["rows"][0]["values"] == [100, 0, 0]

    # Accepting books what was used, and the figures follow.
    accepted = fresh(report)
    reports.accept(
        report=accepted, actor=world.officer,
        used=[reports.Used(application=accepted.references.get().application_id,
                           spent_sek=400_000)],
    )  # fmt: skip
    assert world.edition().key_figures["municipalities"]["spent_sek"] == 400_000


@pytest.mark.django_db
def test_who_is_missing_and_how_often_they_were_reminded(get: Get) -> None:
    world = Programme(due_in=1)
    report = world.required()
    other = world.granted(lead=municipality("Åre kommun", "23"))
    world.required(other)
    assert remind(today=world.today)
    OutboxMessage.objects.update(sent_at=datetime(2026, 3, 1, 9, tzinfo=UTC), state="sent")
    Report.objects.filter(pk=report.pk).update(due_on=world.today - timedelta(days=1))
    page = get(reverse("missing-reports", args=[world.agency.code, world.year]), world.analyst)
    rows = {row[0]: row[1:] for row in page.rows("missing")}
    assert set(rows) == {"Ale kommun", "Åre kommun"}
    assert rows["Ale kommun"][-2:] == ["1", "2026-03-01"]
    assert rows["Ale kommun"][3].startswith(str(world.today - timedelta(days=1)))
    assert rows["Åre kommun"][-2:] == ["0", "–"], "nobody there could be told"
    assert page.faults() == []
    address = reverse("missing-reports", args=[world.agency.code, world.year])
    found = get(f"{address}?q=åre", world.analyst)
    assert [row[0] for row in found.rows("missing")] == ["Åre kommun"]
    address = reverse("edition-preview", args=[world.agency.code, world.year])
    address = f"{address}?cutoff={world.today}"
    shown = get(address, world.analyst)
    assert [row[1:] for row in shown.rows("coverage")] == [["2", "0", "0", "0", "2", "1"]]
    world.filled(report)
    sending.send_report(report=report, actor=world.signatory)
    shown = get(address, world.analyst)
    assert [row[1:] for row in shown.rows("coverage")] == [["2", "1", "0", "0", "1", "0"]]
    assert shown.faults() == []
    assert text(shown.one(".ds-alert h2")) == "Preview"


@pytest.mark.django_db
def test_a_revoked_grant_is_not_waited_for(get: Get) -> None:
    world = Programme()
    report = world.required()
    address = reverse("missing-reports", args=[world.agency.code, world.year])
    assert len(get(address, world.analyst).rows("missing")) == 1
    case = report.references.get().application
    type(case).objects.filter(pk=case.pk).update(status=Status.REVOKED)
    assert get(address, world.analyst).text(".empty h2") == "No report is missing"


# Texts -------------------------------------------------------------------------------------------


def text_address(world: World, place: str = "summary", language: str = "sv") -> str:
    return reverse("report-text", args=[world.agency.code, 2013, place, language])


def test_a_text_is_written_shown_and_frozen(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.analyst)
    address = text_address(world, "table-1")
    page = Page(client.get(address, headers={"accept-language": "en"}))
    codes = page.texts("#figures code")
    assert "{table1.mapping.completed}" in codes
    assert page.faults() == []
    body = "Av dem blev {table1.mapping.completed} klar. <b>Bra</b>"
    assert client.post(address, {"body": body, "base": "0"}).status_code == 302
    page = Page(client.get(address, headers={"accept-language": "en"}))
    assert page.text("[aria-labelledby=shown-heading] .prose p") == (
        "Av dem blev 1 klar. <b>Bra</b>"
    )
    listed = Page(client.get(reverse("report-texts", args=[world.agency.code, 2013])))
    assert listed.faults() == []
    edition = world.edition()
    shown = Page(client.get(edition_address(edition)))
    assert "Av dem blev 1 klar. <b>Bra</b>" in shown.text("#table-1")
    pdf = client.get(edition_address(edition, "edition-file", "pdf")).content
    client.post(address, {"body": "Annat.", "base": "1"})
    assert client.get(edition_address(edition, "edition-file", "pdf")).content == pdf


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "i går"])
def test_a_cutoff_that_no_year_has_is_told_of(get: Get, world: World, day: str) -> None:
    world.case()
    address = reverse("edition-preview", args=[world.agency.code, 2013])
    page = get(f"{address}?cutoff={day}", world.analyst)
    assert page.one("#id_cutoff").get("aria-invalid") == "true"


def test_what_is_wrong_is_said_and_what_was_typed_is_there(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.analyst)
    body = "Det var {granted.nowhere} och {Fel}."
    page = Page(client.post(text_address(world), {"body": body, "base": "0"}))
    assert page.one("#id_body").text.strip() == body
    assert len(page.all(".ds-error-summary li")) == 2
    assert page.one("#id_body").get("aria-invalid") == "true"
    assert page.faults() == []
    shown = {"body": body, "base": "0", "figures": "table-6", "figures-show": "1"}
    page = Page(client.post(text_address(world), shown))
    assert page.one("#id_body").text.strip() == body, "looking at other figures loses nothing"
    assert "{table6.mapping.fully}" in page.texts("#figures code")
    assert not ReportText.objects.exists()


def test_two_who_write_at_once_see_each_others_text(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.analyst)
    client.post(text_address(world), {"body": "Kollegans ord.", "base": "0"})
    response = client.post(text_address(world), {"body": "Mina ord.", "base": "0"})
    page = Page(response)
    assert page.one("#id_body").text.strip() == "Mina ord."
    assert "Kollegans ord." in page.text("[aria-labelledby=meanwhile-heading]")
    assert page.one("[name=base]").get("value") == "1"
    assert ReportText.objects.count() == 1
    client.post(text_address(world), {"body": "Bådas ord.", "base": "1"})
    assert ReportText.objects.order_by("-number")[0].body == "Bådas ord."


def test_a_sentence_is_flagged_and_confirmed_anew(client: Client, world: World) -> None:
    world.case(1)
    client.force_login(world.analyst)
    body = "Det var {granted.all}. Mer än hälften {? granted.municipalities.share > 50 %} fick."
    client.post(text_address(world), {"body": body, "base": "0"})
    world.case(2)
    page = Page(client.get(text_address(world), headers={"accept-language": "en"}))
    (flagged,) = page.all(".doubted > li")
    assert "was 1 when the sentence was confirmed, and is 2" in text(flagged)
    listed = Page(
        client.get(
            reverse("report-texts", args=[world.agency.code, 2013]),
            headers={"accept-language": "en"},
        )
    )
    assert listed.text(".ds-alert h2") == "1 sentence does not fit the figures"
    seen = page.one("[name=at]").get("value")
    data = {"body": body, "base": "1", "confirm": "Det var {granted.all}.", "at": seen}
    world.case(3)
    changed = Page(client.post(text_address(world), data, headers={"accept-language": "en"}))
    assert "The figures have changed since you opened the page" in changed.text("main")
    assert "and is 3" in changed.text(".doubted > li")
    data["at"] = changed.one("[name=at]").get("value")
    unsaved = Page(client.post(text_address(world), {**data, "body": "Nytt."}))
    assert unsaved.one("#id_body").text.strip() == "Nytt."
    assert client.post(text_address(world), data).status_code == 302
    page = Page(client.get(text_address(world)))
    assert not page.all(".doubted > li")
    history = Page(
        client.get(
            reverse("report-text-history", args=[world.agency.code, 2013, "summary", "sv"]),
            headers={"accept-language": "en"},
        )
    )
    assert [row[3] for row in history.rows("versions")] == [
        "1 sentence was confirmed",
        "The text was written",
    ]


def test_versions_are_compared_and_taken_back(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.analyst)
    for number, body in enumerate(("Ett två tre.", "Ett fyra tre.")):
        client.post(text_address(world), {"body": body, "base": str(number)})
    address = reverse("report-text-history", args=[world.agency.code, 2013, "summary", "sv"])
    page = Page(client.get(f"{address}?old=1&new=2", headers={"accept-language": "en"}))
    assert page.text("del") == "Taken away: två"
    assert page.text("ins") == "Added: fyra"
    assert page.faults() == []
    stale = client.post(address, {"version": "1", "base": "1"})
    assert stale["Location"] == address
    assert client.post(address, {"version": "1", "base": "2"}).status_code == 302
    assert ReportText.objects.order_by("-number")[0].body == "Ett två tre."


def test_a_stranger_finds_no_texts(client: Client, world: World) -> None:
    world.case()
    for person in (world.stranger, world.officer, world.colleague_elsewhere):
        client.force_login(person)
        for name, more in (("report-text", ("summary", "sv")), ("report-texts", ()),
                           ("edition-preview", ()), ("missing-reports", ())):  # fmt: skip
            address = reverse(name, args=[world.agency.code, 2013, *more])
            assert client.get(address).status_code == 404
        assert client.post(text_address(world), {"body": "X", "base": "0"}).status_code == 404
    assert not ReportText.objects.exists()


# Editions and years ------------------------------------------------------------------------------


def test_the_old_edition_says_that_there_is_a_newer(get: Get, world: World) -> None:
    world.case(1)
    first = world.edition()
    case = world.case(2)
    second = world.edition()
    page = get(edition_address(first), world.analyst)
    assert page.one(".ds-alert a").get("href") == edition_address(second)
    changed = get(edition_address(second), world.analyst)
    assert changed.rows("changed-reports") == [
        ["RK13-0002", case.lead.name, "Has come in", "–", "1"]
    ]
    assert not get(edition_address(second)).all("#changed-reports"), "not for the public"


def test_years_side_by_side_are_open_to_all(get: Get, world: World) -> None:
    world.case()
    edition = world.edition()
    page = get(edition_address(edition))
    (link, *_rest) = page.all("#table-1 + p a")
    compared = get(link.get("href"))
    assert compared.faults() == []
    assert compared.texts("#years tbody tr:nth-child(2) th") == ["2013"] * 13
    assert compared.all("figure.chart svg")
    listed = get(reverse("years-tables", args=[world.agency.code]))
    assert len(listed.rows("municipalities-years")) == len(world.call.definition.tables)


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_of_a_year_ask_as_often_with_thirty_rows(
    client: Client, world: World, rows: int, django_assert_num_queries: Any
) -> None:
    client.force_login(world.analyst)
    for number in range(rows):
        case = world.case(number + 1, reported=False)
        ReportFactory(
            agency=world.agency, organisation=case.lead, applications=[case],
            due_on=timezone.localdate(),
        )  # fmt: skip
    addresses = {
        reverse("missing-reports", args=[world.agency.code, 2013]): 10,
        reverse("edition-preview", args=[world.agency.code, 2013]): 9,
    }
    for address, number in addresses.items():
        client.get(address)
        with django_assert_num_queries(number):
            assert client.get(address).status_code == 200
    forget_previews()
    with django_assert_num_queries(23):
        assert client.get(address).status_code == 200
