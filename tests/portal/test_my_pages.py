"""My pages and the page of a case: what waits, where it stands, and only what is one's own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole
from applicants.models import Invitation
from grants.enums import Status
from grants.models import Message
from grants.services import handling, messages, submission
from grants.services.drafts import write_application
from reporting.enums import ReportStatus
from reviews import services as reviews
from tests.factories import (
    DecisionFactory,
    OrganisationFactory,
    ReportFactory,
    UserFactory,
    acting_for,
)
from tests.factories.forms import attach, begun
from tests.factories.scenario import Scenario
from tests.portal.html import Page, text
from tests.portal.own_cases import Own, fresh, url

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def my_pages(user: Any) -> Page:
    page = Page(signed_in(user).get(reverse("my-pages")))
    assert page.faults() == []
    return page


def tasks(user: Any) -> list[str]:
    return my_pages(user).texts(".task-list li")


def case_page(user: Any, application: Any) -> Page:
    page = Page(signed_in(user).get(url("application-file", application)))
    assert page.faults() == []
    return page


def test_after_signing_in_applicants_come_to_theirs_and_officers_to_the_worklist() -> None:
    own = Own()
    for person, place in ((own.writer, "my-pages"), (own.officer, "worklist")):
        response = signed_in(person).get(reverse("after-sign-in"))
        assert response.headers["Location"] == reverse(place)


def test_who_has_nothing_is_led_to_the_calls() -> None:
    own = Own()
    for person in (own.writer, UserFactory()):
        page = my_pages(person)
        assert [each for each in page.all("a") if each.get("href") == reverse("call-list")]
        assert not page.all("table")


def test_the_menu_leads_there() -> None:
    own = Own()
    page = my_pages(own.writer)
    assert page.one(".site-nav a[aria-current]").get("href") == reverse("my-pages")
    menu = Page(signed_in(own.officer).get("/")).texts(".site-nav a")
    assert "Mina sidor" not in menu


def test_a_draft_waits_with_its_last_day() -> None:
    own = Own()
    own.draft()
    (task,) = tasks(own.writer)
    assert f"Sista dag att ansöka: {own.call.closes_on}" in task
    assert not tasks(own.reader)
    (row,) = my_pages(own.reader).rows(f"applications-{own.lead.pk}")
    assert row[1:3] == ["Huvudsökande", "Utkast"]
    assert f"Skicka in ansökan senast {own.call.closes_on}" in row[3]


def test_a_partners_signatory_is_told_what_to_approve() -> None:
    own = Own()
    draft = begun(own.call, own.lead, own.writer)
    partner = OrganisationFactory(name="Bjuvs kommun")
    write_application(application=draft, actor=own.writer, partners=[partner])
    signatory = acting_for(partner)
    writer = acting_for(partner, OrganisationRole.WRITER)
    (task,) = tasks(signatory)
    assert "Godkänn den del som gäller Bjuvs kommun" in task
    assert not tasks(writer)
    (row,) = my_pages(writer).rows(f"applications-{partner.pk}")
    assert row[1] == f"Medsökande{own.lead.name}"


def test_a_completion_waits_with_its_day() -> None:
    own = Own()
    case = own.completing()
    (task,) = tasks(own.writer)
    assert task.startswith("Komplettera ansökan")
    assert str(case.completion_due) in task
    assert not tasks(own.reader)


def test_an_unread_message_waits_until_it_is_read() -> None:
    own = Own()
    case = own.assigned()
    messages.send_message(application=case, actor=own.officer, body="Hej", from_agency=True)
    assert "1 oläst meddelande" in tasks(own.reader)[0]
    signed_in(own.reader).get(url("application-messages", case))
    assert not tasks(own.reader)
    assert "1 oläst meddelande" in tasks(own.writer)[0]


def test_an_invitation_and_a_report_wait() -> None:
    own = Own()
    now = timezone.now()
    Invitation.objects.create(
        organisation=OrganisationFactory(name="Höörs kommun"),
        email=own.writer.email.lower(),
        roles=["writer"],
        token_sha256="0" * 64,
        invited_by=own.signatory,
        created_at=now,
        expires_at=now + timedelta(days=14),
    )
    ReportFactory(
        agency=own.agency, organisation=own.lead, status=ReportStatus.DUE,
        first_received_at=None, due_on=timezone.localdate() + timedelta(days=5),
    )  # fmt: skip
    found = " ".join(tasks(own.writer))
    assert "Inbjudan att företräda Höörs kommun" in found
    assert "Redovisning" in found


def test_others_applications_are_not_there() -> None:
    own, other = Own(), Own()
    other.received()
    assert not my_pages(own.signatory).all("table")


# The case ------------------------------------------------------------------------------------


def test_the_page_of_a_case_says_state_number_and_next_step() -> None:
    own = Own()
    case = own.received()
    page = case_page(own.reader, case)
    assert page.summary()["Diarienummer"] == case.register_number
    assert "Inkommen" in page.text("h1 + .ds-tag")
    assert f"efter {own.call.closes_on}" in page.text(".ds-alert")
    heads = page.texts(".timeline__heading")
    assert heads[0] == "Ärendet fick sitt diarienummer"
    assert "Ansökan kom in" in heads


def test_a_party_sees_its_own_people_by_name_and_the_agency_as_the_agency() -> None:
    own = Own()
    case = own.assigned()
    reviews.declare_conflict(application=case, actor=own.officer, has_conflict=False)
    page = case_page(own.writer, case)
    timeline = page.text(".timeline")
    assert "Siv Signerare" in timeline
    assert "jäv" not in text(page.root).lower()
    assert own.officer.name not in timeline
    assert own.agency.name_sv in timeline


def test_mails_assessments_and_proposals_are_not_told_of() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    page = case_page(scenario.signatory, case)
    heads = " ".join(page.texts(".timeline__heading"))
    for hidden in ("mejl", "prestationskrav", "föreslogs", "jäv"):
        assert hidden not in heads.lower(), heads


def test_decisions_are_there_as_they_come() -> None:
    scenario = Scenario()
    case = scenario.assessed()
    assert "Inget beslut har fattats" in text(case_page(scenario.signatory, case).root)
    scenario.grant(case)
    page = case_page(scenario.signatory, fresh(case))
    assert "Beviljad" in page.text(".decision")


def test_a_withdrawn_case_has_nothing_left_to_do() -> None:
    own = Own()
    case = own.received()
    handling.withdraw_application(application=case, actor=own.signatory, reasons="Nej")
    page = case_page(own.signatory, fresh(case))
    assert "Återkalla ansökan" not in text(page.root)
    assert page.text("h1 + .ds-tag") == "Återkallad"


def test_a_partner_reads_the_case_and_a_stranger_does_not() -> None:
    own = Own()
    draft, _partner, person = own.joint_draft()
    submission.submit_application(application=draft, actor=own.signatory)
    for name in ("application-file", "application-versions", "application-receipt"):
        assert signed_in(person).get(url(name, draft)).status_code == 200
        for other in (own.stranger, own.officer, own.elsewhere):
            assert signed_in(other).get(url(name, draft)).status_code == 404
    assert "Återkalla ansökan" not in text(case_page(person, draft).root)


@pytest.mark.parametrize("name", ["application-detail", "case-versions", "case-messages"])
def test_the_agencys_pages_are_for_its_own_staff(name: str) -> None:
    own = Own()
    case = own.received()
    assert signed_in(own.officer).get(url(name, case)).status_code == 200
    for other in (own.elsewhere, own.signatory, own.stranger):
        assert signed_in(other).get(url(name, case)).status_code == 404


# Queries -------------------------------------------------------------------------------------

ROWS = [1, 30]


@pytest.mark.parametrize("rows", ROWS)
def test_my_pages_asks_as_often_however_much_there_is(
    django_assert_num_queries: Callable[..., Any], rows: int
) -> None:
    own = Own()
    for _number in range(rows):
        begun(own.call, own.lead, own.writer)
        case = own.received() if rows == 1 or _number < 3 else None
        if case is not None:
            messages.send_message(application=case, actor=own.officer, body="Hej", from_agency=True)
    client = signed_in(own.signatory)
    client.get(reverse("my-pages"))
    with django_assert_num_queries(11):
        client.get(reverse("my-pages"))


@pytest.mark.parametrize("rows", ROWS)
def test_the_pages_of_a_case_ask_as_often_however_much_there_is(
    django_assert_max_num_queries: Callable[..., Any], rows: int
) -> None:
    own = Own()
    case = own.assigned()
    version = case.versions.get()
    for number in range(rows):
        attach(case, own.writer, "other")
        Message.objects.create(
            application=case, from_agency=True, sender=own.officer,
            body="Hej", sent_at=timezone.now(),
        )  # fmt: skip
        DecisionFactory(application=case)
        case.versions.create(
            number=number + 2, document=version.document, sha256=version.sha256,
            submitted_at=version.submitted_at, submitted_by=own.signatory,
        )  # fmt: skip
    client = signed_in(own.signatory)
    counts = {
        "application-file": 12,
        "application-versions": 10,
        "application-receipt": 10,
        "application-withdraw": 8,
        "application-take-back": 8,
        "application-messages": 13,
    }
    for name, most in counts.items():
        client.get(url(name, case))
        with django_assert_max_num_queries(most):
            assert client.get(url(name, case)).status_code == 200


def test_the_status_decides_what_comes_next() -> None:
    own = Own()
    case = own.received()
    assert fresh(case).status == Status.SUBMITTED
