"""Questions across years, and what one definition says otherwise than another."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, get_args

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from core.checks import canonical_json, sha256_text
from core.definitions import DefinitionError, Questionnaire, check_document
from grants.definitions import (
    CallDefinition,
    built_in_definition,
    built_in_definitions,
    dump_call_definition,
    load_call_definition,
)
from grants.definitions.changes import Change, ChangeKind, changes
from grants.definitions.lineage import lineage, lineage_of
from grants.definitions.places import STEP, field_words, place_words
from portal.services.demo import open_call_document
from tests.factories.definitions import both

# What the definitions of 2013 were stored with before a question could replace another.
STORED = {
    "foreningar-2013": "9eaf3bcffb64d716f3ce4818fd757e380c9a44588add1098463ef9995eeee20c",
    "kommuner-2013": "58d91a570f9be84d9cf06534c807659544936de05fdb532ea615e94c76e118f7",
}
OPEN = open_call_document("kommuner", built_in_definition("kommuner-2013"), 2027)


def form(*questions: dict[str, Any]) -> Questionnaire:
    return Questionnaire.model_validate(
        {
            "key": "enkat",
            "version": 1,
            "title": both("Enkät"),
            "sections": [{"key": "allt", "title": both("Allt"), "questions": list(questions)}],
        }
    )


def choice(key: str, *codes: str, **fields: Any) -> dict[str, Any]:
    options = [{"code": code, "label": both(f"Svar {code}")} for code in codes or ("ja", "nej")]
    return {
        "key": key, "kind": "one_choice", "text": both(f"Fråga {key}?"), "options": options,
    } | fields  # fmt: skip


def keys(years: Mapping[int, Questionnaire]) -> dict[str, dict[int, str]]:
    return {key: dict(each.keys) for key, each in lineage_of(years).items()}


# Replacing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("definition", built_in_definitions(), ids=lambda each: each.code)
def test_a_definition_that_replaces_nothing_is_stored_as_before(definition: CallDefinition) -> None:
    assert "replaces" not in canonical_json(definition.document())
    assert sha256_text(canonical_json(definition.document())) == STORED[definition.code]


def test_what_a_question_replaces_is_written_and_read_again() -> None:
    document = deepcopy(OPEN.document())
    first = document["report_questionnaire"]["sections"][0]["questions"]
    first[0]["replaces"] = {
        "question": "deltog",
        "options": [{"was": "jo", "now": "yes"}],
    }
    first[1]["replaces"] = "varfor_inte"
    definition = CallDefinition.model_validate(document)
    text = dump_call_definition(definition)
    assert "replaces: varfor_inte" in text
    assert load_call_definition(text) == definition
    assert CallDefinition.model_validate(definition.document()) == definition
    replaced = definition.report_questionnaire.sections[0].questions[0].replaces
    assert replaced is not None
    assert (replaced.question, dict(replaced.codes)) == ("deltog", {"jo": "yes"})


@pytest.mark.parametrize(
    ("replaces", "fault"),
    [
        (
            {"question": "a", "options": [{"was": "x", "now": "saknas"}]},
            "replaces.options[1].now: there is no option “saknas”",
        ),
        (
            {"question": "a", "options": [{"was": "x", "now": "ja"}, {"was": "x", "now": "nej"}]},
            "replaces.options[2].was: “x” is given more than once",
        ),
        ("Stor bokstav", "replaces.question: “Stor bokstav” is not a code"),
        ({"options": [{"was": "x", "now": "ja"}]}, "replaces.question: is missing"),
    ],
)
def test_a_replacing_that_cannot_be_is_told_with_its_place(replaces: Any, fault: str) -> None:
    document = form(choice("b")).model_dump(mode="json")
    document["sections"][0]["questions"][0]["replaces"] = replaces
    with pytest.raises(DefinitionError) as error:
        check_document(Questionnaire, document, name="enkat.yaml")
    with translation.override("en"):
        assert f"sections[1].questions[1].{fault}" in str(error.value)


def test_a_question_that_is_no_choice_renames_no_options() -> None:
    wrong = {"key": "fritt", "kind": "text", "text": both("Fritt?")}
    wrong["replaces"] = {"question": "a", "options": [{"was": "x", "now": "y"}]}
    with pytest.raises(ValueError, match="not a choice"):
        form(wrong)


# Lineage -----------------------------------------------------------------------------------------


def test_a_question_is_the_same_as_long_as_it_keeps_its_key() -> None:
    years = {2013: form(choice("a"), choice("b")), 2014: form(choice("b"), choice("a"))}
    assert keys(years) == {"b": {2013: "b", 2014: "b"}, "a": {2013: "a", 2014: "a"}}
    assert list(keys(years)) == ["b", "a"]


def test_a_question_goes_on_in_the_one_that_replaces_it() -> None:
    years = {
        2013: form(choice("a", "ja", "nej"), choice("slut")),
        2014: form(
            choice(
                "b", "helt", "inte",
                replaces={
                    "question": "a",
                    "options": [{"was": "ja", "now": "helt"}, {"was": "nej", "now": "inte"}],
                },
            )
        ),
        2015: form(
            choice(
                "c", "helt", "alls",
                replaces={"question": "b", "options": [{"was": "inte", "now": "alls"}]},
            ),
            choice("a"),
        ),
    }  # fmt: skip
    found = lineage_of(years)
    assert keys(years) == {
        "c": {2013: "a", 2014: "b", 2015: "c"},
        "a": {2015: "a"},
        "slut": {2013: "slut"},
    }
    line = found["c"]
    assert line.years == (2013, 2014, 2015)
    assert dict(line.options[2013]) == {"ja": "helt", "nej": "alls"}
    assert dict(line.options[2014]) == {"helt": "helt", "inte": "alls"}
    assert line.codes_in(2013, "alls") == {"nej"}
    assert line.codes_in(2012, "alls") == frozenset()
    assert line.newest(2014, "inte") == "alls"
    assert line.newest(2014, "okand") == "okand"


def test_options_that_were_put_together_are_counted_together() -> None:
    years = {
        2013: form(choice("a", "helt", "delvis", "inte")),
        2014: form(
            choice(
                "a", "ja", "inte",
                replaces={
                    "question": "a",
                    "options": [{"was": "helt", "now": "ja"}, {"was": "delvis", "now": "ja"}],
                },
            )
        ),
    }  # fmt: skip
    assert lineage_of(years)["a"].codes_in(2013, "ja") == {"helt", "delvis"}


def test_a_year_between_breaks_nothing() -> None:
    years = {2013: form(choice("a"), choice("b")), 2014: form(choice("b")), 2016: form(choice("a"))}
    assert keys(years)["a"] == {2013: "a", 2016: "a"}


def test_a_question_is_known_by_its_area_too() -> None:
    years = {2013: built_in_definition("kommuner-2013"), 2027: OPEN}
    assert dict(lineage(years, "training")["target_groups"].keys) == {
        2013: "target_groups",
        2027: "target_groups",
    }
    assert "target_groups" not in lineage(years)
    assert "target_groups" not in lineage(years, "housing")
    assert "attended_regional_training" in lineage(years)
    assert lineage({}) == {}


@given(st.lists(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1), min_size=1))
def test_each_question_of_each_year_is_in_one_line_at_most(years: list[list[str]]) -> None:
    forms = {2013 + at: form(*(choice(key) for key in asked)) for at, asked in enumerate(years)}
    found = lineage_of(forms)
    placed = [(year, key) for each in found.values() for year, key in each.keys.items()]
    assert len(placed) == len(set(placed))
    assert set(placed) == {(year, key) for year, at in forms.items() for key in _asked(at)}


def _asked(questionnaire: Questionnaire) -> list[str]:
    return [each.question.key for each in questionnaire.questions_for("")]


# Changes -----------------------------------------------------------------------------------------


def between(older: CallDefinition, newer: CallDefinition) -> list[Change]:
    return changes(older.document(), newer.document())


def changed(*steps: Any) -> list[Change]:
    """What differs where the value at that place is another."""
    *way, last, value = steps
    document = deepcopy(OPEN.document())
    node: Any = document
    for step in way:
        node = node[step]
    node[last] = value(node[last]) if callable(value) else value
    return between(OPEN, CallDefinition.model_validate(document))


@pytest.mark.parametrize("definition", [OPEN, *built_in_definitions()], ids=lambda each: each.code)
def test_nothing_differs_from_what_says_the_same(definition: CallDefinition) -> None:
    again = CallDefinition.model_validate(definition.document())
    assert between(definition, again) == []
    renumbered = definition.model_copy(update={"version": 7, "code": "annan", "follows": "x"})
    assert between(definition, renumbered) == []


CHANGED = {
    "a text": (
        ("title", {"sv": "Ny", "en": OPEN.title.en}),
        (ChangeKind.CHANGED, "Title", OPEN.title.sv, "Ny"),
    ),
    "an amount": (
        ("frame_sek", 60_000_000),
        (ChangeKind.CHANGED, "Frame", "70 000 000 kr", "60 000 000 kr"),
    ),
    "a day": (
        ("dates", "closes", "2026-12-01"),
        (ChangeKind.CHANGED, "Dates; Last day to apply", "2026-11-30", "2026-12-01"),
    ),
    "a day that was not there": (
        ("dates", "final_report_due", "2028-05-30"),
        (ChangeKind.ADDED, "Dates; Final report due", "", "2028-05-30"),
    ),
    "yes or no": (
        ("asks_opinion", False),
        (ChangeKind.CHANGED, "County boards give their opinion", "Yes", "No"),
    ),
    "a choice": (
        ("carry_over", "not_at_all"),
        (ChangeKind.CHANGED, "Money after the last day to use it", "By decision", "Not at all"),
    ),
    "a line of a text": (
        ("application", "payable", lambda lines: lines[1:]),
        (
            ChangeKind.REMOVED,
            "Application form; The money may be used for; 1",
            OPEN.application.payable[0].en if OPEN.application else "",
            "",
        ),
    ),
    "a requirement": (
        ("requirements", lambda all_: all_[:-1]),
        (
            ChangeKind.REMOVED,
            "Requirement “The work of 2026 has begun”",
            "The work of 2026 has begun",
            "",
        ),
    ),
    "the order of requirements": (
        ("requirements", lambda all_: [all_[1], all_[0], *all_[2:]]),
        (
            ChangeKind.MOVED,
            "Performance requirements",
            "Knowledge of the extent of violence, Action plan, The work of 2026 has begun",
            "Action plan, Knowledge of the extent of violence, The work of 2026 has begun",
        ),
    ),
    "points": (
        ("assessment", "scores", 0, "points", 4),
        (
            ChangeKind.CHANGED,
            "Assessment; Points for “How well are the need and the activities described?: Well”; "
            "Number of points",
            "3",
            "4",
        ),
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_one_change_is_told_of_with_its_place_in_words(name: str) -> None:
    steps, (kind, words, before, after) = CHANGED[name]
    with translation.override("en"):
        found = changed(*steps)
        told = [
            (each.kind, _words(each), _plain(each.before), _plain(each.after)) for each in found
        ]
    assert told == [(kind, words, before, after)]


def _words(change: Change) -> str:
    return change.words.replace(STEP, "; ")


def _plain(value: str) -> str:
    return value.replace("\u00a0", " ")


def test_where_only_the_other_language_differs_that_one_is_shown() -> None:
    with translation.override("sv"):
        (found,) = changed("title", {"sv": OPEN.title.sv, "en": "Another title"})
        assert (found.before, found.after) == (OPEN.title.en, "Another title")


def test_a_question_that_replaces_another_is_the_same_one_changed() -> None:
    def replaced(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        first, *rest = questions
        return [{**first, "key": "ny_nyckel", "replaces": first["key"]}, *rest]

    found = changed("report_questionnaire", "sections", 4, "questions", replaced)
    assert {each.kind for each in found} <= {ChangeKind.CHANGED, ChangeKind.ADDED}
    assert [each.place[-1] for each in found] == ["key", "replaces"]


def test_a_shared_list_of_options_is_told_of_once() -> None:
    found = changed(
        "report_questionnaire", "option_lists", 1, "options", 0, "label", both("Fullständigt")
    )
    assert [each.place[:3] for each in found] == [("report_questionnaire", "option_lists", 1)]


def _texts(node: Any, place: tuple[int | str, ...] = ()) -> list[tuple[int | str, ...]]:
    if isinstance(node, dict):
        if set(node) == {"sv", "en"}:
            return [place]
        return [each for key, value in node.items() for each in _texts(value, (*place, key))]
    if isinstance(node, list):
        return [each for at, value in enumerate(node) for each in _texts(value, (*place, at))]
    return []


PLACES = _texts(OPEN.document())


@given(st.sampled_from(PLACES), st.sampled_from(["sv", "en"]))
def test_a_text_changed_anywhere_is_found_there(
    place: tuple[int | str, ...], language: str
) -> None:
    document = deepcopy(OPEN.document())
    node: Any = document
    for step in place:
        node = node[step]
    node[language] = "Något alldeles annat"
    newer = CallDefinition.model_validate(document)
    found = between(OPEN, newer)
    assert found
    assert all(place[: len(each.place)] == each.place for each in found)
    with translation.override(language):
        assert place_words(newer.document(), place, language)
    assert between(newer, OPEN)


def _models(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[type[BaseModel]]:
    def inside(annotation: Any) -> None:
        is_model = isinstance(annotation, type) and issubclass(annotation, BaseModel)
        if is_model and annotation not in seen:
            seen.add(annotation)
            _models(annotation, seen)
        for each in get_args(annotation):
            inside(each)

    for field in model.model_fields.values():
        inside(field.annotation)
    return seen


def test_every_field_of_a_definition_has_its_words() -> None:
    for model in _models(CallDefinition, {CallDefinition}):
        for field in model.model_fields:
            assert field_words(model, field)
