"""An application on paper becomes a case that is late or in time by the day the paper came."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation, User
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import Facts, refusals
from grants.checks.transitions import Source
from grants.documents import application_pdf
from grants.enums import Approval, Status
from grants.models import Application, CaseDocument
from grants.selectors.sent_in import document_of_version
from grants.services import handling, submission
from grants.services.paper import PaperParticipant, register_paper_application
from grants.services.register import RegistrationRefused
from grants.workflow import Action, Condition
from tests.factories import AgencyFactory, MunicipalityFactory, OrganisationFactory, staff
from tests.factories.scenario import fresh
from tests.portal.own_cases import Own, shown, url
from tests.portal.registering import paper, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def own() -> Own:
    return Own()


@pytest.fixture
def registrar(own: Own) -> User:
    return staff(own.agency, Role.REGISTRAR, name="Rut Registrator")


def registered(own: Own, registrar: User, **fields: Any) -> Application:
    return register_paper_application(
        call=own.call,
        actor=registrar,
        paper=paper(own.lead, **fields),
        files=[scan(registrar, "ansökan.pdf")],
    )


def test_the_paper_is_a_case_with_number_version_and_document(own: Own, registrar: User) -> None:
    case = fresh(registered(own, registrar))
    assert case.status == Status.SUBMITTED
    assert case.register_number
    assert case.requested_sek == 150_000
    assert not case.late
    version = case.versions.get()
    assert version.submitted_at == case.received_at
    document = document_of_version(version)
    assert document["paper"]["signed_by"] == "Kim Kommunchef"
    assert [line["amount_sek"] for line in document["lines"]] == [120_000, 30_000]
    numbered = CaseDocument.objects.get(application=case)
    assert (numbered.number, numbered.kind, numbered.medium) == (1, "application", "paper")
    assert numbered.dated_on == timezone.localdate(case.received_at)
    assert numbered.scans.get().name == "ansökan.pdf"


def test_it_is_late_by_the_day_the_paper_came(own: Own, registrar: User) -> None:
    own.call.opens_on = timezone.localdate() - timedelta(days=30)
    own.call.closes_on = timezone.localdate() - timedelta(days=2)
    own.call.save()
    in_time = registered(own, registrar, received_at=timezone.now() - timedelta(days=2))
    late = registered(own, registrar, received_at=timezone.now() - timedelta(days=1))
    assert (in_time.late, late.late) == (False, True)
    assert late.register_number != in_time.register_number


def test_the_number_is_of_the_year_it_came(own: Own, registrar: User) -> None:
    came = datetime(2025, 12, 31, 22, 30, tzinfo=UTC)
    assert registered(own, registrar, received_at=came).register_number.endswith("2025")


def test_what_the_paper_does_not_say_is_not_invented(own: Own, registrar: User) -> None:
    partner: Any = OrganisationFactory(name="Bjuvs kommun")
    participants = (PaperParticipant(own.lead, signed=True), PaperParticipant(partner, False))
    case = registered(own, registrar, participants=participants)
    assert case.participations.get(role="partner").approval == Approval.NOT_RECORDED
    assert case.partner_count == 1
    event = events_of(kind=JournalKind.CASE, subject=str(case.pk)).get(name="application.submitted")
    for condition in ("all_answered", "no_blocking_check", "partners_approved"):
        assert condition in event.payload
    assert "Kim" not in event.payload


def test_paper_may_be_silent_only_when_sent_in_and_only_where_nothing_is_known() -> None:
    told = Facts(source=Source.PAPER, requested_sek=1)
    assert not refusals(Action.SUBMIT, told)
    assert refusals(Action.SUBMIT, Facts(requested_sek=1))
    wrong = Facts(source=Source.PAPER, requested_sek=1, blocking_findings=1)
    assert [each.condition for each in refusals(Action.SUBMIT, wrong)] == [
        Condition.NO_BLOCKING_CHECK
    ]
    assert refusals(Action.SUBMIT, Facts(source=Source.PAPER))
    for action in set(Action) - {Action.SUBMIT}:
        silent = refusals(action, Facts(source=Source.PAPER))
        assert silent == refusals(action, Facts())


def test_only_the_calls_registrar_registers(own: Own, registrar: User) -> None:
    elsewhere = staff(AgencyFactory(), Role.REGISTRAR)
    for person in (own.officer, own.signatory, elsewhere):
        with pytest.raises(PermissionDenied):
            register_paper_application(call=own.call, actor=person, paper=paper(own.lead))
    assert not Application.objects.filter(call=own.call).exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"lines": (), "requested_sek": None}, "amount"),
        ({"received_at": timezone.now() + timedelta(days=400)}, "future"),
    ],
)
def test_what_cannot_be_registered(
    own: Own, registrar: User, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(RegistrationRefused, match=code):
        registered(own, registrar, **fields)
    assert not Application.objects.exists()


def test_the_same_paper_twice_is_one_case(own: Own, registrar: User) -> None:
    came = timezone.now() - timedelta(days=1)
    first = registered(own, registrar, received_at=came)
    second = registered(own, registrar, received_at=came)
    assert first.pk == second.pk
    assert Application.objects.filter(call=own.call).count() == 1


def test_a_sum_without_lines_is_enough(own: Own, registrar: User) -> None:
    case = registered(own, registrar, lines=(), requested_sek=90_000)
    assert case.requested_sek == 90_000


def test_the_case_can_be_completed_and_withdrawn_like_any_other(own: Own, registrar: User) -> None:
    case = registered(own, registrar)
    handling.assign_officer(application=case, officer=own.officer, actor=own.officer)
    handling.request_completion(
        application=fresh(case),
        actor=own.officer,
        fields=["answer.mapping.situation"],
        due=timezone.localdate() + timedelta(days=14),
    )
    submission.complete_application(application=fresh(case), actor=own.signatory)
    case = fresh(case)
    assert case.status == Status.SUBMITTED
    assert case.requested_sek == 150_000
    handling.withdraw_application(application=case, actor=own.signatory, reasons="Nej.")
    assert [each.kind for each in case.documents.order_by("number")] == [
        "application", "completion_request", "completion", "withdrawal",
    ]  # fmt: skip


def test_the_pdf_says_that_it_came_on_paper(own: Own, registrar: User) -> None:
    from tests.portal.test_application_pdf import words

    case = registered(own, registrar)
    text = " ".join(words(application_pdf(case.versions.get(), "sv")).split())
    assert "Inkommen på papper, undertecknad av Kim Kommunchef." in text


def entered(**fields: str) -> dict[str, str]:
    """What the form posts."""
    return {
        "partners": "0",
        "lines": "1",
        "received_at": f"{timezone.localtime() - timedelta(days=1):%Y-%m-%d %H:%M}",
        "signed_by": "Kim Kommunchef",
        "areas": "mapping",
        "line0_text": "Utredare",
        "line0_amount": "120 000 kr",
        "line0_area": "mapping",
        "line0_place": "0",
        **fields,
    }


def test_the_page_registers_and_both_sides_see_the_case(
    client: Client, own: Own, registrar: User
) -> None:
    client.force_login(registrar)
    address = reverse("paper-application", args=[own.call.pk])
    shown(client, address)
    response = client.post(address, {**entered(org0_number=own.lead.org_no), "file": [_pdf()]})
    case = Application.objects.get(call=own.call)
    assert response["Location"] == url("case-documents", case)
    assert case.requested_sek == 120_000
    client.force_login(own.officer)
    assert case.register_number in shown(client, reverse("application-list"))
    shown(client, url("application-detail", case))
    shown(client, url("case-versions", case))
    client.force_login(own.writer)
    shown(client, url("application-file", case))
    assert "inskannat.pdf" in shown(client, url("own-document", case, 1))


def _pdf() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.core.sample_files import pdf

    return SimpleUploadedFile("inskannat.pdf", pdf("x"))


def test_an_organisation_that_is_not_there_is_registered_with_it(
    client: Client, own: Own, registrar: User
) -> None:
    client.force_login(registrar)
    address = reverse("paper-application", args=[own.call.pk])
    number = "212000-1355"
    said = entered(org0_number=number)
    page = client.post(address, said).content.decode()
    assert "Den finns inte i registret. Skriv dess namn." in page
    assert 'value="120 000 kr"' in page
    municipality = MunicipalityFactory()
    said |= {
        "org0_name": "Nya kommunen",
        "org0_kind": "municipality",
        "org0_municipality": municipality.code,
    }
    assert client.post(address, said).status_code == 302
    lead = Organisation.objects.get(org_no=number)
    assert Application.objects.get(call=own.call).lead == lead


def test_more_rows_are_shown_without_losing_what_was_entered(
    client: Client, own: Own, registrar: User
) -> None:
    client.force_login(registrar)
    address = reverse("paper-application", args=[own.call.pk])
    page = client.post(address, {**entered(), "add": "partner"}).content.decode()
    assert 'name="org1_number"' in page
    assert 'value="Kim Kommunchef"' in page
    assert "Det finns något att rätta" not in page
    assert not Application.objects.exists()


def test_nothing_asked_is_an_error_at_the_sum(client: Client, own: Own, registrar: User) -> None:
    client.force_login(registrar)
    address = reverse("paper-application", args=[own.call.pk])
    said = entered(org0_number=own.lead.org_no, line0_text="", line0_amount="")
    page = client.post(address, said).content.decode()
    assert "Skriv summan som söks, eller minst en budgetpost med belopp." in page


@pytest.mark.parametrize("rows", [1, 30])
def test_the_calls_cost_the_same_however_many(
    client: Client, own: Own, registrar: User, rows: int, django_assert_max_num_queries: Any
) -> None:
    from tests.factories import CallFactory

    for number in range(rows):
        CallFactory(agency=own.agency, code=f"papper-{number}")
    client.force_login(registrar)
    shown(client, reverse("paper-calls"))
    with django_assert_max_num_queries(7):
        client.get(reverse("paper-calls"))
