"""Places and values of a definition document in words, for those who never see its fields.

Documents are raw, as they are stored, and need not be right. A place is the way to a value as
faults have it: names of fields, and indexes from 0.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext, pgettext
from pydantic import BaseModel

from applicants.enums import OrganisationKind
from core import formats
from core.definitions.faults import Place, gettext_noop
from core.definitions.text import LANGUAGES, LocalText
from grants.definitions.assessment import Guidance, Score
from grants.definitions.call import CallDefinition
from grants.definitions.shape import FieldShape, Kind, fields_of, opened, value_at

STEP = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "

# By model and field where one word would not do for both, else by the field alone.
_FIELDS: dict[str, str] = {
    "code": gettext_noop("Code"),
    "key": gettext_noop("Key"),
    "version": gettext_noop("Version"),
    "follows": gettext_noop("Follows"),
    "stream": gettext_noop("Stream"),
    "year": gettext_noop("Year"),
    "agency": gettext_noop("Agency"),
    "name": gettext_noop("Name"),
    "short": gettext_noop("Abbreviation"),
    "title": gettext_noop("Title"),
    "purpose": gettext_noop("Purpose"),
    "legal_basis": gettext_noop("Legal basis"),
    "frame_sek": gettext_noop("Frame"),
    "dates": gettext_noop("Dates"),
    "opens": gettext_noop("Opens"),
    "closes": gettext_noop("Last day to apply"),
    "decision_expected": gettext_noop("Decision expected"),
    "measured_at": gettext_noop("Measuring date"),
    "spend_by": gettext_noop("Last day to use the money"),
    "report_due": gettext_noop("Report due"),
    "final_report_due": gettext_noop("Final report due"),
    "report_cutoff": gettext_noop("Last day for reports to be counted"),
    "who_may_apply": gettext_noop("Who may apply"),
    "asks_opinion": gettext_noop("County boards give their opinion"),
    "carry_over": gettext_noop("Money after the last day to use it"),
    "reports": gettext_noop("Reports that are asked for"),
    "interim": gettext_noop("Interim report"),
    "final": gettext_noop("Final report"),
    "development_fields": gettext_noop("Development fields"),
    "areas": gettext_noop("Areas"),
    "other_areas": gettext_noop("Areas outside the development fields"),
    "description": gettext_noop("Description"),
    "requirements": gettext_noop("Performance requirements"),
    "text": gettext_noop("Text"),
    "satisfied_by": gettext_noop("Findings that are enough"),
    "applies_to": gettext_noop("Applies to"),
    "kinds": gettext_noop("Kinds of organisation"),
    "revocation_grounds": gettext_noop("Grounds for revocation"),
    "application": gettext_noop("Application form"),
    "assessment": gettext_noop("Assessment"),
    "payments": gettext_noop("Payments"),
    "reporting": gettext_noop("Reporting"),
    "letters": gettext_noop("Letters and mails"),
    "decision_intro": gettext_noop("First in every decision letter"),
    "decision_closing": gettext_noop("Last in every decision letter"),
    "receipt": gettext_noop("In the mail at receipt"),
    "decision": gettext_noop("In the mail when there is a decision"),
    "report_reminder": gettext_noop("In the reminder of a report"),
    "report_questionnaire": gettext_noop("Report questionnaire"),
    "tables": gettext_noop("Outcome tables"),
    "questionnaire": gettext_noop("Questions"),
    "part": gettext_noop("What each organisation answers for itself"),
    "own_work": gettext_noop("Question on the organisation’s own work"),
    "activity_help": gettext_noop("Help for activities"),
    "max_areas": gettext_noop("Most areas in one application"),
    "budget": gettext_noop("Budget"),
    "attachments": gettext_noop("Attachments"),
    "funding_help": gettext_noop("Help for other grants and own money"),
    "declaration": gettext_noop("Declaration"),
    "eligibility": gettext_noop("May we apply?"),
    "payable": gettext_noop("The money may be used for"),
    "not_payable": gettext_noop("The money may not be used for, or only in part"),
    "judging": gettext_noop("How applications are judged"),
    "who_note": gettext_noop("Note on who may apply"),
    "contacts": gettext_noop("Contacts"),
    "email": gettext_noop("E-mail"),
    "phone": gettext_noop("Telephone"),
    "hours": gettext_noop("Telephone hours"),
    "area_statuses": gettext_noop("Statuses of an area"),
    "option_lists": gettext_noop("Lists of options"),
    "option_list": gettext_noop("List of options"),
    "sections": gettext_noop("Sections"),
    "questions": gettext_noop("Questions"),
    "options": gettext_noop("Options"),
    "label": gettext_noop("Label"),
    "exclusive": gettext_noop("Cannot be chosen together with others"),
    "help": gettext_noop("Help"),
    "repeat": gettext_noop("Comes once for each area"),
    "kind": gettext_noop("Kind"),
    "required": gettext_noop("Required"),
    "when": gettext_noop("Only asked when"),
    "minimum": gettext_noop("Lowest value"),
    "maximum": gettext_noop("Highest value"),
    "max_length": gettext_noop("Most characters"),
    "replaces": gettext_noop("Replaces"),
    "question": gettext_noop("Question"),
    "status": gettext_noop("Status"),
    "was": gettext_noop("Was"),
    "now": gettext_noop("Is now"),
    "categories": gettext_noop("Cost categories"),
    "rules": gettext_noop("Cost rules"),
    "reason": gettext_noop("Reason"),
    "max_amount_sek": gettext_noop("Highest amount"),
    "max_percent": gettext_noop("Highest percentage"),
    "how_max_length": gettext_noop("Most characters in an answer"),
    "evidence": gettext_noop("Evidence is asked for"),
    "answers": gettext_noop("Answers"),
    "verdict": gettext_noop("What the answer means"),
    "advice": gettext_noop("Advice"),
    "officers": gettext_noop("Number of officers"),
    "guidance": gettext_noop("Guidance"),
    "scores": gettext_noop("Points"),
    "option": gettext_noop("Option"),
    "points": gettext_noop("Number of points"),
    "cost_reasons": gettext_noop("Reasons at budget lines"),
    "rule": gettext_noop("Provision"),
    "texts": gettext_noop("Text library"),
    "use": gettext_noop("Used in"),
    "waiver": gettext_noop("Provision on waivers"),
    "opinion": gettext_noop("Opinion of the county board"),
    "days": gettext_noop("Days to answer"),
    "answer_days": gettext_noop("Days to answer what is communicated"),
    "target_days": gettext_noop("Days a case should take"),
    "letter": gettext_noop("Decision letter"),
    "address": gettext_noop("Address"),
    "contact": gettext_noop("Contact"),
    "repayment": gettext_noop("Repayment"),
    "conditions": gettext_noop("Conditions"),
    "appeals": gettext_noop("Appeals"),
    "not_appealable": gettext_noop("Text where a decision cannot be appealed"),
    "decisions": gettext_noop("Kinds of decisions"),
    "court": gettext_noop("Court"),
    "appropriation": gettext_noop("Appropriation item"),
    "requisition": gettext_noop("The grantee asks for each part"),
    "parts": gettext_noop("Parts of the grant"),
    "percent": gettext_noop("Percentage of the grant"),
    "months": gettext_noop("Months after the decision"),
    "after_interim": gettext_noop("Not before the interim report is accepted"),
    "due_days": gettext_noop("Days to pay"),
    "interest": gettext_noop("Provision on interest"),
    "blocks": gettext_noop("Provision on those who owe money"),
    "pay_to": gettext_noop("How to pay"),
    "plan": gettext_noop("Questions of the application that are shown"),
    "explain_percent": gettext_noop("Deviation that is explained, in per cent"),
    "certificate_from_sek": gettext_noop("Auditor’s certificate from"),
    "certificate_help": gettext_noop("Help for the auditor’s certificate"),
    "reminders": gettext_noop("Reminders"),
    "before": gettext_noop("Days before the last day"),
    "after": gettext_noop("Days after the last day"),
    "escalate": gettext_noop("Days until others are told"),
    "number": gettext_noop("Number"),
    "row_heading": gettext_noop("Heading of the rows"),
    "area": gettext_noop("Area"),
    "columns": gettext_noop("Columns"),
    "rows": gettext_noop("Rows"),
    "group_by": gettext_noop("Rows in groups"),
    "notes": gettext_noop("Notes"),
    "chart": gettext_noop("Drawn as a chart"),
    "sv": gettext_noop("In Swedish"),
    "en": gettext_noop("In English"),
    "ApplicationForm.requirements": gettext_noop("How the requirements are answered"),
    "AssessmentForm.questionnaire": gettext_noop("Assessment form"),
    "CostReason.rule": gettext_noop("Cost rule"),
    "PaymentTerms.repayment": gettext_noop("Money that is to come back"),
}

# An item of a list; its name follows.
_ITEMS: dict[str, str] = {
    "development_fields": gettext_noop("Development field “{name}”"),
    "areas": gettext_noop("Area “{name}”"),
    "other_areas": gettext_noop("Area “{name}”"),
    "requirements": gettext_noop("Requirement “{name}”"),
    "revocation_grounds": gettext_noop("Ground “{name}”"),
    "tables": gettext_noop("Table {name}"),
    "attachments": gettext_noop("Attachment “{name}”"),
    "eligibility": gettext_noop("The check “May we apply?”: “{name}”"),
    "answers": gettext_noop("Answer “{name}”"),
    "contacts": gettext_noop("Contact “{name}”"),
    "area_statuses": gettext_noop("Status “{name}”"),
    "option_lists": gettext_noop("List “{name}”"),
    "sections": gettext_noop("Section “{name}”"),
    "questions": gettext_noop("Question “{name}”"),
    "options": gettext_noop("Option “{name}”"),
    "when": gettext_noop("Condition {name}"),
    "categories": gettext_noop("Cost category “{name}”"),
    "rules": gettext_noop("Cost rule “{name}”"),
    "guidance": gettext_noop("Guidance at “{name}”"),
    "scores": gettext_noop("Points for “{name}”"),
    "cost_reasons": gettext_noop("Reason “{name}”"),
    "texts": gettext_noop("Text “{name}”"),
    "appeals": gettext_noop("Appeal {name}"),
    "parts": gettext_noop("Part {name} of the grant"),
    "rows": gettext_noop("Row “{name}”"),
    "columns": gettext_noop("Column “{name}”"),
}
# Codes of the choices in a definition, as they are read.
_VALUES: dict[str, str] = {
    "municipalities": gettext_noop("Municipalities"),
    "associations": gettext_noop("Associations"),
    "by_decision": gettext_noop("By decision"),
    "not_at_all": gettext_noop("Not at all"),
    "all": gettext_noop("Everybody"),
    "granted_last_year": gettext_noop("Those granted money the year before"),
    "met": gettext_noop("Met"),
    "begun": gettext_noop("Begun"),
    "not_met": gettext_noop("Not met"),
    "not_applicable": gettext_noop("Not applicable"),
    "text": gettext_noop("Text"),
    "number": gettext_noop("Number"),
    "money": gettext_noop("Amount"),
    "date": gettext_noop("Date"),
    "one_choice": gettext_noop("One choice"),
    "several_choices": gettext_noop("Several choices"),
    "not_payable": gettext_noop("Not payable"),
    "limited": gettext_noop("Limited"),
    "yes": gettext_noop("Yes"),
    "no": gettext_noop("No"),
    "depends": gettext_noop("Depends"),
    "grant": gettext_noop("Granting"),
    "part": gettext_noop("In part"),
    "reject": gettext_noop("Rejecting"),
    "dismiss": gettext_noop("Dismissing"),
    "condition": gettext_noop("Condition"),
    "granted": gettext_noop("Granted in full"),
    "rejected": gettext_noop("Rejected"),
    "dismissed": gettext_noop("Dismissed"),
    "revoked": gettext_noop("Revoked"),
    "area_status_counts": gettext_noop("Areas by status"),
    "multi_choice_counts": gettext_noop("Numbers of several choices"),
    "single_choice_percent": gettext_noop("Percentages of one choice"),
    "multi_choice_percent": gettext_noop("Percentages of several choices"),
    "area": gettext_noop("For each area"),
    "development_field": gettext_noop("By development field"),
}
_NAMES = ("title", "text", "label", "name")
LONGEST_NAME = 80


def field_words(model: type[BaseModel], field: str) -> str:
    """What a field of a definition is called, in the active language."""
    words = _FIELDS.get(f"{model.__name__}.{field}") or _FIELDS[field]
    return gettext(words)


def value_words(value: str) -> str:
    """A value that is a text of the document: of a choice what it is called, else as it stands."""
    if value in OrganisationKind.values:
        return str(OrganisationKind(value).label)
    return gettext(_VALUES[value]) if value in _VALUES else value


def words_in(value: Any, language: str) -> str:
    """A raw text in a language (sv, en, also sv-se); in the other where it is not in that one."""
    if not isinstance(value, Mapping):
        return "" if value is None else str(value)
    here = "en" if language.lower().startswith("en") else "sv"
    return str(value.get(here) or next(filter(None, map(value.get, LANGUAGES)), ""))


def name_of(model: type[BaseModel], raw: Any, index: int, language: str) -> str:
    """What an item of a raw list is called: its number or question, its title, text or label, else
    its code, else its place in the list (from 1)."""
    said = opened(model, raw)
    if said.get("number") not in (None, ""):
        return str(said["number"])
    keys = [str(said[each]) for each in ("question", "option") if said.get(each)]
    if keys and model in (Guidance, Score):
        return ": ".join(keys)
    for field in _NAMES:
        if isinstance(said.get(field), Mapping) and (whole := words_in(said[field], language)):
            return whole if len(whole) <= LONGEST_NAME else f"{whole[: LONGEST_NAME - 1]}…"
    return str(said.get("code") or said.get("key") or index + 1)


def _of_assessment(document: Any, said: Mapping[str, Any], language: str) -> str:
    """The question of the assessment form that guidance or points belong to, and the option."""
    form = value_at(document, ("assessment", "questionnaire"))
    questions = [
        each for section in _inside(form, "sections") for each in _inside(section, "questions")
    ]
    question = _with(questions, "key", said.get("question"))
    if question is None:
        return ""
    options = _inside(question, "options")
    if question.get("option_list"):
        shared = _with(_inside(form, "option_lists"), "key", question["option_list"])
        options = _inside(shared, "options")
    option = _with(options, "code", said.get("option"))
    words = [question.get("text"), *([] if option is None else [option.get("label")])]
    return ": ".join(words_in(each, language) for each in words)


def _inside(raw: Any, name: str) -> list[Any]:
    found = raw.get(name) if isinstance(raw, Mapping) else None
    return found if isinstance(found, list) else []


def _with(rows: list[Any], name: str, value: Any) -> Mapping[str, Any] | None:
    return next(
        (each for each in rows if isinstance(each, Mapping) and each.get(name) == value), None
    )


def _item_words(field: FieldShape, name: str) -> str | None:
    template = _ITEMS.get(field.name)
    return None if template is None else gettext(template).format(name=name)


def place_words(document: Any, place: Place, language: str) -> str:
    """A place of a raw call definition in words, from the outside in; a step that can not be
    there is left as it is written."""
    node: Any = document
    model: type[BaseModel] = CallDefinition
    field: FieldShape | None = None
    words: list[str] = []
    for step in place:
        if isinstance(step, str):
            field = fields_of(model).get(step)
            words.append(step if field is None else field_words(model, step))
            node = opened(model, node).get(step)
            model = field.model if field is not None and field.model is not None else model
            continue
        node = node[step] if isinstance(node, list) and step < len(node) else None
        name = name_of(model, node, step, language)
        if model in (Guidance, Score):
            name = _of_assessment(document, opened(model, node), language) or name
        item = None if field is None else _item_words(field, name)
        if item is None:
            words.append(str(step + 1) if model is LocalText else name)
        else:
            words[-1:] = [item]
    return STEP.join(words)


def shown(field: FieldShape, value: Any, language: str) -> str:
    """The raw value of a field as it is read; of a document what it is called, and where it has
    no name which fields it has. What cannot be is shown as it stands."""
    if is_nothing(value):
        return ""
    match field.kind:
        case Kind.WORDS:
            return words_in(value, language)
        case Kind.FLAG if isinstance(value, bool):
            return pgettext("value", "Yes") if value else pgettext("value", "No")
        case Kind.NUMBER if type(value) is int:
            return _number(field.name, value)
        case Kind.CHOICE:
            return value_words(value) if isinstance(value, str) else str(value)
        case Kind.DOCUMENT:
            return item_shown(field, value, language)
        case Kind.DOCUMENTS if field.model is not None and isinstance(value, list):
            if field.model is LocalText:
                return "\n".join(words_in(each, language) for each in value)
            model = field.model
            return ", ".join(name_of(model, each, at, language) for at, each in enumerate(value))
    if isinstance(value, list):
        choices = field.kind is Kind.CHOICES
        return ", ".join(value_words(str(each)) if choices else str(each) for each in value)
    return str(value)


def item_shown(field: FieldShape, value: Any, language: str) -> str:
    """A document that a field holds, alone or as one of a list: what it is called, and where it
    has no name which fields it has."""
    model = field.model
    if model is None or model is LocalText:
        return words_in(value, language)
    name = name_of(model, value, -1, language)
    if name != "0":
        return name
    return "; ".join(
        field_words(model, each.name)
        if each.model not in (None, LocalText)
        else f"{field_words(model, each.name)}: {shown(each, inner, language)}"
        for each, inner in _said(model, value)
    )


def contents(field: FieldShape, value: Any, language: str, lead: str = "") -> Iterator[str]:
    """Everything that a document or a list says, a line for each value with its place inside;
    texts in both languages."""
    model = field.model
    if model is None:
        return
    if isinstance(value, list):
        for at, each in enumerate(value):
            name = name_of(model, each, at, language)
            words = _item_words(field, name) or name
            yield from contents(field, each, language, f"{lead}{words}{STEP}")
        return
    for inner, said in _said(model, value):
        words = field_words(model, inner.name)
        if inner.model is None:
            yield f"{lead}{words}: {shown(inner, said, language)}"
        elif inner.kind is Kind.DOCUMENTS and inner.name in _ITEMS:
            yield from contents(inner, said, language, lead)
        else:
            yield from contents(inner, said, language, f"{lead}{words}{STEP}")


def _said(model: type[BaseModel], value: Any) -> Iterator[tuple[FieldShape, Any]]:
    said = opened(model, value)
    for name, field in fields_of(model).items():
        if not is_nothing(said.get(name)):
            yield field, said[name]


def is_nothing(value: Any) -> bool:
    """Whether a raw value says nothing."""
    return value is None or value in ("", [], {})


def _number(name: str, value: int) -> str:
    if name == "year":
        return str(value)
    if name.endswith("_sek"):
        return formats.amount(value)
    if name.endswith("percent"):
        return formats.percent(value)
    return formats.number(value)
