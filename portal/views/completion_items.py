"""What a completion can name in an application: by section, with the words and the answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.definitions import AnswerState
from grants.content.application_parts import ApplicationContent, ContentLine
from grants.content.paths import AREAS, ATTACHMENTS, BUDGET, FUNDING, UnlockableField
from grants.definitions import CallDefinition
from grants.models import CompletionRequest

from .labels import day, language, money


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be named: its name, what it is called, what it says now."""

    name: str
    label: str
    now: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Things under a heading."""

    heading: str
    items: tuple[Item, ...]


def groups_of(content: ApplicationContent, definition: CallDefinition) -> list[Group]:
    """Everything that can be named, in the order of the application."""
    groups = list(_groups(content, definition))
    return [group for group in groups if group.items]


def _groups(content: ApplicationContent, definition: CallDefinition) -> Iterator[Group]:
    if not content.has_form:
        yield Group(
            _("The application"),
            (
                Item(UnlockableField.REQUESTED, _("Amount applied for")),
                Item(UnlockableField.PARTNERS, _("Partners")),
            ),
        )
        return
    yield Group(
        _("The application as a whole"),
        (
            Item(UnlockableField.PARTNERS, _("Partners")),
            Item(AREAS, _("Areas that are applied for")),
            Item(BUDGET, _("The whole budget"), money(content.budget.amount_sek)),
            Item(FUNDING, _("Other grants and co-funding")),
            Item(ATTACHMENTS, _("Attachments")),
        ),
    )
    for area in content.areas:
        lines = [line for section in area.sections for line in section.lines]
        activities = tuple(
            Item(each.path, _("Activity: %(name)s") % {"name": each.title})
            for each in area.activities
        )
        yield Group(area.title, (*_items(lines), *activities))
    for section in content.sections:
        yield Group(section.title, _items(section.lines))
    yield Group(
        _("Budget lines"),
        tuple(
            Item(row.path, row.text or _("Budget line without a text"), money(row.amount_sek))
            for row in content.budget.rows
        ),
    )
    for organisation in content.organisations:
        lines = [line for section in organisation.sections for line in section.lines]
        requirements = tuple(
            Item(
                each.path,
                _("Performance requirement: %(title)s") % {"title": each.title},
                each.answer,
            )
            for each in organisation.requirements
            if each.path
        )
        yield Group(organisation.name, (*_items(lines), *requirements))
    form = definition.application
    if form is not None:
        yield Group(
            _("Attachments"),
            tuple(
                Item(f"{ATTACHMENTS}.{kind.code}", kind.title.in_(language()))
                for kind in form.attachments
            ),
        )


def _items(lines: list[ContentLine] | tuple[ContentLine, ...]) -> tuple[Item, ...]:
    return tuple(
        Item(line.path, line.question, ", ".join(line.values) or line.missing)
        for line in lines
        if line.path and line.state is not AnswerState.NOT_ASKED
    )


def named_text(content: ApplicationContent, definition: CallDefinition, name: str) -> str:
    """What a name in a request is called."""
    for group in groups_of(content, definition):
        for item in group.items:
            if item.name == name:
                general = group.heading in {_("The application"), _("The application as a whole")}
                return item.label if general else f"{group.heading}: {item.label}"
    for line in _lines(content):
        if line.path == name:
            return line.question
    return name


def answers_to(content: ApplicationContent, name: str) -> list[ContentLine]:
    """What now stands at a name: the field itself, or all below it; budget and files too."""
    found = [
        line for line in _lines(content) if line.path == name or line.path.startswith(f"{name}.")
    ]
    found = [line for line in found if line.state is not AnswerState.NOT_ASKED]
    if found:
        return found
    label = ""
    texts: list[str] = []
    if name == BUDGET or name.startswith("row."):
        rows = [row for row in content.budget.rows if name in {BUDGET, row.path}]
        label = _("Budget lines")
        texts = [f"{row.text}: {money(row.amount_sek)}" for row in rows]
    if name == FUNDING or (name.startswith("row.") and not texts):
        label = _("Other grants and co-funding")
        texts = [
            f"{row.source}: {money(row.amount_sek)}"
            for row in content.funding
            if name in {FUNDING, row.path}
        ]
    if name == ATTACHMENTS or name.startswith(f"{ATTACHMENTS}."):
        label = _("Attachments")
        texts = [file.name for file in content.attachments if name in {ATTACHMENTS, file.place}]
    if name == AREAS:
        label, texts = _("Areas"), [area.title for area in content.areas]
    if name == UnlockableField.PARTNERS:
        label = _("Partners")
        texts = [each.name for each in content.organisations if not each.is_lead]
    if name == UnlockableField.REQUESTED:
        label, texts = _("Amount applied for"), [money(content.requested_sek)]
    if texts:
        return [ContentLine(name, label, AnswerState.ANSWERED, tuple(texts))]
    return [ContentLine(name, label, AnswerState.NOT_ANSWERED, (), _("Not answered"))]


def _lines(content: ApplicationContent) -> Iterator[ContentLine]:
    for area in content.areas:
        for section in area.sections:
            yield from section.lines
        for activity in area.activities:
            yield from activity.lines
    for section in content.sections:
        yield from section.lines
    for organisation in content.organisations:
        for section in organisation.sections:
            yield from section.lines
        for requirement in organisation.requirements:
            yield from requirement.lines


def request_line(request: CompletionRequest) -> dict[str, Any]:
    """A request for completion in words: when, and what has become of it."""
    if request.closed_at is None:
        state = _("To be answered by %(day)s") % {"day": day(request.due)}
    elif request.answered:
        text = _("Answered %(day)s, after the day it was asked for") if request.late else ""
        state = (text or _("Answered %(day)s")) % {"day": day(request.closed_at)}
    else:
        state = _("Not answered by %(day)s") % {"day": day(request.due)}
    return {"asked": day(request.asked_at), "state": state, "open": request.closed_at is None}
