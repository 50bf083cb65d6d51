"""Pages about organisations and who acts for them: who sees what, and what a forged post does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants import selectors
from applicants.enums import OrganisationKind, OrganisationRole, RequestState, Role
from applicants.models import Invitation, Mandate, Organisation, RepresentationRequest, User
from core.models import Municipality, OutboxMessage
from tests.core.sample_files import pdf
from tests.factories import (
    AgencyFactory,
    InvitationFactory,
    MandateFactory,
    OrganisationFactory,
    RepresentationRequestFactory,
    UserFactory,
    acting_for,
    org_no,
    staff,
)
from tests.portal.html import Page

pytestmark = pytest.mark.django_db
ADMINISTRATOR, WRITER = OrganisationRole.ADMINISTRATOR, OrganisationRole.WRITER
READER = OrganisationRole.READER
REGISTER, DETAILS = "organisation-register", "organisation-register-details"


def in_a_year() -> str:
    return (timezone.localdate() + timedelta(days=365)).isoformat()


@pytest.fixture
def organisation() -> Organisation:
    place = Municipality.objects.get(code="1440")
    found: Organisation = OrganisationFactory(
        name="Kvinnojouren Stjärnan",
        kind=OrganisationKind.ASSOCIATION,
        county=place.county,
        municipality=place,
        street="Hemliga gatan 1",
        contact_name="Kontakt Person",
        giro_kind="bankgiro",
        giro_number="5050-1055",
    )
    return found


@pytest.fixture
def administrator(organisation: Organisation) -> User:
    return acting_for(organisation, ADMINISTRATOR, name="Anna Administratör")


@pytest.fixture
def asked(organisation: Organisation) -> RepresentationRequest:
    found: RepresentationRequest = RepresentationRequestFactory(
        organisation=organisation, user__name="Frida Frågar"
    )
    return found


def own_pages(organisation: Organisation, person: User) -> dict[str, str]:
    key = organisation.pk
    return {
        "page": reverse("my-organisation", args=[key]),
        "leave": reverse("my-organisation-leave", args=[key]),
        "details": reverse("my-organisation-details", args=[key]),
        "invite": reverse("my-organisation-invite", args=[key]),
        "person": reverse("my-organisation-person", args=[key, person.pk]),
    }


def request_pages(asked: RepresentationRequest) -> list[str]:
    names = ["my-request", "my-request-evidence"]
    return [reverse(name, args=[asked.pk]) for name in names]


def staff_pages(asked: RepresentationRequest, person: User) -> list[str]:
    return [
        reverse("representation-request", args=[asked.pk]),
        reverse("representation-organisation", args=[asked.pk]),
        reverse("representation-person", args=[asked.pk, person.pk]),
    ]


# Who may open what ------------------------------------------------------------------------------


def test_an_organisations_pages_are_for_its_own_people(
    client: Client, organisation: Organisation, administrator: User
) -> None:
    reader = acting_for(organisation, READER)
    pages = own_pages(organisation, reader)
    former = MandateFactory(
        organisation=organisation, role=ADMINISTRATOR, ended_at=timezone.now()
    ).user
    for person, allowed in (
        (administrator, set(pages)),
        (reader, {"page", "leave"}),
        (acting_for(organisation, WRITER), {"page", "leave"}),
        (acting_for(OrganisationFactory(), ADMINISTRATOR), set()),
        (former, set()),
        (UserFactory(), set()),
        (staff(AgencyFactory()), set()),
    ):
        client.force_login(person)
        for name, address in pages.items():
            expected = 200 if name in allowed else 404
            assert client.get(address).status_code == expected, (str(person), name)
            if expected == 404:
                assert client.post(address, {"action": "remove"}).status_code == 404
    client.logout()
    for address in pages.values():
        assert client.get(address)["Location"].startswith("/konto/login/")
    assert Mandate.objects.filter(user=reader, ended_at=None).exists()


def test_a_request_is_for_who_made_it(client: Client, asked: RepresentationRequest) -> None:
    (row,) = selectors.evidence_of(asked)
    file = reverse("my-request-file", args=[asked.pk, row.pk])
    for person in (UserFactory(), staff(asked.agency), acting_for(asked.organisation)):
        client.force_login(person)
        for address in (*request_pages(asked), file):
            assert client.get(address).status_code == 404
            assert client.post(address, {"action": "withdraw"}).status_code == 404
    client.force_login(asked.user)
    for address in request_pages(asked):
        assert client.get(address).status_code == 200
    asked.refresh_from_db()
    assert asked.state == RequestState.WAITING


def test_requests_are_answered_at_the_agency_asked(
    client: Client, asked: RepresentationRequest, administrator: User
) -> None:
    pages = staff_pages(asked, administrator)
    (row,) = selectors.evidence_of(asked)
    file = reverse("representation-file", args=[asked.pk, row.pk])
    for person in (
        asked.user,
        administrator,
        staff(AgencyFactory()),
        staff(asked.agency, Role.ANALYST),
        staff(asked.agency, Role.DECISION_MAKER),
    ):
        client.force_login(person)
        for address in (*pages, file):
            assert client.get(address).status_code == 404, str(person)
            post = {"answer": "approve", "ends_on": in_a_year(), "reason": "x"}
            assert client.post(address, post).status_code in (404, 405)
    for role in (Role.CASE_OFFICER, Role.REGISTRAR):
        client.force_login(staff(asked.agency, role))
        for address in pages:
            assert client.get(address).status_code == 200
    asked.refresh_from_db()
    assert asked.state == RequestState.WAITING


def test_evidence_of_another_request_is_not_handed_out_by_guessing(
    client: Client, asked: RepresentationRequest
) -> None:
    other = RepresentationRequestFactory()
    (row,) = selectors.evidence_of(other)
    client.force_login(asked.user)
    assert client.get(reverse("my-request-file", args=[asked.pk, row.pk])).status_code == 404
    client.force_login(staff(asked.agency))
    assert client.get(reverse("representation-file", args=[asked.pk, row.pk])).status_code == 404


def test_a_draft_is_not_for_officers(client: Client) -> None:
    draft = RepresentationRequestFactory(state=RequestState.DRAFT)
    client.force_login(staff(draft.agency))
    assert client.get(reverse("representation-request", args=[draft.pk])).status_code == 404
    assert "Provkommun" not in client.get(reverse("representation-requests")).content.decode()


# Asking -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["802000-0001x", "", "222013-0014", "811228-9874"])
def test_a_wrong_number_is_told_at_its_field(get: Callable[..., Page], written: str) -> None:
    page = get(f"{reverse(REGISTER)}?number={written}", UserFactory())
    assert page.all("#id_number_error")
    assert page.faults() == []


def test_who_finds_the_organisation_learns_not_who_represents_it(
    get: Callable[..., Page], organisation: Organisation, administrator: User
) -> None:
    number = organisation.org_no.replace("-", "")
    page = get(f"{reverse(REGISTER)}?number={number}", UserFactory())
    text = page.root.text_content()
    assert organisation.name in text
    for secret in (str(administrator), administrator.email, "Hemliga", "Kontakt", "5050"):
        assert secret not in text
    assert page.faults() == []


def test_all_units_of_a_number_are_shown_and_another_can_be_entered(
    get: Callable[..., Page],
) -> None:
    for unit in ("Bromma", "Farsta"):
        OrganisationFactory(org_no=org_no(4), unit=unit, name=f"Stockholms stad, {unit}")
    page = get(f"{reverse(REGISTER)}?number={org_no(4)}", UserFactory())
    assert page.texts(".cards h2") == ["Stockholms stad, Bromma", "Stockholms stad, Farsta"]
    assert any(DETAILS_ADDRESS in each.get("href") for each in page.all("main a[href]"))


DETAILS_ADDRESS = "/mina-organisationer/ny/uppgifter/"


def test_only_an_organisation_that_was_shown_can_be_chosen(
    client: Client, organisation: Organisation
) -> None:
    AgencyFactory()
    user, other = UserFactory(), OrganisationFactory()
    client.force_login(user)
    address = f"{reverse(REGISTER)}?number={organisation.org_no}"
    for forged in (str(other.pk), "0", "x", ""):
        assert client.post(address, {"choose": forged}).status_code == 404
    assert not RepresentationRequest.objects.exists()


def entering(**changes: str) -> dict[str, str]:
    fields = {
        "kind": "association",
        "municipality": "1440",
        "name": "Kvinnojouren Månen",
        "giro_kind": "plusgiro",
        "giro_number": "4-2",
    }
    return fields | changes


def test_a_small_association_is_entered_and_asked_for(client: Client) -> None:
    officer = staff(AgencyFactory())
    user = UserFactory()
    client.force_login(user)
    answer = client.post(reverse(DETAILS), entering())
    asked = RepresentationRequest.objects.get()
    assert answer["Location"] == reverse("my-request-evidence", args=[asked.pk])
    made = asked.organisation
    assert (made.org_no, made.name, made.giro_number) == ("", "Kvinnojouren Månen", "4-2")
    upload = {"file": SimpleUploadedFile("protokoll.pdf", pdf(), "application/pdf")}
    assert client.post(answer["Location"], upload).status_code == 302
    send = {
        "agency": str(asked.agency_id),
        "roles": ["administrator", "signatory"],
        "signing": "sole",
        "ends_on": in_a_year(),
        "action": "send",
    }
    client.post(reverse("my-request", args=[asked.pk]), send)
    asked.refresh_from_db()
    assert asked.state == RequestState.WAITING
    client.force_login(officer)
    (row,) = selectors.evidence_of(asked)
    got = client.get(reverse("representation-file", args=[asked.pk, row.pk]))
    assert b"".join(got.streaming_content) == pdf()  # type: ignore[attr-defined]
    answered = client.post(
        reverse("representation-request", args=[asked.pk]),
        {"answer": "approve", "ends_on": in_a_year()},
    )
    assert answered.status_code == 302
    held = {each.role for each in selectors.mandates_of(user)}
    assert held == {"administrator", "signatory"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"municipality": "9999"}, "municipality"),
        ({"municipality": ""}, "municipality"),
        ({"kind": "municipality"}, "kind"),
        ({"name": " "}, "name"),
        ({"giro_number": "4-3"}, "giro_number"),
        ({"giro_kind": ""}, "giro_kind"),
        ({"giro_kind": "bankgiro"}, "giro_number"),
        ({"postal_code": "1234"}, "postal_code"),
        ({"contact_email": "anna"}, "contact_email"),
    ],
)
def test_what_cannot_be_entered_is_told_at_its_field(
    client: Client, changes: dict[str, str], field: str
) -> None:
    client.force_login(UserFactory())
    page = Page(client.post(reverse(DETAILS), entering(**changes)))
    assert page.all(f"#id_{field}_error"), field
    assert page.faults() == []
    assert not Organisation.objects.exists()


def test_one_much_alike_is_pointed_out_and_may_be_another(
    client: Client, organisation: Organisation
) -> None:
    staff(AgencyFactory())
    client.force_login(UserFactory())
    fields = entering(name="Kvinnojouren Stjarnan, Ale")
    page = Page(client.post(reverse(DETAILS), fields))
    assert page.all(f"button[name=choose][value='{organisation.pk}']")
    assert page.faults() == []
    forged = fields | {"choose": str(OrganisationFactory().pk)}
    assert client.post(reverse(DETAILS), forged).status_code == 404
    client.post(reverse(DETAILS), fields | {"choose": str(organisation.pk)})
    assert RepresentationRequest.objects.get().organisation == organisation
    client.post(reverse(DETAILS), fields | {"another": "1"})
    assert RepresentationRequest.objects.count() == 2


def test_a_number_that_is_there_leads_to_the_one_that_has_it(
    client: Client, organisation: Organisation
) -> None:
    staff(AgencyFactory())
    client.force_login(UserFactory())
    address = f"{reverse(DETAILS)}?number={organisation.org_no}"
    answer = client.post(address, entering(name="Något helt annat namn"))
    assert answer["Location"].startswith(reverse(REGISTER))
    assert client.get(f"{reverse(DETAILS)}?number=123")["Location"] == reverse(REGISTER)


def test_a_request_is_sent_to_a_known_agency_only(client: Client) -> None:
    asked = RepresentationRequestFactory(state=RequestState.DRAFT)
    staff(asked.agency)
    staff(AgencyFactory())
    client.force_login(asked.user)
    send = {"roles": ["writer"], "ends_on": in_a_year(), "action": "send", "agency": "987654"}
    page = Page(client.post(reverse("my-request", args=[asked.pk]), send))
    assert page.all("#id_agency_error")
    asked.refresh_from_db()
    assert asked.state == RequestState.DRAFT


# The organisation's own pages -------------------------------------------------------------------


def test_an_empty_page_leads_on(get: Callable[..., Page]) -> None:
    page = get(reverse("my-organisations"), UserFactory())
    assert [each.get("href") for each in page.all(".empty a")] == [reverse(REGISTER)]


def test_readers_see_the_details_and_no_buttons(
    get: Callable[..., Page], organisation: Organisation, administrator: User
) -> None:
    reader = acting_for(organisation, READER)
    address = reverse("my-organisation", args=[organisation.pk])
    page = get(address, reader)
    assert "Bankgiro 5050-1055" in page.summary().values()
    assert not page.all(f"a[href='{reverse('my-organisation-invite', args=[organisation.pk])}']")
    assert len(page.rows("people")) == 2
    InvitationFactory(organisation=organisation, email="hemlig@example.se")
    assert "hemlig@example.se" not in get(address, reader).root.text_content()
    assert "hemlig@example.se" in get(address, administrator).root.text_content()


def test_a_colleague_is_invited_and_withdrawn(
    client: Client, organisation: Organisation, administrator: User
) -> None:
    client.force_login(administrator)
    address = reverse("my-organisation-invite", args=[organisation.pk])
    fields = {"email": "ny@example.se", "roles": ["signatory"], "ends_on": in_a_year()}
    assert Page(client.post(address, fields)).all("#id_signing_error")
    client.post(address, fields | {"signing": "jointly"})
    invitation = Invitation.objects.get()
    assert OutboxMessage.objects.get().recipient == "ny@example.se"
    other = InvitationFactory()
    own = reverse("my-organisation", args=[organisation.pk])
    for forged in (str(other.pk), "0", "x"):
        assert client.post(own, {"invitation": forged}).status_code == 404
    client.force_login(acting_for(organisation, READER))
    assert client.post(own, {"invitation": str(invitation.pk)}).status_code in (403, 404)
    client.force_login(administrator)
    client.post(own, {"invitation": str(invitation.pk)})
    invitation.refresh_from_db()
    other.refresh_from_db()
    assert invitation.withdrawn_at
    assert other.withdrawn_at is None


def test_roles_are_changed_and_ended(
    client: Client, organisation: Organisation, administrator: User
) -> None:
    colleague = acting_for(organisation, WRITER)
    client.force_login(administrator)
    address = reverse("my-organisation-person", args=[organisation.pk, colleague.pk])
    change = {"action": "change", "roles": ["reader"], "ends_on": in_a_year()}
    client.post(address, change)
    assert {each.role for each in selectors.mandates_of(colleague)} == {"reader"}
    own = reverse("my-organisation-person", args=[organisation.pk, administrator.pk])
    page = Page(client.post(own, change))
    assert "only administrator" in page.root.text_content() or "enda administratör" in (
        page.root.text_content()
    )
    client.post(own, {"action": "remove"})
    assert selectors.mandates_of(administrator).exists()
    client.post(address, {"action": "remove"})
    assert not selectors.mandates_of(colleague).exists()
    assert client.get(address).status_code == 404


def test_the_last_administrator_names_another_to_leave(
    client: Client, organisation: Organisation, administrator: User
) -> None:
    address = reverse("my-organisation-leave", args=[organisation.pk])
    client.force_login(administrator)
    alone = Page(client.post(address))
    assert alone.all(".ds-alert")
    colleague, stranger = acting_for(organisation, READER), UserFactory()
    assert Page(client.post(address, {"successor": str(stranger.pk)})).all("#id_successor_error")
    client.post(address, {"successor": str(colleague.pk)})
    assert not selectors.mandates_of(administrator).exists()
    (heir,) = selectors.administrators_of(organisation)
    assert heir.user == colleague


# For whom one acts ------------------------------------------------------------------------------


def test_every_page_says_for_whom_one_acts(
    client: Client, get: Callable[..., Page], organisation: Organisation, administrator: User
) -> None:
    for address in ("/", reverse("call-list"), reverse("my-organisations")):
        assert organisation.name in get(address, administrator).text(".acting-for")
    assert get("/", UserFactory()).all(".acting-for") == []
    assert get("/").all(".acting-for") == []
    second = OrganisationFactory(name="Ale kommun")
    MandateFactory(organisation=second, user=administrator, role=WRITER)
    client.force_login(administrator)
    both = Page(client.get("/"))
    assert not both.all(".acting-for strong")
    assert both.texts(".acting-for button") == ["Ale kommun", organisation.name]
    chosen = {"organisation": str(second.pk), "next": reverse("call-list")}
    answer = client.post(reverse("my-organisations"), chosen)
    assert answer["Location"] == reverse("call-list")
    assert Page(client.get("/")).text(".acting-for strong") == "Ale kommun"
    Mandate.objects.filter(organisation=second).update(ended_at=timezone.now())
    assert Page(client.get("/")).text(".acting-for strong") == organisation.name


def test_nobody_acts_for_a_stranger_by_a_forged_post(
    client: Client, organisation: Organisation, administrator: User
) -> None:
    other = OrganisationFactory()
    client.force_login(administrator)
    for forged in (str(other.pk), "x", ""):
        answer = client.post(reverse("my-organisations"), {"organisation": forged})
        assert answer.status_code == 404
    session = client.session
    session["acting_for"] = other.pk
    session.save()
    assert Page(client.get("/")).text(".acting-for strong") == organisation.name
    away = {"organisation": str(organisation.pk), "next": "https://example.com/"}
    assert client.post(reverse("my-organisations"), away)["Location"].startswith("/mina-")


# The invitation's link --------------------------------------------------------------------------


def invitation_to(user: User, **fields: Any) -> tuple[Invitation, str]:
    organisation = OrganisationFactory(name="Inbjudande organisation")
    inviter = acting_for(organisation, ADMINISTRATOR)
    token = f"token-{user.pk}"
    invitation = InvitationFactory(
        organisation=organisation, invited_by=inviter, email=user.email, token=token, **fields
    )
    return invitation, reverse("invitation", args=[token])


def test_the_link_leads_through_sign_in_and_back(client: Client) -> None:
    user = UserFactory()
    _invitation, address = invitation_to(user)
    page = Page(client.get(address))
    assert "Inbjudande" not in page.root.text_content()
    ways = [each.get("href") for each in page.all("main a.ds-button")]
    assert len(ways) == 2
    assert all(f"next={address.replace('/', '%2F')}" in each for each in ways)
    assert client.post(address).status_code == 200
    assert not selectors.mandates_of(user).exists()
    client.force_login(user)
    assert "Inbjudande" in Page(client.get(address)).heading
    answer = client.post(address)
    assert answer.status_code == 302
    assert {each.role for each in selectors.mandates_of(user)} == {"writer"}
    assert client.get(address)["Location"] == answer["Location"]


def test_the_link_is_for_nobody_else(client: Client) -> None:
    user = UserFactory()
    invitation, address = invitation_to(user)
    for stranger in (UserFactory(), UserFactory(verified=False), staff(AgencyFactory())):
        client.force_login(stranger)
        page = Page(client.post(address))
        assert "Inbjudande" not in page.root.text_content()
        assert not page.all("main form[method=post]")
        assert not selectors.mandates_of(stranger).exists()
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_a_link_that_is_used_withdrawn_or_too_old_does_nothing(client: Client) -> None:
    now = timezone.now()
    for fields in (
        {"created_at": now - timedelta(days=15)},
        {"withdrawn_at": now},
        {"accepted_at": now, "accepted_by": UserFactory()},
    ):
        user = UserFactory()
        _invitation, address = invitation_to(user, **fields)
        client.force_login(user)
        page = Page(client.post(address))
        assert page.all(".ds-alert")
        assert not page.all("main form[method=post]")
        assert not selectors.mandates_of(user).exists()
    assert client.get(reverse("invitation", args=["saknas"])).status_code == 404


# Officers' pages --------------------------------------------------------------------------------


def test_officers_see_what_waits_in_the_menu(
    get: Callable[..., Page], asked: RepresentationRequest
) -> None:
    officer = staff(asked.agency)
    page = get(reverse("representation-requests"), officer)
    assert "Representatives (1)" in page.texts(".site-nav a")
    assert [row[1] for row in page.rows("requests")] == ["Frida Frågar"]
    assert "Representatives (1)" not in get("/", staff(asked.agency, Role.ANALYST)).texts("a")


def test_those_who_wait_come_first(get: Callable[..., Page]) -> None:
    agency = AgencyFactory()
    officer, now = staff(agency), timezone.now()
    for days, state in ((9, RequestState.WITHDRAWN), (5, RequestState.WAITING), (7, "waiting")):
        RepresentationRequestFactory(
            agency=agency, state=state, sent_at=now - timedelta(days=days), user__name=f"{days}"
        )
    page = get(reverse("representation-requests"), officer)
    assert [row[1] for row in page.rows("requests")] == ["7", "5", "9"]
    waiting = get(f"{reverse('representation-requests')}?state=waiting", officer)
    assert len(waiting.rows("requests")) == 2


def test_a_refusal_is_read_by_who_asked(client: Client, asked: RepresentationRequest) -> None:
    client.force_login(staff(asked.agency))
    address = reverse("representation-request", args=[asked.pk])
    assert Page(client.post(address, {"answer": "refuse"})).all("#id_reason_error")
    assert Page(client.post(address, {"answer": "approve"})).all("#id_ends_on_error")
    client.post(address, {"answer": "refuse", "reason": "Protokollet saknar underskrift."})
    client.post(address, {"answer": "approve", "ends_on": in_a_year()})
    asked.refresh_from_db()
    assert asked.state == RequestState.REFUSED
    assert not selectors.mandates_of(asked.user).exists()
    client.force_login(asked.user)
    page = Page(client.get(reverse("my-request", args=[asked.pk])))
    assert "Protokollet saknar underskrift." in page.summary().values()


def test_an_officer_corrects_and_ends(
    client: Client, asked: RepresentationRequest, administrator: User
) -> None:
    client.force_login(staff(asked.agency))
    corrected = {
        "number": asked.organisation.org_no,
        "kind": "foundation",
        "municipality": "1480",
        "name": "Stiftelsen Stjärnan",
    }
    address = reverse("representation-organisation", args=[asked.pk])
    taken = OrganisationFactory().org_no
    assert Page(client.post(address, corrected | {"number": taken})).all("#id_number_error")
    client.post(address, corrected)
    asked.organisation.refresh_from_db()
    assert (asked.organisation.name, asked.organisation.county_id) == ("Stiftelsen Stjärnan", "14")
    address = reverse("representation-person", args=[asked.pk, administrator.pk])
    assert Page(client.post(address)).all("#id_reason_error")
    client.post(address, {"reason": "Har avgått."})
    assert not selectors.mandates_of(administrator).exists()
    assert client.get(address).status_code == 404


def test_staff_see_contact_and_giro_on_the_organisations_page(
    get: Callable[..., Page], world: Any
) -> None:
    case = world.case()
    Organisation.objects.filter(pk=case.lead_id).update(
        giro_kind="plusgiro", giro_number="4-2", contact_name="Kim Kontakt"
    )
    page = get(reverse("organisation-detail", args=[case.lead_id]), world.officer)
    assert page.summary()["Contact person"] == "Kim Kontakt"
    assert page.summary()["Giro for payments"] == "Plusgiro 4-2"


# Queries ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 30])
class TestQueries:
    """As many with thirty rows as with one."""

    @pytest.fixture
    def asks(
        self, client: Client, django_assert_num_queries: Callable[..., Any]
    ) -> Callable[..., None]:
        def check(address: str, number: int) -> None:
            assert client.get(address).status_code == 200
            with django_assert_num_queries(number):
                client.get(address)

        return check

    def test_my_organisations(self, client: Client, asks: Callable[..., None], rows: int) -> None:
        user = UserFactory()
        for _ in range(rows):
            MandateFactory(user=user)
            RepresentationRequestFactory(user=user)
            InvitationFactory(email=user.email)
        client.force_login(user)
        asks(reverse("my-organisations"), 8)

    def test_one_organisation(
        self,
        client: Client,
        asks: Callable[..., None],
        organisation: Organisation,
        administrator: User,
        rows: int,
    ) -> None:
        for _ in range(rows):
            acting_for(organisation, WRITER)
            MandateFactory(organisation=organisation, ended_at=timezone.now())
            InvitationFactory(organisation=organisation)
        client.force_login(administrator)
        asks(reverse("my-organisation", args=[organisation.pk]), 8)

    def test_found(self, client: Client, asks: Callable[..., None], rows: int) -> None:
        for number in range(rows):
            OrganisationFactory(org_no=org_no(4), unit=f"Enhet {number}")
        client.force_login(UserFactory())
        asks(f"{reverse(REGISTER)}?number={org_no(4)}", 5)

    def test_requests(self, client: Client, asks: Callable[..., None], rows: int) -> None:
        agency = AgencyFactory()
        RepresentationRequestFactory.create_batch(rows, agency=agency)
        client.force_login(staff(agency))
        asks(reverse("representation-requests"), 5)

    def test_one_request(
        self,
        client: Client,
        asks: Callable[..., None],
        asked: RepresentationRequest,
        rows: int,
    ) -> None:
        for _ in range(rows):
            acting_for(asked.organisation, WRITER)
            OrganisationFactory(name=asked.organisation.name, county=asked.organisation.county)
        client.force_login(staff(asked.agency))
        asks(reverse("representation-request", args=[asked.pk]), 8)
