"""What was sent in, to read: every answer is shown, and differences are what differs."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.definitions import AnswerState
from grants.content.application import application_content
from grants.content.application_parts import ApplicationContent, ContentLine
from grants.content.differences import differences
from grants.definitions import CallDefinition
from grants.selectors.sent_in import document_of_version
from grants.selectors.submission import document_of
from grants.services.submission import submit_application
from tests.factories.definitions import call_document
from tests.factories.forms import FORM, attach, put
from tests.factories.scenario import Scenario
from tests.portal.own_cases import Own

DEFINITION = CallDefinition.model_validate(call_document(application=FORM))
AREAS = ("mapping", "training")
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30
)
MAYBE = st.one_of(st.just(""), WORDS)
AMOUNT = st.one_of(st.none(), st.integers(0, 10_000_000))


def chosen(*codes: str) -> st.SearchStrategy[list[str]]:
    """One or several of the codes, in their order."""
    subsets = st.sets(st.sampled_from(codes), min_size=1)
    return subsets.map(lambda found: [code for code in codes if code in found])


AREA_ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "situation": WORDS,
        "target_groups": st.one_of(chosen("women", "children"), st.just(["everyone"])),
        "expected": WORDS,
    },
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "has_leader": st.sampled_from([["yes"], ["no"]]),
        "leader": WORDS,
        "starts": st.dates().map(lambda day: day.isoformat()),
        "people": st.integers(0, 9_999).map(str),
    },
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document as it is kept when an application is sent in."""
    places = draw(st.integers(1, 3))
    participants = [
        {
            "role": "partner" if place else "lead",
            "approval": draw(st.sampled_from(["approved", "waiting"])) if place else "approved",
            "org_no": f"2120000{place:03}",
            "unit": "",
            "name": draw(WORDS),
            "kind": "municipality",
            "county": "14",
            "municipality": None,
        }
        for place in range(places)
    ]
    codes = [area for area in AREAS if draw(st.booleans())]
    numbers = iter(range(1, 100))
    areas = [
        {
            "area": code,
            "answers": draw(AREA_ANSWERS),
            "activities": [
                {
                    "number": next(numbers),
                    "title": draw(MAYBE),
                    "description": draw(MAYBE),
                    "time": draw(MAYBE),
                }
                for _each in range(draw(st.integers(0, 2)))
            ],
        }
        for code in codes
    ]
    activities = [each["number"] for area in areas for each in area["activities"]]
    return {
        "call": "provutlysning",
        "definition": {"code": "provutlysning", "version": 1, "sha256": "0" * 64},
        "participants": participants,
        "requested_sek": draw(st.one_of(st.none(), st.integers(1, 10**9))),
        "areas": areas,
        "answers": draw(ANSWERS),
        "lines": [
            {
                "number": next(numbers),
                "activity": draw(st.sampled_from([None, *activities])),
                "organisation": draw(st.sampled_from([None, *range(places)])),
                "category": draw(st.sampled_from(["", "salary", "training"])),
                "text": draw(MAYBE),
                "amount_sek": draw(AMOUNT),
                "other_sek": draw(AMOUNT),
            }
            for _each in range(draw(st.integers(0, 3)))
        ],
        "funding": [
            {
                "number": next(numbers),
                "source": draw(MAYBE),
                "state": draw(st.sampled_from(["", "applied", "granted", "own"])),
                "amount_sek": draw(AMOUNT),
                "purpose": draw(MAYBE),
            }
            for _each in range(draw(st.integers(0, 2)))
        ],
        "parts": [
            {
                "organisation": place,
                "answers": draw(
                    st.fixed_dictionaries({}, optional={"contact": WORDS, "own_work": WORDS})
                ),
            }
            for place in range(places)
        ],
        "requirements": [
            {
                "organisation": place,
                "requirement": "knowledge",
                "state": draw(st.sampled_from(["", "yes", "begun", "no"])),
                "how": draw(MAYBE),
                "link": draw(MAYBE),
            }
            for place in range(places)
        ],
        "attachments": [
            {
                "place": draw(st.sampled_from(["attachments.plan", "other"])),
                "organisation": draw(st.sampled_from([None, *range(places)])),
                "name": draw(WORDS),
                "size": draw(st.integers(1, 10**8)),
                "sha256": draw(st.integers(0, 3)).__format__("064x"),
            }
            for _each in range(draw(st.integers(0, 2)))
        ],
    }


def content_of(document: dict[str, Any]) -> ApplicationContent:
    ids = [100 + place for place in range(len(document["participants"]))]
    return application_content(document, DEFINITION, "sv", organisations=ids)


def lines_of(content: ApplicationContent) -> list[ContentLine]:
    """Every question and answer, wherever it stands."""
    found = [line for section in content.sections for line in section.lines]
    for area in content.areas:
        found += [line for section in area.sections for line in section.lines]
        found += [line for activity in area.activities for line in activity.lines]
    for organisation in content.organisations:
        found += [line for section in organisation.sections for line in section.lines]
        found += [line for each in organisation.requirements for line in each.lines]
    return found


@given(documents())
def test_every_answer_is_shown(document: dict[str, Any]) -> None:
    content = content_of(document)
    by_path = {line.path: line for line in lines_of(content)}
    labels = {"women": "Kvinnor", "children": "Barn", "everyone": "Alla", "yes": "Ja", "no": "Nej"}
    asked = [("-", document["answers"])]
    asked += [(each["area"], each["answers"]) for each in document["areas"]]
    for area, answers in asked:
        for key, value in answers.items():
            line = by_path[f"answer.{area}.{key}"]
            if key == "leader" and document["answers"].get("has_leader") != ["yes"]:
                assert line.state is AnswerState.NOT_ASKED
                continue
            assert line.state is AnswerState.ANSWERED
            if isinstance(value, list):
                assert list(line.values) == [labels[code] for code in value]
            elif key != "people":
                assert line.values == (value,)
    for part in document["parts"]:
        for key, value in part["answers"].items():
            assert by_path[f"part.{100 + part['organisation']}.{key}"].values == (value,)
    for said in document["requirements"]:
        at = f"requirement.{100 + said['organisation']}.knowledge"
        assert by_path[f"{at}.how"].values == ((said["how"],) if said["how"] else ())
        answered = by_path[f"{at}.state"].state is AnswerState.ANSWERED
        assert answered is bool(said["state"])
    for each in (each for area in document["areas"] for each in area["activities"]):
        for name in ("title", "description", "time"):
            values = by_path[f"row.{each['number']}.{name}"].values
            assert values == ((each[name],) if each[name] else ())
    rows = {row.number: row for row in content.budget.rows}
    for each in document["lines"]:
        row = rows[each["number"]]
        assert (row.text, row.amount_sek, row.other_sek) == (
            each["text"], each["amount_sek"], each["other_sek"],
        )  # fmt: skip
    assert [(each.source, each.purpose) for each in content.funding] == [
        (each["source"], each["purpose"]) for each in document["funding"]
    ]
    assert [each.sha256 for each in content.attachments] == [
        each["sha256"] for each in document["attachments"]
    ]


@given(documents())
def test_the_sums_are_those_of_the_lines(document: dict[str, Any]) -> None:
    budget = content_of(document).budget
    whole = sum(each["amount_sek"] or 0 for each in document["lines"])
    assert budget.amount_sek == whole
    assert sum(each.amount_sek for each in budget.by_area) == whole
    owned = [each for each in document["lines"] if each["organisation"] is not None]
    assert sum(each.amount_sek for each in budget.by_organisation) == sum(
        each["amount_sek"] or 0 for each in owned
    )


@given(documents())
def test_not_asked_not_answered_and_no_are_three_things(document: dict[str, Any]) -> None:
    content = content_of(document)
    (leader,) = [line for line in lines_of(content) if line.path == "answer.-.leader"]
    (has,) = [line for line in lines_of(content) if line.path == "answer.-.has_leader"]
    match document["answers"].get("has_leader"):
        case ["no"]:
            assert (has.values, leader.state) == (("Nej",), AnswerState.NOT_ASKED)
        case ["yes"]:
            assert has.values == ("Ja",)
            assert leader.state is not AnswerState.NOT_ASKED
        case _:
            assert has.state is AnswerState.NOT_ANSWERED
            assert leader.state is AnswerState.NOT_ASKED
            assert has.missing != leader.missing


@given(documents())
def test_nothing_differs_from_the_same(document: dict[str, Any]) -> None:
    assert differences(document, copy.deepcopy(document), DEFINITION, "sv") == ()


@given(documents(), documents())
def test_differences_are_empty_exactly_when_the_documents_are_equal(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    found = differences(old, new, DEFINITION, "sv")
    assert (found == ()) == (old == new)
    back = differences(new, old, DEFINITION, "sv")
    assert len(back) == len(found)
    assert sorted((each.old or "", each.new or "") for each in found) == sorted(
        (each.new or "", each.old or "") for each in back
    )


@given(documents(), st.data())
def test_one_change_is_one_difference_with_both_texts(
    document: dict[str, Any], data: st.DataObject
) -> None:
    changed = copy.deepcopy(document)
    old, new = data.draw(WORDS), data.draw(WORDS)
    document["answers"]["leader"], changed["answers"]["leader"] = old, new
    found = differences(document, changed, DEFINITION, "sv")
    if old == new:
        assert found == ()
    else:
        (each,) = found
        assert (each.field, each.old, each.new) == ("Vem leder arbetet?", old, new)


@given(documents())
def test_a_partner_that_comes_first_moves_nobody_elses_lines(document: dict[str, Any]) -> None:
    """Organisations are told apart by who they are, not by their place in the document."""
    moved = copy.deepcopy(document)
    new = {**document["participants"][0], "role": "partner", "org_no": "5590000000", "name": "Ny"}
    moved["participants"].insert(1, new)
    for rows in ("lines", "parts", "requirements", "attachments"):
        for row in moved[rows]:
            if row["organisation"] is not None and row["organisation"] >= 1:
                row["organisation"] += 1
    found = differences(document, moved, DEFINITION, "sv")
    assert {each.where for each in found} == {"Ny"}


@pytest.mark.django_db
def test_what_is_kept_is_what_was_previewed() -> None:
    own = Own()
    draft, _partner, _person = own.joint_draft()
    before = document_of(draft)
    submit_application(application=draft, actor=own.signatory)
    assert document_of_version(draft.versions.get()) == before


@pytest.mark.django_db
def test_a_call_without_a_form_has_participants_and_amount() -> None:
    case = Scenario().submitted()
    document = document_of_version(case.versions.get())
    content = application_content(document, case.call.definition, "sv")
    assert (content.has_form, content.requested_sek) == (False, case.requested_sek)
    assert content.lead is not None
    assert content.lead.name == case.lead.name
    assert differences(document, {**document, "requested_sek": 1}, case.call.definition, "sv")


@pytest.mark.django_db
def test_an_answer_that_is_no_longer_asked_is_kept_and_not_shown() -> None:
    own = Own()
    draft = own.draft()
    put(draft, own.writer, "answer.-.has_leader", "no")
    document = document_of(draft)
    assert "leader" in document["answers"]
    content = application_content(document, draft.call.definition, "sv")
    (leader,) = [line for line in lines_of(content) if line.question == "Vem leder arbetet?"]
    assert (leader.state, leader.values) == (AnswerState.NOT_ASKED, ())


@pytest.mark.django_db
def test_evidence_is_told_apart_by_whose_it_is_and_never_by_an_id() -> None:
    own = Own()
    draft, partner, person = own.joint_draft()
    code = draft.call.definition.requirements[0].code
    place = f"requirement.{partner.pk}.{code}"
    attach(draft, person, place, organisation=partner)
    document = document_of(draft)
    at = [each["name"] for each in document["participants"]].index(partner.name)
    assert f"requirement.{at}.{code}" in {each["place"] for each in document["attachments"]}
    before = document | {"attachments": document["attachments"][-1:]}
    # The same evidence, with the organisations in another order.
    turned = {
        **before,
        "participants": list(reversed(before["participants"])),
        "attachments": [
            {**before["attachments"][0], "organisation": 0, "place": f"requirement.0.{code}"}
        ],
    }
    found = differences(before, turned, draft.call.definition, "sv")
    assert [each for each in found if each.new and "bilaga" in each.new] == []
