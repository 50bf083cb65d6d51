"""Asking to represent an organisation, and answering: who may, and what is left behind."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants import selectors, services
from applicants.checks import RepresentationRefused, contact_details, latest_last_day
from applicants.enums import OrganisationKind, OrganisationRole, RequestState, Role, Signing
from applicants.models import Mandate, Organisation, RepresentationRequest
from core.checks.files import FileRefused
from core.enums import JournalKind
from core.models import Agency, EventText, Municipality, OutboxMessage
from core.selectors.journal import events_of
from tests.core.concurrency import in_threads
from tests.factories import (
    AgencyFactory,
    MandateFactory,
    OrganisationEntryFactory,
    OrganisationFactory,
    RepresentationRequestFactory,
    StoredFileFactory,
    UserFactory,
    acting_for,
    org_no,
    staff,
)

pytestmark = pytest.mark.django_db
ADMINISTRATOR, WRITER = OrganisationRole.ADMINISTRATOR, OrganisationRole.WRITER
SIGNATORY = OrganisationRole.SIGNATORY


def in_a_year() -> date:
    return timezone.localdate() + timedelta(days=365)


def municipality(code: str = "1440") -> Municipality:
    return Municipality.objects.select_related("county").get(code=code)


def entered(actor: Any = None, **changes: Any) -> Organisation:
    place = changes.pop("municipality", None) or municipality()
    fields: dict[str, Any] = {
        "actor": actor or UserFactory(),
        "name": "Kvinnojouren Stjärnan",
        "kind": OrganisationKind.ASSOCIATION,
        "municipality": place,
        "county": place.county,
    }
    return services.register_own_organisation(**fields | changes)


def begun(user: Any = None, organisation: Any = None, agency: Any = None) -> RepresentationRequest:
    user = user or UserFactory()
    request = services.begin_request(
        organisation=organisation or OrganisationFactory(),
        agency=agency or AgencyFactory(),
        actor=user,
    )
    services.add_evidence(request=request, file=StoredFileFactory(), actor=user)
    return request


def sent(request: RepresentationRequest, **changes: Any) -> RepresentationRequest:
    fields: dict[str, Any] = {
        "request": request,
        "actor": request.user,
        "agency": request.agency,
        "roles": ["writer", "signatory"],
        "signing": "jointly",
        "ends_on": in_a_year(),
    }
    return services.request_representation(**fields | changes)


def names(organisation: Organisation) -> list[str]:
    return [e.name for e in events_of(kind=JournalKind.ORGANISATION, subject=str(organisation.pk))]


# Entering an organisation -----------------------------------------------------------------------


def test_what_an_applicant_enters_is_acted_for_by_nobody_until_an_officer_has_verified_it() -> None:
    user = UserFactory()
    organisation = entered(user, org_no=org_no(7).replace("-", ""))
    assert (organisation.org_no, organisation.verified_on) == (org_no(7), None)
    assert organisation.registered_by == user
    assert not selectors.organisations_acted_for(user).exists()
    request = sent(begun(user, organisation))
    officer = staff(request.agency)
    services.approve_representation(request=request, actor=officer)
    organisation.refresh_from_db()
    assert organisation.verified_on == timezone.localdate()
    assert list(selectors.organisations_acted_for(user)) == [organisation]


def test_a_small_association_without_a_number_is_entered() -> None:
    assert entered().org_no == ""
    with pytest.raises(ValueError, match="form"):
        entered(kind=OrganisationKind.FOUNDATION)


def test_a_municipality_has_its_name_from_the_register() -> None:
    kind = OrganisationKind.MUNICIPALITY
    assert entered(name="Alle komun", kind=kind, org_no=org_no(8)).name == "Ale kommun"
    unit = entered(name="Socialförvaltningen", unit="Social", kind=kind, org_no=org_no(8))
    assert (unit.name, unit.org_no) == ("Socialförvaltningen", org_no(8))
    with pytest.raises(RepresentationRefused, match="unit_missing"):
        entered(kind=OrganisationKind.CITY_DISTRICT, org_no=org_no(8))


def test_one_in_the_register_is_not_entered_again_however_its_number_is_written() -> None:
    there = OrganisationFactory(org_no=org_no(9))
    for written in (org_no(9), org_no(9).replace("-", ""), f"16{org_no(9)}", f" {org_no(9)} "):
        with pytest.raises(services.OrganisationThere) as caught:
            entered(org_no=written)
        assert caught.value.organisation == there


def test_units_differ_by_more_than_letter_case() -> None:
    OrganisationFactory(org_no=org_no(9), unit="Norrmalm")
    with pytest.raises(services.OrganisationThere):
        entered(org_no=org_no(9), unit="NORRMALM", kind=OrganisationKind.CITY_DISTRICT)


def test_what_nobody_believed_is_entered_anew_in_its_place() -> None:
    first, second = UserFactory(), UserFactory()
    typed = entered(first, name="Fel namn", org_no=org_no(5))
    services.begin_request(organisation=typed, agency=AgencyFactory(), actor=first)
    again = entered(second, name="Rätt namn", org_no=org_no(5))
    assert (again.pk, again.name, again.registered_by) == (typed.pk, "Rätt namn", second)
    sent(begun(second, again))
    with pytest.raises(services.OrganisationThere):
        entered(first, name="Mitt namn", org_no=org_no(5))


def test_one_in_a_years_register_is_never_entered_anew() -> None:
    typed = entered(org_no=org_no(5))
    OrganisationEntryFactory(organisation=typed)
    with pytest.raises(services.OrganisationThere):
        entered(org_no=org_no(5))


def test_one_much_alike_is_pointed_out() -> None:
    place = municipality()
    there = OrganisationFactory(
        name="Föreningen Kvinnojouren Stjärnan i Ale",
        org_no="",
        kind=OrganisationKind.ASSOCIATION,
        county=place.county,
        municipality=place,
    )
    elsewhere = municipality("1480")
    OrganisationFactory(name=there.name, org_no="", county=elsewhere.county, municipality=elsewhere)
    ask: dict[str, Any] = {
        "kind": OrganisationKind.ASSOCIATION,
        "county": place.county,
        "municipality": place,
    }
    for name in ("kvinnojouren stjarnan, ale", "Stjärnan Kvinnojour Ale", "KVINNOJOUREN STJÄRNAN"):
        assert there in selectors.organisations_alike(name=name, **ask), name
    assert selectors.organisations_alike(name="Tjejjouren Månen", **ask) == []


def test_the_municipality_itself_is_pointed_out_under_another_number() -> None:
    place = municipality()
    there = OrganisationFactory(name="Ale kn", county=place.county, municipality=place)
    found = selectors.organisations_alike(
        name=place.official_name,
        kind=OrganisationKind.MUNICIPALITY,
        county=place.county,
        municipality=place,
        org_no=org_no(77),
    )
    assert found == [there]


# Asking -----------------------------------------------------------------------------------------


def test_a_request_is_sent_with_its_evidence() -> None:
    request = begun()
    with pytest.raises(PermissionDenied):
        sent(request, actor=UserFactory())
    sent(request, message=" Jag är ordförande. ")
    request.refresh_from_db()
    assert request.state == RequestState.WAITING
    assert (request.roles, request.signing) == (["writer", "signatory"], "jointly")
    assert names(request.organisation) == ["representation.requested"]
    assert EventText.objects.get().text == "Jag är ordförande."
    with pytest.raises(RepresentationRefused, match="sent"):
        sent(request)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roles": []}, "no_roles"),
        ({"roles": ["president"]}, "unknown_role"),
        ({"signing": ""}, "signing_missing"),
        ({"roles": ["writer"]}, "signing_without_role"),
        ({"ends_on": None}, "no_last_day"),
        ({"ends_on": date(2012, 1, 1)}, "last_day_passed"),
        ({"ends_on": date(2999, 1, 1)}, "last_day_too_late"),
    ],
)
def test_a_request_that_cannot_be_is_not_sent(changes: dict[str, Any], code: str) -> None:
    request = begun()
    with pytest.raises(RepresentationRefused, match=code):
        sent(request, **changes)
    request.refresh_from_db()
    assert request.state == RequestState.DRAFT


def test_a_request_without_evidence_is_not_sent() -> None:
    user = UserFactory()
    request = services.begin_request(
        organisation=OrganisationFactory(), agency=AgencyFactory(), actor=user
    )
    with pytest.raises(RepresentationRefused, match="no_evidence"):
        sent(request)


def test_evidence_is_added_until_the_answer_and_taken_away_until_sent() -> None:
    request = begun()
    (row,) = selectors.evidence_of(request)
    with pytest.raises(PermissionDenied):
        services.remove_evidence(evidence=row, actor=UserFactory())
    services.remove_evidence(evidence=row, actor=request.user)
    services.add_evidence(request=request, file=StoredFileFactory(), actor=request.user)
    sent(request)
    (row,) = selectors.evidence_of(request)
    with pytest.raises(RepresentationRefused, match="sent"):
        services.remove_evidence(evidence=row, actor=request.user)
    services.add_evidence(request=request, file=StoredFileFactory(), actor=request.user)
    services.refuse_representation(request=request, actor=staff(request.agency), reason="Nej.")
    with pytest.raises(RepresentationRefused, match="answered"):
        services.add_evidence(request=request, file=StoredFileFactory(), actor=request.user)


def test_a_request_holds_so_many_files_and_no_more() -> None:
    request = RepresentationRequestFactory(files=10)
    with pytest.raises(FileRefused):
        services.add_evidence(request=request, file=StoredFileFactory(), actor=request.user)


def test_the_same_is_not_asked_twice() -> None:
    request = begun()
    again = services.begin_request(
        organisation=request.organisation, agency=AgencyFactory(), actor=request.user
    )
    assert again == request
    administrator = acting_for(request.organisation, ADMINISTRATOR)
    with pytest.raises(RepresentationRefused, match="administrates_already"):
        services.begin_request(
            organisation=request.organisation, agency=request.agency, actor=administrator
        )
    user = UserFactory()
    RepresentationRequestFactory.create_batch(10, user=user)
    with pytest.raises(RepresentationRefused, match="too_many_requests"):
        begun(user)


def test_a_request_is_taken_back_by_its_own_person_until_it_is_answered() -> None:
    request = sent(begun())
    with pytest.raises(PermissionDenied):
        services.withdraw_request(request=request, actor=staff(request.agency))
    services.withdraw_request(request=request, actor=request.user)
    with pytest.raises(RepresentationRefused, match="answered"):
        services.withdraw_request(request=request, actor=request.user)
    with pytest.raises(RepresentationRefused, match="not_waiting"):
        services.approve_representation(request=request, actor=staff(request.agency))


def test_the_files_of_a_request_thrown_away_are_kept_by_nobody() -> None:
    draft, waiting = begun(), sent(begun())
    for request in (draft, waiting):
        services.withdraw_request(request=request, actor=request.user)
    assert selectors.evidence_of(draft) == []
    assert len(selectors.evidence_of(waiting)) == 1


def test_county_boards_come_after_the_agencies_that_announce_calls() -> None:
    board = AgencyFactory(county=municipality().county, name_sv="A")
    agency = AgencyFactory(name_sv="Ö")
    for each in (board, agency):
        staff(each)
    AgencyFactory()
    assert list(selectors.agencies_that_answer()) == [agency, board]


# Answering --------------------------------------------------------------------------------------


def test_only_the_agencys_officers_answer_and_never_their_own() -> None:
    request = sent(begun())
    own = staff(request.agency)
    mine = sent(begun(own, agency=request.agency))
    for stranger in (
        None,
        request.user,
        UserFactory(is_superuser=True),
        staff(AgencyFactory()),
        staff(request.agency, Role.ANALYST),
        acting_for(request.organisation, ADMINISTRATOR),
    ):
        with pytest.raises(PermissionDenied):
            services.approve_representation(request=request, actor=stranger)
        with pytest.raises(PermissionDenied):
            services.refuse_representation(request=request, actor=stranger, reason="Nej.")
    with pytest.raises(PermissionDenied):
        services.approve_representation(request=mine, actor=own)
    services.approve_representation(request=mine, actor=staff(request.agency, Role.REGISTRAR))


def test_who_is_approved_first_administers_the_organisation() -> None:
    request = sent(begun(), roles=["writer"], signing="")
    services.approve_representation(request=request, actor=staff(request.agency))
    held = {each.role: each for each in selectors.mandates_of(request.user)}
    assert set(held) == {WRITER, ADMINISTRATOR}
    assert {each.ends_on for each in held.values()} == {in_a_year()}


def test_who_comes_later_gets_what_was_asked_for() -> None:
    organisation = OrganisationFactory()
    first = acting_for(organisation, ADMINISTRATOR)
    request = sent(begun(organisation=organisation))
    sooner = timezone.localdate() + timedelta(days=30)
    services.approve_representation(request=request, actor=staff(request.agency), ends_on=sooner)
    held = {each.role: each for each in selectors.mandates_of(request.user)}
    assert set(held) == {WRITER, SIGNATORY}
    assert (held[SIGNATORY].signing, held[SIGNATORY].ends_on) == (Signing.JOINTLY, sooner)
    assert [each.user for each in selectors.signatories_of(organisation)] == [request.user]
    told = OutboxMessage.objects.filter(recipient=first.email)
    assert told.count() == 1


def test_when_the_last_administrator_is_gone_a_new_one_is_approved() -> None:
    gone = MandateFactory(role=ADMINISTRATOR, ends_on=date(2012, 1, 1), starts_on=date(2011, 1, 1))
    request = sent(begun(organisation=gone.organisation), roles=["reader"], signing="")
    services.approve_representation(request=request, actor=staff(request.agency))
    (administrator,) = selectors.administrators_of(gone.organisation)
    assert administrator.user == request.user


def test_a_refusal_has_a_reason_which_the_journal_keeps_beside_itself() -> None:
    request = sent(begun())
    officer = staff(request.agency)
    with pytest.raises(RepresentationRefused, match="no_reason"):
        services.refuse_representation(request=request, actor=officer, reason="  ")
    services.refuse_representation(request=request, actor=officer, reason="Protokollet är gammalt.")
    request.refresh_from_db()
    assert (request.state, request.reason) == (RequestState.REFUSED, "Protokollet är gammalt.")
    assert not Mandate.objects.filter(user=request.user).exists()
    event = events_of(kind=JournalKind.ORGANISATION, subject=str(request.organisation_id)).last()
    assert event is not None
    assert "Protokollet" not in event.payload
    again = begun(request.user, request.organisation, request.agency)
    assert again != request


def test_mail_says_that_there_is_news_and_never_what() -> None:
    agency = AgencyFactory()
    officers = [staff(agency, language="en"), staff(agency, Role.REGISTRAR)]
    staff(agency, Role.ANALYST)
    staff(AgencyFactory())
    first, second = sent(begun(agency=agency)), sent(begun(agency=agency))
    mails = OutboxMessage.objects.order_by("pk")
    assert {each.recipient for each in mails} == {each.email for each in officers}
    assert mails.count() == 2, "one a day for each officer"
    assert {each.language for each in mails} == {"en", "sv"}
    services.refuse_representation(request=first, actor=officers[1], reason="Hemligt skäl")
    (answer,) = mails.filter(recipient=first.user.email)
    for each in (*mails, answer):
        text = each.subject + each.body
        for secret in (first.organisation.name, str(second.user), "Hemligt", "efus", "vslag"):
            assert secret not in text


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_approve_once() -> None:
    request = sent(begun(), roles=["administrator"], signing="")
    officers = [staff(request.agency) for _ in range(2)]

    def approve(officer: Any) -> str:
        try:
            services.approve_representation(request=request, actor=officer)
        except RepresentationRefused as refused:
            return refused.code
        return "approved"

    answers = in_threads(*[lambda officer=each: approve(officer) for each in officers])
    assert sorted(answers) == ["approved", "not_waiting"]
    assert Mandate.objects.filter(user=request.user).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_approved_at_once_one_becomes_administrator_unasked() -> None:
    organisation, agency = OrganisationFactory(), AgencyFactory()
    officer = staff(agency)
    requests = [
        sent(begun(organisation=organisation, agency=agency), roles=["reader"], signing="")
        for _ in range(2)
    ]
    in_threads(
        *[
            lambda each=each: services.approve_representation(request=each, actor=officer)
            for each in requests
        ]
    )
    assert selectors.administrators_of(organisation).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_enter_one_number_at_once_make_one_organisation() -> None:
    people = [UserFactory(), UserFactory()]

    def enter(user: Any) -> str:
        try:
            return str(entered(user, org_no=org_no(3)).pk)
        except services.OrganisationThere as there:
            return str(there.organisation.pk)

    answers = in_threads(*[lambda user=each: enter(user) for each in people])
    assert len(set(answers)) == 1
    assert Organisation.objects.filter(org_no=org_no(3)).count() == 1


# What an officer corrects, and who sees what ---------------------------------------------------


def test_an_officer_who_knows_the_organisation_corrects_it() -> None:
    request = sent(begun(organisation=entered(name="Fel stavat")))
    organisation, place = request.organisation, municipality("1480")
    fields: dict[str, Any] = {
        "organisation": organisation,
        "name": "Rätt stavat",
        "kind": OrganisationKind.ASSOCIATION,
        "municipality": place,
        "county": place.county,
    }
    for stranger in (request.user, staff(AgencyFactory()), staff(request.agency, Role.CONTROLLER)):
        with pytest.raises(PermissionDenied):
            services.correct_organisation(**fields, actor=stranger)
    services.correct_organisation(**fields, actor=staff(request.agency))
    organisation.refresh_from_db()
    assert (organisation.name, organisation.municipality) == ("Rätt stavat", place)
    other = OrganisationFactory()
    with pytest.raises(services.OrganisationThere):
        services.correct_organisation(
            **fields | {"org_no": other.org_no}, actor=staff(request.agency)
        )


def test_administrators_change_the_details_and_the_journal_keeps_them_beside() -> None:
    organisation = OrganisationFactory()
    administrator = acting_for(organisation, ADMINISTRATOR)
    contact = contact_details(
        street=" Storgatan  1 ",
        postal_code="44930",
        city="Nödinge",
        contact_name="Anna Svensson",
        contact_email="anna@example.se",
        giro_kind="bankgiro",
        giro_number="50501055",
    )
    for stranger in (None, UserFactory(), acting_for(organisation, WRITER), staff(AgencyFactory())):
        with pytest.raises(PermissionDenied):
            services.change_details(organisation=organisation, actor=stranger, contact=contact)
    services.change_details(organisation=organisation, actor=administrator, contact=contact)
    organisation.refresh_from_db()
    assert (organisation.postal_code, organisation.giro_number) == ("449 30", "5050-1055")
    assert services.contact_of(organisation) == contact
    (event,) = events_of(kind=JournalKind.ORGANISATION, subject=str(organisation.pk))
    assert "Anna" not in event.payload
    assert "5050" not in event.payload
    services.change_details(organisation=organisation, actor=administrator, contact=contact)
    assert names(organisation) == ["organisation.details_changed"]


def test_the_latest_last_day_of_a_leap_day_is_there() -> None:
    assert latest_last_day(date(2028, 2, 29)) == date(2033, 2, 28)


def test_officers_see_the_requests_to_their_own_agency() -> None:
    request = RepresentationRequestFactory()
    RepresentationRequestFactory(agency=request.agency, state=RequestState.DRAFT)
    officer = staff(request.agency)
    assert list(selectors.requests_answered_by(officer)) == [request]
    assert selectors.requests_waiting(officer) == 1
    for stranger in (
        None,
        request.user,
        staff(AgencyFactory()),
        staff(request.agency, Role.ANALYST),
    ):
        assert not selectors.requests_answered_by(stranger).exists()
        assert selectors.requests_waiting(stranger) == 0
    assert Agency.objects.filter(pk__in=selectors.agencies_that_answer()).count() == 2
