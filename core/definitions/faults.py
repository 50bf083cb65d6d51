"""Faults in a definition document: a code, a place in the document and a text in two languages.

Texts are looked up when shown, so that the reader's language decides.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

type Place = tuple[int | str, ...]


def gettext_noop(message: str) -> str:
    """Marks a text for translation. Django's own needs settings, and would be called here at
    import."""
    return message


# Our own codes. The names in braces are filled from the fault's parameters.
_OWN_TEXTS: dict[str, str] = {
    "duplicate": gettext_noop("“{value}” is given more than once; each must be unique"),
    "empty_text": gettext_noop("is empty; expected a text"),
    "not_a_code": gettext_noop(
        "“{value}” is not a code; expected lower-case letters a–z, digits and {separator}, "
        "beginning with a letter"
    ),
    "no_options": gettext_noop("“{question}” is a choice; expected at least two options"),
    "options_on_value": gettext_noop("“{question}” is not a choice; expected no options"),
    "exclusive_in_one_choice": gettext_noop(
        "“{option}” is exclusive in a one-choice question, where every option is; "
        "expected no “exclusive”"
    ),
    "unknown_option_list": gettext_noop(
        "there is no option list “{value}”; expected one of: {expected}"
    ),
    "unknown_option": gettext_noop("there is no option “{value}”; expected one of: {expected}"),
    "unknown_cost_rule": gettext_noop(
        "there is no cost rule “{value}”; expected one of: {expected}"
    ),
    "options_twice": gettext_noop("expected either options or an option list, not both"),
    "limit_on_wrong_kind": gettext_noop(
        "“{limit}” does not fit a question of the kind {kind}; expected it on: {expected}"
    ),
    "limits_crossed": gettext_noop("the lowest value {minimum} is above the highest {maximum}"),
    "areas_without_repeat": gettext_noop(
        "areas are listed in a section that does not repeat; expected “repeat: area”"
    ),
    "empty_condition": gettext_noop(
        "a condition says nothing; expected a question with options, or statuses"
    ),
    "condition_without_options": gettext_noop(
        "the condition on “{question}” names no options; expected at least one"
    ),
    "condition_on_unknown": gettext_noop(
        "the condition is on “{question}”, which is not asked there ({where})"
    ),
    "condition_on_later": gettext_noop(
        "the condition is on “{question}”, which comes later; expected a question before this one"
    ),
    "condition_on_value": gettext_noop(
        "the condition is on “{question}”, which is not a choice; expected a choice question"
    ),
    "condition_on_unknown_option": gettext_noop(
        "“{question}” has no option “{option}”; expected one of: {expected}"
    ),
    "condition_on_status_outside_area": gettext_noop(
        "a question of the whole form cannot depend on an area's status"
    ),
    "unknown_status": gettext_noop("there is no status “{value}”; expected one of: {expected}"),
    "unknown_area": gettext_noop("there is no area “{value}”; expected one of: {expected}"),
    "kind_differs": gettext_noop(
        "“{question}” is {kind} here and {other} in another section; "
        "one key must be one kind of question"
    ),
    "unknown_placeholder": gettext_noop(
        "the placeholder {{{value}}} is not known; expected one of: {expected}"
    ),
    "wrong_braces": gettext_noop("braces that do not match; expected a placeholder as {{year}}"),
    "no_areas": gettext_noop("expected at least one area"),
    "dates_out_of_order": gettext_noop("{later} is before {earlier}; expected the other order"),
    "satisfied_by_not_met": gettext_noop(
        "“not_met” cannot satisfy a requirement; expected among: {expected}"
    ),
    "kind_may_not_apply": gettext_noop(
        "{value} may not apply in this call; expected one of: {expected}"
    ),
    "other_stream": gettext_noop("the table is for {value}; expected the call's own: {expected}"),
    "table_needs": gettext_noop("a table of the kind {kind} needs “{field}”"),
    "table_has_no": gettext_noop("a table of the kind {kind} has no “{field}”"),
    "question_not_asked": gettext_noop("“{question}” is not asked ({where})"),
    "question_of_other_kind": gettext_noop(
        "“{question}” is {kind}; a table of this kind expects {expected}"
    ),
    "option_not_in_question": gettext_noop(
        "“{question}” has no option “{value}”; expected one of: {expected}"
    ),
    "unknown_column": gettext_noop("there is no column “{value}”; expected one of: {expected}"),
    "values_and_columns": gettext_noop("{values} values are given; expected {expected}"),
    "rule_about_nothing": gettext_noop(
        "a cost rule is about nothing; expected categories, areas or both"
    ),
    "limit_on_not_payable": gettext_noop(
        "what is not payable has no “{limit}”; expected it on a rule of the kind limited"
    ),
    "unknown_category": gettext_noop(
        "there is no cost category “{value}”; expected one of: {expected}"
    ),
    "unknown_question": gettext_noop(
        "there is no question “{value}” there; expected one of: {expected}"
    ),
    "statuses_in_application": gettext_noop(
        "area statuses belong to reports; expected none in an application"
    ),
    "part_repeats": gettext_noop(
        "what an organisation answers for itself comes once; expected no “repeat”"
    ),
    "reason_missing": gettext_noop(
        "the answer “{value}” means {verdict} and says not why; expected a reason"
    ),
    "parts_not_whole": gettext_noop("the parts are {value} % together; expected 100 %"),
    "not_an_email": gettext_noop("“{value}” is not an e-mail address"),
    "no_document": gettext_noop("expected a document of fields and values"),
    "not_yaml": gettext_noop("is not readable as YAML: {problem}"),
    "not_utf8": gettext_noop("is not UTF-8 text"),
    "alias": gettext_noop("points to what is not there; write the values out"),
    "too_large_document": gettext_noop("is too large, or nested too deep, for a definition"),
    "repeated_field": gettext_noop("the field “{value}” is given twice"),
}

# pydantic's own error types, in words for the person who edits the file.
_KNOWN_TEXTS: dict[str, str] = {
    "missing": gettext_noop("is missing"),
    "extra_forbidden": gettext_noop("is not known here; check the spelling or remove it"),
    "string_type": gettext_noop("expected a text (put it in quotation marks)"),
    "string_too_short": gettext_noop("is empty; expected a text"),
    "int_type": gettext_noop("expected a whole number"),
    "int_parsing": gettext_noop("expected a whole number"),
    "int_from_float": gettext_noop("expected a whole number"),
    "bool_type": gettext_noop("expected true or false"),
    "bool_parsing": gettext_noop("expected true or false"),
    "tuple_type": gettext_noop("expected a list"),
    "list_type": gettext_noop("expected a list"),
    "too_short": gettext_noop("expected at least {min_length} in the list"),
    "model_type": gettext_noop("expected fields and values"),
    "dict_type": gettext_noop("expected fields and values"),
    "model_attributes_type": gettext_noop("expected fields and values"),
    "literal_error": gettext_noop("expected one of: {expected}"),
    "enum": gettext_noop("expected one of: {expected}"),
    "date_type": gettext_noop("expected a date as 2013-12-31"),
    "date_parsing": gettext_noop("expected a date as 2013-12-31"),
    "date_from_datetime_parsing": gettext_noop("expected a date as 2013-12-31"),
    "date_from_datetime_inexact": gettext_noop("expected a date as 2013-12-31"),
    "greater_than": gettext_noop("expected a number above {gt}"),
    "greater_than_equal": gettext_noop("expected a number of at least {ge}"),
    "less_than_equal": gettext_noop("expected a number of at most {le}"),
}


def fault(code: str, **params: object) -> PydanticCustomError:
    """A fault to raise in a validator, placed where the validator stands."""
    template = _OWN_TEXTS[code]
    context = {name: str(value) for name, value in params.items()}
    return PydanticCustomError(code, template.replace("{{", "").replace("}}", ""), context)


def faults_at(title: str, faults: Iterable[tuple[Place, PydanticCustomError]]) -> None:
    """Raise all of them at once, each at its place below the model that is being validated."""
    details = [InitErrorDetails(type=each, loc=place, input=None) for place, each in faults]
    if details:
        raise ValidationError.from_exception_data(title, details)


def fault_text(code: str, params: Mapping[str, Any]) -> str:
    """The text of a fault in the active language; pydantic's own codes included."""
    template = _OWN_TEXTS.get(code) or _KNOWN_TEXTS.get(code)
    if template is None:
        return gettext("is not as expected")
    return gettext(template).format(**params)


def place_text(place: Place) -> str:
    """`('tables', 2, 'rows', 0)` as `tables[3].rows[1]`: lists are counted from one."""
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        else:
            text += f".{step}" if text else step
    return text
