"""What one document says otherwise than another: nothing goes unmentioned, and drafts need not be
right."""

from copy import deepcopy
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from core.definitions.text import LocalText
from grants.definitions import CallDefinition, built_in_definition
from grants.definitions.changes import IDENTITY, Change, ChangeKind, changes
from grants.definitions.places import STEP
from grants.definitions.shape import Kind, fields_of, opened, pruned
from portal.services.demo import open_call_document
from tests.factories.definitions import both
from tests.factories.raw_documents import at, edited, raw_documents

OPEN = pruned(
    CallDefinition,
    open_call_document("kommuner", built_in_definition("kommuner-2013"), 2027).document(),
)
QUESTION = ("application", "questionnaire", "sections", 0, "questions", 0)


# What a document says, whatever the way it is written: defaults put in, bare values opened.


def whole(model: type[BaseModel], raw: Any) -> dict[str, Any]:
    said = opened(model, raw)
    return {name: _whole(field, said.get(name)) for name, field in fields_of(model).items()}


def _whole(field: Any, value: Any) -> Any:
    value = field.default if value is None else value
    if value in (None, "", []) or (value == {} and field.default is None):
        return None
    if field.model in (None, LocalText):
        return value
    if field.kind is Kind.DOCUMENTS:
        return [whole(field.model, each) for each in value]
    return whole(field.model, value)


def says(document: Any) -> dict[str, Any]:
    found = whole(CallDefinition, pruned(CallDefinition, document))
    return {name: each for name, each in found.items() if name not in IDENTITY}


def applied(document: Any, found: list[Change]) -> dict[str, Any]:
    """The document with every change made in it, outermost first."""
    made = whole(CallDefinition, pruned(CallDefinition, deepcopy(document)))
    gone = [each for each in found if each.kind is ChangeKind.REMOVED]
    emptied = [(at(made, each.place[:-1]), each) for each in gone]
    # From the end, so that the places of the others stay.
    for holder, each in sorted(
        emptied, key=lambda pair: str(pair[1].place[-1]).zfill(9), reverse=True
    ):
        if isinstance(holder, list):
            del holder[each.place[-1]]
        else:
            holder[each.place[-1]] = [] if isinstance(each.old, list) else None
    whole_lists: list[Any] = []
    for each in sorted(found, key=lambda one: (len(one.place), one.place)):
        if each.kind is ChangeKind.REMOVED:
            continue
        is_new_item = each.kind is ChangeKind.ADDED and each.place[:-1] in whole_lists
        if not is_new_item and any(each.place[: len(place)] == place for place in whole_lists):
            continue
        holder, step, new = at(made, each.place[:-1]), each.place[-1], deepcopy(each.new)
        if each.kind is ChangeKind.MOVED and not _told_apart(each):
            # The items that stay as they now are, with all that was changed in them.
            holder[step] = new
            whole_lists.append(each.place)
        elif each.kind is ChangeKind.MOVED:
            holder[step] = moved(holder[step], each)
        elif each.kind is ChangeKind.ADDED and isinstance(holder, list):
            holder.insert(step, new)
        else:
            holder[step] = new
    return made


def _told_apart(change: Change) -> bool:
    there = [_known(change, each) for each in change.old]
    now = [_known(change, each) for each in change.new]
    return sorted(there) == sorted(now) and len(set(now)) == len(now)


def moved(rows: list[Any], change: Change) -> list[Any]:
    """The items in their new order, as they were."""
    there = [_known(change, each) for each in change.old]
    return [rows[there.index(_known(change, each))] for each in change.new]


def _known(change: Change, raw: Any) -> str:
    said = opened(change.field.model or CallDefinition, raw)
    keys = ("number", "code", "key", "was", "email", "question", "option")
    return repr([said.get(each) for each in keys if not isinstance(said.get(each), dict)])


@given(raw_documents(CallDefinition))
def test_nothing_differs_between_equal_documents(document: dict[str, Any]) -> None:
    assert changes(document, deepcopy(document)) == []
    assert changes(document, pruned(CallDefinition, document)) == []


@given(st.data())
def test_what_is_said_of_the_changes_is_all_that_was_changed(data: st.DataObject) -> None:
    before = data.draw(edited(OPEN, most=2))
    after = data.draw(edited(before))
    found = changes(before, after)
    assert says(applied(before, found)) == says(after)
    assert bool(found) == (says(before) != says(after))
    with translation.override("sv"):
        for each in found:
            assert each.words
            assert (
                each.kind is ChangeKind.MOVED
                or each.before
                or each.after
                or each.new == {}
                or (each.old == {})
            )


@given(before=raw_documents(CallDefinition), after=raw_documents(CallDefinition))
def test_two_drafts_of_any_kind_can_be_told_apart(before: Any, after: Any) -> None:
    found = changes(before, after)
    assert says(applied(before, found)) == says(after)
    assert bool(found) == (says(before) != says(after))


# Drafts that are not right yet


def told(before: Any, after: Any, language: str = "en") -> list[tuple[str, str, str, str]]:
    with translation.override(language):
        return [
            (str(each.kind), each.words.replace(STEP, "; "), each.before, each.after)
            for each in changes(before, after)
        ]


def with_(*steps: Any) -> dict[str, Any]:
    *way, last, value = steps
    document: dict[str, Any] = deepcopy(OPEN)
    node = at(document, tuple(way))
    node[last] = value(node[last]) if callable(value) else value
    return document


def test_a_value_that_cannot_be_is_shown_as_it_was_written() -> None:
    found = told(OPEN, with_("frame_sek", "mycket"))
    assert found == [("changed", "Frame", "70\u00a0000\u00a0000\u00a0kr", "mycket")]


def test_an_item_that_has_no_code_yet_is_added_and_the_others_stay_the_same() -> None:
    new = {"title": {"sv": "Tolkning på plats"}}
    place = ("application", "budget", "categories")
    found = told(OPEN, with_(*place, lambda rows: [new, *rows]), "sv")
    assert [(kind, words, after) for kind, words, _before, after in found] == [
        (
            "added",
            "Ansökningsformulär; Budget; Kostnadsslaget ”Tolkning på plats”",
            "Tolkning på plats",
        )
    ]
    categories = OPEN["application"]["budget"]["categories"]
    blank = told(OPEN, with_(*place, lambda rows: [*rows, {}]))
    assert [(kind, words) for kind, words, *_values in blank] == [
        (
            "added",
            f"Application form; Budget; Cost category “{len(categories) + 1}”",
        )
    ]


def test_items_that_share_a_code_are_told_apart_by_where_they_stand() -> None:
    def doubled(rows: list[Any]) -> list[Any]:
        return [rows[0], {**rows[0], "help": both("Ny hjälp")}, *rows[1:]]

    found = told(OPEN, with_("application", "budget", "categories", doubled))
    assert [kind for kind, *_others in found] == ["added"]


def test_a_question_is_followed_also_in_a_draft_with_faults() -> None:
    def replaced(question: dict[str, Any]) -> dict[str, Any]:
        return {**question, "key": "ny_nyckel", "replaces": question["key"], "max_length": "långt"}

    place = ("application", "questionnaire", "sections", 0, "questions")
    after = with_(*place, lambda rows: [replaced(rows[0]), *rows[1:]])
    found = changes(OPEN, after)
    assert {each.kind for each in found} <= {ChangeKind.CHANGED, ChangeKind.ADDED}
    assert [each.place for each in found] == [
        (*QUESTION, "key"), (*QUESTION, "max_length"), (*QUESTION, "replaces"),
    ]  # fmt: skip


def test_where_both_languages_differ_both_are_shown() -> None:
    after = with_("title", {"sv": "Nya medel", "en": "New money"})
    [(_kind, _words, before, now)] = told(OPEN, after, "sv")
    assert now == "På svenska: Nya medel\nPå engelska: New money"
    assert before.startswith("På svenska: ")
    assert told(OPEN, with_("title", {"sv": OPEN["title"]["sv"]}))[0][3] == ""


def test_a_text_that_was_added_is_shown_in_both_languages() -> None:
    with translation.override("en"):
        [found] = changes(OPEN, with_("letters", {"receipt": {"sv": "Hej.", "en": "Hello."}}))
        assert found.after == "In the mail at receipt: Hello."
        assert [each.replace(STEP, "; ") for each in found.contents] == [
            "In the mail at receipt; In Swedish: Hej.",
            "In the mail at receipt; In English: Hello.",
        ]
        before = with_("letters", {"decision": both("Nytt.")})
        after = deepcopy(before)
        after["letters"]["receipt"] = {"sv": "Hej.", "en": "Hello."}
        [found] = changes(before, after)
        assert (found.before, found.after) == ("", "Hello.")
        assert found.contents == ("In Swedish: Hej.",)


def test_what_was_added_says_all_that_is_in_it_in_both_languages() -> None:
    options = [{"code": "ja", "label": {"sv": "Ja", "en": "Yes"}}]
    question = {
        "key": "ny", "kind": "one_choice", "text": {"sv": "Ny fråga?", "en": "New?"},
        "required": True, "options": options,
    }  # fmt: skip
    place = ("application", "questionnaire", "sections", 0, "questions")
    with translation.override("en"):
        [found] = changes(OPEN, with_(*place, lambda rows: [*rows, question]))
        assert found.after == "New?"
        assert [each.replace(STEP, "; ") for each in found.contents] == [
            "Key: ny",
            "Kind: One choice",
            "Text; In Swedish: Ny fråga?",
            "Text; In English: New?",
            "Required: Yes",
            "Option “Yes”; Code: ja",
            "Option “Yes”; Label; In Swedish: Ja",
            "Option “Yes”; Label; In English: Yes",
        ]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([], ("removed", "Days before the last day", "30, 7, 1", "")),
        ([14], ("changed", "Days before the last day", "30, 7, 1", "14")),
    ],
)
def test_what_is_left_out_is_held_by_its_default(after: list[int], expected: Any) -> None:
    before = with_("reporting", {"explain_percent": 20})
    now = deepcopy(before)
    now["reporting"]["reminders"] = {"before": after}
    [(kind, words, was, said)] = told(before, now)
    assert (kind, words.rpartition("; ")[2], was, said) == expected
