"""Which questions a report answers when its call gets a new version meanwhile."""

import json
from typing import Any

import pytest

from applicants.enums import OrganisationRole
from applicants.models import Organisation, User
from core.definitions import WHOLE
from grants.models import Call
from grants.services.call_drafts import change_call, save_value
from grants.services.moving import UnknownField
from portal.services.calls import publish
from reporting.content.paths import answer_path
from reporting.enums import ReportStatus
from reporting.models import Report, ReportDocument
from reporting.selectors.plan import definition_for, record_for
from reporting.selectors.writing import report_values, room_of_report
from reporting.services import obligations, reports, sending
from tests.factories import OrganisationFactory, acting_for
from tests.factories.definitions import both
from tests.factories.reports import Reporting
from tests.factories.scenario import fresh

pytestmark = pytest.mark.django_db
PLACE = ("report_questionnaire", "sections", 0, "questions")
NEW = {"key": "learned", "kind": "text", "text": both("Vad har ni lärt er?"), "required": True}


class Round:
    """Grants of several organisations in one call, which can get a new version."""

    def __init__(self) -> None:
        self.world = Reporting()

    def organisation(self, name: str) -> tuple[Organisation, User]:
        lead = OrganisationFactory(name=name, kind="municipality")
        return lead, acting_for(lead, OrganisationRole.WRITER)

    def required(self, lead: Organisation) -> Report:
        call = Call.objects.get(pk=self.world.call.pk)
        case = self.world.granted(call=call, lead=lead)
        obligations.require_for(application_id=case.pk)
        return Report.objects.get(organisation=lead, year=call.year)

    def publish(self, *questions: dict[str, Any]) -> None:
        """A new version of the call, with these questions first in the report."""
        world = self.world
        draft = change_call(call=Call.objects.get(pk=world.call.pk), actor=world.officer)
        draft = save_value(
            draft=draft, actor=world.officer, place=PLACE, write=lambda _there: list(questions)
        )
        publish(draft=draft, actor=world.decider, version=draft.version)


def asked(report: Report) -> list[str]:
    form = definition_for(fresh(report)).report_questionnaire
    return [each.question.key for each in form.questions_for(WHOLE)]


def attended() -> dict[str, Any]:
    options = [{"code": "yes", "label": both("Ja")}, {"code": "no", "label": both("Nej")}]
    return {
        "key": "attended_training", "kind": "one_choice", "text": both("Deltog ni i år?"),
        "required": True, "options": options,
    }  # fmt: skip


def test_what_has_come_in_keeps_its_questions_and_what_is_required_later_gets_the_new() -> None:
    round_ = Round()
    received = round_.world.received()
    before = record_for(received)
    round_.publish(attended(), NEW)
    later = round_.required(round_.organisation("Bjuvs kommun")[0])
    assert asked(received) == ["attended_training", "comment"]
    assert record_for(fresh(received)) == before
    assert asked(later) == ["attended_training", "learned"]
    assert record_for(fresh(later)).version == before.version + 1
    round_.publish(attended())
    assert record_for(fresh(received)) == before


def test_a_report_being_written_follows_the_call_and_loses_no_word() -> None:
    round_ = Round()
    lead, writer = round_.organisation("Bjuvs kommun")
    report = round_.required(lead)
    for path, text in (("attended_training", "yes"), ("comment", "Det gick bra.")):
        round_.world.put(report, answer_path("", path), text, writer)
    round_.publish(attended(), NEW)
    assert asked(report) == ["attended_training", "learned"]
    room = room_of_report(fresh(report), writer)
    assert room.draft.answers.choices["", "attended_training"] == {"yes"}
    assert ("", "comment") not in room.draft.answers.values
    assert answer_path("", "learned") in {each.field for each in room.findings}
    # What was written on a question that is not asked any more is kept, and comes back with it.
    assert report_values(report)[answer_path("", "comment")].text == "Det gick bra."
    with pytest.raises(UnknownField):
        round_.world.put(report, answer_path("", "comment"), "Mer.", writer)
    comment = {"key": "comment", "kind": "text", "text": both("Något mer?")}
    round_.publish(attended(), comment)
    room = room_of_report(fresh(report), writer)
    assert room.draft.answers.values["", "comment"] == "Det gick bra."


def test_a_report_sent_back_is_still_on_the_questions_that_it_came_in_under() -> None:
    round_ = Round()
    world = round_.world
    report = world.received()
    before = record_for(report)
    round_.publish(attended(), NEW)
    reports.send_back(
        report=fresh(report),
        actor=world.officer,
        questions="",
        items={answer_path("", "attended_training"): "Stämmer det?"},
    )
    report = fresh(report)
    assert report.status == ReportStatus.RETURNED
    assert asked(report) == ["attended_training", "comment"]
    world.put(report, answer_path("", "attended_training"), "no")
    sending.send_report(report=fresh(report), actor=world.signatory)
    papers = ReportDocument.objects.filter(version__report=report).order_by("version__number")
    said = [json.loads(each.document)["definition"]["version"] for each in papers]
    assert said == [before.version, before.version]


def test_what_was_shown_before_a_new_version_is_not_sent_in_unseen() -> None:
    round_ = Round()
    world = round_.world
    report = world.filled(world.required())
    shown = sending.content_sha256(room_of_report(fresh(report), world.signatory))
    round_.publish(attended())
    with pytest.raises(sending.ReportChanged):
        sending.send_report(report=fresh(report), actor=world.signatory, seen=shown)
    assert fresh(report).status == ReportStatus.DRAFT
