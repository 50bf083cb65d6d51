"""Applying together on pages: inviting, one's own part, answering, files, copying."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from applicants.enums import OrganisationRole
from core.models import OutboxMessage, StoredFile
from grants.content.paths import part_path, requirement_path
from grants.enums import Approval, Status
from grants.models import Application, Attachment, Participation
from grants.selectors.draft import attachments_of, draft_of, part_sha256, saved_value
from grants.services.partners import invite_partner
from portal.services.prefill import fill_in_what_is_known
from tests.core import sample_files
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    CallFactory,
    OrganisationFactory,
    ParticipationFactory,
    ReportAreaFactory,
    ReportFactory,
    ReportVersionFactory,
    UserFactory,
    acting_for,
    staff,
)
from tests.factories.forms import attach, begun, fill_part, filled, form_call, put, stored_file
from tests.portal.html import Page

pytestmark = pytest.mark.django_db
PDF = sample_files.pdf()


class Joint:
    """A draft with a lead's writer and a partner's signatory."""

    def __init__(self) -> None:
        self.call = form_call()
        self.lead = OrganisationFactory(name="Ledande kommun")
        self.writer = acting_for(self.lead, OrganisationRole.WRITER)
        self.case = begun(self.call, self.lead, self.writer)
        self.partner = OrganisationFactory(name="Medsökande kommun")
        self.signatory = acting_for(self.partner)
        self.part = invite_partner(
            application=self.case, organisation=self.partner, actor=self.writer
        )

    def url(self, name: str, *more: object) -> str:
        return reverse(name, args=[self.case.pk, *more])

    @property
    def approval(self) -> str:
        return str(Participation.objects.get(pk=self.part.pk).approval)


@pytest.fixture
def joint() -> Joint:
    return Joint()


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_lead_invites_by_number_in_any_spelling(joint: Joint) -> None:
    new = OrganisationFactory(name="En till kommun")
    client = signed_in(joint.writer)
    number = new.org_no.replace("-", "")
    response = client.post(
        joint.url("application-partners"), {"action": "number", "number": f"16{number}"}
    )
    assert response.status_code == 302
    assert joint.case.participations.filter(organisation=new).exists()
    page = Page(client.get(joint.url("application-partners")))
    assert page.texts(".part-card h3") == [
        "Ledande kommun",
        "En till kommun",
        "Medsökande kommun",
    ]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("123", "tio siffror"),
        ("802000-0001", "siffra"),
        ("556000-4615", "Bjud in den med e-post"),
    ],
)
def test_a_number_that_leads_nowhere_says_what_to_do(joint: Joint, number: str, says: str) -> None:
    client = signed_in(joint.writer)
    response = client.post(
        joint.url("application-partners"), {"action": "number", "number": number}
    )
    page = Page(response)
    assert says in page.text(".ds-error-summary")
    assert page.one("#id_number").get("value") == number


def test_units_under_one_number_are_told_apart(joint: Joint) -> None:
    first = OrganisationFactory(name="Storstad", unit="Norra stadsdelen")
    OrganisationFactory(name="Storstad", unit="Södra stadsdelen", org_no=first.org_no)
    client = signed_in(joint.writer)
    asked = {"action": "number", "number": first.org_no}
    page = Page(client.post(joint.url("application-partners"), asked))
    assert "Välj vilken" in page.text(".ds-error-summary")
    client.post(joint.url("application-partners"), {**asked, "unit": first.pk})
    assert joint.case.participations.filter(organisation=first).exists()


def test_an_invitation_by_mail_is_opened_by_the_one_it_went_to_and_by_nobody_else(
    joint: Joint,
) -> None:
    other = OrganisationFactory(name="Tredje kommunen")
    person = acting_for(other, OrganisationRole.WRITER, email="anna@tredje.se")
    joint.part.delete()
    signed_in(joint.writer).post(
        joint.url("application-partners"), {"action": "mail", "email": "Anna@tredje.se"}
    )
    body = OutboxMessage.objects.get(recipient="anna@tredje.se").body
    link = re.search(r"https?://[^/]+(/\S+)", body)
    assert link is not None
    assert Client().get(link[1]).status_code == 302
    wrong = signed_in(joint.signatory)
    assert "annan e-postadress" in Page(wrong.get(link[1])).text("main")
    wrong.post(link[1], {"answer": "accept", "organisation": joint.partner.pk})
    assert not joint.case.participations.filter(organisation=joint.partner).exists()
    right = signed_in(person)
    answer = right.post(link[1], {"answer": "accept", "organisation": other.pk})
    assert answer.url == joint.url("application-part", other.pk)
    assert "har besvarats" in Page(right.get(link[1])).text("main")
    forged = right.post(link[1], {"answer": "accept", "organisation": joint.lead.pk})
    assert forged.status_code == 200
    assert joint.case.participations.count() == 2


def test_a_partner_writes_its_part_and_its_signatory_approves_it(joint: Joint) -> None:
    client = signed_in(joint.signatory)
    contact = part_path(joint.partner.pk, "contact")
    url = joint.url("application-part", joint.partner.pk)
    client.post(url, {f"b:{contact}": "0", f"v:{contact}": "Pia Partner", "then": "stay"})
    assert saved_value(joint.case, contact).text == "Pia Partner"
    page = Page(client.get(url))
    seen = page.one("input[name=seen]").get("value")
    put(joint.case, joint.signatory, contact, "Någon annan")
    stale = client.post(
        joint.url("partner-answer", joint.partner.pk), {"answer": "approve", "seen": seen}
    )
    assert "ändrades" in Page(client.get(stale.url)).text("main .messages")
    assert joint.approval == Approval.WAITING
    fresh = part_sha256(draft_of(joint.case), joint.partner.pk)
    client.post(joint.url("partner-answer", joint.partner.pk), {"answer": "approve", "seen": fresh})
    assert joint.approval == Approval.APPROVED


def test_a_writer_of_the_partner_cannot_answer_for_it(joint: Joint) -> None:
    writer = acting_for(joint.partner, OrganisationRole.WRITER)
    client = signed_in(writer)
    page = Page(client.get(joint.url("application-part", joint.partner.pk)))
    assert not page.all("button[value=approve]")
    client.post(joint.url("partner-answer", joint.partner.pk), {"answer": "approve"})
    client.post(joint.url("partner-answer", joint.lead.pk), {"answer": "approve"})
    assert joint.approval == Approval.WAITING


def test_nothing_is_posted_into_another_organisations_part(joint: Joint) -> None:
    client = signed_in(joint.signatory)
    theirs = part_path(joint.lead.pk, "contact")
    url = joint.url("application-part", joint.lead.pk)
    page = Page(client.post(url, {f"b:{theirs}": "0", f"v:{theirs}": "Kapad"}))
    assert saved_value(joint.case, theirs).number == 0
    assert "Kapad" in page.root.text_content()


def test_the_lead_reminds_and_leaves_out(joint: Joint) -> None:
    client = signed_in(joint.writer)
    url = joint.url("application-partners")
    client.post(url, {"action": "remind", "which": joint.part.pk})
    again = client.post(url, {"action": "remind", "which": joint.part.pk}, follow=True)
    assert "har påmints i dag" in Page(again).text("main .messages")
    elsewhere = Joint()
    assert client.post(url, {"action": "remove", "which": elsewhere.part.pk}).status_code == 404
    client.post(url, {"action": "remove", "which": joint.part.pk})
    assert joint.case.participations.count() == 1


def upload(client: Client, joint: Joint, place: str, *names: str, **headers: str) -> Any:
    files = [SimpleUploadedFile(name, PDF) for name in names]
    return client.post(
        f"{joint.url('attachment-add')}?place={place}", {"file": files}, headers=headers
    )


def test_files_are_received_listed_told_apart_and_taken_out(joint: Joint) -> None:
    client = signed_in(joint.writer)
    answer = upload(client, joint, "attachments.plan", "plan.pdf", "hx.pdf")
    assert answer.status_code == 302
    page = Page(client.get(answer.url))
    assert page.texts(".file-list li a") == ["plan.pdf", "hx.pdf"]
    fragment = upload(client, joint, "other", "tredje.pdf", **{"HX-Request": "true"})
    assert "tredje.pdf" in fragment.content.decode()
    first = attachments_of(joint.case)[0]
    removed = client.post(joint.url("attachment-remove", first.pk), follow=True)
    assert "plan.pdf har tagits bort" in Page(removed).text("main .messages")
    assert len(attachments_of(joint.case)) == 2


def test_a_refused_file_says_why_and_leaves_nothing(joint: Joint) -> None:
    client = signed_in(joint.writer)
    bad = SimpleUploadedFile("<script>alert(1)</script>.html", b"<script>alert(1)</script>")
    answer = client.post(f"{joint.url('attachment-add')}?place=other", {"file": bad}, follow=True)
    assert "<script>alert" not in answer.content.decode()
    assert "tas inte emot" in Page(answer).text("main .messages")
    assert not StoredFile.objects.exists()


def test_a_file_goes_only_to_those_who_may_see_the_case(joint: Joint) -> None:
    kept = attach(joint.case, joint.writer, "other")
    other = Joint()
    theirs = attach(other.case, other.writer, "other")
    for user, status in [
        (joint.writer, 404),  # its bytes are not there, but it is found
        (joint.signatory, 404),
    ]:
        assert signed_in(user).get(joint.url("attachment-file", kept.pk)).status_code == status
    client = signed_in(joint.writer)
    assert client.post(joint.url("attachment-remove", theirs.pk)).status_code == 404
    assert client.post(other.url("attachment-remove", theirs.pk)).status_code == 404
    officer = signed_in(staff(joint.call.agency))
    assert officer.post(joint.url("attachment-remove", kept.pk)).status_code == 404
    assert Attachment.objects.filter(removed_at__isnull=True).count() == 2


def test_an_uploaded_file_comes_back_as_a_download_to_its_party_alone(joint: Joint) -> None:
    from django.test import override_settings

    filled(joint.case, joint.writer)
    client = signed_in(joint.writer)
    with override_settings(CLAMAV_HOST="", CLAMAV_SOCKET=""):
        upload(client, joint, "other", "budget.pdf")
    attachment = joint.case.attachments.get(file__name="budget.pdf")
    url = joint.url("attachment-file", attachment.pk)
    for user in (joint.writer, joint.signatory):
        response = signed_in(user).get(url)
        assert response.status_code == 200
        assert "attachment" in response["Content-Disposition"]
        assert b"".join(response.streaming_content) == PDF
    stranger = acting_for(OrganisationFactory())
    officer, elsewhere = staff(joint.call.agency), staff(AgencyFactory())
    for user in (stranger, officer, elsewhere):
        assert signed_in(user).get(url).status_code == 404
    Application.objects.filter(pk=joint.case.pk).update(
        status=Status.SUBMITTED, received_at="2026-01-01T00:00Z", register_number="1"
    )
    # What was sent in, the agency fetches at an address of its own.
    assert signed_in(officer).get(url).status_code == 404
    assert signed_in(elsewhere).get(url).status_code == 404


def test_an_earlier_application_is_begun_from_and_changes_are_shown() -> None:
    organisation = OrganisationFactory()
    writer = acting_for(organisation, OrganisationRole.WRITER)
    agency = AgencyFactory()
    source = filled(begun(form_call(year=2025, agency=agency), organisation, writer), writer)
    call = form_call(year=2026, agency=agency)
    url = reverse("application-copy", args=[agency.code, call.code])
    client = signed_in(writer)
    assert not Page(client.get(url)).all("input[name=source]")
    Application.objects.filter(pk=source.pk).update(
        status=Status.SUBMITTED, received_at="2025-01-01T00:00Z", register_number="801-1-2025"
    )
    assert len(Page(client.get(url)).all("input[name=source]")) == 1
    response = client.post(url, {"source": source.pk})
    new = Application.objects.get(call=call)
    assert response.url == reverse("application-tasks", args=[new.pk])
    assert new.requested_sek == 250_000
    stranger = signed_in(acting_for(OrganisationFactory()))
    assert stranger.post(url, {"source": source.pk}).status_code == 404


def test_what_the_system_knows_is_filled_in_with_its_source() -> None:
    agency = AgencyFactory()
    organisation, partner = OrganisationFactory(), OrganisationFactory()
    writer = acting_for(organisation, OrganisationRole.WRITER)
    call = form_call(year=2026, agency=agency)
    before = ApplicationFactory(
        call=CallFactory(agency=agency, year=2025), lead=organisation, status=Status.GRANTED,
        granted_sek=100_000,
    )  # fmt: skip
    ParticipationFactory(application=before, organisation=partner)
    case = begun(call, organisation, writer)
    invite_partner(application=case, organisation=partner, actor=writer)
    path = requirement_path(organisation.pk, "work_begun", "state")
    assert fill_in_what_is_known(application=case) == 0
    report = ReportFactory(agency=agency, code="R-1", applications=[before], status="received")
    ReportAreaFactory(version=ReportVersionFactory(report=report), status="ongoing")
    assert fill_in_what_is_known(application=case) == 2
    value = saved_value(case, path)
    assert (value.text, value.source, value.saved_by) == ("begun", "report:R-1", "")
    put(case, writer, path, "no")
    assert fill_in_what_is_known(application=case) == 0
    assert saved_value(case, path).text == "no"


# Who may open what, and with how many queries -----------------------------------------------------


@pytest.mark.parametrize("name", ["application-partners", "application-part", "attachment-file"])
def test_strangers_find_nothing(joint: Joint, name: str) -> None:
    more = {
        "application-part": [joint.partner.pk],
        "attachment-file": [attach(joint.case, joint.writer, "other").pk],
    }.get(name, [])
    url = joint.url(name, *more)
    assert Client().get(url).status_code == 302
    for user in (UserFactory(), acting_for(OrganisationFactory()), staff(joint.call.agency)):
        assert signed_in(user).get(url).status_code == 404


@pytest.mark.parametrize("name", ["partner-answer", "attachment-add", "attachment-remove"])
def test_strangers_change_nothing(joint: Joint, name: str) -> None:
    more = {
        "partner-answer": [joint.partner.pk],
        "attachment-remove": [attach(joint.case, joint.writer, "other").pk],
    }.get(name, [])
    url = joint.url(name, *more)
    for user in (UserFactory(), acting_for(OrganisationFactory()), staff(joint.call.agency)):
        assert signed_in(user).post(url, {"answer": "approve"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("name", ["application-partners", "application-part"])
def test_queries_do_not_grow_with_partners(
    joint: Joint, rows: int, name: str, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(rows):
        partner = OrganisationFactory()
        invite_partner(application=joint.case, organisation=partner, actor=joint.writer)
    fill_part(joint.case, joint.partner, joint.signatory)
    stored_file()
    client = signed_in(joint.writer)
    url = joint.url(name, *([joint.partner.pk] if name == "application-part" else []))
    client.get(url)
    with django_assert_max_num_queries(12):
        assert client.get(url).status_code == 200


def test_the_lead_is_told_when_nobody_can_sign_for_a_partner(joint: Joint) -> None:
    silent = OrganisationFactory(name="Tysta kommunen")
    client = signed_in(joint.writer)
    answer = client.post(
        joint.url("application-partners"),
        {"action": "number", "number": silent.org_no},
        follow=True,
    )
    assert "Ingen är firmatecknare för Tysta kommunen" in Page(answer).text("main .messages")
