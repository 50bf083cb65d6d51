"""What a call asks of its applicants, as a document: read, written, copied and found faulty."""

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

import portal
from core.definitions import DefinitionError, LocalText
from grants.definitions import (
    ApplicationForm,
    CallDefinition,
    CostRule,
    CostRuleKind,
    FindingValue,
    Verdict,
    built_in_definition,
    built_in_definitions,
    dump_call_definition,
    lay_over,
    load_call_definition,
)
from tests.factories.definitions import both, call_document

DOCUMENTS = Path(portal.__file__).parent / "demo" / "open-calls"
NAMES = ["kommuner", "foreningar"]
YEAR = 2031


def application() -> dict[str, Any]:
    """A small application form with one of everything."""
    return {
        "questionnaire": {
            "key": "ansokan",
            "version": 1,
            "title": both("Ansökan"),
            "sections": [
                {
                    "key": "need",
                    "title": both("Behov"),
                    "repeat": "area",
                    "areas": ["mapping"],
                    "questions": [{"key": "purpose", "kind": "text", "text": both("Syfte?")}],
                }
            ],
        },
        "part": {
            "key": "del",
            "version": 1,
            "title": both("Er del"),
            "sections": [
                {
                    "key": "own",
                    "title": both("Eget"),
                    "questions": [{"key": "own_work", "kind": "text", "text": both("Hur?")}],
                }
            ],
        },
        "own_work": "own_work",
        "max_areas": 2,
        "budget": {
            "categories": [
                {"code": "salary", "title": both("Lön")},
                {"code": "housing", "title": both("Boende")},
            ],
            "rules": [
                {
                    "code": "no_housing",
                    "kind": "not_payable",
                    "title": both("Inte boende"),
                    "reason": both("Betalas inte."),
                    "categories": ["housing"],
                    "areas": ["mapping"],
                },
                {
                    "code": "little_salary",
                    "kind": "limited",
                    "title": both("Lite lön"),
                    "reason": both("Högst hälften."),
                    "categories": ["salary"],
                    "max_percent": 50,
                    "max_amount_sek": 100_000,
                },
            ],
        },
        "attachments": [
            {"code": "statutes", "title": both("Stadgar"), "required": True, "kinds": ["region"]},
            {"code": "plan", "title": both("Plan")},
        ],
        "declaration": [both("Det är sant.")],
        "eligibility": [
            {
                "key": "who",
                "text": both("Vem?"),
                "answers": [
                    {"code": "us", "label": both("Vi"), "verdict": "yes"},
                    {
                        "code": "others",
                        "label": both("Andra"),
                        "verdict": "no",
                        "reason": both("Inte för andra."),
                    },
                ],
            }
        ],
        "contacts": [{"name": both("Kim"), "email": "kim@example.se"}],
    }


def put(form: dict[str, Any], place: list[int | str], value: Any) -> dict[str, Any]:
    """The form with another value in that place; None takes away what is there."""
    changed = deepcopy(form)
    at: Any = changed
    for step in place[:-1]:
        at = at[step]
    if value is None:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return changed


def read(form: dict[str, Any]) -> CallDefinition:
    """The call with that form, read as a file is."""
    text = json.dumps(call_document(application=form), ensure_ascii=False, indent=1)
    return load_call_definition(text, name="utlysning.yaml")


def laid_over(name: str) -> CallDefinition:
    base = built_in_definition(f"{name}-2013").copy_for(
        code=f"{name}-{YEAR}", year=YEAR, frame_sek=5, report_cutoff=date(YEAR + 1, 6, 1)
    )
    return lay_over(base, DOCUMENTS / f"{name}.yaml")


def test_a_form_with_one_of_everything_is_read() -> None:
    form = read(application()).application
    assert form is not None
    assert form.requirements.how_max_length == 4000
    assert [each.key for each in form.part_questions()] == ["own_work"]
    assert [each.code for each in form.attachments_for("region")] == ["statutes", "plan"]
    assert [each.code for each in form.attachments_for("municipality")] == ["plan"]
    assert form.budget.category("salary") is not None
    assert form.budget.category("travel") is None


FAULTS: list[tuple[list[int | str], Any, str, str]] = [
    (["declaration"], None, "missing", "declaration"),
    (["declaration"], [], "too_short", "declaration"),
    (["budget"], None, "missing", "budget"),
    (["questionnaire"], None, "missing", "questionnaire"),
    (["budget", "categories"], [], "too_short", "budget.categories"),
    (["budget", "categories", 1, "code"], "salary", "duplicate", "budget.categories[2].code"),
    (["budget", "rules", 1, "code"], "no_housing", "duplicate", "budget.rules[2].code"),
    (["budget", "rules", 0, "kind"], "forbidden", "enum", "budget.rules[1].kind"),
    (["budget", "rules", 0, "reason"], None, "missing", "budget.rules[1].reason"),
    (["budget", "rules", 1, "categories"], [], "rule_about_nothing", "budget.rules[2].categories"),
    (
        ["budget", "rules", 0, "categories", 0],
        "travel",
        "unknown_category",
        "budget.rules[1].categories[1]",
    ),
    (["budget", "rules", 0, "areas", 0], "moon", "unknown_area", "budget.rules[1].areas[1]"),
    (
        ["budget", "rules", 0, "areas"],
        ["mapping", "mapping"],
        "duplicate",
        "budget.rules[1].areas[2]",
    ),
    (
        ["budget", "rules", 0, "max_percent"],
        10,
        "limit_on_not_payable",
        "budget.rules[1].max_percent",
    ),
    (
        ["budget", "rules", 0, "max_amount_sek"],
        10,
        "limit_on_not_payable",
        "budget.rules[1].max_amount_sek",
    ),
    (["budget", "rules", 1, "max_percent"], 0, "greater_than_equal", "budget.rules[2].max_percent"),
    (["budget", "rules", 1, "max_percent"], 101, "less_than_equal", "budget.rules[2].max_percent"),
    (
        ["budget", "rules", 1, "max_amount_sek"],
        0,
        "greater_than",
        "budget.rules[2].max_amount_sek",
    ),
    (["max_areas"], 0, "greater_than_equal", "max_areas"),
    (["attachments", 1, "code"], "statutes", "duplicate", "attachments[2].code"),
    (["attachments", 0, "kinds"], ["region", "region"], "duplicate", "attachments[1].kinds[2]"),
    (
        ["attachments", 0, "kinds", 0],
        "association",
        "kind_may_not_apply",
        "attachments[1].kinds[1]",
    ),
    (["attachments", 0, "kinds", 0], "company", "literal_error", "attachments[1].kinds[1]"),
    (["attachments", 0, "required"], "ja", "bool_parsing", "attachments[1].required"),
    (["own_work"], "other_work", "unknown_question", "own_work"),
    (["part"], None, "unknown_question", "own_work"),
    (
        ["questionnaire", "sections", 0, "areas", 0],
        "moon",
        "unknown_area",
        "questionnaire.sections[1].areas[1]",
    ),
    (
        ["questionnaire", "area_statuses"],
        [{"code": "done", "label": both("Klart")}],
        "statuses_in_application",
        "questionnaire.area_statuses",
    ),
    (
        ["part", "area_statuses"],
        [{"code": "done", "label": both("Klart")}],
        "statuses_in_application",
        "part.area_statuses",
    ),
    (["part", "sections", 0, "repeat"], "area", "part_repeats", "part.sections[1].repeat"),
    (["eligibility", 0, "answers"], [], "too_short", "eligibility[1].answers"),
    (
        ["eligibility", 0, "answers", 1, "reason"],
        None,
        "reason_missing",
        "eligibility[1].answers[2].reason",
    ),
    (
        ["eligibility", 0, "answers", 1, "verdict"],
        "maybe",
        "enum",
        "eligibility[1].answers[2].verdict",
    ),
    (
        ["eligibility", 0, "answers", 1, "code"],
        "us",
        "duplicate",
        "eligibility[1].answers[2].code",
    ),
    (["contacts", 0, "email"], "kim på kontoret", "not_an_email", "contacts[1].email"),
    (["contacts", 0, "email"], "kim@kontoret", "not_an_email", "contacts[1].email"),
    (["requirements"], {"how_max_length": 0}, "greater_than_equal", "requirements.how_max_length"),
    (["colour"], "blue", "extra_forbidden", "colour"),
]


@pytest.mark.parametrize(("at", "value", "code", "place"), FAULTS)
def test_a_fault_names_its_place_and_line(
    at: list[int | str], value: Any, code: str, place: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        read(put(application(), at, value))
    found = {each.place_text: each for each in caught.value.faults}
    fault = found[f"application.{place}"]
    assert fault.code == code
    assert fault.line is not None
    assert f"utlysning.yaml:{fault.line}: application.{place}: " in str(caught.value)
    for language in ("sv", "en"):
        with translation.override(language):
            text = fault.text()
        assert text
        assert "{" not in text
        assert text != "is not as expected"


def test_a_question_is_asked_once_in_the_check() -> None:
    form = application()
    form["eligibility"].append(deepcopy(form["eligibility"][0]))
    with pytest.raises(DefinitionError) as caught:
        read(form)
    [fault] = caught.value.faults
    assert (fault.code, fault.place_text) == ("duplicate", "application.eligibility[2].key")


def test_several_faults_are_all_told() -> None:
    form = put(application(), ["own_work"], "other_work")
    form["attachments"][1]["code"] = "statutes"
    with pytest.raises(DefinitionError) as caught:
        read(form)
    assert len(caught.value.faults) == 2


# Cost rules --------------------------------------------------------------------------------------

CODES = st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True)
WORDS = LocalText(sv="Ord", en="Words")


def rule(**values: Any) -> CostRule:
    return CostRule(code="r", title=WORDS, reason=WORDS, **values)


@given(
    categories=CODES, areas=CODES, category=st.sampled_from("abcd"), area=st.sampled_from("abcd")
)
def test_a_rule_is_about_lines_that_are_in_all_it_names(
    categories: list[str], areas: list[str], category: str, area: str
) -> None:
    if not categories and not areas:
        return
    found = rule(kind=CostRuleKind.NOT_PAYABLE, categories=categories, areas=areas)
    in_categories = category in categories if categories else True
    in_areas = area in areas if areas else True
    assert found.applies_to(category, area) is (in_categories and in_areas)


@given(
    amount=st.none() | st.integers(1, 10**9),
    percent=st.none() | st.integers(1, 100),
    total=st.integers(0, 10**10),
    more=st.integers(0, 10**6),
)
def test_what_a_limit_leaves(
    amount: int | None, percent: int | None, total: int, more: int
) -> None:
    limited = rule(
        kind=CostRuleKind.LIMITED,
        categories=["a"],
        max_amount_sek=amount,
        max_percent=percent,
    )
    ceiling = limited.ceiling_sek(total)
    if amount is None and percent is None:
        assert ceiling is None
        return
    assert ceiling is not None
    assert ceiling >= 0
    assert amount is None or ceiling <= amount
    if percent is not None:
        assert ceiling * 100 <= percent * total
        assert ceiling == amount or (ceiling + 1) * 100 > percent * total
    later = limited.ceiling_sek(total + more)
    assert later is not None
    assert later >= ceiling
    assert rule(kind=CostRuleKind.NOT_PAYABLE, areas=["a"]).ceiling_sek(total) == 0


def test_a_line_is_under_every_rule_about_it() -> None:
    form = read(application()).application
    assert form is not None
    assert [each.code for each in form.budget.rules_for("housing", "mapping")] == ["no_housing"]
    assert form.budget.rules_for("housing", "training") == ()
    assert [each.code for each in form.budget.rules_for("salary", "training")] == ["little_salary"]


# The check whether one may apply ---------------------------------------------------------------


@given(st.lists(st.sampled_from(list(Verdict))))
def test_one_no_is_a_no_and_one_that_depends_leaves_it_open(verdicts: list[Verdict]) -> None:
    found = Verdict.of_all(verdicts)
    assert (found is Verdict.NO) is (Verdict.NO in verdicts)
    assert (found is Verdict.YES) is (set(verdicts) <= {Verdict.YES})


@pytest.mark.parametrize("name", NAMES)
def test_a_check_says_nothing_until_all_is_answered(name: str) -> None:
    form = laid_over(name).application
    assert form is not None
    best = {
        question.key: next(each.code for each in question.answers if each.verdict is Verdict.YES)
        for question in form.eligibility
    }
    assert form.eligible(best) is Verdict.YES
    for question in form.eligibility:
        assert form.eligible({k: v for k, v in best.items() if k != question.key}) is None
        assert form.eligible(best | {question.key: "made_up"}) is None
        for answer in question.answers:
            assert form.eligible(best | {question.key: answer.code}) is answer.verdict


# Round trips and copies --------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_written_stored_and_read_again_it_is_the_same(name: str) -> None:
    definition = laid_over(name)
    text = dump_call_definition(definition)
    assert load_call_definition(text) == definition
    assert dump_call_definition(load_call_definition(text)) == text
    document = json.loads(json.dumps(definition.document()))
    assert CallDefinition.model_validate(document) == definition


def test_a_definition_without_a_form_is_stored_as_before_there_were_forms() -> None:
    for definition in built_in_definitions():
        assert definition.application is None
        assert "application" not in definition.document()
        assert "\napplication:" not in dump_call_definition(definition)
    assert "application" in laid_over("kommuner").document()


def test_a_copy_for_another_year_carries_the_form_along() -> None:
    definition = laid_over("foreningar")
    copy = definition.copy_for(
        code="f-2040", year=2040, frame_sek=7, report_cutoff=date(2041, 6, 1)
    )
    assert copy.application == definition.application
    assert copy.requirements == ()


# The open calls ----------------------------------------------------------------------------------


def open_form(name: str) -> ApplicationForm:
    form = laid_over(name).application
    assert form is not None
    return form


@pytest.mark.parametrize("name", NAMES)
def test_an_open_call_keeps_what_its_tables_and_reports_go_by(name: str) -> None:
    definition, base = laid_over(name), built_in_definition(f"{name}-2013")
    assert (definition.code, definition.year) == (f"{name}-{YEAR}", YEAR)
    assert definition.follows == base.code
    assert definition.area_codes == base.area_codes
    assert definition.tables == base.tables
    assert definition.report_questionnaire == base.report_questionnaire
    assert definition.who_may_apply == base.who_may_apply
    assert [each.satisfied_by for each in definition.requirements] == [
        each.satisfied_by for each in base.requirements
    ]
    assert definition.requirements[-1].code == f"work_of_{YEAR - 1}_begun"
    assert all(placed.area.description for placed in definition.placed_areas)


@pytest.mark.parametrize("name", NAMES)
def test_no_placeholder_is_left_and_the_years_are_right(name: str) -> None:
    text = json.dumps(laid_over(name).document()["application"], ensure_ascii=False)
    assert "{year}" not in text
    assert "previous_year" not in text
    assert str(YEAR) in text
    assert str(YEAR - 1) in text


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_in_both_languages_and_they_differ(name: str) -> None:
    def texts(value: Any) -> list[tuple[str, str]]:
        if isinstance(value, dict):
            if set(value) == {"sv", "en"}:
                return [(value["sv"], value["en"])]
            return [each for item in value.values() for each in texts(item)]
        return [each for item in value for each in texts(item)] if isinstance(value, list) else []

    pairs = texts(laid_over(name).document()["application"])
    assert len(pairs) > 150
    assert [sv for sv, en in pairs if sv == en] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_area_is_asked_the_same_and_there_is_room_to_answer(name: str) -> None:
    definition, form = laid_over(name), open_form(name)
    asked = {
        "situation", "purpose", "target_groups", "target_groups_other",
        "expected_results", "follow_up", "time_plan",
    }  # fmt: skip
    for area in definition.area_codes:
        found = {placed.question.key: placed for placed in form.questionnaire.questions_for(area)}
        assert set(found) == asked
        for key in ("situation", "purpose", "expected_results", "follow_up", "time_plan"):
            assert 4_000 <= (found[key].question.max_length or 0) <= 10_000
    whole = {placed.question.key for placed in form.questionnaire.questions_for("")}
    assert {"project_title", "leader_name", "cooperates_with", "lives_on"} <= whole
    assert {"contact_name", "own_work", "staff"} <= {each.key for each in form.part_questions()}


@pytest.mark.parametrize("name", NAMES)
def test_the_cost_rules_of_the_programme(name: str) -> None:
    definition, budget = laid_over(name), open_form(name).budget
    area = definition.area_codes[0]
    [no_housing] = budget.rules_for("housing_by_other", area)
    assert no_housing.kind is CostRuleKind.NOT_PAYABLE
    [salary] = budget.rules_for("salary_earlier_grant", area)
    assert (salary.kind, salary.ceiling_sek(99) is None) == (CostRuleKind.LIMITED, False)
    [service] = budget.rules_for("purchased_support", area)
    assert (service.kind, service.ceiling_sek(99)) == (CostRuleKind.LIMITED, None)
    for free in ("salary", "training", "supervision", "housing_own"):
        assert budget.rules_for(free, area) == ()


def test_whom_what_is_attached_is_asked_of() -> None:
    required = {each.code for each in open_form("foreningar").attachments if each.required}
    assert required == {"statutes", "annual_report", "accounts"}
    assert not any(each.required for each in open_form("kommuner").attachments)
    assert open_form("kommuner").attachment("action_plan") is not None


def test_the_requirements_are_those_of_2013_a_year_on() -> None:
    extent, plan, begun = laid_over("kommuner").requirements
    assert extent.is_satisfied_by(FindingValue.BEGUN)
    assert not plan.is_satisfied_by(FindingValue.BEGUN)
    assert begun.title.sv == f"Arbetet från {YEAR - 1} har börjat"
    new = laid_over("kommuner").requirements_for(kind="municipality", granted_last_year=False)
    assert new == (extent, plan)
    assert len(laid_over("foreningar").requirements) == 1


# Laying over -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "place", "line"),
    [
        ("title:\n  sv: Mål {year}\n  en: Aims {yaer}\n", "unknown_placeholder", "title.en", 3),
        ("title:\n  sv: Mål {year\n  en: Aims\n", "wrong_braces", "title.sv", 2),
        ("title:\n  sv: Mål {year!r}\n  en: Aims\n", "unknown_placeholder", "title.sv", 2),
        ("asks_opinion: true\nyear: 2040\n", "extra_forbidden", "year", 2),
        ("asks_opinion: kanske\n", "bool_parsing", "asks_opinion", 1),
        ("\n\nframe_sek: 0\n", "greater_than", "frame_sek", 3),
        ("colour: blue\n", "extra_forbidden", "colour", 1),
        ("- ett\n- två\n", "no_document", "", 1),
    ],
)
def test_a_fault_in_what_is_laid_over_names_its_place(
    text: str, code: str, place: str, line: int
) -> None:
    base = laid_over("kommuner")
    with pytest.raises(DefinitionError) as caught:
        lay_over(base, text, name="over.yaml")
    [fault] = caught.value.faults
    assert (fault.code, fault.place_text, fault.line) == (code, place, line)
    assert str(caught.value).startswith("over.yaml:")


def test_what_is_laid_over_replaces_whole_fields_and_nothing_else() -> None:
    base = laid_over("kommuner")
    changed = lay_over(base, "title: {sv: 'År {previous_year}–{next_year}', en: Years}\n")
    assert changed.title.sv == f"År {YEAR - 1}–{YEAR + 1}"
    assert changed.model_copy(update={"title": base.title}) == base


def test_a_missing_document_is_missed() -> None:
    with pytest.raises(FileNotFoundError):
        lay_over(laid_over("kommuner"), DOCUMENTS / "stiftelser.yaml")
