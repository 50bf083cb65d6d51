"""Calls as they are being made: begun, written in, told apart, published; two at once."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import Role
from core.definitions import DefinitionError
from core.definitions.files import read_values, write_values
from grants.definitions import CallDefinition, built_in_definitions, dump_call_definition
from grants.definitions.changes import changes
from grants.definitions.shape import pruned, refuse_unshaped, value_at
from grants.definitions.years import moved
from grants.enums import CallDraftState, Status, Stream
from grants.models import Application, Call, CallDraft
from grants.selectors.call_drafts import definition_of, drafts_visible_to, faults_of
from grants.services.call_drafts import (
    DraftRefused,
    agency_of_document,
    begin_call,
    begin_from_file,
    change_call,
    copy_call,
    discard_draft,
    read_definition,
    save_value,
)
from grants.services.call_publishing import NotReady, publish_draft
from portal.services.calls import publish
from tests.core.concurrency import in_threads
from tests.factories import AgencyFactory, ApplicationFactory, staff
from tests.factories.raw_documents import raw_documents
from tests.factories.scenario import Scenario
from tests.portal.call_pages import Makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def makers(db: None) -> Makers:
    return Makers()


def set_to(value: Any) -> Any:
    return lambda _there: value


# The shape of documents


def test_the_editor_knows_every_field_of_a_definition() -> None:
    for definition in built_in_definitions():
        raw = pruned(CallDefinition, definition.document())
        refuse_unshaped(CallDefinition, raw)
        assert CallDefinition.model_validate(raw) == definition


@given(document=raw_documents(CallDefinition))
def test_a_draft_comes_back_from_its_file_as_it_was(document: dict[str, Any]) -> None:
    kept = pruned(CallDefinition, document)
    read = read_values(write_values(kept), name="fil.yaml")
    assert pruned(CallDefinition, read) == kept


def test_a_published_definition_comes_back_from_its_file(makers: Makers) -> None:
    definition = makers.call.definition
    text = dump_call_definition(definition).encode()
    draft = begin_from_file(
        agency=makers.agency, actor=makers.officer, document=read_definition(text, "fil.yaml")
    )
    assert definition_of(draft) == definition


@given(year=st.integers(1950, 2100), years=st.integers(-20, 20))
def test_moving_there_and_back_gives_the_same_days_and_texts(year: int, years: int) -> None:
    document = {
        "year": year,
        "title": {"sv": f"Medel {year}, efter {year - 1} (2017:900)", "en": f"Money {year}"},
        "dates": {"opens": f"{year}-01-05", "closes": f"{year}-02-15"},
    }
    there = moved(document, years)
    assert there["year"] == year + years
    assert there["dates"]["opens"] == f"{year + years}-01-05"
    assert f"Medel {year + years}, efter {year + years - 1} (2017:900)" == there["title"]["sv"]
    assert moved(there, -years) == document


# Beginning


def test_a_copy_has_the_days_and_years_of_its_own_year(makers: Makers) -> None:
    draft = makers.copy(2028)
    before, after = makers.call.definition, definition_of(draft)
    assert after.year == 2028
    assert after.follows == before.code
    assert "2028" in after.title.sv
    assert "2027" not in after.title.sv
    assert after.dates.measured_at.year == before.dates.measured_at.year + 1
    assert after.dates.spend_by.year == before.dates.spend_by.year + 1
    codes = [each.code for each in after.requirements]
    assert "work_of_2027_begun" in codes
    assert "work_of_2026_begun" not in codes
    assert after.area_codes == before.area_codes
    assert draft.source == makers.call.definition_record


def test_an_empty_call_says_what_is_missing(makers: Makers) -> None:
    draft = begin_call(
        agency=makers.agency,
        actor=makers.officer,
        code="nya-medel",
        year=2030,
        stream=Stream.ASSOCIATIONS,
    )
    missing = {fault.place for fault in faults_of(draft.document)}
    assert {("title",), ("purpose",), ("frame_sek",)} <= missing
    assert not any(place[0] in ("agency", "dates", "year") for place in missing)


@pytest.mark.parametrize(
    "text", ["- en lista", "kod: 1\nkod: 2", "code: x\nokant_falt: 1", "title: [1, 2]"]
)
def test_a_file_that_the_pages_cannot_show_is_refused_with_its_lines(text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_definition(text.encode(), "utlysning.yaml")
    assert "utlysning.yaml" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 200_000,
        "".join(f"{' ' * depth}a:\n" for depth in range(1_500)),
        "a: &a [*a]",
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
        "frame_sek: !!float .nan",
        "code: !!binary aGVq",
    ],
)
def test_a_file_that_would_take_the_process_down_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_definition(text.encode(), "utlysning.yaml")
    assert "utlysning.yaml:" in str(refused.value)


def test_a_file_may_point_to_what_it_has_said(makers: Makers) -> None:
    document = read_definition(b'purpose: &both {sv: "A\\0", en: B}\ntitle: *both\n', "x.yaml")
    assert document["title"] == document["purpose"] == {"sv": "A", "en": "B"}
    draft = begin_from_file(
        agency=makers.agency, actor=makers.officer, document={**document, "agency": None}
    )
    assert draft.document["agency"]["code"] == makers.agency.code


def test_a_file_of_another_agency_is_refused(makers: Makers) -> None:
    document = {"agency": {"code": "annan"}, "code": "x", "year": 2030}
    with pytest.raises(DraftRefused) as refused:
        begin_from_file(agency=makers.agency, actor=makers.officer, document=document)
    assert refused.value.code == "other_agency"


def test_a_file_laid_over_a_call_gives_a_copy_with_what_it_says(makers: Makers) -> None:
    base = makers.call.definition
    text = (
        f"follows: {base.code}\ncode: kommuner-2029\nyear: 2029\nframe_sek: 5000000\n"
        "title: {sv: 'Medel {year}', en: 'Money {year}'}\n"
    )
    draft = begin_from_file(
        agency=makers.agency,
        actor=makers.officer,
        document=read_definition(text.encode(), "over.yaml"),
    )
    found = definition_of(draft)
    copied = definition_of(
        copy_call(call=makers.call, actor=makers.officer, code="kommuner-2029", year=2029)
    )
    assert found.title.sv == "Medel 2029"
    assert found == copied.model_copy(update={"title": found.title, "frame_sek": 5_000_000})
    assert draft.source == makers.call.definition_record


def test_a_file_laid_over_a_call_may_name_the_agency_otherwise(makers: Makers) -> None:
    said = {
        "follows": makers.call.definition.code,
        "code": "ny",
        "year": 2029,
        "agency": {"short": "Soc"},
    }
    draft = begin_from_file(agency=makers.agency, actor=makers.officer, document=said)
    agency = definition_of(draft).agency
    assert (agency.code, agency.short) == (makers.agency.code, "Soc")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"follows": "kommuner-2027"}, "laid_over"),
        ({"follows": "kommuner-2027", "code": "ny"}, "laid_over"),
        ({"follows": "kommuner-2027", "code": "ny", "year": "2029"}, "laid_over"),
        ({"follows": "kommuner-1999", "code": "ny", "year": 2029}, "unknown_base"),
    ],
)
def test_a_file_laid_over_nothing_that_is_there_is_refused(
    makers: Makers, said: dict[str, Any], code: str
) -> None:
    with pytest.raises(DraftRefused) as refused:
        begin_from_file(agency=makers.agency, actor=makers.officer, document=said)
    assert refused.value.code == code
    assert not CallDraft.objects.exists()


def test_a_file_is_not_laid_over_another_agencys_call(makers: Makers) -> None:
    said = {"follows": makers.call.definition.code, "code": "ny", "year": 2029}
    agency = AgencyFactory()
    officer = staff(agency, Role.CASE_OFFICER)
    with pytest.raises(DraftRefused) as refused:
        begin_from_file(agency=agency, actor=officer, document=said)
    assert refused.value.code == "unknown_base"
    with pytest.raises(PermissionDenied):
        begin_from_file(agency=makers.agency, actor=makers.stranger, document=said)


# Writing


def test_what_cannot_be_is_kept_with_its_fault(makers: Makers) -> None:
    draft = save_value(
        draft=makers.copy(), actor=makers.officer, place=("frame_sek",), write=set_to("mycket")
    )
    assert draft.document["frame_sek"] == "mycket"
    assert [each.place for each in faults_of(draft.document)] == [("frame_sek",)]


def test_only_those_who_make_calls_at_the_agency_write(makers: Makers) -> None:
    draft = makers.copy()
    for person in (makers.decider, makers.stranger, staff(makers.agency, Role.ANALYST)):
        with pytest.raises(PermissionDenied):
            save_value(draft=draft, actor=person, place=("frame_sek",), write=set_to(1))
    draft.refresh_from_db()
    assert draft.version == 1
    assert list(drafts_visible_to(makers.stranger)) == []
    assert list(drafts_visible_to(makers.decider)) == [draft]


def test_a_draft_thrown_away_is_not_written_in(makers: Makers) -> None:
    draft = discard_draft(draft=makers.copy(), actor=makers.officer)
    with pytest.raises(DraftRefused):
        save_value(draft=draft, actor=makers.officer, place=("frame_sek",), write=set_to(1))


def test_the_database_refuses_to_change_what_has_ended(makers: Makers) -> None:
    draft = discard_draft(draft=makers.copy(), actor=makers.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        CallDraft.objects.filter(pk=draft.pk).update(code="annan", version=99)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM grants_calldraft")


def test_differences_name_each_field_once(makers: Makers) -> None:
    draft = makers.copy(2027)
    place = ("application", "questionnaire", "sections", 0, "questions", 0, "text", "sv")
    before = draft.document
    after = save_value(draft=draft, actor=makers.officer, place=place, write=set_to("Vad?"))
    assert [each.place for each in changes(before, after.document)] == [place[:-1]]


# Publishing


def test_publishing_opens_the_call_that_was_written(makers: Makers) -> None:
    draft = makers.copy()
    done = publish_draft(draft=draft, actor=makers.decider, version=draft.version)
    draft.refresh_from_db()
    assert draft.state == CallDraftState.PUBLISHED
    assert done.call.definition == definition_of(draft)
    assert (done.call.code, done.call.year) == ("kommuner-2028", 2028)
    assert done.call.opens_on == done.call.definition.dates.opens
    assert done.call.areas.count() == len(done.call.definition.area_codes)


def test_whoever_wrote_last_does_not_publish(makers: Makers) -> None:
    draft = save_value(
        draft=makers.copy(), actor=makers.colleague, place=("frame_sek",), write=set_to(5_000_000)
    )
    with pytest.raises(PermissionDenied):
        publish_draft(draft=draft, actor=makers.colleague, version=draft.version)
    with pytest.raises(PermissionDenied):
        publish_draft(draft=draft, actor=makers.officer, version=draft.version)
    with pytest.raises(IntegrityError), transaction.atomic():
        CallDraft.objects.filter(pk=draft.pk).update(
            state=CallDraftState.PUBLISHED,
            version=draft.version + 1,
            ended_at=draft.changed_at,
            ended_by=makers.colleague,
            call=makers.call,
            record=makers.call.definition_record,
        )


def test_a_draft_with_faults_is_not_published(makers: Makers) -> None:
    draft = save_value(
        draft=makers.copy(), actor=makers.officer, place=("title", "en"), write=set_to("")
    )
    with pytest.raises(NotReady) as refused:
        publish_draft(draft=draft, actor=makers.decider, version=draft.version)
    assert refused.value.hindrances == ("invalid",)


def test_what_was_changed_since_it_was_seen_is_not_published(makers: Makers) -> None:
    draft = makers.copy()
    seen = draft.version
    save_value(draft=draft, actor=makers.officer, place=("frame_sek",), write=set_to(1_000_000))
    with pytest.raises(DraftRefused) as refused:
        publish_draft(draft=draft, actor=makers.decider, version=seen)
    assert refused.value.code == "changed"


def test_a_taken_code_is_refused(makers: Makers) -> None:
    draft = copy_call(call=makers.call, actor=makers.officer, code=makers.call.code, year=2028)
    with pytest.raises(DraftRefused) as refused:
        publish_draft(draft=draft, actor=makers.decider, version=draft.version)
    assert refused.value.code == "code_taken"


def test_the_code_of_another_agencys_definition_is_refused(makers: Makers) -> None:
    other = AgencyFactory(code="lansstyrelsen-x")
    document = makers.call.definition.document() | {"agency": agency_of_document(other)}
    draft = begin_from_file(agency=other, actor=staff(other, Role.CASE_OFFICER), document=document)
    with pytest.raises(DraftRefused) as refused:
        publish_draft(draft=draft, actor=staff(other, Role.DECISION_MAKER), version=draft.version)
    assert refused.value.code == "code_taken"


# A new version of a published call


def changed(makers: Makers, place: Any, value: Any) -> CallDraft:
    draft = change_call(call=makers.call, actor=makers.officer)
    return save_value(draft=draft, actor=makers.officer, place=place, write=set_to(value))


def test_a_change_is_a_new_version_and_the_one_before_stays(makers: Makers) -> None:
    before = makers.call.definition_record
    draft = changed(makers, ("title", "sv"), "Nytt namn")
    done = publish_draft(draft=draft, actor=makers.decider, version=draft.version)
    call = Call.objects.get(pk=makers.call.pk)
    assert call.pk == done.call.pk
    assert call.definition.title.sv == "Nytt namn"
    assert call.definition.version == before.version + 1
    assert before.definition.title.sv != "Nytt namn"
    assert done.before == before


def test_what_has_come_in_keeps_the_version_it_came_in_under(makers: Makers) -> None:
    case = ApplicationFactory(call=makers.call, status=Status.SUBMITTED, requested_sek=1_000)
    being_written = ApplicationFactory(call=makers.call, status=Status.DRAFT)
    before = makers.call.definition
    draft = changed(makers, ("purpose", "sv"), "Ett nytt syfte")
    publish_draft(draft=draft, actor=makers.decider, version=draft.version)
    case, being_written = (Application.objects.get(pk=each.pk) for each in (case, being_written))
    assert case.definition == before
    assert being_written.definition.purpose.sv == "Ett nytt syfte"
    assert case.call.definition.purpose.sv == "Ett nytt syfte"


def test_what_is_sent_in_says_under_which_version() -> None:
    case = Application.objects.get(pk=Scenario().submitted().pk)
    assert case.definition_record == case.call.definition_record


def test_a_change_cannot_make_it_another_call(makers: Makers) -> None:
    draft = changed(makers, ("code",), "annan-kod")
    draft = save_value(draft=draft, actor=makers.officer, place=("year",), write=set_to(2050))
    assert value_at(draft.document, ("code",)) == makers.call.definition.code
    assert value_at(draft.document, ("year",)) == makers.call.year


def test_one_change_is_open_at_a_time(makers: Makers) -> None:
    change_call(call=makers.call, actor=makers.officer)
    with pytest.raises(DraftRefused) as refused:
        change_call(call=makers.call, actor=makers.colleague)
    assert refused.value.code == "change_open"


def test_requirements_taken_away_stay_for_what_was_found_on_them(makers: Makers) -> None:
    kept = makers.call.definition.requirements[0].code
    one = makers.call.definition_record.document["requirements"][:1]
    draft = changed(makers, ("requirements",), one)
    codes = set(makers.call.requirements.values_list("code", flat=True))
    publish_draft(draft=draft, actor=makers.decider, version=draft.version)
    assert set(makers.call.requirements.values_list("code", flat=True)) == codes
    assert makers.call.requirements.order_by("position").first().code == kept


# Two at once


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_do_not_write_over_each_other() -> None:
    makers = Makers()
    draft = makers.copy()
    shown = draft.document["frame_sek"]

    def save(person: Any, amount: int) -> str:
        try:
            save_value(
                draft=draft,
                actor=person,
                place=("frame_sek",),
                write=set_to(amount),
                unchanged=lambda there: there == shown,
            )
        except DraftRefused as refused:
            return refused.code
        return "saved"

    results = in_threads(
        lambda: save(makers.officer, 1_000_000), lambda: save(makers.colleague, 2_000_000)
    )
    assert sorted(results) == ["changed", "saved"]
    draft.refresh_from_db()
    assert draft.version == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_open_one_call() -> None:
    makers = Makers()
    draft = makers.copy()
    second = staff(makers.agency, Role.DECISION_MAKER)

    def give(person: Any) -> str:
        try:
            publish_draft(draft=draft, actor=person, version=draft.version)
        except DraftRefused as refused:
            return refused.code
        return "published"

    results = in_threads(lambda: give(makers.decider), lambda: give(second))
    assert sorted(results) == ["ended", "published"]
    assert Call.objects.filter(code="kommuner-2028").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_begin_a_change_of_a_call_at_once_begin_one() -> None:
    makers = Makers()

    def begin(person: Any) -> str:
        try:
            change_call(call=Call.objects.get(pk=makers.call.pk), actor=person)
        except DraftRefused as refused:
            return refused.code
        return "begun"

    results = in_threads(lambda: begin(makers.officer), lambda: begin(makers.colleague))
    assert sorted(results) == ["begun", "change_open"]
    assert CallDraft.objects.filter(call=makers.call).count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_publish_a_change_at_once_give_the_call_one_version() -> None:
    makers = Makers()
    before = makers.call.definition_record
    draft = changed(makers, ("purpose", "sv"), "Ett nytt syfte")
    second = staff(makers.agency, Role.DECISION_MAKER)

    def give(person: Any) -> str:
        mine = CallDraft.objects.get(pk=draft.pk)
        try:
            publish(draft=mine, actor=person, version=mine.version)
        except DraftRefused as refused:
            return refused.code
        return "published"

    results = in_threads(lambda: give(makers.decider), lambda: give(second))
    assert sorted(results) == ["ended", "published"]
    call = Call.objects.get(pk=makers.call.pk)
    assert call.definition.version == before.version + 1
    assert call.definition.purpose.sv == "Ett nytt syfte"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_calls_with_one_code_published_at_once_are_one() -> None:
    makers = Makers()
    drafts = [makers.copy(), makers.copy()]

    def open_(draft: CallDraft) -> str:
        try:
            publish(draft=draft, actor=makers.decider, version=draft.version)
        except DraftRefused as refused:
            return refused.code
        return "published"

    results = in_threads(lambda: open_(drafts[0]), lambda: open_(drafts[1]))
    assert sorted(results) == ["code_taken", "published"]
    call = Call.objects.get(code="kommuner-2028")
    assert call.definition.version == 1
    assert CallDraft.objects.filter(state=CallDraftState.DRAFT).count() == 1
