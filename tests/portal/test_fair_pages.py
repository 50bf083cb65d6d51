"""Conflicts of interest, communication, notes and admission on pages."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.checks.working_days import working_day_from
from core.enums import IncidentKind
from core.models import County, Incident
from grants.enums import Status
from grants.models import Application, ShutOut
from portal.urls import ROUTES
from reviews import services
from reviews.enums import AdmissionGround, AdmissionOutcome, NotCommunicated, Recommendation
from reviews.models import (
    Admission,
    Communication,
    CommunicationAnswer,
    ConflictDeclaration,
    NotCommunicating,
    Note,
)
from reviews.selectors.admission import admission_of
from tests.core.sample_files import pdf
from tests.factories import OpinionFactory, acting_for, staff
from tests.factories.scenario import Scenario, fresh
from tests.portal.everyone import Everyone
from tests.portal.fair import officer_at, sent_to_all, shut_out
from tests.portal.html import Page
from tests.portal.own_cases import Own

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, *values: Any) -> str:
    return reverse(name, args=values)


def declared(own: Own, case: Application) -> Client:
    services.declare_conflict(application=case, actor=own.officer, has_conflict=False)
    return signed_in(own.officer)


def advised_against(case: Application, number: int = 1) -> None:
    for _each in range(number):
        OpinionFactory(
            application=case,
            county=County.objects.exclude(opinions__application=case).earliest("position"),
            recommendation=Recommendation.NOT_RECOMMENDED,
            reasons="Behovet är litet.",
            given_at=timezone.now(),
        )


# Declaring ----------------------------------------------------------------------------------------


def test_one_declares_before_the_form_and_comes_back_to_it() -> None:
    own = Own()
    case = own.assigned()
    client, form = signed_in(own.officer), address("communication-send", case.pk)
    to = client.get(form)
    assert to.status_code == 302
    assert to["Location"].startswith(address("case-conflict", case.pk))
    page = Page(client.get(to["Location"]))
    assert page.heading == "Jäv"
    assert page.faults() == []
    assert "Ale kommun" in page.text("main")
    answer = client.post(to["Location"], {"has_conflict": "no", "next": form})
    assert answer["Location"] == form
    assert client.get(form).status_code == 200


def test_a_form_that_is_sent_before_declaring_is_not_taken() -> None:
    own = Own()
    case = own.assigned()
    form = address("communication-send", case.pk)
    answer = signed_in(own.officer).post(form, {"text": "A"})
    assert answer["Location"].startswith(address("case-conflict", case.pk))
    assert not Communication.objects.exists()


@pytest.mark.parametrize(
    "elsewhere", ["https://ond.example/", "//ond.example/", "/\\ond.example", "javascript:alert(1)"]
)
def test_one_comes_back_to_no_other_site(elsewhere: str) -> None:
    own = Own()
    case = own.assigned()
    answer = signed_in(own.officer).post(
        address("case-conflict", case.pk), {"has_conflict": "no", "next": elsewhere}
    )
    assert answer["Location"] == address("application-detail", case.pk)


def test_a_conflict_takes_the_case_away_and_hides_it() -> None:
    own = Own()
    case = own.assigned()
    client = signed_in(own.officer)
    page = address("case-conflict", case.pk)
    wrong = Page(client.post(page, {"has_conflict": "yes"}))
    assert wrong.all(".ds-error-summary")
    assert not ConflictDeclaration.objects.exists()
    answer = client.post(page, {"has_conflict": "yes", "reason": "Min syster."}, follow=True)
    assert "Du har anmält jäv i" in answer.content.decode()
    assert fresh(case).assigned_to is None
    for again in (client.get(page), client.post(page, {"has_conflict": "no"})):
        assert again.status_code == 404


def test_somebody_who_acts_for_the_applicant_is_told_and_cannot_say_no() -> None:
    own = Own()
    case = own.assigned()
    own.lead.mandates.create(
        user=own.officer, role="writer", starts_on=timezone.localdate() - timedelta(days=1)
    )
    client, page = signed_in(own.officer), address("case-conflict", case.pk)
    assert "Du företräder Ale kommun" in Page(client.get(page)).text("main")
    assert Page(client.post(page, {"has_conflict": "no"})).all(".ds-error-summary")
    assert not ConflictDeclaration.objects.exists()


def test_a_decision_maker_declares_too() -> None:
    own = Own()
    case = own.assigned()
    decider = staff(own.agency, Role.DECISION_MAKER)
    client = signed_in(decider)
    page = Page(client.get(address("case-conflict", case.pk)))
    assert page.faults() == []
    client.post(address("case-conflict", case.pk), {"has_conflict": "no"})
    assert ConflictDeclaration.objects.get().user == decider


# What one who is shut out finds -------------------------------------------------------------------


@pytest.fixture
def everyone() -> Everyone:
    return Everyone()


def test_no_page_of_the_case_is_there_for_one_who_is_shut_out(everyone: Everyone) -> None:
    """Every page of a case there is, for somebody with every role at the agency."""
    person = everyone.people[str(Role.CASE_OFFICER)]
    for role in Role:
        everyone.agency.staff_roles.get_or_create(user=person, role=role)
    addresses = everyone.addresses()
    client = signed_in(person)
    case = everyone.case.application
    here = f"/ansokningar/{case.pk}/"
    pages = {
        route.name: addresses[route.name].replace(
            addresses[route.name].split("/")[2], str(case.pk), 1
        )
        for route in ROUTES
        if route.route.startswith("ansokningar/<int:pk>/") and route.name in addresses
    }
    assert len(pages) > 10
    there = {name for name, url in pages.items() if client.get(url).status_code != 404}
    assert there
    shut_out(case, person)
    for name, url in pages.items():
        assert url.startswith(here), name
        for answer in (client.get(url), client.post(url)):
            assert answer.status_code == 404 or (
                answer.status_code == 405 and answer.request["REQUEST_METHOD"]
            ), (name, answer.status_code)


def test_no_list_names_a_case_that_one_is_shut_out_of(everyone: Everyone) -> None:
    person = everyone.people[str(Role.CASE_OFFICER)]
    for role in Role:
        everyone.agency.staff_roles.get_or_create(user=person, role=role)
    addresses = everyone.addresses()
    case = everyone.case.application
    lists = {
        route.name: addresses[route.name]
        for route in ROUTES
        if "<" not in route.route and route.name not in NOT_ABOUT_CASES and route.name in addresses
    }
    client = signed_in(person)

    def naming() -> set[str]:
        return {name for name, url in lists.items() if case.register_number in _read(client, url)}

    before = naming()
    assert {"application-list", "application-export", "mail-list"} <= before
    shut_out(case, person)
    assert naming() - PUBLIC_LISTS == set()


# The public register is for everyone, also for those who handle cases.
PUBLIC_LISTS = {"diary"}
# What leads on to something else, or ends the session.
NOT_ABOUT_CASES = {"after-sign-in"}


def _read(client: Client, url: str) -> str:
    response = client.get(url)
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return str(response.content.decode())


def test_a_search_for_the_number_finds_nothing() -> None:
    own = Own()
    case = own.assigned()
    client = signed_in(own.officer)
    for name in ("application-list", "application-export", "mail-list"):
        url = f"{reverse(name)}?q={case.register_number}"
        assert case.register_number in _read(client, url).replace(f"?q={case.register_number}", "")
    shut_out(case, own.officer)
    listed = Page(client.get(f"{reverse('application-list')}?q={case.register_number}"))
    assert listed.rows("applications") == []
    mails = Page(client.get(f"{reverse('mail-list')}?q={case.register_number}"))
    assert not mails.all("table tbody tr")
    sheet = _read(client, f"{reverse('application-export')}?q={case.register_number}")
    assert case.register_number not in sheet


def test_a_mail_of_the_case_is_not_sent_again_by_one_who_is_shut_out() -> None:
    from core.models import OutboxMessage

    own = Own()
    case = own.assigned()
    mail = OutboxMessage.objects.filter(journal_subject=str(case.pk)).earliest("pk")
    client = signed_in(own.officer)
    assert client.get(address("mail-resend", mail.pk)).status_code == 200
    shut_out(case, own.officer)
    assert client.get(address("mail-resend", mail.pk)).status_code == 404


def test_reports_behind_a_figure_leave_the_case_out(world: Any) -> None:
    from tests.portal.world import edition_address

    case, other = world.case(1), world.case(2)
    edition = world.edition()
    client = signed_in(world.officer)
    cell = edition_address(edition, "cell-detail", 1, "mapping", "completed")

    def links() -> set[str]:
        found = {link.get("href", "") for link in Page(client.get(cell)).all("main a")}
        return {link for link in found if re.fullmatch(r"/redovisningar/\d+/", link)}

    assert len(links()) == 2
    shut_out(case, world.officer)
    assert len(links()) == 1
    assert case.lead.name not in Page(client.get(reverse("report-list"))).text("main")
    assert other.lead.name in Page(client.get(reverse("report-list"))).text("main")


# Administrators -----------------------------------------------------------------------------------


def test_an_administrator_sees_who_is_shut_out_and_withdraws_a_mistake() -> None:
    own = Own()
    case = own.assigned()
    row = shut_out(case, own.officer)
    administrator = staff(own.agency, Role.ADMINISTRATOR)
    client = signed_in(administrator)
    page = Page(client.get(reverse("shut-out-list")))
    assert page.faults() == []
    (cells,) = page.rows("shut-out")
    assert cells[0] == "Hanna Handläggare"
    assert case.register_number in cells[1]
    assert "Min syster" in cells[3]
    assert "Ska fördelas" in cells[4]
    withdraw = address("shut-out-withdraw", row.pk)
    assert Page(client.get(withdraw)).faults() == []
    assert Page(client.post(withdraw, {"reason": ""})).all(".ds-error-summary")
    assert client.post(withdraw, {"reason": "Fel ärende."})["Location"] == reverse("shut-out-list")
    assert not ShutOut.objects.exists()
    assert client.get(withdraw).status_code == 404
    empty = Page(client.get(reverse("shut-out-list")))
    assert empty.rows("shut-out") == []


def test_another_agencys_administrator_sees_none_of_it() -> None:
    own = Own()
    row = shut_out(own.assigned(), own.officer)
    elsewhere = staff(own.elsewhere.staff_roles.get().agency, Role.ADMINISTRATOR)
    client = signed_in(elsewhere)
    assert Page(client.get(reverse("shut-out-list"))).rows("shut-out") == []
    assert client.get(address("shut-out-withdraw", row.pk)).status_code == 404


# Communication ------------------------------------------------------------------------------------


def test_material_is_sent_read_and_answered_with_files() -> None:
    own = Own()
    case = own.assigned()
    client = declared(own, case)
    advised_against(case)
    page = Page(client.get(address("case-communication", case.pk)))
    assert page.faults() == []
    assert "Inte skickat till sökanden" in page.text("#material")
    send = address("communication-send", case.pk)
    form = Page(client.get(send))
    assert form.faults() == []
    values = {
        "materials": [each.get("value") for each in form.all("input[name=materials]")],
        "organisations": [str(own.lead.pk)],
        "text": "Vi överväger avslag.",
        "due": working_day_from(timezone.localdate() + timedelta(days=14)).isoformat(),
        "own_title": "Årsredovisningen",
        "own_text": "Verksamheten har upphört.",
        "file": SimpleUploadedFile("iakttagelse.pdf", pdf(), "application/pdf"),
    }
    assert client.post(send, values).status_code == 302
    sent = Communication.objects.get()
    assert sent.sources.count() == 3
    reader = signed_in(own.writer)
    own_case = Page(reader.get(address("application-file", case.pk)))
    assert "Underlag att svara på" in own_case.text("main")
    theirs = address("own-communication", case.pk, sent.pk)
    party = Page(reader.get(theirs))
    assert party.faults() == []
    assert "Behovet är litet." in party.text("main")
    assert "Hanna" not in party.text("#material-heading")
    file = sent.sources.exclude(file=None).get().file_id
    assert reader.get(address("own-communication-file", case.pk, file)).status_code == 200
    wrong = Page(reader.post(theirs, {"body": ""}))
    assert wrong.all(".ds-error-summary")
    upload = SimpleUploadedFile("svar.pdf", pdf("svar"), "application/pdf")
    assert reader.post(theirs, {"body": "Vi bestrider.", "file": upload}).status_code == 302
    answer = CommunicationAnswer.objects.get()
    page = Page(client.get(address("case-communication", case.pk)))
    assert "Vi bestrider." in page.text("main")
    assert "Besvarad" in page.text("#material")
    got = client.get(address("case-communication-file", case.pk, answer.files.get().pk))
    assert got.status_code == 200
    got.close()


def test_a_draft_of_what_is_sent_keeps_what_was_entered_when_something_is_wrong() -> None:
    own = Own()
    case = own.assigned()
    client = declared(own, case)
    values = {"text": "Det jag skrev.", "organisations": [str(own.lead.pk)], "due": "2020-01-01"}
    page = Page(client.post(address("communication-send", case.pk), values))
    assert page.all(".ds-error-summary")
    assert page.text("#id_text") == "Det jag skrev."
    assert not Communication.objects.exists()


def test_others_in_the_case_or_outside_it_do_not_read_what_was_sent(everyone: Everyone) -> None:
    case = everyone.case.application
    officer = officer_at(everyone.agency)
    sent = sent_to_all(case, officer, organisations=[case.lead])
    file = sent.sources.exclude(file=None).get().file_id
    pages = (
        address("own-communication", case.pk, sent.pk),
        address("own-communication-file", case.pk, file),
    )
    for who, wanted in (
        ("lead reader", 200),
        ("partner writer", 404),
        ("another organisation's", 404),
        ("stranger", 404),
        (str(Role.CASE_OFFICER), 404),
    ):
        client = everyone.signed_in(who)
        assert [client.get(page).status_code for page in pages] == [wanted, wanted], who


def test_why_something_is_not_sent_is_noted() -> None:
    own = Own()
    case = own.assigned()
    client = declared(own, case)
    page = address("communication-not-needed", case.pk)
    assert "inget underlag kvar" in Page(client.get(page)).text("main")
    advised_against(case)
    form = Page(client.get(page))
    assert form.faults() == []
    keys = [each.get("value") for each in form.all("input[name=materials]")]
    assert Page(client.post(page, {"materials": keys})).all(".ds-error-summary")
    values = {"materials": keys, "ground": "obvious", "reason": "Sökanden har svarat redan."}
    assert client.post(page, values).status_code == 302
    assert NotCommunicating.objects.get().keys == keys
    assert "Sökanden har svarat redan." in Page(
        client.get(address("case-communication", case.pk))
    ).text("main")


def test_before_a_revocation_it_is_told_who_has_to_be_heard_and_a_note_may_name_no_material() -> (
    None
):
    scenario = Scenario()
    case = scenario.granted()
    client, decider = signed_in(scenario.officer), signed_in(scenario.decider)
    revoke = address("decision-revoke", case.pk, case.decisions.get().pk)
    told = Page(decider.get(revoke))
    assert "kan inte upphävas än" in told.text("main")
    assert told.all(f'main a[href="{address("case-communication", case.pk)}"]')
    communication = Page(client.get(address("case-communication", case.pk)))
    assert "Innan beslutet om bidrag upphävs" in communication.text("main")
    page = address("communication-not-needed", case.pk)
    assert communication.all(f'a[href="{page}"]')
    form = Page(client.get(page))
    assert (form.faults(), form.all("input[name=materials]")) == ([], [])
    values = {"ground": "obvious", "reason": "Kommunen har själv begärt det."}
    assert client.post(page, values).status_code == 302
    assert NotCommunicating.objects.get().keys == []
    assert "kan inte upphävas än" not in Page(decider.get(revoke)).text("main")


# Notes --------------------------------------------------------------------------------------------


def test_a_note_is_written_and_stays() -> None:
    own = Own()
    case = own.assigned()
    client, page = signed_in(own.officer), address("case-notes", case.pk)
    first = Page(client.get(page))
    assert first.faults() == []
    assert "Det finns inga anteckningar än" in first.text("main")
    wrong = {"title": "Samtal", "body": "Text", "about": "2013-01-07", "secret": "on"}
    assert Page(client.post(page, wrong)).all(".ds-error-summary")
    assert not Note.objects.exists()
    right = wrong | {"provision": "21 kap. 7 § OSL"}
    note_address = client.post(page, right)["Location"]
    note = Note.objects.get()
    assert note_address == f"{page}#note-{note.pk}"
    shown = Page(client.get(page)).text(f"#note-{note.pk}")
    assert "2013-01-07: Samtal" in shown
    assert "Sekretessmarkerad" in shown


def test_an_analyst_reads_notes_and_writes_none() -> None:
    own = Own()
    case = own.assigned()
    client = signed_in(staff(own.agency, Role.ANALYST))
    page = address("case-notes", case.pk)
    assert not Page(client.get(page)).all("main form")
    assert client.post(page, {"title": "A", "body": "B", "about": "2013-01-07"}).status_code == 404


# Admission ----------------------------------------------------------------------------------------


def late_case(own: Own) -> Application:
    case = own.assigned()
    closed = timezone.localdate() - timedelta(days=1)
    own.call.closes_on = closed
    own.call.save(update_fields=["closes_on"])
    Application.objects.filter(pk=case.pk).update(late=True)
    return fresh(case)


def test_a_late_application_is_admitted_for_a_failure_on_our_side() -> None:
    own = Own()
    case = late_case(own)
    when = timezone.now() - timedelta(days=1)
    incident = Incident.objects.create(
        kind=IncidentKind.STOPPED, started_at=when, ended_at=when, reference="F-1"
    )
    client, page = declared(own, case), address("case-admission", case.pk)
    form = Page(client.get(page))
    assert form.faults() == []
    assert "Kom in för sent" in form.text("main")
    values = {
        "outcome": "admitted",
        "ground": "late",
        "incident": str(incident.pk),
        "reasons": "Tjänsten låg nere.",
    }
    wrong = values | {"outcome": "dismiss"}
    assert Page(client.post(page, wrong)).all(".ds-error-summary")
    assert client.post(page, values).status_code == 302
    admission = admission_of(case)
    assert admission is not None
    assert (admission.outcome, admission.incident) == (AdmissionOutcome.ADMITTED, incident)
    assert "F-1" in Page(client.get(page)).text("main")


def test_one_in_time_is_proposed_to_be_dismissed_only_for_a_defect() -> None:
    own = Own()
    case = own.assigned()
    client, page = declared(own, case), address("case-admission", case.pk)
    values = {"outcome": "admitted", "ground": "late", "reasons": "A"}
    assert Page(client.post(page, values)).all(".ds-error-summary")
    values = {"outcome": "dismiss", "ground": "defect_not_remedied", "reasons": "Budget saknas."}
    assert client.post(page, values).status_code == 302
    assert Admission.objects.get().outcome == AdmissionOutcome.DISMISS


# How often the database is asked ------------------------------------------------------------------


def _filled(rows: int) -> tuple[Own, Application, Communication]:
    own = Own()
    case = own.assigned()
    services.declare_conflict(application=case, actor=own.officer, has_conflict=False)
    advised_against(case, min(rows, 20))
    for number in range(rows):
        sent = sent_to_all(case, own.officer, text=f"Nummer {number}.")
        services.answer_communication(
            communication=sent, actor=own.signatory, organisation=own.lead, body="Svar."
        )
        services.write_note(
            application=case, actor=own.officer, title=f"Samtal {number}", body="Text"
        )
        services.record_admission(
            application=case,
            actor=own.officer,
            outcome=AdmissionOutcome.DISMISS,
            ground="defect_not_remedied",  # type: ignore[arg-type]
            reasons="Brister.",
        )
    return own, case, sent


PAGES = (
    "case-conflict",
    "case-communication",
    "communication-send",
    "communication-not-needed",
    "case-notes",
    "case-admission",
    "case-assess",
)


def test_pages_ask_as_often_with_thirty_rows_as_with_one(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    # At the most, whatever there is in the case.
    most = 12
    asked: dict[str, list[int]] = {}
    for rows in (1, 30):
        own, case, sent = _filled(rows)
        officer, party = signed_in(own.officer), signed_in(own.writer)
        for name in PAGES:
            officer.get(address(name, case.pk))
            with django_assert_max_num_queries(most) as queries:
                officer.get(address(name, case.pk))
            asked.setdefault(name, []).append(len(queries))
        page = address("own-communication", case.pk, sent.pk)
        party.get(page)
        with django_assert_max_num_queries(most) as queries:
            party.get(page)
        asked.setdefault("own-communication", []).append(len(queries))
    assert {name: one for name, (one, many) in asked.items() if one != many} == {}


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_that_revokes_asks_as_often_however_much_was_sent(
    rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    scenario = Scenario()
    case = scenario.granted()
    for number in range(rows):
        sent = sent_to_all(case, scenario.officer, text=f"Nummer {number}.")
        services.answer_communication(
            communication=sent, actor=scenario.signatory, organisation=case.lead, body="Svar."
        )
        services.note_not_communicating(
            application=case,
            actor=scenario.officer,
            ground=NotCommunicated.OBVIOUS,
            reason="Kommunen har själv begärt det.",
            keys=(),
        )
    decider = signed_in(scenario.decider)
    revoke = address("decision-revoke", case.pk, case.decisions.get().pk)
    assert "kan inte upphävas än" not in Page(decider.get(revoke)).text("main")
    with django_assert_num_queries(11):
        decider.get(revoke)


def test_the_list_of_who_is_shut_out_asks_as_often_with_thirty(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    asked = []
    for rows in (1, 30):
        scenario = Scenario()
        case = scenario.submitted()
        for _number in range(rows):
            shut_out(case, officer_at(case.call.agency))
        client = signed_in(staff(case.call.agency, Role.ADMINISTRATOR))
        client.get(reverse("shut-out-list"))
        with django_assert_max_num_queries(8) as queries:
            client.get(reverse("shut-out-list"))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_stranger_finds_nothing() -> None:
    own = Own()
    case = own.assigned()
    for person in (own.elsewhere, own.stranger, acting_for(own.lead)):
        client = signed_in(person)
        for name in PAGES:
            assert client.get(address(name, case.pk)).status_code == 404, name


def test_a_proposal_to_dismiss_is_not_told_before_the_decision() -> None:
    own = Own()
    case = own.assigned()
    services.declare_conflict(application=case, actor=own.officer, has_conflict=False)
    services.record_admission(
        application=case, actor=own.officer, outcome=AdmissionOutcome.DISMISS,
        ground=AdmissionGround.NOT_ENTITLED, reasons="Sökanden är inte en kommun.",
    )  # fmt: skip
    number = case.documents.get(source__startswith="admission:").number
    listed, page = address("own-documents", case.pk), address("own-document", case.pk, number)
    client = signed_in(own.writer)
    assert page not in client.get(listed).content.decode()
    assert client.get(page).status_code == 404
    Application.objects.filter(pk=case.pk).update(status=Status.DISMISSED)
    assert page in client.get(listed).content.decode()


def test_a_look_without_a_page_is_no_reading_of_what_was_sent() -> None:
    own = Own()
    case = own.assigned()
    sent = sent_to_all(case, own.officer)
    client, page = signed_in(own.writer), address("own-communication", case.pk, sent.pk)
    assert client.head(page).status_code == 200
    assert not sent.readings.exists()
    client.get(page)
    assert sent.readings.count() == 1
