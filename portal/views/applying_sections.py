"""The parts that an application is written in: which there are, and where a field stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _

from core.definitions import WHOLE
from grants.content.paths import (
    AREAS,
    ATTACHMENTS,
    BUDGET,
    FUNDING,
    UnlockableField,
    answer_path,
    organisation_of,
    row_of,
)
from grants.definitions import CallDefinition
from grants.enums import RowKind
from portal.views.labels import language


class Kind(StrEnum):
    """What a part of the application holds; the value is its address, but for areas and for
    the parts of the questionnaire."""

    ORGANISATION = "organisation"
    PARTNERS = "partners"
    QUESTIONS = "questions"
    AREAS = "areas"
    AREA = "area"
    BUDGET = "budget"
    FUNDING = "funding"
    REQUIREMENTS = "requirements"
    ATTACHMENTS = "attachments"


RESERVED = frozenset(
    {
        *Kind,
        "check",
        "andringar",
        "arende",
        "pengar",
        "aterkalla",
        "begar-avgorande",
        "beslut",
        "bilagor",
        "brev",
        "falt",
        "granska",
        "handlingar",
        "kommunicering",
        "komplettera",
        "kvitto",
        "meddelanden",
        "medsokande",
        "rad",
        "skicka-in",
        "slang",
        "ta-tillbaka",
        "version",
        "versioner",
    }
)
"""Words that stand for something else in an application's addresses."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the application with a page of its own. `key` is the area's code, or that of
    the questionnaire's section."""

    kind: Kind
    slug: str
    title: str
    key: str = ""


def area_slug(code: str) -> str:
    """The address of an area's page."""
    return f"area-{code.replace('_', '-')}"


def question_slug(key: str) -> str:
    """The address of a questionnaire's section; one that a page of the form has is not taken."""
    slug = key.replace("_", "-")
    return f"del-{slug}" if slug in RESERVED or slug.startswith("area-") else slug


def field_id(path: str) -> str:
    """The id of a field's control, or of its group, in a page."""
    return f"f-{path.replace('.', '-')}"


def sections_of(definition: CallDefinition, areas: Iterable[str]) -> list[Section]:
    """Everything there is to write in the call, in order; `areas` are those applied for."""
    form = definition.application
    if form is None:
        return []
    here = language()
    before: list[Section] = []
    after: list[Section] = []
    repeated = False
    for each in form.questionnaire.sections:
        repeated = repeated or each.repeat is not None
        if each.covers(WHOLE):
            part = Section(Kind.QUESTIONS, question_slug(each.key), each.title.in_(here), each.key)
            (after if repeated else before).append(part)
    titles = definition.area_titles(here)
    of_areas = [Section(Kind.AREA, area_slug(code), titles[code], code) for code in areas]
    requirements = (
        [Section(Kind.REQUIREMENTS, "requirements", _("Performance requirements"))]
        if definition.requirements
        else []
    )
    return [
        Section(Kind.ORGANISATION, "organisation", _("The organisation")),
        Section(Kind.PARTNERS, "partners", _("Partners")),
        *before,
        Section(Kind.AREAS, "areas", _("Areas that you apply for")),
        *of_areas,
        *after,
        Section(Kind.BUDGET, "budget", _("Budget")),
        Section(Kind.FUNDING, "funding", _("Other grants and co-funding")),
        *requirements,
        Section(Kind.ATTACHMENTS, "attachments", _("Attachments")),
    ]


def section_slug(
    definition: CallDefinition, field: str, rows: Mapping[int, tuple[RowKind, str]], lead: int
) -> str:
    """The part of the application that a field, or a name above some, is written in; "" for
    none. `rows` are kinds and areas by number."""
    steps = field.split(".")
    match steps:
        case [UnlockableField.REQUESTED] | ["budget"]:
            return BUDGET
        case [UnlockableField.PARTNERS]:
            return Kind.PARTNERS
        case ["areas", *_rest]:
            return AREAS
        case ["funding"]:
            return FUNDING
        case ["attachments" | "other", *_rest]:
            return ATTACHMENTS
        case ["answer", "-", key, *_rest]:
            form = definition.application
            asked = form.questionnaire.questions_for(WHOLE) if form else ()
            found = (each.section.key for each in asked if each.question.key == key)
            return question_slug(next(found, "")) if form else ""
        case ["answer", area, *_rest]:
            return area_slug(area) if definition.area(area) else ""
        case ["part", *_rest]:
            return Kind.ORGANISATION if organisation_of(field) == lead else Kind.PARTNERS
        case ["requirement", *_rest]:
            return Kind.REQUIREMENTS
        case ["row", *_rest] if (row := rows.get(row_of(field) or 0)) is not None:
            kind, area = row
            return {RowKind.LINE: BUDGET, RowKind.FUNDING: FUNDING}.get(kind, area_slug(area))
    return ""


def section_url(application: int, slug: str) -> str:
    """The address of a part of the application."""
    if slug == Kind.PARTNERS:
        return address("application-partners", application)
    return reverse("application-section", args=[application, slug])


def address(name: str, *values: object) -> str:
    """The address of that name, with those values in it."""
    return reverse(name, args=values)


def fields_of(definition: CallDefinition, section: Section) -> Iterator[str]:
    """The paths of the questionnaire's questions in a part, before conditions."""
    form = definition.application
    if form is None:
        return
    if section.kind is Kind.AREA:
        for placed in form.questionnaire.questions_for(section.key):
            yield answer_path(section.key, placed.question.key)
    elif section.kind is Kind.QUESTIONS:
        for placed in form.questionnaire.questions_for(WHOLE):
            if placed.section.key == section.key:
                yield answer_path(WHOLE, placed.question.key)
