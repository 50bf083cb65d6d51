"""The pages on which a case's requirements are judged and its assessment form is written."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from applicants.enums import Role
from applicants.models import Organisation
from grants.checks import Facts
from grants.services.register import mark_document
from portal.selectors.handling import progress_of
from portal.selectors.proposing import case_to_propose
from reviews import services
from reviews.content.findings import answer_path, finding_path
from reviews.enums import FindingValue, SourceKind
from reviews.models import Assessment, RequirementFinding, Waiver, WorkValue
from reviews.selectors import assessment_facts, demands_of, heard_material, unheard_material
from reviews.services.communication import Source
from tests.factories import (
    ConflictDeclarationFactory,
    OpinionFactory,
    RequirementFindingFactory,
    staff,
)
from tests.factories.reviews import ProposalFactory
from tests.factories.scenario import fresh
from tests.portal.assessed import Assessed
from tests.portal.fair import sent_to_all
from tests.reviews.test_assessment import answered
from tests.reviews.test_findings import WAIVER


def at(name: str, own: Assessed) -> str:
    return reverse(name, args=[own.case.pk])


def page(client: Client, address: str, status: int = 200) -> Any:
    response = client.get(address)
    assert response.status_code == status, response.headers
    return html.fromstring(response.content.decode())


def words(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def first(own: Assessed) -> str:
    return f"{own.call.definition.requirements[0].code}.{own.lead.pk}"


@pytest.fixture
def own(db: None) -> Assessed:
    return Assessed()


@pytest.mark.parametrize("name", ["case-findings", "case-assessment", "case-field-history"])
def test_nobody_sees_a_form_before_declaring(client: Client, own: Assessed, name: str) -> None:
    client.force_login(own.officer)
    response = client.get(at(name, own))
    assert response.status_code == 302
    assert response["Location"].startswith(at("case-conflict", own))
    assert response["Location"].endswith("%2F")


@pytest.mark.parametrize(
    "name",
    ["case-findings", "case-assessment", "case-assess", "case-field-history", "case-history",
     "case-journal"],
)  # fmt: skip
def test_others_and_those_with_a_conflict_find_nothing(
    client: Client, own: Assessed, name: str
) -> None:
    services.declare_conflict(
        application=own.case, actor=own.second, has_conflict=True, reason="Min bror."
    )
    for person in (own.elsewhere, own.signatory, own.second):
        client.force_login(person)
        assert client.get(at(name, own)).status_code == 404, person


def test_what_is_known_is_proposed_with_its_source(client: Client, own: Assessed) -> None:
    own.declared()
    client.force_login(own.officer)
    card = page(client, at("case-findings", own)).get_element_by_id(
        f"f-finding-{first(own).replace('.', '-')}"
    )
    shown = words(card)
    assert "Vi följer upp varje år." in shown
    assert "bilaga.pdf" in shown
    assert "Sökandens svar, med underlag bifogat." in shown


def test_a_proposed_finding_is_confirmed_with_its_source_kept(
    client: Client, own: Assessed
) -> None:
    own.declared()
    client.force_login(own.officer)
    client.post(at("case-findings", own), {"confirm": str(own.lead.pk)})
    row = RequirementFinding.objects.get(requirement__code=first(own).split(".")[0])
    assert (row.finding, row.proposed, row.proposed_source) == ("met", "met", "evidence")
    assert row.evidence.count() == 1


def record(client: Client, own: Assessed, value: str, reason: str = "", made: int = 0) -> Any:
    code, at_ = first(own).split(".")
    data = {f"f:{first(own)}": str(made), "record": first(own)}
    for name, text in (("value", value), ("reason", reason)):
        path = finding_path(code, int(at_), name)
        data |= {f"b:{path}": "0", f"v:{path}": text}
    return client.post(at("case-findings", own), data)


def test_overriding_asks_for_a_reason_and_keeps_what_was_chosen(
    client: Client, own: Assessed
) -> None:
    own.declared()
    client.force_login(own.officer)
    answer = record(client, own, "not_met")
    assert answer.status_code == 422
    shown = html.fromstring(answer.content.decode())
    assert "Skriv ett skäl" in words(shown)
    chosen = shown.xpath("//input[@type='radio'][@checked]/@value")
    assert chosen == ["not_met"]
    assert not RequirementFinding.objects.exists()
    assert record(client, own, "not_met", "Planen är gammal.").status_code == 302
    assert RequirementFinding.objects.get().reason == "Planen är gammal."


def test_a_colleagues_finding_is_shown_beside_ones_own(client: Client, own: Assessed) -> None:
    own.declared(own.officer, own.second)
    client.force_login(own.second)
    assert record(client, own, "not_met", "Saknas.").status_code == 302
    client.force_login(own.officer)
    answer = record(client, own, "met", "Finns.", made=0)
    assert answer.status_code == 422
    assert "Tore Tvåa" in words(html.fromstring(answer.content.decode()))
    assert RequirementFinding.objects.get().finding == "not_met"


def test_begun_is_enough_where_the_call_says_so(client: Client, own: Assessed) -> None:
    own.declared()
    client.force_login(own.officer)
    shown = words(page(client, at("case-findings", own)))
    assert "Räcker:" in shown


def test_a_waiver_is_asked_for_and_approved_by_a_decision_maker(client: Client, db: None) -> None:
    own = Assessed(assessment=WAIVER).declared()
    own.declared(own.decider)
    client.force_login(own.officer)
    record(client, own, "not_met", "Planen saknas.")
    answer = client.post(
        at("case-findings", own), {"ask_waiver": first(own), f"waiver:{first(own)}": " "}
    )
    assert answer.status_code == 422
    client.post(
        at("case-findings", own), {"ask_waiver": first(own), f"waiver:{first(own)}": "Ny kommun."}
    )
    waiver = Waiver.objects.get()
    client.force_login(own.decider)
    assert "Ny kommun." in words(page(client, at("case-findings", own)))
    client.post(at("case-findings", own), {"decide_waiver": str(waiver.pk), "answer": "approve"})
    waiver.refresh_from_db()
    assert (waiver.state, waiver.decided_by) == ("approved", own.decider)
    shown = page(client, at("case-findings", own))
    card = shown.get_element_by_id(f"f-finding-{first(own).replace('.', '-')}")
    assert "Undantag" in words(card.find_class("row-card__head")[0])
    assert "Uppfyllt" not in words(card.find_class("row-card__head")[0])


def test_a_joint_case_shows_what_belongs_to_those_that_meet(client: Client, db: None) -> None:
    own = Assessed(partners=2).declared()
    client.force_login(own.officer)
    requirements = {each.pk: each for each in own.call.requirements.all()}
    for each in demands_of(own.case):
        lead = each.organisation == own.lead.pk
        services.record_finding(
            application=own.case,
            requirement=requirements[each.requirement],
            organisation=Organisation.objects.get(pk=each.organisation),
            actor=own.officer,
            finding=FindingValue.NOT_MET if lead else FindingValue.MET,
            reason="Saknas." if lead else "",
        )
    shown = words(page(client, at("case-findings", own)))
    assert "0 kr av sökta 250 000 kr" in shown


def test_the_form_is_begun_written_and_done(client: Client, own: Assessed) -> None:
    own.declared()
    client.force_login(own.officer)
    address = at("case-assessment", own)
    client.post(address, {"act": "begin"})
    shown = page(client, address)
    assert "Väl: insatserna svarar mot behovet." in words(shown)
    assert "0 av 3 poäng" in words(shown)
    assert "Kartlägga våldets omfattning" in words(shown)
    path = answer_path(1, "description")
    saved = client.post(
        at("case-field-save", own), {"path": path, "text": "good", "base": "0", "page": "p"}
    )
    assert saved.json()["status"] == "saved"
    answer = client.post(address, {"act": "done"})
    assert answer["Location"].endswith("?kvar=ja")
    why = answer_path(1, "why")
    client.post(address, {f"b:{why}": "0", f"v:{why}": "Bra beskrivet.", "act": "done"})
    assert Assessment.objects.get().points == 3


def test_a_conflicting_save_is_shown_side_by_side(client: Client, own: Assessed) -> None:
    own.declared(own.officer, own.second)
    services.begin_assessment(application=own.case, actor=own.officer)
    client.force_login(own.officer)
    path = answer_path(1, "why")
    save = at("case-field-save", own)
    client.post(save, {"path": path, "text": "Hannas", "base": "0", "page": "a"})
    client.force_login(own.second)
    answer = client.post(save, {"path": path, "text": "Tores", "base": "0", "page": "b"})
    assert (answer.status_code, answer.json()["theirs"]) == (409, "Hannas")
    whole = client.post(at("case-assessment", own), {f"b:{path}": "0", f"v:{path}": "Tores"})
    assert whole.status_code == 422
    shown = html.fromstring(whole.content.decode())
    assert "Hannas" in words(shown.find_class("answer__conflict")[0])
    assert shown.xpath("//textarea")[0].text_content().strip() == "Tores"


@pytest.mark.parametrize(
    ("path", "status"),
    [("assessment.1.nothing", 410), ("assessment.2.why", 410), ("x", 410)],
)
def test_what_is_no_field_is_gone(client: Client, own: Assessed, path: str, status: int) -> None:
    own.declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    client.force_login(own.officer)
    answer = client.post(at("case-field-save", own), {"path": path, "text": "x", "base": "0"})
    assert answer.status_code == status
    assert not WorkValue.objects.exists()


def test_two_officers_do_not_see_each_others_answers_until_both_are_done(
    client: Client, db: None
) -> None:
    own = Assessed(assessment={"officers": 2})
    own.declared(own.officer, own.second)
    for number, person in enumerate((own.officer, own.second), 1):
        services.begin_assessment(application=own.case, actor=person)
        answered(own.case, person, form=number, degree="good" if number == 1 else "poor")
    secret = "Bara Hanna vet detta"
    services.save_work(
        application=own.case, path=answer_path(1, "why"), text=secret, base=1, actor=own.officer
    )
    services.say_assessment_done(application=own.case, actor=own.officer)
    address, history = at("case-assessment", own), at("case-field-history", own)
    client.force_login(own.second)
    assert secret not in words(page(client, address))
    assert client.get(f"{history}?falt={answer_path(1, 'why')}").status_code == 404
    services.say_assessment_done(application=own.case, actor=own.second)
    shown = page(client, address)
    table = words(shown.get_element_by_id("forms"))
    assert secret in table
    assert "Skiljer sig" in table
    client.force_login(own.officer)
    assert "Skiljer sig" in words(page(client, address))


def test_an_earlier_answer_is_brought_back(client: Client, own: Assessed) -> None:
    own.declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    answered(own.case, own.officer)
    services.save_work(
        application=own.case, path=answer_path(1, "why"), text="Nytt", base=1, actor=own.officer
    )
    client.force_login(own.officer)
    address = f"{at('case-field-history', own)}?falt={answer_path(1, 'why')}"
    assert "Insatserna svarar mot behovet." in words(page(client, address))
    client.post(address, {"version": "1", "base": "2"})
    assert WorkValue.objects.get(path=answer_path(1, "why"), current=True).number == 3


def test_the_check_says_what_is_left_with_the_way_there(client: Client, own: Assessed) -> None:
    own.declared()
    client.force_login(own.officer)
    shown = page(client, at("case-assess", own))
    links = set(shown.xpath("//section[@aria-labelledby='assess-heading']//a/@href"))
    assert {at("case-findings", own), at("case-assessment", own)} <= links
    answer = client.post(at("case-assess", own), {"act": "assess"}, follow=True)
    assert "Bedömningsformuläret är inte klart" in words(html.fromstring(answer.content.decode()))
    assert fresh(own.case).status == "submitted"


def test_the_case_is_opened_by_all_who_work_with_cases(client: Client, own: Assessed) -> None:
    for role in (Role.DECISION_MAKER, Role.REGISTRAR, Role.CONTROLLER, Role.ANALYST):
        client.force_login(staff(own.agency, role))
        shown = page(client, at("application-detail", own))
        parts = ("history", "steps") if role == Role.DECISION_MAKER else ("history",)
        for part in parts:
            link = shown.get_element_by_id(part)
            assert link.get("hx-get"), (role, part)
            assert link.xpath(".//a/@href"), (role, part)


def test_the_history_of_each_organisation_is_a_page_of_its_own(
    client: Client, own: Assessed
) -> None:
    client.force_login(own.officer)
    assert "Ale kommun" in words(page(client, at("case-history", own)))
    assert "Ansökan kom in" in words(page(client, at("case-journal", own)))


def test_what_was_written_is_told_in_the_journal_to_those_who_read_the_documents(
    client: Client, own: Assessed
) -> None:
    own.declared()
    services.write_note(
        application=own.case, actor=own.officer, title="Samtal", body="Hemlig uppgift.",
        secrecy="26 kap. 1 § OSL",
    )  # fmt: skip
    services.declare_conflict(
        application=own.case, actor=staff(own.agency, Role.CASE_OFFICER), has_conflict=True,
        reason="Min syster.",
    )  # fmt: skip
    mark_document(
        document=own.case.documents.get(number=1), actor=own.officer, provision="21 kap. 7 § OSL"
    )
    texts = ("Hemlig uppgift.", "21 kap. 7 § OSL")
    for role, reads in (
        (Role.CONTROLLER, False), (Role.ANALYST, True), (Role.CASE_OFFICER, True),
    ):  # fmt: skip
        client.force_login(staff(own.agency, role))
        shown = words(page(client, at("case-journal", own)))
        assert "En tjänsteanteckning skrevs" in shown
        assert [text in shown for text in texts] == [reads] * 2, role
        assert "Min syster." not in shown


def test_the_step_of_communicating_says_that_material_waits(client: Client, own: Assessed) -> None:
    own.declared()
    client.force_login(own.officer)

    def step() -> str:
        link = page(client, at("case-assess", own)).xpath(
            f"//*[@id='steps']//li[.//a[@href='{at('case-communication', own)}']]"
        )
        return words(link[0])

    assert "Inget att kommunicera än" in step()
    OpinionFactory(
        application=own.case,
        county=own.lead.county,
        recommendation="not_recommended",
        reasons="Behovet är litet.",
        given_at=timezone.now(),
    )
    assert "1 underlag väntar på att kommuniceras" in step()
    found = heard_material(own.case)[0].material
    source = Source(kind=SourceKind.OPINION, title=found.title, text=found.text, key=found.key)
    sent_to_all(own.case, own.officer, sources=[source])
    assert "Väntar på svar" in step()
    assert "kommuniceras" not in step()


def test_the_steps_go_by_the_same_facts_as_assessing(own: Assessed) -> None:
    own.declared()

    def alike() -> Facts:
        case = case_to_propose(own.officer, own.case.pk)
        assert case is not None
        told = progress_of(case, own.officer)
        facts = assessment_facts(fresh(own.case), own.officer)
        assert told.declared == facts.has_conflict
        assert told.demanded - told.judged == facts.findings_missing
        assert told.communicated == facts.communicated_or_noted
        assert told.opinions_missing in {facts.opinions_missing, None}
        assert told.proposal_stands == facts.proposal_has_reasons
        unheard = unheard_material(fresh(own.case))
        assert told.to_communicate + told.answers_awaited == len(unheard)
        return facts

    assert alike().communicated_or_noted is None
    requirement = own.call.requirements.get(code=first(own).split(".")[0])
    about = {"application": own.case, "requirement": requirement, "organisation": own.lead}
    RequirementFindingFactory(
        **about, finding="not_met", proposed="not_met", proposed_source="report:R-1",
        made_by=own.second,
    )  # fmt: skip
    OpinionFactory(
        application=own.case, county=own.lead.county, recommendation="not_recommended",
        reasons="Nej.", given_at=timezone.now(),
    )  # fmt: skip
    ProposalFactory(application=own.case, outcome="reject", prepared_by=own.second)
    facts = alike()
    assert facts.communicated_or_noted is False
    # Of whoever was shut out since neither the finding nor the proposal is reckoned with.
    ConflictDeclarationFactory(application=own.case, user=own.second, has_conflict=True)
    after = alike()
    assert after.findings_missing == (facts.findings_missing or 0) + 1
    assert after.communicated_or_noted is None
    Waiver.objects.create(
        **about, state="approved", rule="9 §", reason="Ny.", asked_by=own.officer,
        asked_at=timezone.now(), decided_by=own.decider, decided_at=timezone.now(),
    )  # fmt: skip
    alike()


@pytest.fixture
def many(request: pytest.FixtureRequest, db: None) -> Assessed:
    own = Assessed(partners=request.param - 1, assessment=WAIVER).declared()
    services.begin_assessment(application=own.case, actor=own.officer)
    answered(own.case, own.officer)
    return own


@pytest.mark.parametrize("many", [1, 12], indirect=True)
@pytest.mark.parametrize(
    ("name", "number"),
    [("application-detail", 11), ("case-findings", 11), ("case-assessment", 10),
     ("case-assess", 10), ("case-history", 8), ("case-journal", 7)],
)  # fmt: skip
def test_a_page_asks_as_often_for_many_organisations_as_for_one(
    client: Client, many: Assessed, name: str, number: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    client.force_login(many.officer)
    address = at(name, many)
    assert client.get(address).status_code == 200
    with django_assert_num_queries(number):
        client.get(address)
