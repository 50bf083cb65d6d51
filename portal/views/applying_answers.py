"""Parts of an application that are questions and rows: what their pages are filled with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.content import SummaryRow, Text
from core.definitions import WHOLE, Answers, Placed, Questionnaire, visible_questions
from grants.content.draft import SavedRow
from grants.content.fields import field_spec, spec_of_question, specs_of_row
from grants.content.paths import answer_path, area_path, part_path
from grants.enums import RowKind
from portal.selectors.writing import removed_lately
from portal.views.applying_fields import FormField, Note
from portal.views.applying_page import Page
from portal.views.applying_sections import Section, address
from portal.views.labels import language


@dataclass(frozen=True, slots=True)
class Group:
    """Questions under a heading."""

    id: str
    heading: Text
    help: Text
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class RowCard:
    """A row as drawn: its fields, what the call's rules say of it, and whether it may go."""

    number: int
    heading: str
    fields: tuple[FormField, ...]
    notes: tuple[Note, ...] = ()
    may_remove: bool = False
    data: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a kind: how they are added, and those removed lately, to bring back."""

    id: str
    kind: RowKind
    cards: tuple[RowCard, ...]
    add: str
    may_add: bool
    area: str = ""
    empty: str = ""
    removed: tuple[tuple[int, str], ...] = ()


def groups_of(
    page: Page, form: Questionnaire, answers: Answers, area: str, at: Mapping[str, str]
) -> list[Group]:
    """The questions asked with these answers, section by section; `at` are paths by question."""
    here = language()
    shown: dict[str, list[Placed]] = {}
    for placed in visible_questions(form, answers):
        if placed.area == area and placed.question.key in at:
            shown.setdefault(placed.section.key, []).append(placed)
    groups = []
    for key, each in shown.items():
        section = each[0].section
        groups.append(
            Group(
                id=f"s-{key.replace('_', '-')}",
                heading=section.title.in_(here),
                help=section.help.in_(here) if section.help else "",
                fields=tuple(
                    page.drawing.field(
                        spec_of_question(placed.question, at[placed.question.key], here)
                    )
                    for placed in each
                ),
            )
        )
    return groups


def questions(page: Page, section: Section) -> dict[str, Any]:
    """A part of the questionnaire that is asked once."""
    form = page.room.form.questionnaire
    at = {
        placed.question.key: answer_path(WHOLE, placed.question.key)
        for placed in form.questions_for(WHOLE)
        if placed.section.key == section.key
    }
    return {"groups": groups_of(page, form, page.room.draft.answers, WHOLE, at)}


def organisation(page: Page, section: Section) -> dict[str, Any]:
    """The lead applicant as registered, and what it answers for itself."""
    lead = page.room.lead
    return {
        "summary": organisation_summary(page),
        "organisation_url": address("my-organisation", lead.pk),
        "groups": part_groups(page, lead.pk),
    }


def part_groups(page: Page, organisation: int) -> list[Group]:
    """What an organisation answers for itself; empty where the call asks nothing of the kind."""
    form = page.room.form.part
    if form is None:
        return []
    at = {
        placed.question.key: part_path(organisation, placed.question.key)
        for placed in form.questions_for(WHOLE)
    }
    return groups_of(page, form, page.room.draft.part(organisation), WHOLE, at)


def organisation_summary(page: Page) -> list[SummaryRow]:
    """What is registered of the lead applicant."""
    lead = page.room.lead
    part = next(each for each in page.room.parts if each.organisation_id == lead.pk)
    place = " ".join(each for each in (lead.postal_code, lead.city) if each)
    rows = [
        SummaryRow(_("Name"), lead.name),
        SummaryRow(_("Organisation number"), lead.org_no),
        SummaryRow(_("Kind"), lead.get_kind_display()),
        SummaryRow(_("County"), part.organisation.county.name),
        SummaryRow(_("Address"), ", ".join(each for each in (lead.street, place) if each)),
        SummaryRow(
            _("Account for payments"),
            f"{lead.get_giro_kind_display()} {lead.giro_number}" if lead.giro_number else "",
        ),
    ]
    missing = _("Not given")
    return [row if row.value else SummaryRow(row.term, missing) for row in rows]


def areas(page: Page, section: Section) -> dict[str, Any]:
    """Which areas are applied for, field by field."""
    definition, room = page.room.definition, page.room
    here = language()
    groups: dict[str, list[FormField]] = {}
    for placed in definition.placed_areas:
        spec = field_spec(definition, area_path(placed.area.code), room.around, here)
        if spec is not None:
            heading = placed.field.title.in_(here) if placed.field else ""
            groups.setdefault(heading, []).append(page.drawing.field(spec))
    most = room.form.max_areas
    others = _("Outside the development fields") if len(groups) > 1 else ""
    return {
        "groups": [
            Group(f"s-{place}", heading or others, "", tuple(fields))
            for place, (heading, fields) in enumerate(groups.items(), 1)
        ],
        "limit": ngettext(
            "You can apply for at most %(number)d area.",
            "You can apply for at most %(number)d areas.",
            most,
        )
        % {"number": most}
        if most
        else "",
    }


def area(page: Page, section: Section) -> dict[str, Any]:
    """An area: its questions, with its activities after the first group of them."""
    form = page.room.form
    at = {
        placed.question.key: answer_path(section.key, placed.question.key)
        for placed in form.questionnaire.questions_for(section.key)
    }
    found = page.room.definition.area(section.key)
    groups = groups_of(page, form.questionnaire, page.room.draft.answers, section.key, at)
    return {
        "description": found.description.in_(language()) if found and found.description else "",
        "groups": groups[:1],
        "groups_after": groups[1:],
        "rows": rows_of_kind(
            page,
            RowKind.ACTIVITY,
            area=section.key,
            add=_("Add an activity"),
            empty=_("There are no activities in the area yet."),
        ),
        "rows_help": form.activity_help.in_(language()) if form.activity_help else "",
    }


def funding(page: Page, section: Section) -> dict[str, Any]:
    """Other grants and co-funding."""
    text = page.room.form.funding_help
    return {
        "rows": rows_of_kind(
            page,
            RowKind.FUNDING,
            add=_("Add other funding"),
            empty=_("No other grants or co-funding are written."),
        ),
        "rows_help": text.in_(language()) if text else "",
    }


def rows_of_kind(page: Page, kind: RowKind, *, add: str, empty: str, area: str = "") -> Rows:
    """The rows of that kind, of an area where they belong to one."""
    room = page.room
    kept = [row for row in room.rows if row.kind is kind and row.area == area]
    headings = {
        RowKind.ACTIVITY: _("Activity %(number)d"),
        RowKind.LINE: _("Budget line %(number)d"),
        RowKind.FUNDING: _("Other funding %(number)d"),
    }
    return Rows(
        id="activities" if kind is RowKind.ACTIVITY else "rows",
        kind=kind,
        cards=tuple(
            RowCard(
                row.number,
                headings[kind] % {"number": place},
                tuple(row_fields(page, row)),
                may_remove=room.may_write(f"row.{row.number}"),
            )
            for place, row in enumerate(kept, 1)
        ),
        add=add,
        may_add=room.may_add(kind),
        area=area,
        empty=empty,
        removed=removed(page, kind, area) if room.may_add(kind) else (),
    )


def row_fields(page: Page, row: SavedRow) -> Iterable[FormField]:
    """All fields of a row."""
    room = page.room
    for spec in specs_of_row(room.definition, row.number, row.kind, room.around, language()):
        yield page.drawing.field(spec)


def removed(page: Page, kind: RowKind, area: str) -> tuple[tuple[int, str], ...]:
    """Rows removed lately: number, and what they are called."""
    names = {
        RowKind.ACTIVITY: ("title",),
        RowKind.LINE: ("text", "amount_sek"),
        RowKind.FUNDING: ("source",),
    }[kind]
    found = []
    for row in removed_lately(page.room, kind, area):
        texts = (page.room.value(f"row.{row.number}.{name}").text for name in names)
        name = next((each for each in texts if each), "")
        found.append((row.number, f"”{name[:60]}”" if name else _("an empty row")))
    return tuple(found)


def row_urls(page: Page) -> dict[str, str]:
    """Where rows are added, removed and brought back."""
    return {
        "row_add_url": reverse("row-add", args=[page.pk]),
        "row_remove_url": reverse("row-remove", args=[page.pk]),
        "row_restore_url": reverse("row-restore", args=[page.pk]),
    }
