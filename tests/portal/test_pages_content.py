"""What the pages say, by their structure."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grants.enums import Approval, EntryKind, Outcome, Status
from reporting.enums import ReportKind, ReportStatus
from reviews.enums import FindingValue
from tests.factories import (
    ApplicationFactory,
    DecisionFactory,
    OrganisationEntryFactory,
    OrganisationFactory,
    ParticipationFactory,
    ReportFactory,
    ReportVersionFactory,
    RequirementFindingFactory,
    UserFactory,
)
from tests.portal.html import Page, query_of, text
from tests.portal.world import (
    World,
    book,
    edition_address,
    everywhere,
    municipality,
    tell,
)

Get = Callable[..., Page]
NBSP = "\N{NO-BREAK SPACE}"


def amount(value: str) -> str:
    """`500 000 kr` as the page's text has it."""
    return value.replace(NBSP, " ")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_page_is_well_made(get: Get, world: World, language: str) -> None:
    for name, address in everywhere(world).items():
        page = get(address, None if name == "sign-in" else world.analyst, language)
        assert page.faults() == [], name
        assert page.root.get("lang") == language
        assert page.text("a.ds-skip-link")
        assert page.one("a.ds-skip-link").get("href") == "#main"
        assert page.texts("nav.site-nav a")


def test_the_menu_is_by_role(get: Get, world: World) -> None:
    public = ["National reports", "Public register"]
    cases = ["Applications", "Organisations", "Reports"]
    kept = ["Mail", "Incidents"]
    handled = ["Decision letters", "Supervision decisions"]
    menus = {
        None: ["Calls", *public],
        world.registrar: [
            *["Worklist", "Calls", *cases, "Registry", "Representatives"],
            *[*handled, *public, *kept],
        ],
        world.officer: [
            *["Worklist", "Calls", *cases, "Representatives"],
            *["Reports to review", "Distribute the frame", "Changes and carry-overs"],
            *["Make calls", *handled, "Requests for documents", "Trainings", *public, *kept],
        ],
        world.analyst: ["Calls", *cases, "Trainings", "Reports as data", *public],
        world.stranger: ["My pages", "Calls", "My organisations", *public],
    }
    for who, menu in menus.items():
        assert get("/", who).texts("nav.site-nav a") == menu
    here = get(reverse("application-list"), world.officer).one("nav.site-nav [aria-current]")
    assert (text(here), here.get("aria-current")) == ("Applications", "page")


def test_who_is_signed_in_and_for_which_agency(get: Get, world: World) -> None:
    who = get("/", world.officer).text(".account__who")
    assert who == f"{world.officer.name} Case officer, Provmyndigheten"
    assert not get("/").all(".account__who")
    assert get("/").text(".account a") == "Sign in"


def test_the_language_is_changed_and_kept(client: Client, world: World) -> None:
    english = Page(client.get("/utlysningar/", headers={"accept-language": "en"}))
    form = english.one("form.language-switch")
    button = form.cssselect("button")[0]
    assert (text(button), button.get("lang")) == ("Svenska", "sv")
    fields = {each.get("name"): each.get("value") for each in form.cssselect("input")}
    fields["language"] = button.get("value")
    response = client.post(form.get("action"), fields)
    assert response["Location"] == "/utlysningar/"
    assert Page(client.get("/", headers={"accept-language": "en"})).root.get("lang") == "sv"


def test_a_page_that_is_not_there_is_a_page_of_its_own(client: Client, world: World) -> None:
    client.force_login(world.officer)
    response = client.get("/finns-inte/", headers={"accept-language": "en"})
    assert response.status_code == 404
    response.status_code = 200
    page = Page(response)
    assert page.heading == "The page is not here"
    assert page.faults() == []
    assert "Applications" in page.texts("nav.site-nav a")


def test_a_form_from_another_window_is_refused_with_a_page(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.analyst)
    response = client.post(reverse("edition-build"), headers={"accept-language": "en"})
    assert response.status_code == 403
    response.status_code = 200  # type: ignore[misc]
    assert Page(response).heading == "You may not do this"


# The front page and the calls ------------------------------------------------------------------


@pytest.mark.django_db
def test_the_front_page_without_calls_or_reports_says_so(get: Get) -> None:
    page = get("/")
    assert page.texts(".empty > h3") == ["No call is open", "No national report has been published"]


def test_the_front_page_shows_open_and_coming_calls(get: Get, world: World) -> None:
    today = timezone.localdate()
    world.call.opens_on, world.call.closes_on = today - timedelta(days=3), today
    world.call.save()
    page = get("/")
    assert page.texts("[aria-labelledby=open-calls] .ds-tag") == [f"Open until {today}"]
    world.call.opens_on = world.call.closes_on = today + timedelta(days=1)
    world.call.save()
    assert get("/").texts("[aria-labelledby=open-calls] .ds-tag") == [
        f"Opens {today + timedelta(days=1)}"
    ]


def test_a_call_that_has_closed_is_not_open(get: Get, world: World) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    world.call.opens_on = world.call.closes_on = yesterday
    world.call.save()
    assert get("/").texts(".empty > h3")[0] == "No call is open"
    assert len(get(reverse("call-list")).rows("earlier-calls")) == 1


def test_the_front_page_has_the_latest_report(get: Get, world: World) -> None:
    world.case()
    edition = world.edition()
    page = get("/")
    link = page.all("[aria-labelledby=latest-report] a")[0]
    assert link.get("href") == edition_address(edition)
    figures = page.figures()
    assert list(figures.values())[:3] == ["1", "1", f"300{NBSP}000{NBSP}kr".replace(NBSP, " ")]


def test_the_front_page_stands_without_the_frozen_data(
    get: Get, world: World, settings: Any, tmp_path: Any
) -> None:
    world.case()
    world.edition()
    settings.DATA_DIR = tmp_path / "elsewhere"
    assert get("/").texts(".empty > h3")[-1] == "No national report has been published"


def test_the_list_of_calls_sums_them_up(get: Get, world: World) -> None:
    world.case()
    ApplicationFactory(call=world.call, status=Status.REJECTED)
    ApplicationFactory(call=world.call, status=Status.DRAFT)
    row = get(reverse("call-list")).rows("earlier-calls")[0]
    assert row[1:] == [
        str(world.agency.name_en), "2013", "70 000 000 kr", "2", "1", "300 000 kr",
    ]  # fmt: skip


def test_a_call_says_what_is_not_recorded(get: Get, world: World) -> None:
    address = reverse("call-detail", args=[world.agency.code, world.call.code])
    page = get(address)
    summary = page.summary()
    assert summary["Frame"] == "70 000 000 kr"
    assert summary["Opens"] == summary["Last day to apply"] == "Not recorded"
    assert summary["Measuring date"] == "2013-12-31"
    assert "4:7" in summary["Legal basis"]
    assert len(page.all("ol.requirement-list > li")) == 3
    assert not page.all(f"a[href^='{reverse('application-list')}']")
    link = get(address, world.officer).one(f"section a[href^='{reverse('application-list')}']")
    assert query_of(link.get("href")) == {"call": str(world.call.pk)}


# One application -------------------------------------------------------------------------------


def test_an_application_shows_what_is_known_and_what_is_not(get: Get, world: World) -> None:
    case = world.case(1, partners=[municipality("Borås stad", "14")])
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    assert page.heading == "Kommun 001"
    assert page.text("h1 ~ .ds-tag") == "Interim reported"
    summary = page.summary()
    assert summary["Requested"] == "500 000 kr"
    assert summary["Granted"] == "300 000 kr"
    assert summary["Case officer"] == "Not recorded"
    assert (
        summary["Decision maker"] == summary["Rapporteur"] == summary["Reasons"] == "Not recorded"
    )
    assert [row[:2] for row in page.rows("participants")] == [
        ["Kommun 001", "Lead applicant"],
        ["Borås stad", "Partner"],
    ]
    assert page.rows("money") == [
        ["2013", "300 000 kr", "0 kr", "300 000 kr", "120 000 kr", "180 000 kr", "0 kr", "0 kr"]
    ]
    assert [row[1:3] for row in page.rows("ledger")] == [
        ["Granted", "Kommun 001"],
        ["Spent", "Kommun 001"],
    ]
    assert page.rows("reports")[0][0] == "RK13-0001"
    assert "Findings of the performance requirements are not recorded." in page.texts("p")


def test_money_that_is_not_reported_is_not_zero(get: Get, world: World) -> None:
    case = ApplicationFactory(call=world.call, status=Status.GRANTED)
    DecisionFactory(application=case, outcome=Outcome.GRANTED, amount_sek=500_000)
    book(case, EntryKind.GRANTED, 500_000)
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    assert page.rows("money")[0][4] == "Not reported"
    book(case, EntryKind.SPENT, 0)
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    assert page.rows("money")[0][4] == "0 kr"


def test_the_timeline_says_what_an_old_register_does_not(get: Get, world: World) -> None:
    case = world.case()
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    item = page.one("ol.timeline > li")
    assert text(item.cssselect(".timeline__heading")[0]) == "The application was granted"
    # Midnight in Sweden is the day before in UTC; the register gives the day only.
    assert text(item.cssselect("time")[0]) == "2013-03-14"
    assert "from an older register" in text(item.cssselect(".timeline__meta")[0])
    assert [text(each) for each in item.cssselect(".not-recorded li")] == [
        "who prepared and who decided",
        "who did it",
    ]


def test_a_case_of_today_names_its_people(get: Get, world: World) -> None:
    maker, rapporteur = UserFactory(name="Bo Beslut"), UserFactory(name="Fia Föredrag")
    case = ApplicationFactory(
        call=world.call, status=Status.REJECTED, assigned_to=world.officer, late=True
    )
    DecisionFactory(
        application=case,
        outcome=Outcome.REJECTED,
        amount_sek=None,
        decider=maker,
        preparer=rapporteur,
        reasons="Kraven är inte uppfyllda.",
    )
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    summary = page.summary()
    assert summary["Case officer"] == world.officer.name
    assert summary["Received"] == "2012-11-20 after the last day to apply"
    assert (summary["Decision maker"], summary["Rapporteur"]) == ("Bo Beslut", "Fia Föredrag")
    assert summary["Reasons"] == "Kraven är inte uppfyllda."
    assert "Source" not in summary
    assert "No findings have been made yet." in page.texts("p")
    assert "No money has been booked on the case." in page.texts("p")


def test_findings_stand_with_their_requirement_and_organisation(get: Get, world: World) -> None:
    case = world.case()
    requirement = world.call.requirements.first()
    RequirementFindingFactory(
        application=case,
        requirement=requirement,
        organisation=case.lead,
        finding=FindingValue.BEGUN,
        reason="",
    )
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    title = world.call.definition.requirements[0].title.en
    assert page.rows("findings") == [[title, "Kommun 001", "Begun", "Not recorded"]]


def test_a_partner_that_has_not_answered_says_so(get: Get, world: World) -> None:
    case = ApplicationFactory(call=world.call)
    ParticipationFactory(
        application=case, organisation=municipality("Ale kommun"), approval=Approval.WAITING
    )
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    assert page.rows("participants")[1][4] == "Not answered"


# One organisation ------------------------------------------------------------------------------


def test_an_organisation_shows_its_years(get: Get, world: World) -> None:
    case = world.case()
    book(case, EntryKind.CARRIED_OVER, 100_000)
    book(case, EntryKind.CLAIMED, 80_000)
    OrganisationEntryFactory(
        organisation=case.lead, agency=world.agency, year=2011, name="Gamla kommunen"
    )
    page = get(reverse("organisation-detail", args=[case.lead_id]), world.officer)
    assert page.heading == "Kommun 001"
    assert page.summary()["Earlier names"] == "Gamla kommunen (2011)"
    assert page.rows("years") == [
        [
            "2013",
            "1",
            "500 000 kr",
            "300 000 kr",
            "0 kr",
            "120 000 kr",
            "100 000 kr",
            "80 000 kr",
            "1",
        ]
    ]
    assert page.rows("cases")[0][0] == "K13-0001"
    assert page.rows("reports")[0][0] == "RK13-0001"


def test_a_report_after_the_cut_off_is_shown_as_late(get: Get, world: World) -> None:
    case = ApplicationFactory(call=world.call, status=Status.GRANTED, reference="K13-0001")
    just_in = datetime(2014, 6, 1, 21, 59, tzinfo=UTC)
    report = world.report(case, "RK13-0001", first_received_at=just_in)
    address = reverse("organisation-detail", args=[case.lead_id])
    assert get(address, world.officer).rows("years")[0][-1] == "1"
    report.first_received_at = just_in + timedelta(minutes=1)
    report.save(update_fields=["first_received_at"])
    page = get(address, world.officer)
    assert page.rows("years")[0][-1] == "11 late"
    assert page.rows("reports")[0][3] == "2014-06-02after the cut-off 2014-06-01"


def test_an_organisation_that_is_only_a_partner_has_its_part(get: Get, world: World) -> None:
    partner = municipality("Borås stad", "14")
    world.case(1, partners=[partner])
    page = get(reverse("organisation-detail", args=[partner.pk]), world.officer)
    assert page.rows("years") == [
        ["2013", "01 as partner", "0 kr", "0 kr", "–", "–", "–", "–", "0"]
    ]
    assert page.rows("cases")[0][2] == "Partner"


# One report ------------------------------------------------------------------------------------


def test_a_report_has_the_questionnaires_words(get: Get, world: World) -> None:
    world.case()
    report = world.agency.reports.get()
    page = get(reverse("report-detail", args=[report.pk]), world.officer)
    summary = page.summary()
    assert summary["Answers for"] == "K13-0001 2013"
    questionnaire = world.call.definition.report_questionnaire
    expected = questionnaire.question("mapping", "expected_results")
    training = questionnaire.question("", "attended_regional_training")
    assert expected is not None
    assert training is not None
    largely, yes = expected.option("largely"), training.option("yes")
    assert largely is not None
    assert yes is not None
    assert summary[expected.text.en] == largely.label.en
    assert summary[training.text.en] == yes.label.en
    assert {"Not asked", "Not answered"} <= set(summary.values())
    area = world.call.definition.area("mapping")
    assert area is not None
    tagged = {text(each.getparent()): each for each in page.all(".section-heading h2")}
    assert f"{area.title.en}Completed" in tagged


def test_a_report_shows_its_latest_version(get: Get, world: World) -> None:
    report = ReportFactory(
        agency=world.agency, status=ReportStatus.RECEIVED, kind=ReportKind.INTERIM
    )
    for number in (1, 2):
        ReportVersionFactory(report=report, number=number)
    page = get(reverse("report-detail", args=[report.pk]), world.officer)
    assert page.texts("[aria-labelledby=versions-heading] li") == [
        f"Version {number}, received 2014-04-20 14:00" for number in (1, 2)
    ]


def test_values_are_written_the_swedish_way(get: Get, world: World) -> None:
    world.case()
    report = world.agency.reports.get()
    questionnaire = world.call.definition.report_questionnaire
    numbers_asked = [
        (each.area, each.question)
        for area in ("", *world.call.definition.area_codes)
        for each in questionnaire.questions_for(area)
        if each.question.kind in ("number", "money")
    ]
    area, question = numbers_asked[0]
    version = report.versions.get()
    if area and not version.areas.filter(area=area).exists():
        version.areas.create(area=area, status="completed")
    version.answers.create(area=area, question=question.key, value="12500")
    page = get(reverse("report-detail", args=[report.pk]), world.officer)
    written = amount("12 500 kr" if question.kind == "money" else "12 500")
    assert written in page.texts(".summary-list--answers dd") or question.when


# The tests' own yardstick ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "fault"),
    [
        ("<p id='a'></p><p id='a'></p>", "twice: a"),
        ("<p aria-labelledby='b'></p>", "aria-labelledby names b, which is not there"),
        ("<a href='#c'>c</a>", "link to #c, which is not there"),
        ("<h3>x</h3>", "h1 is followed by h3: x"),
        ("<table><tr><td>x</td></tr></table>", "a table without a caption"),
        ("<table><caption>c</caption><tr><th>x</th></tr></table>", "th without scope: x"),
        ("<input id='i' name='i'>", "no label: i"),
        ("<p style='color:red'>x</p>", "style or script in the page, which its policy refuses"),
    ],
)
def test_the_yardstick_finds_what_is_wrong(markup: str, fault: str) -> None:
    class Response:
        status_code = 200
        content = (
            "<html lang='sv'><head><title>t</title></head><body><main><h1>r</h1>"
            f"{markup}</main></body></html>"
        ).encode()

    assert fault in Page(Response()).faults()


def test_dates_are_swedish_days(get: Get, world: World) -> None:
    case = ApplicationFactory(
        call=world.call, received_at=datetime(2012, 11, 20, 23, 30, tzinfo=UTC)
    )
    page = get(reverse("application-detail", args=[case.pk]), world.officer)
    assert page.summary()["Received"] == "2012-11-21"
    assert date(2012, 11, 20) < date(2012, 11, 21)


def test_names_cannot_bring_markup_along(get: Get, world: World) -> None:
    name = "<script>alert(1)</script> & Co"
    case = ApplicationFactory(call=world.call, lead=municipality(name))
    tell(case)
    for address in (
        reverse("application-list"),
        reverse("application-detail", args=[case.pk]),
        reverse("organisation-list"),
        reverse("organisation-detail", args=[case.lead_id]),
    ):
        page = get(address, world.officer)
        assert page.faults() == []
        assert name in text(page.root)


def test_an_organisation_without_a_number_is_shown(get: Get, world: World) -> None:
    lead = OrganisationFactory(org_no="", name="Liten förening", kind="association")
    case = ApplicationFactory(call=world.call, lead=lead)
    page = get(reverse("organisation-detail", args=[case.lead_id]), world.officer)
    assert page.summary()["Organisation number"] == "Not recorded"
