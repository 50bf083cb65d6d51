"""Files by the real addresses, and invitations by their links: what is refused, and to whom."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole
from applicants.models import Invitation, Mandate
from applicants.selectors import token_digest
from applicants.services import invite_colleague
from core.enums import FileState
from core.models import OutboxMessage, StoredFile
from core.selectors.files import files_folder
from grants.models import Application, Attachment, Message, Participation, PartnerInvitation
from grants.services.partners import invite_by_mail
from tests.core import sample_files as sample
from tests.factories import OrganisationFactory, UserFactory, acting_for
from tests.factories.forms import attach, begun
from tests.portal.everyone import uploaded
from tests.portal.own_cases import Own
from tests.portal.test_uploads import signed_in

pytestmark = pytest.mark.django_db

# Names and contents that pretend, each with what is wrong with it.
REFUSED = {
    "en zip-bomb": ("budget.xlsx", sample.bomb),
    "zip i zip": ("budget.xlsx", sample.nested_bomb),
    "zip med överlapp": ("budget.xlsx", sample.overlapping_bomb),
    "zip med falska tal": ("budget.xlsx", sample.understated),
    "ett program som heter pdf": ("plan.pdf", lambda: sample.PROGRAM),
    "en sida som heter pdf": ("plan.pdf", lambda: sample.HTML),
    "en sida": ("plan.html", lambda: sample.HTML),
    "en ritning med skript": ("bild.svg", lambda: sample.SVG),
    "en ritning som heter png": ("bild.png", lambda: sample.SVG),
    "makron": ("budget.xlsx", lambda: sample.xlsx(macros=True)),
    "ett låst dokument": ("plan.pdf", lambda: sample.pdf_with_password("hemligt")),
    "ingenting": ("plan.pdf", lambda: b""),
    "två ändelser": ("plan.pdf.exe", sample.pdf),
}


@pytest.fixture
def own() -> Own:
    return Own()


@pytest.fixture
def draft(own: Own) -> Application:
    return begun(own.call, own.lead, own.writer)


def upload(client: Client, application: Application, name: str, content: bytes) -> Any:
    """The answer to the file as the upload box's script sends it."""
    return client.post(
        reverse("attachment-add", args=[application.pk]),
        {"place": "other", "file": SimpleUploadedFile(name, content, "application/pdf")},
        headers={"HX-Request": "true"},
    )


def test_what_pretends_to_be_a_document_is_refused_and_leaves_nothing(
    own: Own, draft: Application
) -> None:
    client = signed_in(own.writer)
    for what, (name, content) in REFUSED.items():
        answer = upload(client, draft, name, content())
        assert answer.status_code == 422, what
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8", what
        assert answer.content, what
        message = reverse("application-messages", args=[draft.pk])
        file = SimpleUploadedFile(name, content(), "application/pdf")
        assert client.post(message, {"body": "Hej", "file": file}).status_code == 200, what
    assert not StoredFile.objects.exists()
    assert not Attachment.objects.exists()
    assert not Message.objects.exists()
    folder = files_folder()
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize("state", [FileState.WAITING, FileState.INFECTED])
def test_a_file_that_is_not_found_clean_is_handed_to_nobody(own: Own, state: FileState) -> None:
    from grants.services.messages import send_message

    case = own.received()
    attachment = attach(case, own.writer, "other", file=uploaded(own.writer))
    sent = uploaded(own.writer, "fråga.pdf")
    message = send_message(
        application=case, actor=own.writer, body="Hej", from_agency=False, files=[sent]
    )
    addresses = {
        own.writer: [("attachment-file", attachment.pk), ("message-file", sent.pk)],
        own.officer: [("case-message-file", message.files.get().pk)],
    }
    for person, pages in addresses.items():
        for name, number in pages:
            assert signed_in(person).get(reverse(name, args=[case.pk, number])).status_code == 200
    checked = timezone.now() if state == FileState.INFECTED else None
    files = StoredFile.objects.filter(pk__in=[attachment.file_id, sent.pk])
    files.update(state=state, checked_at=checked, signature="Eicar" if checked else "")
    for person, pages in addresses.items():
        for name, number in pages:
            address = reverse(name, args=[case.pk, number])
            for client in (signed_in(person), signed_in(own.elsewhere), signed_in(own.stranger)):
                assert client.get(address).status_code == 404, (name, state)
                assert client.head(address).status_code == 404, (name, state)
    page = signed_in(own.writer).get(reverse("application-messages", args=[case.pk]))
    assert f"{case.pk}/meddelanden/{sent.pk}/" not in page.content.decode()


def test_a_handed_out_file_runs_nothing_whatever_it_is_called(own: Own, draft: Application) -> None:
    client = signed_in(own.writer)
    name = "a; filename=evil.html\u202egnp.pdf"
    assert upload(client, draft, name, sample.pdf()).status_code == 200
    kept = Attachment.objects.get()
    assert kept.file.name == "a; filename=evil.htmlgnp.pdf"
    response = client.get(reverse("attachment-file", args=[draft.pk, kept.pk]))
    b"".join(response.streaming_content)
    said = response.headers["Content-Disposition"]
    assert said == 'attachment; filename="a; filename=evil.htmlgnp.pdf"'
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]


def test_more_files_than_a_case_holds_are_refused(
    own: Own, draft: Application, settings: Any
) -> None:
    settings.FILES_PER_CASE = 2
    client = signed_in(own.writer)
    statuses = [
        upload(client, draft, f"{number}.pdf", sample.pdf()).status_code for number in range(3)
    ]
    assert statuses == [200, 200, 422]
    assert StoredFile.objects.count() == 2


# Invitations -------------------------------------------------------------------------------------


def link_in(message: OutboxMessage) -> str:
    """The address of the invitation that the mail holds."""
    found = re.search(r"https?://[^/]+(/inbjudan/\S+)", message.body)
    assert found is not None
    return found[1]


def invited(own: Own, email: str) -> tuple[Invitation, str]:
    """An invitation to a colleague, and its link."""
    administrator = acting_for(own.lead, OrganisationRole.ADMINISTRATOR)
    invitation = invite_colleague(
        organisation=own.lead,
        actor=administrator,
        email=email,
        roles=["administrator"],
        ends_on=timezone.localdate() + timedelta(days=100),
    )
    return invitation, link_in(OutboxMessage.objects.get(recipient=email))


def test_a_colleagues_invitation_is_taken_once_and_by_the_one_it_went_to(own: Own) -> None:
    right, wrong = UserFactory(email="ratt@example.se"), UserFactory(email="fel@example.se")
    unverified = UserFactory(email="overifierad@example.se", verified=False)
    invitation, link = invited(own, "ratt@example.se")
    Invitation.objects.filter(pk=invitation.pk).update(email="overifierad@example.se")
    signed_in(unverified).post(link)
    Invitation.objects.filter(pk=invitation.pk).update(email="ratt@example.se")
    for client in (Client(), signed_in(wrong), signed_in(own.stranger)):
        for method in (client.get, client.post):
            page = method(link).content.decode()
            assert own.lead.name not in page
    given = Mandate.objects.filter(organisation=own.lead)
    assert not given.filter(user__in=[right, wrong, unverified, own.stranger]).exists()
    assert signed_in(right).post(link).status_code == 302
    mandate = given.get(user=right)
    # The link again, by anyone, also once the mandate has ended, gives nothing.
    Mandate.objects.filter(pk=mandate.pk).update(ended_at=timezone.now())
    for person in (right, wrong):
        signed_in(person).post(link)
    assert given.filter(user=right).count() == 1
    assert not given.filter(user=wrong).exists()


@pytest.mark.parametrize(
    "change",
    [
        {
            "created_at": timezone.now() - timedelta(days=20),
            "expires_at": timezone.now() - timedelta(days=1),
        },
        {"withdrawn_at": timezone.now()},
        {"ends_on": timezone.localdate() - timedelta(days=1)},
    ],
)
def test_a_colleagues_invitation_that_is_closed_gives_nothing(
    own: Own, change: dict[str, Any]
) -> None:
    right = UserFactory(email="ratt@example.se")
    invitation, link = invited(own, "ratt@example.se")
    Invitation.objects.filter(pk=invitation.pk).update(**change)
    assert signed_in(right).post(link).status_code == 200
    assert not right.mandates.exists()


def partner_link(own: Own, draft: Application, email: str) -> str:
    invite_by_mail(application=draft, email=email, actor=own.writer)
    return link_in(OutboxMessage.objects.get(recipient=email))


def test_a_partners_invitation_is_taken_once_and_by_the_one_it_went_to(
    own: Own, draft: Application
) -> None:
    partner = OrganisationFactory(name="Rätt kommun")
    right = acting_for(partner, OrganisationRole.WRITER, email="ratt@example.se")
    other = OrganisationFactory(name="Fel kommun")
    wrong = acting_for(other, OrganisationRole.WRITER, email="fel@example.se")
    reader = acting_for(partner, OrganisationRole.READER, email="laser@example.se")
    link = partner_link(own, draft, "ratt@example.se")
    accept = {"answer": "accept", "organisation": other.pk}
    page = signed_in(wrong).get(link).content.decode()
    assert own.lead.name not in page
    for answer in ("accept", "decline"):
        page = signed_in(wrong).post(link, {**accept, "answer": answer}).content.decode()
        assert own.lead.name not in page
    # By the right person, for an organisation that is not theirs.
    signed_in(right).post(link, accept)
    signed_in(right).post(link, {**accept, "organisation": own.lead.pk})
    taking_part = Participation.objects.filter(application=draft)
    assert taking_part.count() == 1
    assert PartnerInvitation.objects.get().answered_at is None
    again = partner_link(own, draft, "laser@example.se")
    signed_in(reader).post(again, {"answer": "accept", "organisation": partner.pk})
    assert taking_part.count() == 1
    mine = {"answer": "accept", "organisation": partner.pk}
    assert signed_in(right).post(link, mine).status_code == 302
    assert taking_part.count() == 2
    taking_part.filter(organisation=partner).delete()
    signed_in(right).post(link, mine)
    signed_in(wrong).post(link, accept)
    assert taking_part.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"withdrawn_at": timezone.now()},
        {"token_sha256": "0" * 64},
    ],
)
def test_a_partners_invitation_that_is_closed_gives_nothing(
    own: Own, draft: Application, change: dict[str, Any]
) -> None:
    partner = OrganisationFactory()
    right = acting_for(partner, OrganisationRole.WRITER, email="ratt@example.se")
    link = partner_link(own, draft, "ratt@example.se")
    PartnerInvitation.objects.update(**change)
    mine = {"answer": "accept", "organisation": partner.pk}
    assert signed_in(right).post(link, mine).status_code in {200, 404}
    assert draft.participations.count() == 1


def test_a_token_opens_its_own_kind_of_invitation_only(own: Own, draft: Application) -> None:
    right = acting_for(OrganisationFactory(), OrganisationRole.WRITER, email="ratt@example.se")
    _invitation, colleagues = invited(own, "ratt@example.se")
    partners = partner_link(own, draft, "annan@example.se")
    tokens = [link.rstrip("/").rpartition("/")[2] for link in (colleagues, partners)]
    client = signed_in(right)
    assert client.get(reverse("partner-invitation", args=[tokens[0]])).status_code == 404
    assert client.get(reverse("invitation", args=[tokens[1]])).status_code == 404
    for token in (*tokens, token_digest(tokens[0]), tokens[0][:-1], tokens[0].upper()):
        if token not in tokens:
            assert client.get(reverse("invitation", args=[token])).status_code == 404


def test_the_database_holds_no_token_outside_the_mail_that_carries_it(
    own: Own, draft: Application
) -> None:
    _invitation, colleagues = invited(own, "ratt@example.se")
    partners = partner_link(own, draft, "annan@example.se")
    for link in (colleagues, partners):
        token = link.rstrip("/").rpartition("/")[2]
        found = [
            (model._meta.label, field.name)
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            for value in model._default_manager.values_list(field.name, flat=True)
            if token in str(value)
        ]
        assert found == [("core.OutboxMessage", "body")]


def test_no_page_shows_staff_what_a_mail_with_a_link_says(own: Own, draft: Application) -> None:
    from applicants.enums import Role
    from tests.factories import staff

    _invitation, colleagues = invited(own, "ratt@example.se")
    partners = partner_link(own, draft, "annan@example.se")
    tokens = [link.rstrip("/").rpartition("/")[2] for link in (colleagues, partners)]
    OutboxMessage.objects.update(state="failed")
    client = signed_in(staff(own.agency, Role.ADMINISTRATOR))
    addresses = [reverse("mail-list")]
    addresses += [reverse("mail-resend", args=[each.pk]) for each in OutboxMessage.objects.all()]
    for address in addresses:
        page = client.get(address).content.decode()
        for token in tokens:
            assert token not in page
    # Nor does it go to another address than the invited one's.
    for message in OutboxMessage.objects.all():
        address = reverse("mail-resend", args=[message.pk])
        client.post(address, {"recipient": "tjuv@example.se"})
    assert not OutboxMessage.objects.filter(recipient="tjuv@example.se").exists()
