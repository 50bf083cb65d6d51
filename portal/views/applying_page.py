"""What every page has on which an application is written."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.content import Crumb, Tag, Text, Tone
from grants.checks import Finding, Severity
from grants.content.fields import FieldSpec, field_spec
from grants.content.paths import FUNDING, organisation_of
from grants.enums import RowKind, Status
from portal.selectors.writing import Room
from portal.views.access import person_of
from portal.views.applying_fields import REMAINS, Drawing, Note, Typed, drawing_of, note_of
from portal.views.applying_sections import (
    Kind,
    Section,
    address,
    field_id,
    section_slug,
    section_url,
    sections_of,
)
from portal.views.finding_texts import Words, finding_slug, finding_url, words_of
from portal.views.labels import call_title, language


@dataclass(frozen=True, slots=True)
class FoundAt:
    """A finding in words, with the way to its field."""

    note: Note
    url: str


@dataclass(frozen=True, slots=True)
class Degree:
    """Findings of one degree, by the part of the application that they are about."""

    heading: Text
    text: Text
    tone: Tone
    found: tuple[tuple[str, tuple[FoundAt, ...]], ...]

    @property
    def number(self) -> int:
        """How many findings there are."""
        return sum(len(found) for _title, found in self.found)


class Page:
    """A page of an application: the room as its reader meets it, and what was typed."""

    def __init__(
        self, request: HttpRequest, room: Room, typed: Mapping[str, Typed] | None = None
    ) -> None:
        self.request = request
        self.room = room
        self.me = str(person_of(request))
        self.typed = typed or {}

    @property
    def pk(self) -> int:
        """The application's id."""
        return self.room.application.pk

    @cached_property
    def words(self) -> Words:
        """The names that findings are told with."""
        return words_of(self.room.application, parts=self.room.parts, rows=self.room.rows)

    @cached_property
    def drawing(self) -> Drawing:
        """What the page's fields are drawn with."""
        return drawing_of(self.room, self.words, self.me, self.typed)

    @cached_property
    def sections(self) -> list[Section]:
        """The parts of the application, in order."""
        return sections_of(self.room.definition, self.room.draft.areas)

    @cached_property
    def found(self) -> Mapping[str, tuple[Finding, ...]]:
        """What the checks say, by the part that it is about."""
        by_slug: dict[str, list[Finding]] = {}
        for each in self.room.findings:
            by_slug.setdefault(finding_slug(each, self.words), []).append(each)
        return {slug: tuple(findings) for slug, findings in by_slug.items()}

    def section(self, slug: str) -> Section:
        """The part with that address. Raises Http404."""
        found = next((each for each in self.sections if each.slug == slug), None)
        if found is None:
            raise Http404
        return found

    def found_at(self, findings: Sequence[Finding]) -> tuple[FoundAt, ...]:
        """Findings in words, what blocks first."""
        order = {Severity.UNDETERMINED: 0, Severity.BLOCKING: 0, Severity.LOOKED_AT: 1}
        ordered = sorted(findings, key=lambda each: order.get(each.severity, 2))
        return tuple(
            FoundAt(note_of(each, self.words), finding_url(each, self.words)) for each in ordered
        )

    def degrees(self) -> list[Degree]:
        """Everything that the checks say, in three degrees; those with nothing are left out."""
        found = self.room.findings
        degrees = [
            Degree(
                _("Must be done before you can send in"),
                _("The application cannot be sent in until this is done."),
                Tone.DANGER,
                self._by_part([each for each in found if each.blocks]),
            ),
            Degree(
                _("Will be looked at"),
                _("You can send in all the same. The officer will look at this."),
                Tone.WARNING,
                self._by_part([each for each in found if each.severity is Severity.LOOKED_AT]),
            ),
            Degree(
                _("Advice"),
                _("You can send in all the same."),
                Tone.INFO,
                self._by_part([each for each in found if each.severity is Severity.ADVICE]),
            ),
        ]
        return [each for each in degrees if each.found]

    def _by_part(self, findings: Sequence[Finding]) -> tuple[tuple[str, tuple[FoundAt, ...]], ...]:
        slugs = {each: finding_slug(each, self.words) for each in findings}
        parts = [("", ""), *((each.slug, each.title) for each in self.sections)]
        known = {slug for slug, _title in parts}
        found = []
        for slug, title in parts:
            here = [
                each for each in findings if (slugs[each] if slugs[each] in known else "") == slug
            ]
            if here:
                found.append((title or _("The application as a whole"), self.found_at(here)))
        return tuple(found)

    def state(self, section: Section) -> Tag:
        """How far that part has come."""
        findings = self.found.get(section.slug, ())
        if any(each.blocks and each.code not in REMAINS for each in findings):
            return Tag(_("Something to correct"), Tone.WARNING)
        unfinished = any(each.code in REMAINS and each.blocks for each in findings)
        if section.slug in self.begun:
            return (
                Tag(pgettext("part", "Begun"), Tone.INFO)
                if unfinished
                else Tag(_("Complete"), Tone.SUCCESS)
            )
        if unfinished:
            return Tag(_("Not begun"))
        optional = {Kind.PARTNERS, Kind.FUNDING, Kind.ATTACHMENTS}
        if section.kind in optional:
            return Tag(_("Optional"))
        return Tag(_("Complete"), Tone.SUCCESS)

    def state_of_part(self, organisation: int) -> Tag:
        """How far a partner has come with what it answers for itself."""
        own = [each for each in self.room.findings if each.organisation == organisation]
        if any(each.blocks and each.code not in REMAINS for each in own):
            return Tag(_("Something to correct"), Tone.WARNING)
        if any(each.blocks and each.code == "part_missing" for each in own):
            begun = any(
                value.text
                for path, value in self.room.values.items()
                if path.startswith(f"part.{organisation}.")
            )
            return Tag(pgettext("part", "Begun"), Tone.INFO) if begun else Tag(_("Not begun"))
        return Tag(_("Complete"), Tone.SUCCESS)

    @cached_property
    def begun(self) -> frozenset[str]:
        """The parts in which something has been written."""
        room = self.room
        rows = self.words.rows
        found = {
            section_slug(room.definition, path, rows, room.lead.pk)
            for path, value in room.values.items()
            if value.text
        }
        found |= {
            FUNDING if kind is RowKind.FUNDING else "budget"
            for kind, _area in rows.values()
            if kind is not RowKind.ACTIVITY
        }
        if any(not each.place.startswith("requirement.") for each in room.files):
            found.add(Kind.ATTACHMENTS)
        found.discard(Kind.PARTNERS)
        if len(room.parts) > 1:
            found.add(Kind.PARTNERS)
        return frozenset(found)

    @property
    def acts_for(self) -> str:
        """For whom the reader writes, in words."""
        room = self.room
        names = [part.organisation.name for part in room.parts if part.organisation_id in room.own]
        if not names:
            return _("You can read the application, and not write in it.")
        text = _("You write for %(organisations)s.") % {"organisations": ", ".join(names)}
        if room.writes_for_lead:
            return text
        return (
            text
            + " "
            + _("%(lead)s is the lead applicant, and writes the application as a whole.")
            % {"lead": room.lead.name}
        )

    def crumbs(self, last: Text = "") -> list[Crumb]:
        """The way to the page."""
        mine = address("my-pages")
        first = [Crumb(_("My pages"), mine)] if mine else []
        title = call_title(self.room.application.call)
        if not last:
            return [*first, Crumb(title)]
        return [
            *first,
            Crumb(title, reverse("application-tasks", args=[self.pk])),
            Crumb(last),
        ]

    def context(self, section: Section | None = None) -> dict[str, Any]:
        """What the template of every such page is given."""
        room = self.room
        context: dict[str, Any] = {
            "page": self,
            "room": room,
            "application": room.application,
            "call_title": call_title(room.application.call),
            "acts_for": self.acts_for,
            "tasks_url": reverse("application-tasks", args=[self.pk]),
            "check_url": reverse("application-section", args=[self.pk, "check"]),
            "locked": self.locked,
        }
        if section is None:
            return context
        place = [each.slug for each in self.sections].index(section.slug)
        after = self.sections[place + 1 :]
        return context | {
            "crumbs": self.crumbs(section.title),
            "section": section,
            "section_tag": self.state(section),
            "next": after[0] if after else None,
            "next_url": section_url(self.pk, after[0].slug) if after else context["check_url"],
            "found": self.found_at(self.found.get(section.slug, ())),
            "page_token": secrets.token_urlsafe(18),
            "save_url": reverse("field-save", args=[self.pk]),
            "section_url": section_url(self.pk, section.slug),
            "login_url": reverse("account_login"),
            "reader": str(person_of(self.request).pseudonym),
            "problems": [
                (each.id, each.label, each.error)
                for each in (self.drawing.field(spec) for spec in self.specs_typed())
                if each.error or each.conflict
            ],
            "asked": self.asked_in(section),
        }

    def specs_typed(self) -> list[FieldSpec]:
        """The fields whose typed text was not saved."""
        specs = (
            field_spec(self.room.definition, path, self.room.around, language())
            for path in self.typed
        )
        return [spec for spec in specs if spec is not None]

    def asked_in(self, section: Section) -> list[str]:
        """What the officer asks about that part as a whole, rather than about one field."""
        room = self.room
        return [
            question or str(_("The officer asks you to complete this."))
            for name, question in (room.request.items if room.request else [])
            if section_slug(room.definition, name, self.words.rows, room.lead.pk) == section.slug
            and ("." not in name or len(name.split(".")) < _DEPTH.get(name.split(".")[0], 3))
        ]

    def name_of(self, name: str) -> str:
        """What the form calls a field, or what stands above some."""
        room, here = self.room, language()
        spec = field_spec(room.definition, name, room.around, here)
        section = next(
            (
                each.title
                for each in self.sections
                if each.slug == section_slug(room.definition, name, self.words.rows, room.lead.pk)
            ),
            "",
        )
        return f"{section}: {spec.label}" if spec is not None else section or name

    def url_of(self, name: str) -> str:
        """Where a field, or what stands above some, is written."""
        room = self.room
        slug = section_slug(room.definition, name, self.words.rows, room.lead.pk)
        if not slug:
            return ""
        spec = field_spec(room.definition, name, room.around, language())
        of = organisation_of(name)
        anchor = f"#{field_id(name)}" if spec is not None else ""
        if slug == Kind.PARTNERS and of is not None:
            return f"{address('application-part', self.pk, of)}{anchor}"
        return f"{section_url(self.pk, slug)}{anchor}"

    @property
    def locked(self) -> Text:
        """Why nothing can be written now; "" where something can."""
        status = self.room.application.status
        if self.room.is_open:
            return ""
        if status == Status.SUBMITTED:
            return _(
                "The application has been sent in, and cannot be written in now. You can read it."
            )
        return _("The application cannot be written in now. You can read it.")


_DEPTH: Mapping[str, int] = {"requirement": 4}
