"""The questionnaire document: what it refuses, where it says the fault is, what it keeps."""

import copy
from typing import Any

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from core.definitions import (
    WHOLE,
    DefinitionError,
    LocalText,
    Questionnaire,
    describe,
    read_document,
    write_document,
)

FORM = """
key: follow-up
version: 1
title: {sv: Uppföljning, en: Follow-up}
area_statuses:
  - {code: ongoing, label: {sv: Pågår, en: Going on}}
  - {code: not_carried_out, label: {sv: Ej genomfört, en: Not carried out}}
option_lists:
  - key: yes_no
    options:
      - {code: yes, label: {sv: Ja, en: Yes}}
      - {code: no, label: {sv: Nej, en: No}}
sections:
  - key: whole
    title: {sv: Allt, en: All}
    questions:
      - {key: trained, kind: one_choice, text: {sv: Utbildning, en: Training}, option_list: yes_no}
      - key: why_not
        kind: text
        text: {sv: Varför inte, en: Why not}
        when:
          - {question: trained, options: [no]}
        max_length: 20
  - key: work
    title: {sv: Arbetet, en: The work}
    repeat: area
    questions:
      - key: why_nothing
        kind: text
        text: {sv: Orsak, en: Cause}
        required: true
        when:
          - {status: [not_carried_out]}
      - key: with_whom
        kind: several_choices
        text: {sv: Med vem, en: With whom}
        options:
          - {code: association, label: {sv: Förening, en: Association}}
          - {code: other, label: {sv: Annan, en: Another}}
          - {code: none, label: {sv: Nej, en: No}, exclusive: true}
  - key: money
    title: {sv: Pengar, en: Money}
    repeat: area
    areas: [housing]
    questions:
      - {key: cost, kind: money, text: {sv: Kostnad, en: Cost}, minimum: 0, maximum: 1000000}
      - {key: places, kind: number, text: {sv: Platser, en: Places}}
      - {key: opened, kind: date, text: {sv: Öppnad, en: Opened}}
"""


def form() -> Questionnaire:
    return read_document(Questionnaire, FORM)


def faults(text: str) -> list[tuple[str, str, int | None]]:
    with pytest.raises(DefinitionError) as caught:
        read_document(Questionnaire, text, name="form.yaml")
    return [(each.code, each.place_text, each.line) for each in caught.value.faults]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_words_yes_and_no_are_words() -> None:
    question = form().question(WHOLE, "trained")
    assert question is not None
    assert question.option_codes == ("yes", "no")
    assert question.options[1].label == LocalText(sv="Nej", en="No")


def test_written_and_read_again_it_is_the_same() -> None:
    questionnaire = form()
    written = write_document(questionnaire)
    assert read_document(Questionnaire, written) == questionnaire
    assert written.count("Ja") == 1, "shared options are written once"


def test_stored_as_json_and_read_again_it_is_the_same() -> None:
    questionnaire = form()
    assert Questionnaire.model_validate(questionnaire.model_dump(mode="json")) == questionnaire


def test_the_same_key_has_other_options_in_another_area() -> None:
    text = FORM.replace(
        "  - key: money\n",
        """\
  - key: housing_groups
    title: {sv: Boende, en: Housing}
    repeat: area
    areas: [housing]
    questions:
      - {key: groups, kind: several_choices, text: {sv: Vilka, en: Who}, option_list: yes_no}
  - key: training_groups
    title: {sv: Utbildning, en: Training}
    repeat: area
    areas: [training]
    questions:
      - key: groups
        kind: several_choices
        text: {sv: Vilka, en: Who}
        options:
          - {code: staff, label: {sv: Personal, en: Staff}}
          - {code: board, label: {sv: Styrelse, en: Board}}
  - key: money
""",
    )
    questionnaire = read_document(Questionnaire, text)
    housing = questionnaire.question("housing", "groups")
    training = questionnaire.question("training", "groups")
    assert housing is not None
    assert training is not None
    assert housing.option_codes == ("yes", "no")
    assert training.option_codes == ("staff", "board")
    assert questionnaire.question("mapping", "groups") is None
    assert questionnaire.question(WHOLE, "groups") is None


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("key: why_not\n", "key: trained\n", "duplicate", "sections[1].questions[2].key"),
        ("key: why_nothing", "key: with_whom", "duplicate", "sections[2].questions[2].key"),
        ("- key: work", "- key: whole", "duplicate", "sections[2].key"),
        ("key: cost", "key: with_whom", "duplicate", "sections[3].questions[1].key"),
        (
            "code: other",
            "code: association",
            "duplicate",
            "sections[2].questions[2].options[2].code",
        ),
        ("key: places", "key: Places", "not_a_code", "sections[3].questions[2].key"),
        ("key: places", "key: plåtser", "not_a_code", "sections[3].questions[2].key"),
        ("key: places", "key: 2places", "not_a_code", "sections[3].questions[2].key"),
        ("kind: date", "kind: time", "enum", "sections[3].questions[3].kind"),
        (
            "option_list: yes_no",
            "option_list: maybe",
            "unknown_option_list",
            "sections[1].questions[1].option_list",
        ),
        (
            "kind: one_choice, text",
            "kind: several_choices, options: [{code: a, label: {sv: A, en: A}}], text",
            "options_twice",
            "sections[1].questions[1].options",
        ),
        ("kind: date", "kind: one_choice", "no_options", "sections[3].questions[3].options"),
        (
            "kind: several_choices",
            "kind: text",
            "options_on_value",
            "sections[2].questions[2].options",
        ),
        (
            "kind: several_choices",
            "kind: one_choice",
            "exclusive_in_one_choice",
            "sections[2].questions[2].options[3].exclusive",
        ),
        ("kind: money", "kind: date", "limit_on_wrong_kind", "sections[3].questions[1].minimum"),
        ("minimum: 0", "minimum: 2000000", "limits_crossed", "sections[3].questions[1].minimum"),
        (
            "    areas: [housing]",
            "    areas: [housing, housing]",
            "duplicate",
            "sections[3].areas[2]",
        ),
        (
            "    repeat: area\n    areas: [housing]",
            "    areas: [housing]",
            "areas_without_repeat",
            "sections[3].areas",
        ),
        (
            "{question: trained, options: [no]}",
            "{question: why_not, options: [no]}",
            "condition_on_later",
            "sections[1].questions[2].when[1].question",
        ),
        (
            "{question: trained, options: [no]}",
            "{question: with_whom, options: [none]}",
            "condition_on_unknown",
            "sections[1].questions[2].when[1].question",
        ),
        (
            "{question: trained, options: [no]}",
            "{question: trained, options: [perhaps]}",
            "condition_on_unknown_option",
            "sections[1].questions[2].when[1].question",
        ),
        (
            "{question: trained, options: [no]}",
            "{question: trained}",
            "condition_without_options",
            "sections[1].questions[2].when[1]",
        ),
        (
            "{question: trained, options: [no]}",
            "{status: [ongoing]}",
            "condition_on_status_outside_area",
            "sections[1].questions[2].when[1].status",
        ),
        (
            "{status: [not_carried_out]}",
            "{status: [forgotten]}",
            "unknown_status",
            "sections[2].questions[1].when[1].status[1]",
        ),
        (
            "{status: [not_carried_out]}",
            "{question: with_whom, options: [none]}",
            "condition_on_later",
            "sections[2].questions[1].when[1].question",
        ),
        (
            "kind: number, text: {sv: Platser, en: Places}",
            "kind: number, text: {sv: P, en: P}, when: [{question: cost, options: [a]}]",
            "condition_on_value",
            "sections[3].questions[2].when[1].question",
        ),
        ("{sv: Kostnad, en: Cost}", "{sv: Kostnad}", "missing", "sections[3].questions[1].text.en"),
        (
            "{sv: Kostnad, en: Cost}",
            '{sv: " ", en: Cost}',
            "string_too_short",
            "sections[3].questions[1].text.sv",
        ),
        ("version: 1", 'version: "1"', "int_type", "version"),
        ("version: 1", "version: 0", "greater_than_equal", "version"),
        ("version: 1", "versoin: 1", "extra_forbidden", "versoin"),
        ("required: true", "required: kanske", "bool_parsing", "sections[2].questions[1].required"),
    ],
)
def test_a_fault_names_its_place(old: str, new: str, code: str, place: str) -> None:
    assert old in FORM
    text = FORM.replace(old, new, 1)
    found = [(each, at) for each, at, _ in faults(text)]
    assert (code, place) in found


def test_a_condition_in_every_area_needs_its_question_in_every_area() -> None:
    text = FORM.replace(
        "{key: opened,",
        "{key: kind, kind: one_choice, text: {sv: Typ, en: Kind}, option_list: yes_no}\n"
        "      - {key: opened,",
    )
    text += """
  - key: last
    title: {sv: Sist, en: Last}
    repeat: area
    questions:
      - key: kind_text
        kind: text
        text: {sv: Beskriv, en: Describe}
        when:
          - {question: kind, options: [yes]}
"""
    assert [each[0] for each in faults(text)] == ["condition_on_unknown"]
    read_document(
        Questionnaire,
        text.replace(
            "repeat: area\n    questions:\n      - key: kind_text",
            "repeat: area\n    areas: [housing]\n    questions:\n      - key: kind_text",
        ),
    )


def test_several_faults_are_told_at_once_with_lines() -> None:
    text = FORM.replace("options: [no]", "options: [nej]").replace("[not_carried_out]}", "[x]}")
    assert faults(text) == [
        (
            "condition_on_unknown_option",
            "sections[1].questions[2].when[1].question",
            line_of(text, "{question: trained"),
        ),
        (
            "unknown_status",
            "sections[2].questions[1].when[1].status[1]",
            line_of(text, "{status: [x]"),
        ),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", "not_yaml"),
        ("just a text", "no_document"),
        ("", "no_document"),
        ("- a\n- b", "no_document"),
        ("key: a\nkey: b", "repeated_field"),
        ("when: 2013-02-31", "not_yaml"),
        ("a: !!python/object:os.system {}", "not_yaml"),
    ],
)
def test_what_is_no_document_is_told(text: str, code: str) -> None:
    assert [each[0] for each in faults(text)] == [code]


def test_a_file_that_is_not_utf8_is_told(tmp_path: Any) -> None:
    path = tmp_path / "form.yaml"
    path.write_bytes("title: Uppföljning".encode("latin-1"))
    with pytest.raises(DefinitionError) as caught:
        read_document(Questionnaire, path)
    assert caught.value.faults[0].code == "not_utf8"
    with translation.override("en"):
        assert str(caught.value) == f"{path}: is not UTF-8 text"


def test_the_message_has_file_line_place_and_what_is_expected() -> None:
    text = FORM.replace("kind: date", "kind: time")
    with pytest.raises(DefinitionError) as caught:
        read_document(Questionnaire, text, name="form.yaml")
    line = line_of(text, "kind: time")
    with translation.override("en"):
        assert str(caught.value) == (
            f"form.yaml:{line}: sections[3].questions[3].kind: "
            "expected one of: text, number, money, date, one_choice, several_choices"
        )


def test_every_fault_of_a_broken_document_has_a_text() -> None:
    document = form().model_dump(mode="json")
    broken: list[Any] = []
    for name in document:
        odd: list[Any] = [None, 3, "x", [], {}, [{}], True]
        for value in odd:
            broken.append({**copy.deepcopy(document), name: value})
    for each in broken:
        try:
            Questionnaire.model_validate(each)
        except ValueError:
            with pytest.raises(DefinitionError) as caught:
                read_document(Questionnaire, write_yaml(each), name="x")
            with translation.override("en"):
                assert "is not as expected" not in str(caught.value)


def write_yaml(data: Any) -> str:
    import yaml

    return yaml.safe_dump(data, allow_unicode=True)


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_text_survives_the_file(sv: str, en: str) -> None:
    try:
        text = LocalText(sv=sv, en=en)
    except ValueError:
        assume(False)
    assert read_document(LocalText, write_document(text)) == text


def test_documents_are_frozen() -> None:
    questionnaire = form()
    with pytest.raises(ValueError, match="frozen"):
        questionnaire.version = 2  # type: ignore[misc]


def test_a_copy_is_checked_and_forgets_what_was_looked_up() -> None:
    questionnaire = form()
    assert questionnaire.question("housing", "cost") is not None
    shorter = questionnaire.model_copy(update={"sections": questionnaire.sections[:2]})
    assert shorter.question("housing", "cost") is None
    with pytest.raises(ValueError, match="at least 1"):
        questionnaire.model_copy(update={"sections": ()})


def test_a_text_is_shown_in_the_language_asked_for() -> None:
    text = LocalText(sv="Utlysning", en="Call")
    assert [text.in_(language) for language in ("sv", "sv-se", "en", "en-gb", "de")] == [
        "Utlysning",
        "Utlysning",
        "Call",
        "Call",
        "Utlysning",
    ]


def test_the_form_to_read_tells_areas_options_and_conditions() -> None:
    whole, work, money = describe(
        form(), "en", area_titles={"mapping": "Mapping", "housing": "Housing"}
    )
    assert whole.areas == ()
    assert work.areas == ("Mapping", "Housing")
    assert money.areas == ("Housing",)
    assert whole.questions[0].options == ("Yes", "No")
    (condition,) = whole.questions[1].conditions
    assert (condition.question, condition.options) == ("Training", ("No",))
    (condition,) = work.questions[0].conditions
    assert condition.statuses == ("Not carried out",)
    assert work.questions[0].required
