"""What fields of a call's definition can name: areas, questions, options and rules of the draft."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.definitions.faults import Place
from grants.definitions import HAD_FUNDING
from grants.definitions.shape import FieldShape, value_at

type Pairs = list[tuple[str, str]]

_CHOICES = ("one_choice", "several_choices")


def references(
    document: Mapping[str, Any], place: Place, said: Mapping[str, Any], shape: FieldShape
) -> Pairs | None:
    """The codes that the field at the place can name, with what they are called; None where it
    names nothing. `said` is the document that the field stands in."""
    match shape.owner.__name__, shape.name:
        case ("Section" | "CostRule", "areas") | ("TableDefinition", "area"):
            return areas(document)
        case "CostRule", "categories":
            return _pairs(value_at(document, ("application", "budget", "categories")))
        case "CostReason", "rule":
            return _pairs(value_at(document, ("application", "budget", "rules")))
        case "ApplicationForm", "own_work":
            return _questions(document, ("application", "part"))
        case "ReportForm", "plan":
            return _questions(document, ("application", "questionnaire"))
        case "Guidance", "question":
            return _questions(document, ("assessment", "questionnaire"))
        case "Score", "question":
            return _questions(document, ("assessment", "questionnaire"), ("one_choice",))
        case "Score", "option":
            return _options(document, ("assessment", "questionnaire"), said.get("question"))
        case "Question", "option_list":
            return _pairs(value_at(document, (*_form(place), "option_lists")))
        case "Condition", "question":
            return _before(document, place)
        case "Condition", "options":
            return _options(document, _form(place), said.get("question"))
        case "Condition", "status":
            return _pairs(value_at(document, (*_form(place), "area_statuses")))
        case "TableDefinition", "question":
            return _questions(document, ("report_questionnaire",), _CHOICES)
        case "Entry", "code":
            return _entries(document, place)
    return None


def areas(document: Mapping[str, Any]) -> Pairs:
    """The areas of the draft, those of the development fields first."""
    fields = document.get("development_fields")
    inside = [
        area
        for each in (fields if isinstance(fields, list) else [])
        if isinstance(each, Mapping)
        for area in _pairs(each.get("areas"))
    ]
    return [*inside, *_pairs(document.get("other_areas"))]


def _name(raw: Mapping[str, Any], code: str) -> str:
    language = "en" if (get_language() or "sv").startswith("en") else "sv"
    for name in ("title", "text", "label"):
        text = raw.get(name)
        if isinstance(text, Mapping) and (words := text.get(language) or text.get("sv")):
            return str(words)
    return code


def _pairs(rows: Any) -> Pairs:
    found: Pairs = []
    for each in rows if isinstance(rows, list) else []:
        if isinstance(each, Mapping) and (code := each.get("code") or each.get("key")):
            found.append((str(code), _name(each, str(code))))
    return found


def _form(place: Place) -> Place:
    """The questionnaire that the place is in."""
    return place[: place.index("sections")] if "sections" in place else place[:-1]


def _asked(document: Mapping[str, Any], form: Place) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    sections = value_at(document, (*form, "sections"))
    for s, section in enumerate(sections if isinstance(sections, list) else []):
        questions = section.get("questions") if isinstance(section, Mapping) else None
        for q, question in enumerate(questions if isinstance(questions, list) else []):
            if isinstance(question, Mapping) and question.get("key"):
                yield (*form, "sections", s, "questions", q), question


def _questions(document: Mapping[str, Any], form: Place, kinds: Sequence[str] = ()) -> Pairs:
    """The questions once each: several sections may ask the same."""
    found: dict[str, str] = {}
    for _place, each in _asked(document, form):
        if not kinds or each.get("kind") in kinds:
            found.setdefault(str(each["key"]), _name(each, str(each["key"])))
    return list(found.items())


def _before(document: Mapping[str, Any], place: Place) -> Pairs:
    """The choice questions that come before the question whose condition it is."""
    here = place[: place.index("when")] if "when" in place else place
    found: dict[str, str] = {}
    for at, each in _asked(document, _form(place)):
        if at == here:
            break
        if each.get("kind") in _CHOICES:
            found.setdefault(str(each["key"]), _name(each, str(each["key"])))
    return list(found.items())


def _options(document: Mapping[str, Any], form: Place, key: Any) -> Pairs:
    lists = {
        str(each.get("key")): each.get("options")
        for each in value_at(document, (*form, "option_lists")) or []
        if isinstance(each, Mapping)
    }
    found: dict[str, str] = {}
    for _place, each in _asked(document, form):
        if each["key"] == key:
            rows = each.get("options") or lists.get(str(each.get("option_list")))
            for code, label in _pairs(rows):
                found.setdefault(code, label)
    return list(found.items())


def _entries(document: Mapping[str, Any], place: Place) -> Pairs | None:
    """What a row or a column of an outcome table can be."""
    table = value_at(document, place[:2])
    if not isinstance(table, Mapping):
        return None
    kind, rows = table.get("kind"), "rows" in place
    form: Place = ("report_questionnaire",)
    match kind, rows:
        case (("area_status_counts" | "single_choice_percent" | "multi_choice_percent"), True):
            return areas(document)
        case "area_status_counts", False:
            statuses = _pairs(value_at(document, (*form, "area_statuses")))
            return [(HAD_FUNDING, _("Had money for the area")), *statuses]
        case "multi_choice_counts", False:
            return [("count", _("How many"))]
    return _options(document, form, table.get("question"))
