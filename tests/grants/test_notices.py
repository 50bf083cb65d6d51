"""Notices: to those concerned, in their language, and never what the news is."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from applicants.enums import OrganisationRole
from core.enums import JournalKind
from core.models import Event, OutboxMessage
from grants.enums import Approval, NoticeKind, Status
from grants.models import Application
from grants.selectors.people import people_of, signatories_to_ask
from grants.services.notices import notify
from tests.factories import (
    ApplicationFactory,
    MandateFactory,
    OrganisationFactory,
    ParticipationFactory,
    acting_for,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Application:
    return ApplicationFactory(status=Status.SUBMITTED, register_number="801-17-2024")


def tell(
    application: Application, *people: object, kind: NoticeKind = NoticeKind.MESSAGE, key: str = "1"
) -> list[OutboxMessage]:
    with transaction.atomic():
        return notify(application=application, people=people, kind=kind, key=key)  # type: ignore[arg-type]


def test_each_person_has_one_mail_in_their_own_language(case: Application) -> None:
    anna = acting_for(case.lead, email="anna@example.se")
    bo = acting_for(case.lead, OrganisationRole.WRITER, email="bo@example.se", language="en")
    tell(case, anna, bo)
    tell(case, anna, bo)
    swedish, english = OutboxMessage.objects.order_by("pk")
    assert (swedish.recipient, swedish.language) == ("anna@example.se", "sv")
    assert swedish.subject == "Det finns nytt i ärendet 801-17-2024"
    assert (english.recipient, english.language) == ("bo@example.se", "en")
    assert english.subject == "There is news in the case 801-17-2024"
    assert "You cannot answer this mail." in english.body


def test_other_news_is_another_mail(case: Application) -> None:
    anna = acting_for(case.lead)
    tell(case, anna, key="1")
    tell(case, anna, key="2")
    tell(case, anna, kind=NoticeKind.DECISION, key="1")
    assert OutboxMessage.objects.count() == 3


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_mail_of_a_case_says_its_number_and_nothing_of_the_news(
    case: Application, kind: NoticeKind, language: str
) -> None:
    """But for the last day to apply, which is public."""
    anna = acting_for(case.lead, language=language)
    [mail] = tell(case, anna, kind=kind)
    text = f"{mail.subject}\n{mail.body}"
    assert "801-17-2024" in mail.subject
    assert case.lead.name not in text
    assert str(case.requested_sek) not in text
    for word in ("bevilj", "avsl", "grant", "reject", "komplett", "complet", "yttrande"):
        assert word not in text.casefold()
    assert "http://localhost:8000/" in mail.body


def test_a_draft_has_no_number_and_is_named_by_its_call_and_organisation(settings: object) -> None:
    draft = ApplicationFactory(status=Status.DRAFT, lead=OrganisationFactory(name="Ängens IF"))
    [mail] = tell(draft, acting_for(draft.lead), kind=NoticeKind.PARTNER_ANSWERED)
    assert mail.subject == "Det finns nytt i en ansökan"
    assert "Ängens IF" in mail.body
    assert draft.call.definition.title.sv in mail.body


def test_an_application_that_was_taken_back_is_a_draft_again() -> None:
    draft = ApplicationFactory(status=Status.DRAFT, register_number="801-18-2024")
    [mail] = tell(draft, acting_for(draft.lead), kind=NoticeKind.TAKEN_BACK)
    assert "801-18-2024" not in mail.subject


def test_the_mail_is_seen_in_the_journal_without_name_or_address(case: Application) -> None:
    anna = acting_for(case.lead, email="anna@example.se", name="Anna Ek")
    [mail] = tell(case, anna, kind=NoticeKind.COMPLETION_REQUESTED)
    event = Event.objects.get(journal__kind=JournalKind.CASE, journal__subject=str(case.pk))
    assert event.name == "mail.queued"
    assert event.payload == f'{{"kind":"completion_requested","mail":{mail.pk}}}'
    assert not event.texts.exists()


def test_those_concerned_act_today_for_an_organisation_that_takes_part(case: Application) -> None:
    today = timezone.localdate()
    partner, declined = OrganisationFactory(), OrganisationFactory()
    ParticipationFactory(application=case, organisation=partner)
    ParticipationFactory(application=case, organisation=declined, approval=Approval.DECLINED)
    lead = acting_for(case.lead)
    MandateFactory(user=lead, organisation=case.lead, role=OrganisationRole.ADMINISTRATOR)
    writer = acting_for(partner, OrganisationRole.WRITER)
    reader = acting_for(partner, OrganisationRole.READER)
    acting_for(partner, is_active=False)
    acting_for(declined)
    acting_for(OrganisationFactory())
    MandateFactory(organisation=partner, ends_on=today - timedelta(days=1))
    MandateFactory(organisation=partner, starts_on=today + timedelta(days=1))
    last_day = MandateFactory(organisation=partner, ends_on=today).user
    assert people_of(case) == [lead, writer, last_day]
    assert people_of(case, roles=(OrganisationRole.READER,)) == [reader]
    assert people_of(case, lead_only=True) == [lead]


def test_only_signatories_of_partners_that_have_not_answered_are_asked() -> None:
    draft = ApplicationFactory(status=Status.DRAFT)
    acting_for(draft.lead)
    asked = []
    for approval in (Approval.WAITING, Approval.APPROVED, Approval.DECLINED):
        partner = OrganisationFactory()
        ParticipationFactory(application=draft, organisation=partner, approval=approval)
        acting_for(partner, OrganisationRole.WRITER)
        asked.append(acting_for(partner))
    assert signatories_to_ask(draft) == asked[:1]


def test_a_reminder_says_the_last_day() -> None:
    draft = ApplicationFactory(status=Status.DRAFT, call__closes_on=date(2030, 3, 1))
    [mail] = tell(draft, acting_for(draft.lead), kind=NoticeKind.DEADLINE_REMINDER)
    assert mail.subject == "Sista dag att ansöka är 2030-03-01"
    [mail] = tell(draft, acting_for(draft.lead), kind=NoticeKind.FORGOTTEN_DRAFT)
    assert mail.subject == "Sista dag att ansöka var 2030-03-01"
