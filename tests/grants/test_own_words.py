"""What a call says of its own in letters and mails: in its cases, in the receiver's language, and
in the version that a case came in under."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone, translation

from applicants.enums import OrganisationRole
from core.models import OutboxMessage
from grants.content.letter import LetterContent
from grants.enums import NoticeKind, Outcome, Status
from grants.models import Application, Call
from grants.selectors.letters import content_of
from grants.services.call_drafts import change_call, save_value
from grants.services.notices import notify
from portal.services.calls import publish
from reporting.services.reminders import remind
from tests.factories import ApplicationFactory, acting_for
from tests.factories.assessing import assessed_call
from tests.factories.letters import Deciding
from tests.factories.reports import REPORTING, Reporting
from tests.portal.open_calls import call_with_form

pytestmark = pytest.mark.django_db


def words(what: str) -> dict[str, Any]:
    return {
        name: {"sv": f"Egna ord, {what} ({name}).", "en": f"Own words, {what} ({name})."}
        for name in ("decision_intro", "decision_closing", "receipt", "decision", "report_reminder")
    }


def deciding(letters: dict[str, Any] | None) -> Deciding:
    found = Deciding()
    changes = {} if letters is None else {"letters": letters}
    found.call = assessed_call(agency=found.agency, closes_in=-20, changes=changes)
    return found


def sections(content: LetterContent) -> dict[str, str]:
    return {each.key: " ".join(each.paragraphs) for each in content.sections}


@pytest.mark.parametrize(
    "outcome", [Outcome.GRANTED, Outcome.REJECTED, Outcome.DISMISSED, Outcome.REVOKED]
)
def test_every_decision_letter_begins_and_ends_with_the_calls_own_words(outcome: Outcome) -> None:
    with translation.override("en"):
        decision = deciding(words("våren")).decided(outcome)
    said = sections(content_of(decision.letter))
    assert said["decision"].startswith("Egna ord, våren (decision_intro). ")
    assert said["closing"] == "Egna ord, våren (decision_closing)."
    assert list(said)[-2:] == ["closing", "appeal"]
    assert "Own words" not in decision.letter.document


def test_a_call_without_words_of_its_own_adds_nothing() -> None:
    decision = deciding(None).decided()
    assert "closing" not in sections(content_of(decision.letter))
    assert "Egna ord" not in decision.letter.document


def test_what_one_call_says_is_not_in_the_letters_of_another() -> None:
    spring, autumn = deciding(words("våren")), deciding(words("hösten"))
    said = [each.decided().letter.document for each in (spring, autumn)]
    assert ["våren" in each for each in said] == [True, False]
    assert ["hösten" in each for each in said] == [False, True]


def test_a_paragraph_is_a_paragraph() -> None:
    own = {"decision_intro": {"sv": "Först.\n\nSedan.", "en": "First.\n\nThen."}}
    letter = content_of(deciding(own).decided().letter)
    assert letter.sections[0].paragraphs[:2] == ("Först.", "Sedan.")


MAILS = {
    NoticeKind.RECEIPT: "receipt",
    NoticeKind.DECISION: "decision",
    NoticeKind.REPORT_REMINDER: "report_reminder",
}


def mails(application: Application, kind: NoticeKind) -> dict[str, str]:
    """The bodies by language, to one who reads Swedish and one who reads English."""
    people = [
        acting_for(application.lead),
        acting_for(application.lead, OrganisationRole.WRITER, language="en"),
    ]
    with transaction.atomic():
        notify(application=application, people=people, kind=kind, key="1")
    return dict(OutboxMessage.objects.values_list("language", "body"))


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_mail_begins_with_the_calls_own_words_in_the_receivers_language(
    kind: NoticeKind,
) -> None:
    call = deciding(words("våren")).call
    case = ApplicationFactory(call=call, status=Status.SUBMITTED, register_number="801-1-2027")
    found = mails(case, kind)
    if kind in MAILS:
        assert found["sv"].startswith(f"Egna ord, våren ({MAILS[kind]}).\n\n")
        assert found["en"].startswith(f"Own words, våren ({MAILS[kind]}).\n\n")
    else:
        assert not any("våren" in each for each in found.values())


def test_the_agencys_own_people_get_no_words_meant_for_applicants() -> None:
    world = deciding(words("våren"))
    case = ApplicationFactory(call=world.call, status=Status.SUBMITTED)
    with transaction.atomic():
        notify(
            application=case, people=[world.officer], kind=NoticeKind.RECEIPT, key="1",
            to_agency=True,
        )  # fmt: skip
    assert "Egna ord" not in OutboxMessage.objects.get().body


def test_the_nights_reminder_of_a_report_has_them() -> None:
    world = Reporting(due_in=14)
    changes = {"reporting": REPORTING, "letters": words("redovisningen")}
    world.call = assessed_call(
        agency=world.agency, closes_in=-20, year=world.today.year, changes=changes
    )
    report = world.required()
    OutboxMessage.objects.all().delete()
    assert remind(today=report.due_on) > 0
    bodies = OutboxMessage.objects.values_list("body", flat=True)
    assert all(each.startswith("Egna ord, redovisningen (report_reminder).") for each in bodies)


def new_words(call: Call, world: Deciding, said: dict[str, Any]) -> None:
    """A new version of the published call, with other words."""
    draft = change_call(call=call, actor=world.officer)
    draft = save_value(
        draft=draft, actor=world.officer, place=("letters",), write=lambda _there: said
    )
    publish(draft=draft, actor=world.decider, version=draft.version)


def test_a_case_keeps_the_words_of_the_version_that_it_came_in_under() -> None:
    world = Deciding()
    world.call = call_with_form(world.agency, letters=words("förr"))
    old = ApplicationFactory(
        call=world.call, lead=world.lead, status=Status.GRANTED, requested_sek=500_000,
        granted_sek=400_000, decided_on=timezone.localdate(), register_number="801-1-2027",
    )  # fmt: skip
    new_words(world.call, world, words("nu"))
    call = Call.objects.get(pk=world.call.pk)
    new = ApplicationFactory(
        call=call, status=Status.GRANTED, requested_sek=500_000, granted_sek=400_000,
        decided_on=timezone.localdate(), register_number="801-2-2027",
    )  # fmt: skip
    cases = [Application.objects.get(pk=each.pk) for each in (old, new)]
    letters = [
        world.decide(case, Outcome.GRANTED, amount_sek=400_000).letter.document for case in cases
    ]
    assert ["förr" in each for each in letters] == [True, False]
    assert ["nu (decision" in each for each in letters] == [False, True]
    bodies = []
    for case in cases:
        OutboxMessage.objects.all().delete()
        bodies.append(mails(case, NoticeKind.DECISION)["sv"])
    assert bodies[0].startswith("Egna ord, förr (decision).")
    assert bodies[1].startswith("Egna ord, nu (decision).")
