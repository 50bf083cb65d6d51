"""Pages on which an application and a report are written, drawn for a definition to look at.

They are the pages' own code and templates with a made-up organisation. What is typed is shown
again with what it leads to, and saved nowhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from core.content import Crumb, TaskSection, Text
from core.definitions import UnfitValueError
from grants.checks import Finding
from grants.content.fields import FieldSpec, field_spec
from grants.definitions import CallDefinition
from portal.selectors.previewing import (
    Previewed,
    PreviewRoom,
    preview_report,
    preview_room,
)
from portal.views.applying_fields import Typed
from portal.views.applying_page import FoundAt, Page
from portal.views.applying_sections import Kind, Section, sections_of
from portal.views.finding_texts import problem_text
from portal.views.labels import language
from portal.views.reporting_page import ReportPage, ReportSection
from portal.views.saving import posted_fields
from reporting.content.fields import report_field
from reporting.selectors.writing import ReportRoom

type Address = Callable[[str], str]
"""The preview's address of a part of the form."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What stands above each page of a preview: what it is of, and the way back."""

    title: str
    text: Text
    url: str
    crumbs: tuple[Crumb, ...] = ()

    def way(self, last: Text = "") -> list[Crumb]:
        """The way to the page, or to a page below it that is called `last`."""
        if last:
            return [*self.crumbs, Crumb(last)]
        return [*self.crumbs[:-1], Crumb(self.crumbs[-1].label)]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was typed: `texts` as it would be saved, by path; `typed` what is not taken."""

    texts: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, Typed] = field(default_factory=dict)


def tried(request: HttpRequest, spec_of: Callable[[str], FieldSpec | None]) -> Tried:
    """What the request has in the fields that the form has."""
    texts: dict[str, str] = {}
    typed: dict[str, Typed] = {}
    if request.method != "POST":
        return Tried()
    for path, (text, base) in posted_fields(request).items():
        spec = spec_of(path)
        if spec is None:
            continue
        try:
            texts[path] = spec.canonical(text)
        except UnfitValueError as wrong:
            typed[path] = Typed(text, base, problem_text(wrong.code, wrong.params))
    return Tried(texts, typed)


class PreviewPage(Page):
    """A page of the made-up application."""

    room: PreviewRoom

    def __init__(
        self, request: HttpRequest, room: PreviewRoom, preview: Preview, at: Address, said: Tried
    ) -> None:
        super().__init__(request, room, said.typed)
        self.preview = preview
        self.at = at

    @cached_property
    def sections(self) -> list[Section]:
        """The parts, but for partners: what they answer stands on the organisation's own page."""
        found = sections_of(self.room.definition, self.room.draft.areas)
        return [each for each in found if each.kind is not Kind.PARTNERS]

    def found_at(self, findings: Sequence[Finding]) -> tuple[FoundAt, ...]:
        """Findings in words, with their places in the preview."""
        return tuple(replace(each, url=self.here(each.url)) for each in super().found_at(findings))

    def here(self, url: str) -> str:
        """The preview's address for one of an application's own; "" for what it has not."""
        prefix = reverse("application-section", args=[self.pk, "x"]).removesuffix("x/")
        slug, _slash, rest = url.removeprefix(prefix).partition("/")
        known = url.startswith(prefix) and any(each.slug == slug for each in self.sections)
        return f"{self.at(slug)}{rest}" if known else ""

    def tasks(self, sections: Sequence[TaskSection]) -> tuple[TaskSection, ...]:
        """The task list with the preview's addresses; what it has no page for is left out."""
        found = [
            TaskSection(
                each.heading,
                tuple(
                    replace(task, url=url) for task in each.tasks if (url := self.here(task.url))
                ),
            )
            for each in sections
        ]
        return tuple(each for each in found if each.tasks)

    def context(self, section: Section | None = None) -> dict[str, Any]:
        """What the template of every such page is given."""
        after = None
        context = super().context(section)
        if section is not None:
            place = [each.slug for each in self.sections].index(section.slug)
            after = next(iter(self.sections[place + 1 :]), None)
        return context | {
            "preview": self.preview,
            "crumbs": self.preview.way(section.title if section else ""),
            "tasks_url": self.at(""),
            "section_url": self.at(section.slug) if section else "",
            "next": after,
            "next_url": self.at(after.slug) if after else "",
        }


def application_page(
    request: HttpRequest, previewed: Previewed, preview: Preview, at: Address
) -> PreviewPage:
    """The made-up application with what was tried in it. Raises Http404 where the call has no
    form."""
    empty = preview_room(previewed, {})
    if empty is None:
        raise Http404
    definition = previewed.definition
    said = tried(
        request,
        lambda path: field_spec(definition, path, empty.around, language()),
    )
    room = preview_room(previewed, said.texts) if said.texts else empty
    return PreviewPage(request, room or empty, preview, at, said)


class PreviewReport(ReportPage):
    """A page of the made-up report."""

    def __init__(
        self, request: HttpRequest, room: ReportRoom, preview: Preview, at: Address, said: Tried
    ) -> None:
        super().__init__(request, room, said.typed)
        self.preview = preview
        self.at = at

    def url(self, slug: str) -> str:
        """The preview's address of a part; "" for what it has not."""
        return self.at(slug) if any(each.slug == slug for each in self.sections) else ""

    def context(self, section: ReportSection | None = None) -> dict[str, Any]:
        """What the template of every such page is given."""
        return super().context(section) | {
            "preview": self.preview,
            "crumbs": self.preview.way(section.title if section else ""),
            "tasks_url": self.at(""),
            "section_url": self.url(section.slug) if section else "",
        }


def report_page(
    request: HttpRequest, previewed: Previewed, preview: Preview, at: Address
) -> PreviewReport:
    """The made-up report with what was tried in it."""
    definition: CallDefinition = previewed.definition
    plan = preview_report(previewed, {}).plan
    said = tried(request, lambda path: report_field(definition, plan, path, language()))
    return PreviewReport(request, preview_report(previewed, said.texts), preview, at, said)
