"""What does not fit together in a definition: one fault each, and none in those that are right."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from django.utils import translation

from applicants.enums import OrganisationKind
from grants.definitions import CallDefinition, built_in_definition, built_in_definitions
from grants.definitions.fit import TEXTS, Misfit, Severity, misfits
from grants.definitions.fit.judging import KINDS
from grants.definitions.fit.questions import STATUSES, TRAINING
from grants.definitions.places import place_words
from portal.services.demo import open_call_document
from reporting.enums import AreaStatus
from reporting.selectors.figures import TRAINING_QUESTION, YES
from reviews.checks.costs import FRAME, REQUIREMENT_NOT_MET
from tests.factories.definitions import both

Document = dict[str, Any]
type Break = Callable[[Document], object]


@cache
def opened(name: str = "kommuner") -> CallDefinition:
    return open_call_document(name, built_in_definition(f"{name}-2013"), 2027)


FOUR = [*built_in_definitions(), opened("kommuner"), opened("foreningar")]


def definition(*breaks: Break, name: str = "kommuner") -> CallDefinition:
    """The open call with these faults put in."""
    document = deepcopy(opened(name).document())
    for each in breaks:
        each(document)
    return CallDefinition.model_validate(document)


def said(found: CallDefinition, earlier: CallDefinition | None = None) -> dict[str, Misfit]:
    return {each.code: each for each in misfits(found, earlier)}


def put(*steps: Any) -> Break:
    """`put("dates", "opens", None)`: the last is the value at the place of the others."""
    *way, last, value = steps

    def change(document: Document) -> None:
        node: Any = document
        for step in way:
            node = node[step]
        node[last] = value

    return change


def question(key: str, kind: str = "text", **fields: Any) -> Document:
    return {"key": key, "kind": kind, "text": both(f"Fråga {key.replace('_', ' ')}?"), **fields}


def choice(key: str, *codes: str, kind: str = "one_choice", **fields: Any) -> Document:
    options = [{"code": code, "label": both(f"Svar {code}")} for code in codes]
    return question(key, kind, options=options, **fields)


def when(key: str, *options: str) -> Document:
    return {"question": key, "options": list(options)}


def asked_whole(*questions: Document) -> Break:
    """A section of its own in the application with these questions."""

    def change(document: Document) -> None:
        sections = document["application"]["questionnaire"]["sections"]
        sections.append({"key": "mera", "title": both("Mer"), "questions": list(questions)})

    return change


def reported(*questions: Document, areas: tuple[str, ...] = ()) -> Break:
    """A section of its own in the report questionnaire, for each area or those given."""

    def change(document: Document) -> None:
        section = {"key": "mera", "title": both("Mer"), "repeat": "area", "areas": list(areas)}
        document["report_questionnaire"]["sections"].append({**section, "questions": questions})

    return change


def table(document: Document, number: int) -> Document:
    found: Document = next(each for each in document["tables"] if each["number"] == number)
    return found


def in_table(number: int, field: str, value: Any) -> Break:
    return lambda document: table(document, number).update({field: value})


def rule(**fields: Any) -> Break:
    def change(document: Document) -> None:
        document["application"]["budget"]["rules"].append(
            {"code": "ny_regel", "title": both("Ny regel"), "reason": both("Därför."), **fields}
        )

    return change


def scored(*options: tuple[str, int], required: bool = True, **fields: Any) -> Break:
    def change(document: Document) -> None:
        form = document["assessment"]
        sections = form["questionnaire"]["sections"]
        codes = ["a", "b"]
        sections[-1]["questions"].append(choice("ny_poang", *codes, required=required, **fields))
        form["scores"] += [
            {"question": "ny_poang", "option": code, "points": points} for code, points in options
        ]

    return change


def condition_on_status(*statuses: str) -> Document:
    return {"status": list(statuses)}


@pytest.mark.parametrize("found", FOUR, ids=lambda each: each.code)
def test_those_that_come_with_the_system_can_be_published(found: CallDefinition) -> None:
    assert [each for each in misfits(found) if each.blocks] == []
    earlier = built_in_definition(found.follows) if found.follows else None
    assert [each for each in misfits(found, earlier) if each.blocks] == []


BLOCKING: dict[str, tuple[Break, ...]] = {
    "required_never_asked": (
        asked_whole(
            choice("ja_nej", "ja", "nej"),
            question("sedan", required=True, when=[when("ja_nej", "ja"), when("ja_nej", "nej")]),
        ),
    ),
    "area_unpayable": (rule(kind="not_payable", areas=["mapping"]),),
    "asked_only_in_unpayable": (
        rule(kind="not_payable", areas=["mapping", "training"]),
        reported(question("bara_dar"), areas=("mapping",)),
    ),
    "nothing_payable": (
        lambda document: rule(
            kind="not_payable",
            categories=[each["code"] for each in document["application"]["budget"]["categories"]],
        )(document),
    ),
    "status_not_kept": (
        lambda document: document["report_questionnaire"]["area_statuses"].append(
            {"code": "postponed", "label": both("Uppskjutet")}
        ),
    ),
    "table_never_asked": (
        reported(
            choice(
                "nar_klart",
                "ja",
                "nej",
                when=[condition_on_status("ongoing"), condition_on_status("completed")],
            )
        ),
        lambda document: document["tables"].append(
            {
                **table(document, 6),
                "number": 99,
                "question": "nar_klart",
                "columns": ["ja", "nej"],
                "rows": ["mapping"],
            }
        ),
    ),
    "tables_without_reports": (
        put("reports", {"interim": False, "final": False}),
        put("carry_over", "not_at_all"),
        put("dates", "report_due", None),
    ),
    "placeholder_left": (put("purpose", both("Pengar till {year}.")),),
    "no_days_to_apply": (put("dates", "closes", None),),
    "decision_after_spend_by": (put("dates", "decision_expected", "2028-05-01"),),
    "closes_after_spend_by": (
        put("dates", "closes", "2028-06-01"),
        put("dates", "decision_expected", None),
    ),
    "due_after_cutoff": (put("dates", "report_due", "2028-06-02"),),
    "final_before_interim": (
        put("dates", "final_report_due", "2028-05-02"),
        put("dates", "report_due", "2028-05-03"),
    ),
    "carried_without_final": (put("reports", {"interim": True, "final": False}),),
    "part_after_no_interim": (
        put("payments", "parts", [{"percent": 60}, {"percent": 40, "after_interim": True}]),
        put("reports", {"interim": False, "final": True}),
    ),
    "part_after_spend_by": (
        put("payments", "parts", [{"percent": 60}, {"percent": 40, "months": 14}]),
        put("carry_over", "not_at_all"),
    ),
    "plan_of_no_area": (put("reporting", "plan", ["project_title"]),),
    "never_met": (put("requirements", 0, "satisfied_by", ["not_applicable"]),),
    "begun_but_not_met": (put("requirements", 0, "satisfied_by", ["begun"]),),
    "eligibility_never_yes": (
        lambda document: [
            each.update(verdict="no", reason=both("Nej."))
            for each in document["application"]["eligibility"][0]["answers"]
        ],
    ),
    "no_assessment": (put("assessment", None),),
    "scores_without_maximum": (scored(("a", 0), ("b", 0)),),
    "appealed_twice": (
        lambda document: document["assessment"]["letter"]["appeals"].append(
            document["assessment"]["letter"]["appeals"][0]
        ),
    ),
    "replaced_still_asked": (asked_whole(question("gammal"), question("ny", replaces="gammal")),),
    "replaced_twice": (
        asked_whole(question("ny", replaces="gammal"), question("nyare", replaces="gammal")),
    ),
}
ADVICE: dict[str, tuple[Break, ...]] = {
    "never_asked": (
        asked_whole(
            choice("ja_nej", "ja", "nej"),
            question("sedan", when=[when("ja_nej", "ja"), when("ja_nej", "nej")]),
        ),
    ),
    "never_asked_in": (
        lambda document: document["report_questionnaire"]["sections"].extend(
            [
                {
                    "key": "ett",
                    "title": both("Ett"),
                    "repeat": "area",
                    "areas": ["mapping"],
                    "questions": [choice("val", "x", "y", when=[condition_on_status("ongoing")])],
                },
                {
                    "key": "tva",
                    "title": both("Två"),
                    "repeat": "area",
                    "areas": ["training"],
                    "questions": [choice("val", "x", "y")],
                },
                {
                    "key": "tre",
                    "title": both("Tre"),
                    "repeat": "area",
                    "areas": ["mapping", "training"],
                    "questions": [
                        question("sedan", when=[when("val", "x"), condition_on_status("completed")])
                    ],
                },
            ]
        ),
    ),
    "option_without_effect": (
        asked_whole(
            choice("val", "x", "y", "z"),
            question("sedan", when=[when("val", "x", "y"), when("val", "y", "z")]),
        ),
    ),
    "only_exclusive": (
        asked_whole(
            question(
                "val",
                "several_choices",
                options=[
                    {"code": code, "label": both(f"Svar {code}"), "exclusive": True}
                    for code in ("x", "y")
                ],
            )
        ),
    ),
    "options_alike": (
        asked_whole(
            question(
                "val",
                "one_choice",
                options=[{"code": code, "label": both("Ja")} for code in ("x", "y")],
            )
        ),
    ),
    "status_missing": (
        lambda document: document.update(
            tables=[each for each in document["tables"] if each["number"] != 1]
        ),
        lambda document: document["report_questionnaire"]["area_statuses"].pop(0),
        lambda document: document["report_questionnaire"]["sections"][1]["questions"].pop(0),
    ),
    "training_not_asked": (
        lambda document: document["report_questionnaire"]["sections"][0].update(
            questions=[question("annat")]
        ),
    ),
    "area_not_reported": (
        lambda document: document["other_areas"].append(
            {"code": "glomd", "title": both("Glömt område")}
        ),
        lambda document: [
            each.update(areas=["mapping"])
            for each in document["report_questionnaire"]["sections"]
            if each.get("repeat") and not each["areas"]
        ],
    ),
    "area_without_questions": (
        lambda document: [
            each.update(areas=["mapping"])
            for each in document["application"]["questionnaire"]["sections"]
            if each.get("repeat")
        ],
    ),
    "max_areas_above": (put("application", "max_areas", 40),),
    "table_lacks_row": (in_table(6, "rows", ["mapping", "training"]),),
    "table_lacks_column": (in_table(6, "columns", ["fully", "largely"]),),
    "table_lacks_option": (in_table(2, "rows", ["perpetrators"]),),
    "placeholders_differ": (in_table(2, "title", {"sv": "Grupper {year}", "en": "Target groups"}),),
    "text_alike": (put("purpose", both("Samma text i båda språken.")),),
    "decision_after_measuring": (put("dates", "decision_expected", "2028-01-15"),),
    "measured_other_year": (put("dates", "measured_at", "2026-12-31"),),
    "interim_without_day": (put("dates", "report_due", None),),
    "final_without_day": (put("dates", "final_report_due", None),),
    "day_of_no_interim": (put("reports", {"interim": False, "final": True}),),
    "day_of_no_final": (
        put("reports", {"interim": True, "final": False}),
        put("dates", "final_report_due", "2028-05-30"),
    ),
    "no_reports": (put("reports", {"interim": False, "final": False}),),
    "reminder_before_decision": (
        put("reporting", "reminders", "before", [360]),
        put("dates", "decision_expected", "2027-12-01"),
    ),
    "reminder_after_next": (
        put("reporting", "reminders", {"before": [7], "after": [60], "escalate": 60}),
        put("dates", "final_report_due", "2028-05-15"),
    ),
    "escalated_unreminded": (
        put("reporting", "reminders", {"before": [7], "after": [10], "escalate": 3}),
    ),
    "reports_alike": (
        put("carry_over", "not_at_all"),
        put("dates", "spend_by", "2027-12-31"),
    ),
    "limit_above_frame": (rule(kind="limited", categories=["salary"], max_amount_sek=80_000_000),),
    "limit_of_all": (rule(kind="limited", categories=["salary"], max_percent=100),),
    "rule_overshadowed": (rule(kind="limited", categories=["housing_by_other"], max_percent=10),),
    "reason_missing": (put("assessment", "cost_reasons", []),),
    "nothing_paid": (put("payments", None),),
    "part_after_spend_by": (
        put("payments", "parts", [{"percent": 60}, {"percent": 40, "months": 14}]),
    ),
    "nothing_before_interim": (
        put("payments", "parts", [{"percent": 100, "after_interim": True}]),
    ),
    "certificate_above_frame": (put("reporting", "certificate_from_sek", 80_000_000),),
    "help_without_certificate": (put("reporting", "certificate_from_sek", None),),
    "no_evidence_asked": (put("application", "requirements", "evidence", False),),
    "no_call_before": (put("follows", None),),
    "eligibility_never_clear": (
        lambda document: [
            each.update(verdict="depends", reason=both("Kanske."))
            for each in document["application"]["eligibility"][0]["answers"]
        ],
    ),
    "kind_of_other_stream": (lambda document: document["who_may_apply"].append("association"),),
    "no_contact": (put("application", "contacts", []),),
    "scores_alike": (scored(("a", 2), ("b", 2)),),
    "option_without_points": (scored(("a", 2)),),
    "scored_not_required": (scored(("a", 2), ("b", 0), required=False),),
    "scored_under_condition": (scored(("a", 2), ("b", 0), when=[when("development", "partly")]),),
    "no_letter": (put("assessment", "letter", None),),
    "opinion_not_asked": (put("asks_opinion", False),),
    "opinion_after_decision": (put("assessment", "opinion", "days", 300),),
    "no_grounds": (put("revocation_grounds", []),),
}


@pytest.mark.parametrize("code", BLOCKING)
def test_what_cannot_be_meant_keeps_a_call_from_being_published(code: str) -> None:
    assert code not in said(opened())
    found = said(definition(*BLOCKING[code]))[code]
    assert found.severity is Severity.BLOCKING
    assert found.blocks


@pytest.mark.parametrize("code", ADVICE)
def test_what_may_be_meant_is_advice(code: str) -> None:
    broken = definition(*ADVICE[code])
    found = said(broken)[code]
    assert found.severity is Severity.ADVICE
    assert not found.blocks
    before = [each.place for each in misfits(opened()) if each.code == code]
    assert [each.place for each in misfits(broken) if each.code == code] != before or (
        code in {"final_without_day"}
    )


def test_without_statuses_no_report_can_be_kept() -> None:
    broken = definition(
        put("tables", []),
        put("report_questionnaire", "area_statuses", []),
        lambda document: document["report_questionnaire"]["sections"][1].update(
            questions=[question("annat")]
        ),
    )
    assert said(broken)["no_statuses"].blocks


def test_a_question_through_another_that_is_never_asked_is_never_asked() -> None:
    broken = definition(
        asked_whole(
            choice("forst", "x", "y"),
            choice("sedan", "x", "y", when=[when("forst", "x"), when("forst", "y")]),
            question("sist", required=True, when=[when("sedan", "x")]),
        )
    )
    found = [each for each in misfits(broken) if each.code.endswith("never_asked")]
    assert [each.code for each in found] == ["required_never_asked", "never_asked"]
    assert found[0].place[-3:] == ("questions", 2, "when")


@pytest.mark.parametrize(
    ("exclusive", "fits"), [(("x",), False), (("x", "y"), False), ((), True), (("z",), True)]
)
def test_several_choices_meet_two_conditions_unless_one_shuts_out_the_other(
    exclusive: tuple[str, ...], fits: bool
) -> None:
    options = [
        {"code": code, "label": both(f"Svar {code}"), "exclusive": code in exclusive}
        for code in ("x", "y", "z")
    ]
    broken = definition(
        asked_whole(
            question("val", "several_choices", options=options),
            question("sedan", when=[when("val", "x"), when("val", "y")]),
        )
    )
    assert ("never_asked" not in said(broken)) is fits


EARLIER: dict[str, tuple[Severity, Break]] = {
    "replaces_unknown": (Severity.BLOCKING, asked_whole(question("ny", replaces="fanns_inte"))),
    "replaces_unknown_option": (
        Severity.BLOCKING,
        asked_whole(
            choice(
                "ny_val",
                "x",
                "y",
                replaces={"question": "gammalt_val", "options": [{"was": "q", "now": "x"}]},
            )
        ),
    ),
    "replaces_other_kind": (Severity.ADVICE, asked_whole(question("ny", replaces="gammalt_val"))),
    "key_of_other_kind": (Severity.BLOCKING, asked_whole(question("gammalt_val"))),
    "option_gone": (
        Severity.ADVICE,
        asked_whole(choice("gammalt_val", "a", "ny")),
    ),
}


@pytest.mark.parametrize("code", EARLIER)
def test_what_a_question_replaces_is_held_against_the_definition_it_follows(code: str) -> None:
    severity, change = EARLIER[code]
    earlier = definition(asked_whole(choice("gammalt_val", "a", "b")), put("year", 2026))
    newer = definition(change)
    assert said(newer, earlier)[code].severity is severity
    assert code not in said(newer)
    good = definition(
        asked_whole(
            choice(
                "ny_val",
                "x",
                "b",
                replaces={"question": "gammalt_val", "options": [{"was": "a", "now": "x"}]},
            )
        )
    )
    assert not set(said(good, earlier)) & set(EARLIER)


def test_a_call_before_without_reports_gives_nothing_to_propose_from() -> None:
    earlier = definition(put("year", 2026), put("reports", {"interim": False, "final": False}))
    assert "no_report_to_go_by" in said(definition(), earlier)
    assert "no_report_to_go_by" not in said(definition(), definition(put("year", 2026)))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_has_its_words_and_its_place(language: str) -> None:
    earlier = definition(asked_whole(choice("gammalt_val", "a", "b")), put("year", 2026))
    cases = [(each, None) for each in (*BLOCKING.values(), *ADVICE.values())]
    cases += [((change,), earlier) for _severity, change in EARLIER.values()]
    seen: set[str] = set()
    with translation.override(language):
        for breaks, before in cases:
            found = definition(*breaks)
            for each in misfits(found, before):
                seen.add(each.code)
                assert "{" not in each.text().replace("{year}", "")
                words = place_words(found, each.place, language)
                assert words
                assert "_" not in words
    untold = {"no_statuses", "no_report_to_go_by"}
    assert set(TEXTS) - seen == untold


def test_what_the_definitions_rooms_repeat_of_others_is_the_same_there() -> None:
    assert set(STATUSES) == set(AreaStatus.values)
    assert TRAINING == (TRAINING_QUESTION, YES)
    assert sorted(kind for kinds in KINDS.values() for kind in kinds) == sorted(
        OrganisationKind.values
    )
    assert {FRAME, REQUIREMENT_NOT_MET} == {"frame", "requirement_not_met"}


def test_what_blocks_comes_first() -> None:
    found = misfits(definition(put("purpose", both("Till {year}.")), put("payments", None)))
    blocks = [each.blocks for each in found]
    assert blocks == sorted(blocks, reverse=True)
    assert True in blocks
    assert False in blocks
