"""What differs between two versions of an application, field by field, with both texts."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import formats
from core.definitions import WHOLE, Question, Questionnaire
from grants.definitions import CallDefinition
from grants.enums import Approval, FundingState, ParticipationRole, Practice

from .application import Json, attachment_title, kind_label, organisation_name, value_text

type Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs. `old` and `new` are None where the field, or what it is in, is not
    there in that version."""

    where: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One value of a document: what tells it from another, and how it is read."""

    raw: Any
    where: str
    field: str
    text: str


def differences(
    old: Json, new: Json, definition: CallDefinition, language: str
) -> tuple[Difference, ...]:
    """Every field that differs, in the order of the form; none exactly when the documents are
    the same but for the order of their rows."""
    with translation.override(language):
        before = dict(_Leaves(old, definition, language).all())
        after = dict(_Leaves(new, definition, language).all())
        order = list(after) + [key for key in before if key not in after]
        return tuple(
            _difference(before.get(key), after.get(key))
            for key in order
            if key not in before or key not in after or before[key].raw != after[key].raw
        )


def _difference(old: _Leaf | None, new: _Leaf | None) -> Difference:
    shown = new or old
    assert shown is not None  # noqa: S101 (the key came from one of them)
    return Difference(
        where=shown.where,
        field=shown.field,
        old=None if old is None else old.text,
        new=None if new is None else new.text,
    )


class _Leaves:
    """The values of a document by what they are, whatever their place in it."""

    def __init__(self, document: Json, definition: CallDefinition, language: str) -> None:
        self.document, self.definition, self.language = document, definition, language
        self.participants: list[Json] = list(document.get("participants", ()))
        self.titles = definition.area_titles(language)
        self.activities = {
            activity["number"]: activity.get("title", "")
            for area in document.get("areas", ())
            for activity in area.get("activities", ())
        }

    def all(self) -> Iterator[tuple[Key, _Leaf]]:
        """Every value, in the order of the form."""
        yield from self._heads()
        for participant in self.participants:
            yield from self._participant(participant)
        yield from self._areas()
        form = self.definition.application
        whole = pgettext("application", "The application")
        questionnaire = form.questionnaire if form else None
        answers = self.document.get("answers") or {}
        yield from self._answers(("answers",), answers, questionnaire, WHOLE, whole)
        yield from self._parts()
        yield from self._requirements()
        yield from self._rows()
        yield from self._attachments()
        known = {
            "call", "definition", "participants", "requested_sek", "areas", "answers", "lines",
            "funding", "parts", "attachments", "requirements", "paper",
        }  # fmt: skip
        for name in sorted(set(self.document) - known):
            yield ("other", name), _Leaf(self.document[name], whole, name, "")

    def _heads(self) -> Iterator[tuple[Key, _Leaf]]:
        whole = pgettext("application", "The application")
        document = self.document
        if "requested_sek" in document:
            amount = document["requested_sek"]
            text = "" if amount is None else formats.amount(amount)
            yield ("requested",), _Leaf(amount, whole, pgettext("amount", "Requested"), text)
        for name, label in (("call", _("Call")), ("definition", _("The call's form"))):
            if name in document:
                found = document[name]
                text = f"{found['code']} {found['version']}" if isinstance(found, dict) else found
                yield (name,), _Leaf(found, whole, label, text)
        for name in ("areas", "answers", "lines", "funding", "parts", "attachments"):
            if name in document:
                yield ("form", name), _Leaf(True, whole, name, "")

    def _identity(self, place: int | None) -> tuple[str, str] | int | None:
        if place is None or not 0 <= place < len(self.participants):
            return place
        participant = self.participants[place]
        return str(participant.get("org_no", "")), str(participant.get("unit", ""))

    def _name(self, place: int | None) -> str:
        if place is None or not 0 <= place < len(self.participants):
            return ""
        return organisation_name(self.participants[place])

    def _key(self, place: int | None) -> str:
        return repr(self._identity(place))

    def _participant(self, participant: Json) -> Iterator[tuple[Key, _Leaf]]:
        name = organisation_name(participant)
        org_no, unit = str(participant.get("org_no", "")), str(participant.get("unit", ""))
        identity = repr((org_no, unit))
        labels = {
            "name": _("Name"),
            "role": _("Part"),
            "approval": _("Approval"),
            "kind": _("Kind"),
            "county": _("County"),
            "municipality": _("Municipality"),
        }
        yield ("participant", identity), _Leaf((org_no, unit), name, _("Organisation"), name)
        for key in [*labels, *sorted(set(participant) - set(labels) - {"org_no", "unit"})]:
            if key in participant:
                raw = participant[key]
                text = _participant_text(key, "" if raw is None else str(raw))
                leaf = _Leaf(raw, name, labels.get(key, key), text)
                yield ("participant", identity, key), leaf

    def _areas(self) -> Iterator[tuple[Key, _Leaf]]:
        form = self.definition.application
        for area in self.document.get("areas", ()):
            code = area["area"]
            title = self.titles.get(code, code)
            yield ("area", code), _Leaf(True, title, _("Area applied for"), _("Yes"))
            questionnaire = form.questionnaire if form else None
            answers = area.get("answers") or {}
            yield from self._answers(("area", code), answers, questionnaire, code, title)
            for row in area.get("activities", ()):
                labels = {
                    "title": _("What is to be done"),
                    "description": _("How it is to be done, and by whom"),
                    "time": _("When"),
                }
                where = f"{title}: {row.get('title') or _('Activity without a name')}"
                yield from self._row(("activity", code), row, where, _("Activity"), labels)

    def _answers(
        self, key: Key, answers: Json, form: Questionnaire | None, area: str, where: str
    ) -> Iterator[tuple[Key, _Leaf]]:
        order = [each.question.key for each in form.questions_for(area)] if form else []
        asked = [name for name in order if name in answers]
        for name in [*asked, *sorted(set(answers) - set(asked))]:
            question = form.question(area, name) if form else None
            label = question.text.in_(self.language) if question else name
            text = self._answer(question, answers[name])
            yield (*key, "answer", name), _Leaf(answers[name], where, label, text)

    def _answer(self, question: Question | None, value: Any) -> str:
        if isinstance(value, list):
            options = [(code, question.option(code) if question else None) for code in value]
            found = [each.label.in_(self.language) if each else str(code) for code, each in options]
            return "\n".join(found)
        if value is None or question is None:
            return "" if value is None else str(value)
        return value_text(question.kind, str(value))

    def _parts(self) -> Iterator[tuple[Key, _Leaf]]:
        form = self.definition.application
        for part in self.document.get("parts", ()):
            place = part.get("organisation")
            key, name = ("part", self._key(place)), self._name(place)
            yield key, _Leaf(True, name, _("Own part"), _("Yes"))
            questionnaire = form.part if form else None
            answers = part.get("answers") or {}
            yield from self._answers(key, answers, questionnaire, WHOLE, name)

    def _requirements(self) -> Iterator[tuple[Key, _Leaf]]:
        labels = {
            "state": _("Is the requirement met?"),
            "how": _("How is it met, or what has been begun?"),
            "link": _("Link to evidence"),
        }
        if "requirements" in self.document:
            yield ("form", "requirements"), _Leaf(True, "", _("Performance requirements"), "")
        for said in self.document.get("requirements", ()):
            place, code = said.get("organisation"), said["requirement"]
            requirement = self.definition.requirement(code)
            title = requirement.title.in_(self.language) if requirement else code
            where = f"{self._name(place)}: {title}"
            for name, label in labels.items():
                if name in said:
                    text = str(said[name] or "")
                    if name == "state" and text in Practice.values:
                        text = str(Practice(text).label)
                    key = ("requirement", self._key(place), code, name)
                    yield key, _Leaf(said[name], where, label, text)

    def _rows(self) -> Iterator[tuple[Key, _Leaf]]:
        line = {
            "activity": _("Activity"),
            "organisation": _("Organisation"),
            "category": _("Kind of cost"),
            "text": _("What the money is for"),
            "amount_sek": _("Amount applied for (SEK)"),
            "other_sek": _("Paid by others (SEK)"),
        }
        for row in self.document.get("lines", ()):
            where = _("Budget line %(number)s") % {"number": row["number"]}
            yield from self._row(("line",), row, where, _("Budget line"), line)
        funding = {
            "source": _("Who pays"),
            "state": _("Where it stands"),
            "amount_sek": pgettext("funding", "Amount (SEK)"),
            "purpose": _("What for"),
        }
        for row in self.document.get("funding", ()):
            where = _("Other funding: %(source)s") % {"source": row.get("source") or "–"}
            yield from self._row(("funding",), row, where, _("Other funding"), funding)

    def _row(
        self, kind: Key, row: Json, where: str, what: str, labels: Mapping[str, str]
    ) -> Iterator[tuple[Key, _Leaf]]:
        key = (*kind, str(row["number"]))
        yield key, _Leaf(row["number"], where, what, self._row_text(row))
        for name in [*labels, *sorted(set(row) - set(labels) - {"number"})]:
            raw = row.get(name)
            if raw is None or raw == "":
                continue
            text = self._field(name, raw)
            raw = self._identity(raw) if name == "organisation" else raw
            yield (*key, name), _Leaf(raw, where, labels.get(name, name), text)

    def _row_text(self, row: Json) -> str:
        return str(row.get("title") or row.get("text") or row.get("source") or row["number"])

    def _field(self, name: str, raw: Any) -> str:
        form = self.definition.application
        if name == "activity":
            return self.activities.get(raw) or str(raw)
        if name == "organisation":
            return self._name(raw)
        if name == "category":
            category = form.budget.category(str(raw)) if form else None
            return category.title.in_(self.language) if category else str(raw)
        if name == "state":
            return str(FundingState(raw).label) if raw in FundingState.values else str(raw)
        if name.endswith("_sek"):
            return formats.amount(raw)
        return str(raw)

    def _attachments(self) -> Iterator[tuple[Key, _Leaf]]:
        seen: Counter[tuple[str, str]] = Counter()
        for file in self.document.get("attachments", ()):
            place = str(file["place"])
            title = attachment_title(place, self.definition, self.language)
            match place.split("."):
                case ["requirement", _at, code]:
                    # Whose evidence it is, whatever its organisation's place in the document.
                    place = f"{self._key(file.get('organisation'))}.{code}"
            name = (place, str(file["name"]))
            seen[name] += 1
            raw = {
                **file,
                "place": place,
                "organisation": self._identity(file.get("organisation")),
            }
            text = f"{name[1]} ({formats.number(file['size'])} byte, {file['sha256'][:12]}…)"
            yield ("attachment", *name, str(seen[name])), _Leaf(raw, _("Attachments"), title, text)


def _participant_text(key: str, code: str) -> str:
    match key:
        case "role" if code in ParticipationRole.values:
            return str(ParticipationRole(code).label)
        case "approval" if code in Approval.values:
            return str(Approval(code).label)
        case "kind":
            return kind_label(code)
    return code
