"""What somebody has written about a change of a grant, when the request has gone on meanwhile, is
shown again with what has happened."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applicants.models import User
from grants.content.changes import BudgetChange
from grants.enums import ChangeState, Status
from grants.models import Application, ChangeQuestion, GrantChange
from grants.services.changes import (
    answer_about_change,
    ask_about_change,
    send_change_back,
    withdraw_change,
)
from grants.services.paper_requests import register_withdrawal
from portal.services.changes import decide
from tests.factories.changing import Changing
from tests.grants.test_changes import MOVED
from tests.portal.html import Page

pytestmark = pytest.mark.django_db
WRITTEN = "De äldre, och deras anhöriga."


def post(person: User, address: str, **data: Any) -> Page:
    """What a post is answered with, which is a page and not another address."""
    client = Client()
    client.force_login(person)
    answer = client.post(address, data)
    assert answer.status_code == 200
    page = Page(answer)
    assert page.faults() == []
    assert page.text("head > title").startswith("Fel:")
    return page


def asked_about() -> tuple[Changing, Application, GrantChange, ChangeQuestion]:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    change = desk.asked(case, MOVED)
    question = ask_about_change(change=change, actor=desk.officer, text="Vilka?")
    return desk, case, GrantChange.objects.get(pk=change.pk), question


def answer(desk: Changing, change: GrantChange, question: ChangeQuestion) -> Page:
    return post(
        desk.signatory,
        reverse("own-change", args=[change.application_id, change.pk]),
        **{"action": "answer", "answer-text": WRITTEN, "question": question.pk},
    )


def test_an_answer_that_came_after_a_withdrawal_is_shown_again() -> None:
    desk, case, change, question = asked_about()
    withdraw_change(change=change, actor=desk.signatory)
    page = answer(desk, change, question)
    assert "Begäran återkallades" in page.text("[role=alert]")
    assert WRITTEN in page.text("section[aria-labelledby=unsent-heading]")
    link = reverse("application-messages", args=[case.pk])
    assert page.one("[role=alert] a").get("href") == link
    assert page.all("textarea") == []
    question.refresh_from_db()
    assert question.answer == "–"


def test_an_answer_that_a_colleague_gave_first_is_shown_again() -> None:
    desk, _case, change, question = asked_about()
    answer_about_change(change=change, actor=desk.signatory, text="De yngre.")
    page = answer(desk, change, question)
    assert "Frågan har redan besvarats" in page.text("[role=alert]")
    assert WRITTEN in page.text("section[aria-labelledby=unsent-heading]")
    assert "De yngre." in page.text("section[aria-labelledby=questions-heading]")
    decided = desk.propose(GrantChange.objects.get(pk=change.pk), MOVED)
    decide(change=decided, actor=desk.decider)
    assert "Begäran avgjordes" in answer(desk, change, question).text("[role=alert]")


def test_an_answer_to_one_question_is_not_taken_for_the_next() -> None:
    desk, _case, change, question = asked_about()
    answer_about_change(change=change, actor=desk.signatory, text="De yngre.")
    change.refresh_from_db()
    second = ask_about_change(change=change, actor=desk.officer, text="Och var?")
    page = answer(desk, change, question)
    assert "en annan har ställts" in page.text("[role=alert]")
    assert page.text("textarea") == WRITTEN
    second.refresh_from_db()
    assert second.answered_at is None
    # With the new question read it can be sent as it is.
    shown = page.one("input[name=question]").get("value")
    client = Client()
    client.force_login(desk.signatory)
    client.post(
        reverse("own-change", args=[change.application_id, change.pk]),
        {"action": "answer", "answer-text": WRITTEN, "question": shown},
    )
    second.refresh_from_db()
    assert second.answer == WRITTEN


@pytest.mark.parametrize("state", ["withdrawn", "asked", "reconsidered"])
def test_a_request_of_a_kind_that_a_colleague_has_asked_for_is_shown_again(state: str) -> None:
    desk = Changing()
    case = desk.granted()
    if state == "asked":
        desk.asked(case, MOVED)
    elif state == "reconsidered":
        Application.objects.filter(pk=case.pk).update(status=Status.ASSESSED)
    else:
        desk.signatory.mandates.update(role="writer", signing="")
    page = post(
        desk.signatory,
        reverse("own-change-new", args=[case.pk, "budget"]),
        **{"line-1": "250 000", "line-2": "150 000", "reasons": WRITTEN},
    )
    told = {
        "asked": "En ändring av samma slag har redan begärts",
        "reconsidered": "Bidraget gäller inte längre",
        "withdrawn": "Huvudsökandens firmatecknare ber om ändringar",
    }
    assert told[state] in page.text("[role=alert]")
    written = page.text("section[aria-labelledby=unsent-heading]")
    assert WRITTEN in written
    assert "250 000" in written
    assert GrantChange.objects.count() == (state == "asked")


@pytest.mark.parametrize(
    ("action", "field"),
    [("propose", "reasons"), ("refuse", "refuse-reasons"), ("question", "question-text")],
)
def test_what_the_officer_wrote_is_shown_again_when_the_request_was_withdrawn(
    action: str, field: str
) -> None:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    change = desk.asked(case, MOVED)
    withdraw_change(change=change, actor=desk.signatory)
    page = post(
        desk.officer,
        reverse("case-change", args=[case.pk, change.pk]),
        **{"action": action, field: WRITTEN, "line-1": "250 000", "line-2": "150 000"},
    )
    assert "Begäran återkallades" in page.text("[role=alert]")
    assert WRITTEN in page.text("section[aria-labelledby=unsent-heading]")
    assert page.all("form textarea") == []


def test_what_the_decision_maker_wrote_is_shown_again_when_there_is_nothing_to_send_back() -> None:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    change = desk.prepared(case, MOVED)
    send_change_back(change=change, actor=desk.decider, why="Fel.")
    page = post(
        desk.decider,
        reverse("case-change", args=[case.pk, change.pk]),
        **{"action": "send-back", "send-back-text": WRITTEN},
    )
    assert "Förslaget har redan skickats tillbaka" in page.text("[role=alert]")
    assert WRITTEN in page.text("section[aria-labelledby=unsent-heading]")


def test_a_proposal_while_a_question_waits_is_shown_again() -> None:
    desk, case, change, _question = asked_about()
    page = post(
        desk.officer,
        reverse("case-change", args=[case.pk, change.pk]),
        **{"action": "propose", "line-1": "250 000", "line-2": "150 000", "reasons": WRITTEN},
    )
    assert "har redan fått en fråga" in page.text("[role=alert]")
    assert WRITTEN in page.text("section[aria-labelledby=unsent-heading]")
    change.refresh_from_db()
    assert change.state == ChangeState.QUESTION


def test_a_paper_that_was_being_registered_is_shown_again() -> None:
    desk, case, change, _question = asked_about()
    withdraw_change(change=change, actor=desk.signatory)
    said = {"received_on": desk.today.isoformat(), "signed_by": "Sven S", "medium": "paper"}
    page = post(
        desk.officer,
        reverse("case-paper-answer", args=[case.pk, change.pk]),
        **said,
        text=WRITTEN,
    )
    assert "Begäran återkallades" in page.text("[role=alert]")
    assert {WRITTEN, "Sven S"} <= set(page.texts("section[aria-labelledby=unsent-heading] div p"))
    desk.asked(case, BudgetChange(((1, 390_000), (2, 10_000))))
    page = post(
        desk.officer,
        reverse("case-paper-request", args=[case.pk, "budget"]),
        **said,
        **{"line-1": "250 000", "line-2": "150 000", "reasons": WRITTEN},
    )
    assert "samma slag" in page.text("[role=alert]")
    assert WRITTEN in page.text("section[aria-labelledby=unsent-heading]")


@pytest.mark.parametrize("meanwhile", ["decided", "withdrawn"])
def test_a_withdrawal_that_was_being_registered_is_shown_again(meanwhile: str) -> None:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    change = desk.prepared(case, MOVED)
    if meanwhile == "decided":
        decide(change=change, actor=desk.decider)
    else:
        withdraw_change(change=change, actor=desk.signatory)
    page = post(
        desk.officer,
        reverse("case-paper-withdrawal", args=[case.pk, change.pk]),
        received_on=desk.today.isoformat(), signed_by="Sven S", medium="email", text=WRITTEN,
    )  # fmt: skip
    told = {"decided": "Begäran avgjordes", "withdrawn": "Begäran återkallades"}
    assert told[meanwhile] in page.text("[role=alert]")
    assert "som en handling i ärendet" in page.text("main")
    said = set(page.texts("section[aria-labelledby=unsent-heading] div p"))
    assert {WRITTEN, "Sven S", desk.today.isoformat()} <= said
    assert page.all("form.stack") == []


def test_a_withdrawal_that_the_decision_overtakes_while_it_is_sent_is_shown_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Changing()
    case = desk.granted()
    desk.declared(case)
    change = desk.prepared(case, MOVED)

    def overtaken(**sent: Any) -> GrantChange:
        decide(change=change, actor=desk.decider)
        return register_withdrawal(**sent)

    monkeypatch.setattr("portal.views.paper_requests.register_withdrawal", overtaken)
    page = post(
        desk.officer,
        reverse("case-paper-withdrawal", args=[case.pk, change.pk]),
        received_on=desk.today.isoformat(), signed_by="Sven S", medium="email", text=WRITTEN,
    )  # fmt: skip
    assert "Begäran avgjordes" in page.text("[role=alert]")
    assert WRITTEN in page.text("section[aria-labelledby=unsent-heading]")
    change.refresh_from_db()
    assert change.state == ChangeState.GRANTED


@pytest.mark.parametrize("page", ["own-carry-over", "case-paper-request"])
def test_a_wish_to_carry_money_over_is_shown_again_when_it_cannot_be_asked_for(page: str) -> None:
    desk = Changing()
    case = desk.granted()
    Application.objects.filter(pk=case.pk).update(status=Status.ASSESSED)
    own = page == "own-carry-over"
    found = post(
        desk.signatory if own else desk.officer,
        reverse(page, args=[case.pk] if own else [case.pk, "overforing"]),
        amount="5 000",
        reasons=WRITTEN,
    )
    assert WRITTEN in found.text("section[aria-labelledby=unsent-heading]")
