"""What every page has on which a report is written: its parts, its fields, what the checks say."""

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
from core.definitions import WHOLE, Answers, Placed, Questionnaire, visible_questions
from grants.checks import Finding, Severity
from grants.content.fields import FieldSpec
from portal.views.access import person_of
from portal.views.applying_answers import Group
from portal.views.applying_fields import FormField, Note, Typed, form_field
from portal.views.applying_page import Degree, FoundAt
from portal.views.applying_sections import area_slug
from portal.views.labels import language
from portal.views.reporting_texts import (
    CERTIFICATES,
    CHECK,
    ECONOMY,
    anchor,
    note_of,
    part_slug,
    slug_of,
    whole_slug,
)
from reporting.checks.answers import MISSING, needs_certificate
from reporting.content.fields import report_field
from reporting.content.paths import answer_path, part_path
from reporting.enums import ReportStatus
from reporting.selectors.writing import ReportRoom

AREA, QUESTIONS, MONEY, FILES, PART = "area", "questions", "money", "files", "part"


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A part of a report. `key` is the area, the section or the organisation."""

    kind: str
    slug: str
    title: str
    key: str = ""


class ReportPage:
    """A page of a report: the room as its reader meets it, and what was typed."""

    def __init__(
        self, request: HttpRequest, room: ReportRoom, typed: Mapping[str, Typed] | None = None
    ) -> None:
        self.request = request
        self.room = room
        self.typed = typed or {}
        self.me = str(person_of(request))

    @property
    def pk(self) -> int:
        """The report's id."""
        return self.room.report.pk

    @property
    def title(self) -> str:
        """What the report is called."""
        report = self.room.report
        return f"{report.get_kind_display()} {report.year}"

    @cached_property
    def sections(self) -> list[ReportSection]:
        """The parts of the report, in order."""
        room, here = self.room, language()
        titles = room.definition.area_titles(here)
        found = [
            ReportSection(AREA, area_slug(code), titles.get(code, code), code)
            for code in room.plan.area_codes
        ]
        found += [
            ReportSection(QUESTIONS, whole_slug(each.key), each.title.in_(here), each.key)
            for each in room.definition.report_questionnaire.sections
            if each.covers(WHOLE)
        ]
        if room.plan.partners:
            found += [
                ReportSection(PART, part_slug(each.organisation), each.name, str(each.organisation))
                for each in room.plan.takers
                if not each.is_lead or room.definition.report_form.part is not None
            ]
        found.append(ReportSection(MONEY, ECONOMY, _("Economic report")))
        if needs_certificate(room.snapshot) or room.files:
            found.append(ReportSection(FILES, CERTIFICATES, _("The auditor’s certificate")))
        return found

    def section(self, slug: str) -> ReportSection:
        """The part with that address. Raises Http404."""
        found = next((each for each in self.sections if each.slug == slug), None)
        if found is None:
            raise Http404
        return found

    def url(self, slug: str) -> str:
        """The address of a part."""
        return reverse("own-report-section", args=[self.pk, slug])

    def url_of(self, path: str) -> str:
        """Where a field is written."""
        slug = slug_of(self.room, path)
        known = any(each.slug == slug for each in self.sections)
        return f"{self.url(slug)}{anchor(path)}" if known else ""

    # Fields ---------------------------------------------------------------------------------------

    @cached_property
    def notes(self) -> Mapping[str, tuple[Note, ...]]:
        """What the checks say, by the field it stands at."""
        found: dict[str, list[Note]] = {}
        for each in self.room.findings:
            if each.field:
                found.setdefault(each.field, []).append(note_of(self.room, each, at_field=True))
        return {path: tuple(notes) for path, notes in found.items()}

    def field(self, path: str) -> FormField:
        """A field of the report with its value as saved, or as typed."""
        spec = report_field(self.room.definition, self.room.plan, path, language())
        if spec is None:
            raise Http404
        return self.drawn(spec)

    def drawn(self, spec: FieldSpec) -> FormField:
        """A field as it is drawn."""
        room, path = self.room, spec.path
        question = room.questions.get(path, "")
        return form_field(
            spec,
            room.value(path),
            me=self.me,
            typed=self.typed.get(path),
            notes=self.notes.get(path, ()),
            optional=not spec.required and path.startswith(("answer.", "part.", "own.")),
            editable=room.may_write(path),
            question=question,
            asked=bool(question),
            history_url=f"{reverse('own-report-history', args=[self.pk])}?falt={path}"
            if room.own
            else "",
        )

    def groups(
        self, form: Questionnaire, answers: Answers, area: str, at: Mapping[str, str]
    ) -> list[Group]:
        """The questions asked with these answers, by section; `at` are paths by question."""
        here = language()
        shown: dict[str, list[Placed]] = {}
        for placed in visible_questions(form, answers):
            if placed.area == area and placed.question.key in at:
                shown.setdefault(placed.section.key, []).append(placed)
        return [
            Group(
                id=f"s-{key.replace('_', '-')}",
                heading=each[0].section.title.in_(here),
                help=each[0].section.help.in_(here) if each[0].section.help else "",
                fields=tuple(self.field(at[placed.question.key]) for placed in each),
            )
            for key, each in shown.items()
        ]

    def groups_of_area(self, area: str, section: str = "") -> list[Group]:
        """The questionnaire's questions about an area, or of one section about the whole."""
        form = self.room.definition.report_questionnaire
        at = {
            placed.question.key: answer_path(area, placed.question.key)
            for placed in form.questions_for(area)
            if not section or placed.section.key == section
        }
        return self.groups(form, self.room.draft.answers, area, at)

    def groups_of_part(self, organisation: int) -> list[Group]:
        """What an organisation answers for itself."""
        form = self.room.definition.report_form.part
        if form is None:
            return []
        at = {
            placed.question.key: part_path(organisation, placed.question.key)
            for placed in form.questions_for(WHOLE)
        }
        return self.groups(form, self.room.draft.part(organisation), WHOLE, at)

    # What the checks say --------------------------------------------------------------------------

    def found_in(self, section: ReportSection) -> tuple[Finding, ...]:
        """What the checks say of a part."""
        return tuple(
            each
            for each in self.room.findings
            if (slug_of(self.room, each.field) if each.field else "") == section.slug
        )

    def found_at(self, findings: Sequence[Finding]) -> tuple[FoundAt, ...]:
        """Findings in words, what blocks first."""
        order = {Severity.UNDETERMINED: 0, Severity.BLOCKING: 0, Severity.LOOKED_AT: 1}
        return tuple(
            FoundAt(note_of(self.room, each), self.url_of(each.field))
            for each in sorted(findings, key=lambda one: order.get(one.severity, 2))
        )

    def degrees(self) -> list[Degree]:
        """Everything that the checks say, in three degrees; those with nothing are left out."""
        found = self.room.findings
        degrees = [
            Degree(
                _("Must be done before you can send in"),
                _("The report cannot be sent in until this is done."),
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
        titles = {each.slug: each.title for each in self.sections}
        found: dict[str, list[Finding]] = {}
        for each in findings:
            slug = slug_of(self.room, each.field) if each.field else ""
            found.setdefault(titles.get(slug, _("The report as a whole")), []).append(each)
        return tuple((title, self.found_at(each)) for title, each in found.items())

    def state(self, section: ReportSection) -> Tag:
        """How far that part has come."""
        findings = self.found_in(section)
        if section.kind == PART and any(each.code == "part_not_done" for each in findings):
            begun = self._begun(section)
            return Tag(_("Not done yet"), Tone.INFO) if begun else Tag(_("Not begun"))
        if any(each.blocks and each.code not in MISSING for each in findings):
            return Tag(_("Something to correct"), Tone.WARNING)
        if any(each.blocks for each in findings):
            if self._begun(section):
                return Tag(pgettext("part", "Begun"), Tone.INFO)
            return Tag(_("Not begun"))
        return Tag(_("Complete"), Tone.SUCCESS)

    def _begun(self, section: ReportSection) -> bool:
        return any(
            value.text and slug_of(self.room, path) == section.slug
            for path, value in self.room.values.items()
        ) or (section.kind == FILES and bool(self.room.files))

    # The page -------------------------------------------------------------------------------------

    def crumbs(self, last: Text = "") -> list[Crumb]:
        """The way to the page."""
        first = [Crumb(_("My pages"), reverse("my-pages"))]
        if not last:
            return [*first, Crumb(self.title)]
        return [*first, Crumb(self.title, reverse("own-report", args=[self.pk])), Crumb(last)]

    @property
    def locked(self) -> Text:
        """Why nothing can be written now; "" where something can."""
        room = self.room
        if room.is_open:
            return "" if room.own else _("You can read the report, and not write in it.")
        if room.report.status == ReportStatus.ACCEPTED:
            return _("The report is accepted. You can read it.")
        return _("The report has been sent in, and cannot be written in now. You can read it.")

    def context(self, section: ReportSection | None = None) -> dict[str, Any]:
        """What the template of every such page is given."""
        report = self.room.report
        context: dict[str, Any] = {
            "report": report,
            "room": self.room,
            "report_title": self.title,
            "organisation": report.organisation.name,
            "tasks_url": reverse("own-report", args=[self.pk]),
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
            "next_url": self.url(after[0].slug if after else CHECK),
            "found": self.found_at(self.found_in(section)),
            "page_token": secrets.token_urlsafe(18),
            "save_url": reverse("own-report-save", args=[self.pk]),
            "section_url": self.url(section.slug),
            "section_slug": section.slug,
            "store_key": f"report:{self.pk}",
            "login_url": reverse("account_login"),
            "reader": str(person_of(self.request).pseudonym),
            "problems": [
                (each.id, each.label, each.error)
                for each in (self.field(path) for path in self.typed)
                if each.error or each.conflict
            ],
        }
