"""Fields of an application as a page draws them: value, when it was saved, what is said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.content import Text, Tone
from core.definitions import QuestionKind
from grants.checks import MISSING, Finding
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec
from portal.selectors.writing import Room
from portal.views.applying_sections import field_id
from portal.views.finding_texts import (
    SEVERITY_LABELS,
    SEVERITY_TONES,
    Words,
    finding_text,
)

MOST_RADIOS = 7
"""A choice among more than these is drawn as a list that opens."""
MISSING_AT_FIELD = gettext_lazy("Required before the application can be sent in.")


@dataclass(frozen=True, slots=True)
class Note:
    """What the checks say of a field; `label` says in words how much it matters."""

    tone: Tone
    label: Text
    text: Text
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as drawn."""

    code: str
    label: Text
    help: Text = ""
    exclusive: bool = False
    chosen: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else's newer value beside one's own: what it says, whose it is and since when,
    and its version."""

    shown: str
    who: str
    when: str
    number: int


@dataclass(frozen=True, slots=True)
class Typed:
    """What was posted and not saved: kept in the form, with what is wrong."""

    text: str
    base: int
    error: str = ""
    conflict: Conflict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field as `components/form_field.html` draws it. `kind` is how: line, long, radios,
    select, checks, check; `shown` the value for reading."""

    path: str
    id: str
    kind: str
    value_kind: str
    label: Text
    help: Text
    optional: bool
    text: str
    shown: str
    base: int
    saved: str
    rows: int
    max_length: int | None
    left: str
    over: bool
    error: str
    notes: tuple[Note, ...]
    choices: tuple[Choice, ...]
    editable: bool
    source: str
    question: str
    asked: bool
    history_url: str
    conflict: Conflict | None

    @property
    def groups(self) -> list[tuple[str, list[Choice]]]:
        """The options by their groups, in order."""
        found: dict[str, list[Choice]] = {}
        for choice in self.choices:
            found.setdefault(choice.group, []).append(choice)
        return list(found.items())

    @property
    def inputmode(self) -> str:
        """The keyboard that a phone shows."""
        numeric = {QuestionKind.MONEY, QuestionKind.NUMBER}
        return "numeric" if self.value_kind in numeric else "text"

    @property
    def describedby(self) -> str:
        """The ids of what describes the control, in the order it stands."""
        there = [
            ("asked", self.asked),
            ("help", bool(self.help)),
            ("count", self.max_length is not None),
            ("error", True),
            ("notes", True),
        ]
        return " ".join(f"{self.id}-{name}" for name, is_there in there if is_there)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What all fields of a page are drawn with. `me` is the reader's name as values keep it."""

    room: Room
    words: Words
    me: str
    notes: Mapping[str, tuple[Note, ...]]
    typed: Mapping[str, Typed]

    def field(
        self,
        spec: FieldSpec,
        *,
        groups: Mapping[str, str] | None = None,
    ) -> FormField:
        """The field, with its value as saved, or as typed where that was not saved. `groups`
        are headings for options, by code."""
        room, path = self.room, spec.path
        value = room.value(path)
        question = room.questions.get(path, "")
        return form_field(
            spec,
            value,
            me=self.me,
            typed=self.typed.get(path),
            notes=self.notes.get(path, ()),
            groups=groups,
            optional=not spec.required and path.startswith(("answer.", "part.")),
            editable=room.may_write(path),
            question=question,
            asked=bool(question) or path in room.application.completion_fields,
            history_url=history_url(room, value),
        )


def form_field(
    spec: FieldSpec,
    value: SavedValue,
    *,
    me: str,
    typed: Typed | None = None,
    notes: tuple[Note, ...] = (),
    groups: Mapping[str, str] | None = None,
    optional: bool = False,
    editable: bool = True,
    question: str = "",
    asked: bool = False,
    history_url: str = "",
) -> FormField:
    """A field with its value as saved, or as typed where that was not saved."""
    path = spec.path
    text = typed.text if typed else value.text
    chosen = {each.strip() for each in text.split(",")} if spec.kind.is_choice else set()
    length = length_of(text)
    return FormField(
        path=path,
        id=field_id(path),
        kind=kind_of(spec),
        value_kind=str(spec.kind),
        label=spec.label,
        help=spec.help,
        optional=optional,
        text=text if typed else typed_text(spec, value.text),
        shown=shown_text(spec, value.text),
        base=typed.base if typed else value.number,
        saved=saved_text(value, me),
        rows=spec.rows,
        max_length=spec.max_length if spec.kind is QuestionKind.TEXT else None,
        left=left_text(spec.max_length, length) if spec.max_length else "",
        over=spec.max_length is not None and length > spec.max_length,
        error=typed.error if typed else "",
        notes=notes,
        choices=tuple(
            Choice(
                each.code,
                each.label,
                each.help,
                each.exclusive,
                each.code in chosen,
                (groups or {}).get(each.code, ""),
            )
            for each in spec.options
        ),
        editable=editable,
        source=value.source,
        question=question,
        asked=asked,
        history_url=history_url,
        conflict=typed.conflict if typed else None,
    )


def history_url(room: Room, value: SavedValue) -> str:
    """Where the field's versions are."""
    return f"{reverse('field-history', args=[room.application.pk])}?falt={value.path}"


def kind_of(spec: FieldSpec) -> str:
    """How the field is drawn."""
    match spec.kind:
        case QuestionKind.SEVERAL_CHOICES:
            return "checks"
        case QuestionKind.ONE_CHOICE if len(spec.options) == 1 and spec.path.startswith("areas."):
            return "check"
        case QuestionKind.ONE_CHOICE:
            is_long = len(spec.options) > MOST_RADIOS or spec.path.startswith("row.")
            return "select" if is_long else "radios"
    return "long" if spec.rows > 1 else "line"


def length_of(text: str) -> int:
    """How long the text is as it is saved, in characters."""
    return len(text.strip().replace("\r\n", "\n"))


def left_text(limit: int, length: int) -> str:
    """How many characters can still be written, or are too many."""
    if length > limit:
        return _("%(number)s characters too many") % {"number": formats.number(length - limit)}
    return _("%(number)s characters left") % {"number": formats.number(limit - length)}


def typed_text(spec: FieldSpec, text: str) -> str:
    """The value as it stands in the control: amounts and numbers with spaces."""
    if spec.kind in {QuestionKind.MONEY, QuestionKind.NUMBER} and text:
        return formats.number(int(text)).replace("\N{MINUS SIGN}", "-")
    return text


def shown_text(spec: FieldSpec, text: str) -> str:
    """The value as it is read: labels of options, amounts with kr; "" where there is none."""
    if not text:
        return ""
    if spec.kind.is_choice:
        labels = {each.code: str(each.label) for each in spec.options}
        return ", ".join(labels.get(code, code) for code in text.split(","))
    if spec.kind is QuestionKind.MONEY:
        return formats.amount(int(text))
    if spec.kind is QuestionKind.NUMBER:
        return formats.number(int(text))
    return text


def saved_text(value: SavedValue, me: str) -> str:
    """When the field was saved and, for somebody else's text, by whom."""
    if value.saved_at is None:
        return ""
    if value.source:
        return _("Filled in by the system: %(source)s") % {"source": value.source}
    when = when_text(value.saved_at)
    if not value.saved_by or value.saved_by == me:
        return _("Saved %(when)s") % {"when": when}
    return _("Saved %(when)s by %(who)s") % {"when": when, "who": value.saved_by}


def when_text(at: datetime) -> str:
    """A time of today as `14:32`, of another day with its date."""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return f"{local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M}"


REMAINS = MISSING | {
    "area_without_activity",
    "activity_unnamed",
    "line_without_activity",
    "partner_not_answered",
}
"""Findings that say that something is not done yet, rather than wrong."""


def notes_at_fields(findings: Iterable[Finding], words: Words) -> dict[str, tuple[Note, ...]]:
    """What the checks say, by the field it stands at. What is merely not answered yet is said
    quietly: the page is still being written."""
    found: dict[str, list[Note]] = {}
    for each in findings:
        # What an area lacks is said on the area's own page.
        if each.field and each.code != "area_without_activity":
            found.setdefault(each.field, []).append(note_of(each, words, at_field=True))
    return {path: tuple(notes) for path, notes in found.items()}


def note_of(finding: Finding, words: Words, *, at_field: bool = False) -> Note:
    """A finding in words."""
    missing = at_field and finding.code in MISSING
    remains = finding.code in REMAINS
    return Note(
        Tone.NEUTRAL if remains else SEVERITY_TONES[finding.severity],
        "" if missing else _("Remains") if remains else SEVERITY_LABELS[finding.severity],
        MISSING_AT_FIELD if missing else finding_text(finding, words),
        quiet=missing,
    )


def conflict_of(spec: FieldSpec, theirs: SavedValue) -> Conflict:
    """Their newer value, to be shown beside one's own."""
    return Conflict(
        shown=shown_text(spec, theirs.text),
        who=theirs.saved_by or theirs.source,
        when=when_text(theirs.saved_at) if theirs.saved_at else "",
        number=theirs.number,
    )


def drawing_of(
    room: Room, words: Words, me: str, typed: Mapping[str, Typed] | None = None
) -> Drawing:
    """What the fields of a page of that room are drawn with."""
    return Drawing(
        room=room,
        words=words,
        me=me,
        notes=notes_at_fields(room.findings, words),
        typed=typed or {},
    )
