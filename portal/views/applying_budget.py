"""The budget's page: its lines, what the call's rules say of each, and the sums."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from core import formats
from core.content import Text, Tone
from core.definitions import LocalText
from grants.content.draft import BudgetLine
from grants.content.fields import specs_of_row
from grants.content.paths import row_path
from grants.definitions import CostRuleKind
from grants.enums import RowKind
from portal.views.applying_answers import RowCard, rows_of_kind
from portal.views.applying_fields import FormField, Note
from portal.views.applying_page import Page
from portal.views.applying_sections import Section
from portal.views.finding_texts import SEVERITY_LABELS
from portal.views.labels import language

NONE = "-"


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum as shown: `key` is what the page's script knows it by."""

    key: str
    label: Text
    asked: str
    other: str
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums under a heading."""

    id: str
    caption: Text
    heading: Text
    rows: tuple[Sum, ...]
    total: Sum


def budget(page: Page, section: Section) -> dict[str, Any]:
    """All that the budget's page shows."""
    form = page.room.form
    here = language()
    rows = rows_of_kind(
        page,
        RowKind.LINE,
        add=_("Add a budget line"),
        empty=_("There are no budget lines yet."),
    )
    lines = {line.number: line for line in page.room.draft.lines}
    cards = tuple(_card(page, card, lines[card.number]) for card in rows.cards)
    unused = _activities_without_money(page)
    return {
        "rows": replace(rows, cards=cards),
        "help": _text(form.budget.help),
        "categories": [(each.title.in_(here), _text(each.help)) for each in form.budget.categories],
        "rules": [(rule.title.in_(here), rule.reason.in_(here)) for rule in form.budget.rules],
        "sums": sums_of(page),
        "requested": formats.amount(page.room.draft.requested_sek),
        "unused": unused,
        "has_activities": bool(page.room.draft.activities),
    }


def _text(text: LocalText | None) -> str:
    return text.in_(language()) if text else ""


def rule_notes(page: Page, line: BudgetLine) -> tuple[Note, ...]:
    """What the call's cost rules say of the line, with their reasons."""
    here = language()
    return tuple(
        Note(
            Tone.DANGER if rule.kind is CostRuleKind.NOT_PAYABLE else Tone.WARNING,
            rule.title.in_(here),
            rule.reason.in_(here),
        )
        for rule in page.room.form.budget.rules_for(
            line.category, page.room.draft.area_of_line(line)
        )
        if line.category or line.activity
    )


def _card(page: Page, card: RowCard, line: BudgetLine) -> RowCard:
    room = page.room
    titles = room.definition.area_titles(language())
    groups = {str(each.number): titles[each.area] for each in room.draft.activities}
    alone = len(room.parts) == 1 and line.organisation == room.lead.pk
    fields: list[FormField] = []
    for spec in specs_of_row(room.definition, card.number, RowKind.LINE, room.around, language()):
        if spec.path == row_path(card.number, "organisation") and alone:
            continue
        is_activity = spec.path == row_path(card.number, "activity")
        drawn = page.drawing.field(spec, groups=groups if is_activity else None)
        # What the rules say stands once at the line, not at the amount as well.
        said = {"not_payable", "limited"}
        if spec.path == row_path(card.number, "amount_sek") and any(
            finding.code in said and finding.field == spec.path for finding in room.findings
        ):
            kept = tuple(note for note in drawn.notes if note.quiet)
            drawn = replace(drawn, notes=kept)
        fields.append(drawn)
    category = room.form.budget.category(line.category)
    activity = room.draft.activity(line.activity)
    return replace(
        card,
        fields=tuple(fields),
        notes=rule_notes(page, line),
        data={
            "area": activity.area if activity else NONE,
            "organisation": str(line.organisation or NONE),
            "category_help": _text(category.help) if category else "",
        },
    )


def _activities_without_money(page: Page) -> list[Note]:
    return [
        Note(
            Tone.WARNING,
            SEVERITY_LABELS[finding.severity],
            _("No budget line belongs to the activity “%(activity)s” in the area %(area)s.")
            % {
                "activity": finding.params.get("activity", ""),
                "area": page.words.area(finding.params.get("area")),
            },
        )
        for finding in page.room.findings
        if finding.code == "activity_without_money"
    ]


def sums_of(page: Page) -> list[Sums]:
    """What is asked for by area and by organisation, and what others pay."""
    room, draft = page.room, page.room.draft
    titles = room.definition.area_titles(language())
    total = _sum("total", _("In all"), draft.requested_sek, draft.other_sek)
    by_area = [
        _sum(f"area:{code}", titles[code], draft.requested_for(code), _other(page, area=code))
        for code in draft.areas
    ]
    stray = draft.requested_for("")
    by_area.append(_sum(f"area:{NONE}", _("Without an activity"), stray, _other(page, area="")))
    found = [Sums("sums-areas", _("Sums by area"), _("Area"), tuple(by_area), total)]
    if len(room.parts) > 1:
        known = {part.organisation_id for part in room.parts}
        by_organisation = [
            _sum(
                f"organisation:{part.organisation_id}",
                part.organisation.name,
                draft.requested_of(part.organisation_id),
                _other(page, organisation=part.organisation_id),
            )
            for part in room.parts
        ]
        loose = [line for line in draft.lines if line.organisation not in known]
        by_organisation.append(
            _sum(
                f"organisation:{NONE}",
                _("Without an organisation"),
                sum(line.amount_sek or 0 for line in loose),
                sum(line.other_sek or 0 for line in loose),
            )
        )
        found.append(
            Sums(
                "sums-organisations",
                _("Sums by organisation"),
                _("Organisation"),
                tuple(by_organisation),
                total,
            )
        )
    return found


def _other(page: Page, *, area: str | None = None, organisation: int | None = None) -> int:
    draft = page.room.draft
    return sum(
        line.other_sek or 0
        for line in draft.lines
        if (area is None or draft.area_of_line(line) == area)
        and (organisation is None or line.organisation == organisation)
    )


def _sum(key: str, label: Text, asked: int, other: int) -> Sum:
    return Sum(key, label, formats.amount(asked), formats.amount(other))
