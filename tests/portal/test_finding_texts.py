"""Everything that the checks can say, and every refusal, has words, and the way to its field."""

import ast
import inspect
from typing import Any

import pytest
from django.utils import translation

from core.definitions import ProblemCode
from grants.checks import Finding, Severity, submission
from grants.enums import RowKind
from grants.models import Application
from grants.selectors.submission import snapshot_of
from grants.services.writing import add_row
from grants.workflow import Condition
from portal.views.finding_texts import (
    CODES,
    CONDITIONS,
    Words,
    finding_text,
    finding_url,
    problem_text,
    refusal_text,
    words_of,
)
from tests.factories import OrganisationFactory, acting_for
from tests.factories.forms import begun, form_call, put

pytestmark = pytest.mark.django_db
PARAMS: dict[str, Any] = {
    "problem": "too_long",
    "limit": 10,
    "total": 20,
    "length": 12,
    "opens": "2026-12-01",
    "area": "mapping",
    "activity": "Kartlägga",
    "line": 2,
    "text": "Lön",
    "missing": "category",
    "rule": "bought_housing",
    "requirement": "knowledge",
    "attachment": "plan",
    "name": "bilaga.pdf",
}


def codes_in_checks() -> set[str]:
    """Every code that a check of submitting can give, read from its source."""
    tree = ast.parse(inspect.getsource(submission))
    found: set[str] = set()
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in {"Finding", "_of_line"} and isinstance(node.args[0], ast.Constant):
            found.add(node.args[0].value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
            found |= {each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
    return {each for each in found if isinstance(each, str)} | set(submission.MISSING)


@pytest.fixture
def words() -> Words:
    lead = OrganisationFactory(name="Ale kommun")
    writer = acting_for(lead)
    draft = begun(form_call(), lead, writer)
    put(draft, writer, "areas.mapping", "yes")
    add_row(application=draft, kind=RowKind.ACTIVITY, actor=writer, area="mapping")
    add_row(application=draft, kind=RowKind.LINE, actor=writer)
    return words_of(draft)


def test_every_code_has_words() -> None:
    assert codes_in_checks() - CODES == set()
    assert len(codes_in_checks()) > 25


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_words_say_all_that_they_promise(words: Words, code: str, language: str) -> None:
    with translation.override(language):
        finding = Finding(code, Severity.BLOCKING, words.lead, "answer.-.leader", PARAMS)
        text = finding_text(finding, words)
    assert text
    assert "%(" not in text
    assert "None" not in text


@pytest.mark.parametrize("condition", list(Condition))
def test_every_refusal_has_words(condition: Condition) -> None:
    assert set(CONDITIONS) == set(Condition)
    assert refusal_text(condition)


@pytest.mark.parametrize("problem", list(ProblemCode))
def test_every_problem_with_a_value_has_words(problem: ProblemCode) -> None:
    assert "%(" not in problem_text(problem, {"limit": 5, "length": 7})
    assert problem_text(problem, {})


@pytest.mark.parametrize(
    ("field", "page"),
    [
        ("areas", "areas/"),
        ("areas.mapping", "areas/#f-areas-mapping"),
        ("answer.-.leader", "leadership/#f-answer---leader"),
        ("answer.mapping.situation", "area-mapping/#f-answer-mapping-situation"),
        ("row.1.title", "area-mapping/#f-row-1-title"),
        ("row.2.text", "budget/#f-row-2-text"),
        ("budget", "budget/"),
        ("attachments.plan", "attachments/#f-attachments-plan"),
        ("other", "attachments/"),
        ("partners", "medsokande/"),
        ("", ""),
    ],
)
def test_a_finding_leads_to_its_field(words: Words, field: str, page: str) -> None:
    found = finding_url(Finding("answer_missing", Severity.BLOCKING, None, field), words)
    assert found == (f"/mina-ansokningar/{words.application}/{page}" if page else "")


def test_every_finding_of_a_draft_leads_somewhere_and_says_something(words: Words) -> None:
    draft = Application.objects.get(pk=words.application)
    _, findings = snapshot_of(draft)
    assert {each.code for each in findings} > {"answer_missing", "part_missing", "line_empty"}
    for each in findings:
        assert finding_text(each, words)
        assert finding_url(each, words)


def test_a_partners_part_leads_to_the_partners_page(words: Words) -> None:
    partner = OrganisationFactory()
    finding = Finding("part_missing", Severity.BLOCKING, partner.pk, f"part.{partner.pk}.contact")
    assert f"/organisation/{partner.pk}/" in finding_url(finding, words)


def test_a_line_is_named_by_what_it_is_for_or_its_place(words: Words) -> None:
    assert words.line(2, "Lön till projektledaren") == "”Lön till projektledaren”"
    with translation.override("sv"):
        assert words.line(2) == "nummer 1"
