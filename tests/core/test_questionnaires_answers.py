"""Answers: not asked, not answered and no are three things; rules hold for any answers."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.definitions import (
    WHOLE,
    Answers,
    AnswerState,
    ProblemCode,
    UnfitValueError,
    answer_state,
    canonical_value,
    summary,
    validate_answers,
    visible_questions,
)
from tests.core.test_questionnaires import form

FORM = form()
AREAS = ("mapping", "housing")
STATUSES = ("ongoing", "not_carried_out")


def codes(answers: Answers) -> list[tuple[str, str, str]]:
    return [(each.code.value, each.area, each.question) for each in validate_answers(FORM, answers)]


def test_not_asked_not_answered_and_no_are_three_things() -> None:
    nothing = Answers.from_rows(areas=[("mapping", "ongoing")])
    no = Answers.from_rows(choices=[(WHOLE, "trained", "no")])
    assert answer_state(FORM, nothing, WHOLE, "trained") is AnswerState.NOT_ANSWERED
    assert answer_state(FORM, no, WHOLE, "trained") is AnswerState.ANSWERED
    assert answer_state(FORM, nothing, WHOLE, "why_not") is AnswerState.NOT_ASKED
    assert answer_state(FORM, no, WHOLE, "why_not") is AnswerState.NOT_ANSWERED
    assert answer_state(FORM, nothing, "housing", "cost") is AnswerState.NOT_ASKED
    assert answer_state(FORM, nothing, "mapping", "cost") is AnswerState.NOT_ASKED
    assert answer_state(FORM, nothing, "mapping", "with_whom") is AnswerState.NOT_ANSWERED


def test_the_summary_keeps_them_apart() -> None:
    answers = Answers.from_rows(
        areas=[("housing", "not_carried_out")],
        choices=[(WHOLE, "trained", "no"), ("housing", "with_whom", "none")],
        values=[("housing", "cost", "1000")],
    )
    sections = summary(FORM, answers, "sv", area_titles={"housing": "Boende"}, with_not_asked=True)
    lines = {
        (s.area, line.key): (line.state.value, line.values) for s in sections for line in s.lines
    }
    assert lines == {
        ("", "trained"): ("answered", ("Nej",)),
        ("", "why_not"): ("not_answered", ()),
        ("housing", "why_nothing"): ("not_answered", ()),
        ("housing", "with_whom"): ("answered", ("Nej",)),
        ("housing", "cost"): ("answered", ("1000",)),
        ("housing", "places"): ("not_answered", ()),
        ("housing", "opened"): ("not_answered", ()),
    }
    assert [(s.area_title, s.status) for s in sections][1] == ("Boende", "Ej genomfört")
    answered_yes = Answers.from_rows(choices=[(WHOLE, "trained", "yes")])
    assert [line.key for s in summary(FORM, answered_yes, "sv") for line in s.lines] == ["trained"]


def test_an_answer_to_what_is_no_longer_asked_is_told_but_not_shown() -> None:
    answers = Answers.from_rows(
        choices=[(WHOLE, "trained", "yes")], values=[(WHOLE, "why_not", "sjuk")]
    )
    assert codes(answers) == [("not_asked", "", "why_not")]
    assert not validate_answers(FORM, answers)[0].structural
    assert "why_not" not in [line.key for s in summary(FORM, answers, "sv") for line in s.lines]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"choices": [(WHOLE, "trained", "perhaps")]}, [("unknown_option", "", "trained")]),
        (
            {"choices": [(WHOLE, "trained", "yes"), (WHOLE, "trained", "no")]},
            [("several_in_one_choice", "", "trained")],
        ),
        (
            {
                "areas": [("mapping", "ongoing")],
                "choices": [("mapping", "with_whom", "none"), ("mapping", "with_whom", "other")],
            },
            [("exclusive_with_others", "mapping", "with_whom")],
        ),
        ({"choices": [(WHOLE, "with_whom", "none")]}, [("unknown_question", "", "with_whom")]),
        (
            {"choices": [("mapping", "with_whom", "none")]},
            [("unknown_area", "mapping", "with_whom")],
        ),
        (
            {"areas": [("mapping", "ongoing")], "values": [("mapping", "cost", "1")]},
            [("unknown_question", "mapping", "cost")],
        ),
        ({"areas": [("mapping", "begun")]}, [("unknown_status", "mapping", "")]),
        ({"areas": [("mapping", None)]}, [("status_required", "mapping", "")]),
        ({"areas": [("mapping", "not_carried_out")]}, [("required", "mapping", "why_nothing")]),
        ({"values": [(WHOLE, "trained", "yes")]}, [("not_a_value", "", "trained")]),
        (
            {"areas": [("housing", "ongoing")], "choices": [("housing", "cost", "a")]},
            [("not_a_choice", "housing", "cost")],
        ),
        (
            {"areas": [("housing", "ongoing")], "values": [("housing", "cost", "12,50")]},
            [("not_an_amount", "housing", "cost")],
        ),
    ],
)
def test_a_problem_names_its_code_area_and_question(
    rows: Mapping[str, list[tuple[str, str, str]]], expected: list[tuple[str, str, str]]
) -> None:
    assert codes(Answers.from_rows(**rows)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("area", "key", "typed", "stored"),
    [
        ("housing", "cost", "1 000 kr", "1000"),
        ("housing", "cost", "1\u00a0000\u00a0kr", "1000"),
        ("housing", "cost", "007", "7"),
        ("housing", "places", " −3 ", "-3"),
        ("housing", "opened", "2013-03-14", "2013-03-14"),
        (WHOLE, "why_not", "  rad 1\r\nrad 2 ", "rad 1\nrad 2"),
    ],
)
def test_a_value_is_stored_in_one_way(area: str, key: str, typed: str, stored: str) -> None:
    question = FORM.question(area, key)
    assert question is not None
    assert canonical_value(question, typed) == stored
    assert canonical_value(question, stored) == stored


@pytest.mark.parametrize(
    ("area", "key", "typed", "code"),
    [
        ("housing", "cost", "-1", ProblemCode.BELOW_MINIMUM),
        ("housing", "cost", "1000001", ProblemCode.ABOVE_MAXIMUM),
        ("housing", "cost", "1.5", ProblemCode.NOT_AN_AMOUNT),
        ("housing", "cost", "kr", ProblemCode.NOT_AN_AMOUNT),
        ("housing", "cost", "", ProblemCode.NOT_AN_AMOUNT),
        ("housing", "places", "3 kr", ProblemCode.NOT_A_NUMBER),
        ("housing", "places", "٣", ProblemCode.NOT_A_NUMBER),
        ("housing", "opened", "2013-02-31", ProblemCode.NOT_A_DATE),
        ("housing", "opened", "14/3", ProblemCode.NOT_A_DATE),
        (WHOLE, "why_not", "x" * 21, ProblemCode.TOO_LONG),
        (WHOLE, "trained", "yes", ProblemCode.NOT_A_VALUE),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    area: str, key: str, typed: str, code: ProblemCode
) -> None:
    question = FORM.question(area, key)
    assert question is not None
    with pytest.raises(UnfitValueError) as caught:
        canonical_value(question, typed)
    assert caught.value.code is code


@st.composite
def some_answers(draw: st.DrawFn) -> Answers:
    areas = draw(
        st.dictionaries(
            st.sampled_from([*AREAS, "unknown"]), st.sampled_from([*STATUSES, None, "x"])
        )
    )
    places = st.sampled_from([WHOLE, *AREAS, "unknown"])
    keys = st.sampled_from(
        ["trained", "why_not", "why_nothing", "with_whom", "cost", "places", "opened", "nothing"]
    )
    options = st.sampled_from(["yes", "no", "association", "other", "none", "x"])
    texts = st.sampled_from(["", "0", "12", "2013-01-01", "text", "-5"])
    return Answers.from_rows(
        areas=areas.items(),
        choices=draw(st.lists(st.tuples(places, keys, options), max_size=12)),
        values=draw(st.lists(st.tuples(places, keys, texts), max_size=12)),
    )


@given(some_answers())
def test_every_answer_is_either_in_the_summary_or_a_problem(answers: Answers) -> None:
    shown = {
        (s.area, line.key) for s in summary(FORM, answers, "sv") for line in s.lines if line.values
    }
    told = {(each.area, each.question) for each in validate_answers(FORM, answers)}
    given_answers = set(answers.choices) | set(answers.values)
    assert given_answers <= shown | told
    asked = {(each.area, each.question.key) for each in visible_questions(FORM, answers)}
    assert shown <= asked


@given(some_answers())
def test_state_and_visibility_agree(answers: Answers) -> None:
    asked = {(each.area, each.question.key) for each in visible_questions(FORM, answers)}
    for area in [WHOLE, *AREAS, "unknown"]:
        for key in ["trained", "why_not", "why_nothing", "with_whom", "cost", "nothing"]:
            state = answer_state(FORM, answers, area, key)
            assert (state is AnswerState.NOT_ASKED) == ((area, key) not in asked)
            if state is AnswerState.ANSWERED:
                assert answers.has(area, key)


@given(st.sets(st.sampled_from(["association", "other", "none"])))
def test_an_exclusive_option_stands_alone(chosen: set[str]) -> None:
    answers = Answers.from_rows(
        areas=[("mapping", "ongoing")],
        choices=[("mapping", "with_whom", option) for option in chosen],
    )
    found = ProblemCode.EXCLUSIVE_WITH_OTHERS in [p.code for p in validate_answers(FORM, answers)]
    assert found == ("none" in chosen and len(chosen) > 1)


@given(some_answers())
def test_stored_rows_give_the_answers_back(answers: Answers) -> None:
    again = Answers.from_rows(
        areas=answers.areas.items(),
        choices=answers.choice_rows(FORM),
        values=answers.value_rows(FORM),
    )
    assert again == answers
    assert again.choice_rows(FORM) == answers.choice_rows(FORM)
