"""What speaks against an applicant and did not come from it goes to it, with time to answer,
before it is decided against (25 § förvaltningslagen)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from applicants.enums import OrganisationRole
from applicants.models import Organisation, User
from core.enums import JournalKind
from core.models import County, OutboxMessage
from core.selectors.journal import events_of
from grants.checks import TransitionRefused
from grants.enums import Direction, DocumentKind, Status
from grants.models import Application, CaseDocument, DocumentChange
from grants.services import handling
from grants.services.register import register_document
from grants.workflow import Condition
from portal.selectors.communication import documents_read_by
from reviews import selectors, services
from reviews.checks import ReviewRefused
from reviews.checks.communication import Heard, Material, Sent, heard_over
from reviews.enums import (
    FindingValue,
    NotCommunicated,
    Recommendation,
    SourceKind,
    WaiverState,
)
from reviews.models import (
    Communication,
    CommunicationAnswer,
    NotCommunicating,
    RequirementFinding,
    Waiver,
)
from reviews.selectors.communication import communications_to, revocation_heard
from reviews.services.communication import Source, mark_communication_read
from tests.factories import (
    OpinionFactory,
    OrganisationFactory,
    RequirementFindingFactory,
    acting_for,
)
from tests.factories.scenario import REQUESTED, Scenario, fresh
from tests.portal.fair import sent_to_all, stored

TODAY = date(2026, 3, 2)
MATERIAL = Material(key="opinion:1:a", kind="opinion", title="Yttrande", text="Nej.")


# The rule -----------------------------------------------------------------------------------------


ALL, ONE, NONE = frozenset({1, 2}), frozenset({1}), frozenset[int]()
KEYS, OTHERS = frozenset({MATERIAL.key}), frozenset({"opinion:1:b"})
BEFORE = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("sent", "not_needed", "heard"),
    [
        ([], NONE, Heard.NOT_SENT),
        ([Sent(OTHERS, TODAY, ALL, ALL)], NONE, Heard.NOT_SENT),
        ([Sent(KEYS, TODAY, ALL)], NONE, Heard.WAITING),
        ([Sent(KEYS, TODAY, ALL, ONE)], NONE, Heard.WAITING),
        ([Sent(KEYS, BEFORE, ALL)], NONE, Heard.TIME_PASSED),
        ([Sent(KEYS, BEFORE, ALL, ONE)], NONE, Heard.TIME_PASSED),
        ([Sent(KEYS, TODAY, ALL, ALL)], NONE, Heard.ANSWERED),
        ([Sent(KEYS, BEFORE, ONE, ONE)], NONE, Heard.NOT_SENT),
        ([Sent(KEYS, TODAY, ONE, ONE), Sent(KEYS, TODAY, ALL - ONE)], NONE, Heard.WAITING),
        ([Sent(KEYS, TODAY, ONE, ONE), Sent(KEYS, BEFORE, ALL - ONE)], NONE, Heard.TIME_PASSED),
        ([], KEYS, Heard.NOT_NEEDED),
        ([], OTHERS, Heard.NOT_SENT),
        ([Sent(KEYS, TODAY, ALL)], KEYS, Heard.NOT_NEEDED),
    ],
)
def test_one_is_heard_when_all_have_answered_or_the_last_day_is_over(
    sent: list[Sent], not_needed: frozenset[str], heard: Heard
) -> None:
    found = heard_over(MATERIAL, sent=sent, participants=ALL, not_needed=not_needed, today=TODAY)
    assert found is heard


@pytest.mark.parametrize(
    ("to", "heard"), [({1}, Heard.NOT_SENT), ({2}, Heard.ANSWERED), ({1, 2}, Heard.ANSWERED)]
)
def test_material_about_one_is_heard_over_by_that_one(to: set[int], heard: Heard) -> None:
    about = replace(MATERIAL, organisation=2)
    sent = [Sent(KEYS, TODAY, frozenset(to), frozenset(to))]
    assert (
        heard_over(about, sent=sent, participants=ALL, not_needed=frozenset(), today=TODAY) is heard
    )


# In a case ----------------------------------------------------------------------------------------


def advised_against(case: Application, **fields: Any) -> Any:
    values: dict[str, Any] = {
        "county": County.objects.exclude(opinions__application=case).earliest("position"),
        "recommendation": Recommendation.NOT_RECOMMENDED,
        "reasons": "Behovet är litet.",
        "given_at": timezone.now(),
    }
    return OpinionFactory(application=case, **values | fields)


def declared(scenario: Scenario, case: Application) -> Application:
    services.declare_conflict(application=case, actor=scenario.officer, has_conflict=False)
    return case


def send(
    scenario: Scenario, case: Application, organisations: Any = None, **changes: Any
) -> Communication:
    """All that speaks against the case, to its lead or those named."""
    values: dict[str, Any] = {
        "text": "Det kan leda till avslag.",
        "due": timezone.localdate() + timedelta(days=14),
        "organisations": organisations or [case.lead],
        "sources": [
            Source(
                kind=SourceKind(each.material.kind),
                key=each.material.key,
                title=each.material.title,
                text=each.material.text,
            )
            for each in selectors.heard_material(case)
        ],
    }
    return services.send_communication(application=case, actor=scenario.officer, **values | changes)


def heard(case: Application) -> list[Heard]:
    return [each.heard for each in selectors.heard_material(case)]


def let_the_time_pass(monkeypatch: pytest.MonkeyPatch, days: int = 30) -> None:
    later = timezone.now() + timedelta(days=days)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)


@pytest.mark.django_db
def test_only_an_opinion_against_calls_for_communication() -> None:
    case = Scenario().submitted()
    for recommendation in (
        Recommendation.RECOMMENDED,
        Recommendation.WITH_RESERVATIONS,
        Recommendation.NO_OPINION,
    ):
        advised_against(case, recommendation=recommendation)
    assert selectors.heard_material(case) == ()
    advised_against(case)
    assert heard(case) == [Heard.NOT_SENT]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "finding", "calls"),
    [
        ("report:R-2025-1", FindingValue.NOT_MET, True),
        ("report:R-2025-1", FindingValue.MET, False),
        ("evidence", FindingValue.NOT_MET, False),
        ("answer", FindingValue.NOT_MET, False),
        ("", FindingValue.NOT_MET, False),
    ],
)
def test_a_requirement_that_fails_on_what_the_applicant_did_not_say_calls_for_it(
    source: str, finding: FindingValue, calls: bool
) -> None:
    case = Scenario().submitted()
    demand = selectors.demands_of(case)[0]
    RequirementFindingFactory(
        application=case,
        requirement=case.call.requirements.get(pk=demand.requirement),
        organisation=Organisation.objects.get(pk=demand.organisation),
        finding=finding,
        reason="Enligt redovisningen.",
        proposed=finding if source else "",
        proposed_source=source,
    )
    assert bool(selectors.heard_material(case)) is calls


@pytest.mark.django_db
def test_who_is_sent_something_has_mail_that_tells_nothing_of_it_and_reads_it() -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    advised_against(case)
    OutboxMessage.objects.all().delete()
    sent = send(scenario, case)
    mail = OutboxMessage.objects.get()
    assert mail.recipient == scenario.signatory.email
    assert "avslag" not in mail.body
    assert "Behovet" not in mail.body
    assert communications_to(case, scenario.signatory).get() == sent
    assert not communications_to(case, acting_for(OrganisationFactory())).exists()
    source = sent.sources.get()
    assert "Behovet är litet." in source.text
    document = CaseDocument.objects.get(source=f"communication:{sent.pk}")
    assert (document.direction, document.kind) == (Direction.OUT, DocumentKind.COMMUNICATION)
    assert document.party == case.lead.name


@pytest.mark.django_db
def test_a_partner_that_it_was_not_sent_to_does_not_read_it() -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = declared(scenario, scenario.submitted(partners=(partner,)))
    advised_against(case)
    sent = send(scenario, case)
    person = acting_for(partner)
    assert not communications_to(case, person).exists()
    with pytest.raises(PermissionDenied):
        services.answer_communication(
            communication=sent, actor=person, organisation=partner, body="Vi svarar."
        )
    with pytest.raises(PermissionDenied):
        services.answer_communication(
            communication=sent, actor=person, organisation=case.lead, body="Vi svarar."
        )


@pytest.mark.django_db
def test_all_that_it_was_sent_to_have_to_answer_or_the_time_to_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = declared(scenario, scenario.submitted(partners=(partner,)))
    advised_against(case)
    sent = send(scenario, case, [case.lead, partner])
    assert heard(case) == [Heard.WAITING]
    services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, no_comment=True
    )
    assert heard(case) == [Heard.WAITING]
    services.answer_communication(
        communication=sent, actor=acting_for(partner), organisation=partner, body="Vi håller med."
    )
    assert heard(case) == [Heard.ANSWERED]
    advised_against(case)
    send(scenario, case)
    assert sorted(heard(case)) == [Heard.ANSWERED, Heard.NOT_SENT]
    send(scenario, case, [partner])
    assert sorted(heard(case)) == [Heard.ANSWERED, Heard.WAITING]
    let_the_time_pass(monkeypatch)
    assert sorted(heard(case)) == [Heard.ANSWERED, Heard.TIME_PASSED]


@pytest.mark.django_db
def test_what_reads_otherwise_since_has_to_be_sent_anew() -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    opinion = advised_against(case)
    sent = send(scenario, case)
    services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, body="Nej."
    )
    assert heard(case) == [Heard.ANSWERED]
    opinion.reasons = "Ett annat skäl."
    opinion.save()
    assert heard(case) == [Heard.NOT_SENT]
    old = sent.sources.get()
    with pytest.raises(ReviewRefused) as caught:
        send(
            scenario,
            case,
            sources=[Source(kind=SourceKind.OPINION, key=old.key, title="A", text="B")],
        )
    assert caught.value.code == "changed"


@pytest.mark.django_db
def test_an_answer_after_the_last_day_is_received_and_marked_until_the_decision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    sent = send(
        scenario,
        case,
        sources=[Source(kind=SourceKind.OWN, title="Iakttagelse", text="Verksamheten är nedlagd.")],
    )
    answer = services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, body="Nej."
    )
    assert not answer.late
    let_the_time_pass(monkeypatch)
    late = services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, body="Till sist."
    )
    assert late.late
    document = CaseDocument.objects.get(source=f"communication_answer:{late.pk}")
    assert (document.direction, document.kind) == (Direction.IN, DocumentKind.ANSWER)
    handling.withdraw_application(application=case, actor=scenario.signatory)
    with pytest.raises(ReviewRefused) as caught:
        services.answer_communication(
            communication=sent, actor=scenario.signatory, organisation=case.lead, body="Igen."
        )
    assert caught.value.code == "status"


@pytest.mark.django_db
def test_only_those_who_write_for_the_organisation_answer() -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    sent = sent_to_all(case, scenario.officer)
    strangers = (
        acting_for(case.lead, OrganisationRole.READER),
        acting_for(OrganisationFactory()),
        scenario.officer,
    )
    for person in strangers:
        with pytest.raises(PermissionDenied):
            services.answer_communication(
                communication=sent, actor=person, organisation=case.lead, body="Svar."
            )
    assert not CommunicationAnswer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": " "}, "empty"),
        ({"sources": []}, "empty"),
        ({"due": timezone.localdate() - timedelta(days=1)}, "due"),
        ({"organisations": ()}, "nobody"),
        ({"text": "x" * 20_001}, "too_long"),
        (
            {"sources": [Source(kind=SourceKind.OPINION, key="opinion:9:x", title="A", text="B")]},
            "changed",
        ),
    ],
)
def test_what_is_sent_says_something_to_somebody_in_time(
    changes: dict[str, Any], code: str
) -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    with pytest.raises(ReviewRefused) as caught:
        sent_to_all(case, scenario.officer, **changes)
    assert caught.value.code == code
    assert not Communication.objects.exists()


@pytest.mark.django_db
def test_nothing_is_sent_to_one_outside_the_case_or_with_anothers_file() -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    file = stored(scenario.colleague)
    for changes, code in (
        ({"organisations": [OrganisationFactory()]}, "nobody"),
        (
            {"sources": [Source(kind=SourceKind.DOCUMENT, title="A", file=file)]},
            "file_elsewhere",
        ),
    ):
        with pytest.raises(ReviewRefused) as caught:
            sent_to_all(case, scenario.officer, **changes)
        assert caught.value.code == code


@pytest.mark.django_db
def test_only_an_officer_who_has_declared_sends_or_notes() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    advised_against(case)
    keys = [each.material.key for each in selectors.heard_material(case)]
    strangers: tuple[User, ...] = (
        scenario.officer,
        Scenario().officer,
        scenario.signatory,
        scenario.decider,
    )
    for actor in strangers:
        with pytest.raises(PermissionDenied):
            services.send_communication(
                application=case,
                actor=actor,
                text="A",
                due=timezone.localdate() + timedelta(days=14),
                organisations=[case.lead],
                sources=[Source(kind=SourceKind.OWN, title="A", text="B")],
            )
        with pytest.raises(PermissionDenied):
            services.note_not_communicating(
                application=case,
                actor=actor,
                ground=NotCommunicated.OBVIOUS,
                reason="Uppenbart.",
                keys=keys,
            )
    assert not NotCommunicating.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("ground", [NotCommunicated.OBVIOUS, NotCommunicated.SECRET])
def test_why_material_is_not_communicated_is_not_the_partys_to_read(
    ground: NotCommunicated,
) -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    opinions = [advised_against(case), advised_against(case)]
    documents = [
        register_document(
            application=case, direction=Direction.IN, kind=DocumentKind.OPINION,
            source=f"opinion:{each.pk}", actor=None,
        )
        for each in opinions
    ]  # fmt: skip
    (first, *_rest) = selectors.heard_material(case)
    note = services.note_not_communicating(
        application=case, actor=scenario.officer, ground=ground, reason="Källan är hotad.",
        keys=[first.material.key],
    )  # fmt: skip
    read = set(documents_read_by(case, scenario.signatory).values_list("source", flat=True))
    assert f"not_communicating:{note.pk}" not in read
    secret = ground == NotCommunicated.SECRET
    # What was not named stays as it was, and so does what is only not needed.
    assert (documents[0].source in read) is not secret
    assert documents[1].source in read
    for document in CaseDocument.objects.filter(application=case, secret_to_party=True):
        assert document.secrecy == "10 kap. 3 § OSL"
    marked = DocumentChange.objects.filter(document__application=case)
    assert [each.document.source for each in marked] == [documents[0].source] * secret


@pytest.mark.django_db
def test_what_was_sent_to_one_party_and_answered_by_it_is_no_document_of_the_others() -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = declared(scenario, scenario.submitted(partners=(partner,)))
    advised_against(case)
    sent = send(scenario, case)
    answer = services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, body="Vårt svar."
    )
    to_both = send(scenario, case, [case.lead, partner])
    theirs = {f"communication:{sent.pk}", f"communication_answer:{answer.pk}"}
    both = f"communication:{to_both.pk}"
    for person, wanted in ((scenario.signatory, theirs | {both}), (acting_for(partner), {both})):
        read = set(documents_read_by(case, person).values_list("source", flat=True))
        assert {each for each in read if each.startswith("communication")} == wanted


@pytest.mark.django_db
def test_that_an_organisation_opened_it_is_an_event_once() -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    advised_against(case)
    sent = send(scenario, case)
    for _time in range(2):
        mark_communication_read(communication=sent, actor=scenario.signatory)
    (event,) = events_of(kind=JournalKind.CASE, subject=str(case.pk)).filter(
        name="communication.read"
    )
    assert (event.actor, sent.readings.count()) == (str(scenario.signatory.pseudonym), 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table",
    [
        "reviews_communication",
        "reviews_communicatedsource",
        "reviews_communication_organisations",
        "reviews_communicationanswer",
        "reviews_notcommunicating",
    ],
)
def test_what_was_communicated_is_never_changed(table: str) -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    advised_against(case)
    sent = send(scenario, case)
    services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, body="Svar."
    )
    services.note_not_communicating(
        application=case,
        actor=scenario.officer,
        ground=NotCommunicated.OBVIOUS,
        reason="Uppenbart.",
        keys=[each.material.key for each in selectors.heard_material(case)],
    )
    for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


# Before it is decided -----------------------------------------------------------------------------


def _less(scenario: Scenario) -> Application:
    """An assessed case in which less than was asked for is proposed."""
    case = scenario.submitted()
    scenario.review(case, amount_sek=REQUESTED - 1)
    return case


@pytest.mark.django_db
def test_less_than_was_asked_for_is_not_proposed_before_the_applicant_is_heard() -> None:
    scenario = Scenario()
    case = _less(scenario)
    advised_against(case)
    with pytest.raises(TransitionRefused) as caught:
        services.assess_application(application=case, actor=scenario.officer)
    assert {each.condition for each in caught.value.refusals} == {Condition.COMMUNICATED}
    sent = send(scenario, case)
    with pytest.raises(TransitionRefused):
        services.assess_application(application=case, actor=scenario.officer)
    services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, body="Svar."
    )
    services.assess_application(application=case, actor=scenario.officer)
    assert fresh(case).status == Status.ASSESSED


@pytest.mark.django_db
def test_all_that_was_asked_for_is_proposed_without_hearing_anybody() -> None:
    scenario = Scenario()
    case = scenario.submitted()
    scenario.review(case)
    advised_against(case)
    services.assess_application(application=case, actor=scenario.officer)
    assert fresh(case).status == Status.ASSESSED


@pytest.mark.django_db
def test_what_comes_after_the_assessment_is_communicated_before_the_decision() -> None:
    scenario = Scenario()
    case = scenario.assess(scenario.submitted())
    scenario.decider_declares(case)
    advised_against(case)
    with pytest.raises(TransitionRefused) as caught:
        services.reject_application(application=case, actor=scenario.decider, reasons="Behovet.")
    assert [each.condition for each in caught.value.refusals] == [Condition.COMMUNICATED]
    with pytest.raises(TransitionRefused):
        services.grant_application(
            application=case, actor=scenario.decider, amount_sek=1, reasons="En del."
        )
    services.note_not_communicating(
        application=case,
        actor=scenario.officer,
        ground=NotCommunicated.OBVIOUS,
        reason="Sökanden har fått yttrandet av länsstyrelsen och svarat.",
        keys=[each.material.key for each in selectors.unheard_material(case)],
    )
    services.reject_application(application=case, actor=scenario.decider, reasons="Behovet.")
    assert fresh(case).status == Status.REJECTED


@pytest.mark.django_db
def test_a_grant_is_not_revoked_before_the_grantee_is_heard() -> None:
    scenario = Scenario()
    partner = OrganisationFactory()
    case = declared(scenario, scenario.submitted(partners=(partner,)))
    advised_against(case)
    before = send(scenario, case, [case.lead, partner])
    for person, organisation in ((scenario.signatory, case.lead), (acting_for(partner), partner)):
        services.answer_communication(
            communication=before, actor=person, organisation=organisation, no_comment=True
        )
    case = scenario.grant(scenario.assess(case))
    # What was sent before the grant says nothing of what a revocation rests on.
    assert selectors.unheard_material(case) == ()
    own = Source(kind=SourceKind.OWN, title="Revisionen", text="Pengarna gick till annat.")
    for to in ([], [partner]):
        if to:
            send(scenario, case, to, sources=[own])
        with pytest.raises(TransitionRefused) as caught:
            services.revoke_application(
                application=case, actor=scenario.decider, ground="wrong_information", reasons="Fel."
            )
        assert [each.condition for each in caught.value.refusals] == [Condition.COMMUNICATED]
    sent = send(scenario, case, [case.lead], sources=[own])
    assert revocation_heard(case) is Heard.WAITING
    services.answer_communication(
        communication=case.communications.get(organisations=partner, sent_in=case.status),
        actor=acting_for(partner),
        organisation=partner,
        body="Nej.",
    )
    services.answer_communication(
        communication=sent, actor=scenario.signatory, organisation=case.lead, body="Svar."
    )
    services.revoke_application(
        application=case, actor=scenario.decider, ground="wrong_information", reasons="Fel."
    )
    assert fresh(case).status == Status.REVOKED


@pytest.mark.django_db
def test_a_requirement_that_is_waived_calls_for_nothing() -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    demand = selectors.demands_of(case)[0]
    about: dict[str, Any] = {
        "application": case,
        "requirement": case.call.requirements.get(pk=demand.requirement),
        "organisation": case.lead,
    }
    RequirementFindingFactory(
        **about,
        finding=FindingValue.NOT_MET,
        proposed=FindingValue.NOT_MET,
        proposed_source="report:R-1",
    )
    waiver = Waiver.objects.create(
        **about,
        rule="9 §",
        reason="Ny kommun.",
        asked_by=scenario.officer,
        asked_at=timezone.now(),
    )
    assert heard(case) == [Heard.NOT_SENT]
    waiver.state, waiver.decided_by = WaiverState.APPROVED, scenario.decider
    waiver.decided_at = timezone.now()
    waiver.save()
    assert heard(case) == []
    # One that no longer holds does not speak for it.
    waiver.state = WaiverState.WITHDRAWN
    waiver.save()
    assert heard(case) == [Heard.NOT_SENT]


@pytest.mark.django_db
def test_a_finding_that_changes_calls_for_communication_again() -> None:
    scenario = Scenario()
    case = declared(scenario, scenario.submitted())
    demand = selectors.demands_of(case)[0]
    RequirementFindingFactory(
        application=case,
        requirement=case.call.requirements.get(pk=demand.requirement),
        organisation=case.lead,
        finding=FindingValue.NOT_MET,
        reason="A",
        proposed=FindingValue.NOT_MET,
        proposed_source="report:R-1",
    )
    services.note_not_communicating(
        application=case,
        actor=scenario.officer,
        ground=NotCommunicated.AT_ONCE,
        reason="Medlen måste ut.",
        keys=[each.material.key for each in selectors.heard_material(case)],
    )
    assert heard(case) == [Heard.NOT_NEEDED]
    RequirementFinding.objects.update(reason="B")
    assert heard(case) == [Heard.NOT_SENT]
