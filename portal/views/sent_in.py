"""What was, or would be, sent in, as a page lays it out: the content with its tables."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.content import Cell, Column, Row, Table
from grants.content.application_parts import ApplicationContent, BudgetSum

from .files import size_text
from .labels import money


@dataclass(frozen=True, slots=True)
class Laid:
    """The content with its tables; None for a table without rows."""

    content: ApplicationContent
    budget: Table | None
    by_area: Table | None
    by_organisation: Table | None
    funding: Table | None
    attachments: Table | None


def laid_out(content: ApplicationContent, files: Mapping[str, str] | None = None) -> Laid:
    """The content for `portal/sent_in.html`. `files` are addresses of files by SHA-256."""
    budget = content.budget
    return Laid(
        content=content,
        budget=_budget(content),
        by_area=_sums("budget-areas", _("Sums by area"), _("Area"), budget.by_area),
        by_organisation=_sums(
            "budget-organisations",
            _("Sums by organisation"),
            _("Organisation"),
            budget.by_organisation,
        )
        if len(content.organisations) > 1
        else None,
        funding=_funding(content),
        attachments=_attachments(content, files or {}),
    )


def _budget(content: ApplicationContent) -> Table | None:
    joint = len(content.organisations) > 1
    if not content.budget.rows:
        return None
    missing = _("Not answered")
    return Table(
        id="budget-lines",
        caption=_("Budget lines"),
        columns=(
            Column(_("What the money is for")),
            Column(_("Activity")),
            *([Column(_("Organisation"))] if joint else []),
            Column(_("Kind of cost")),
            Column(pgettext("amount", "Requested"), numeric=True),
            Column(_("Paid by others"), numeric=True),
        ),
        rows=tuple(
            Row(
                Cell(row.text or missing),
                (
                    Cell(row.activity or missing, note=row.area),
                    *([Cell(row.organisation or missing)] if joint else []),
                    Cell(row.category or missing),
                    Cell(money(row.amount_sek)),
                    Cell(money(row.other_sek)),
                ),
            )
            for row in content.budget.rows
        ),
        foot=Row(
            Cell(_("Sum")),
            (
                Cell(),
                *([Cell()] if joint else []),
                Cell(),
                Cell(money(content.budget.amount_sek)),
                Cell(money(content.budget.other_sek)),
            ),
        ),
        stack=True,
    )


def _sums(id: str, caption: str, heading: str, sums: tuple[BudgetSum, ...]) -> Table | None:
    if not sums:
        return None
    return Table(
        id=id,
        caption=caption,
        columns=(
            Column(heading),
            Column(pgettext("amount", "Requested"), numeric=True),
            Column(_("Paid by others"), numeric=True),
        ),
        rows=tuple(
            Row(Cell(each.label), (Cell(money(each.amount_sek)), Cell(money(each.other_sek))))
            for each in sums
        ),
    )


def _funding(content: ApplicationContent) -> Table | None:
    if not content.funding:
        return None
    missing = _("Not answered")
    return Table(
        id="other-funding",
        caption=_("Other grants and co-funding"),
        columns=(
            Column(_("Who pays")),
            Column(_("Where it stands")),
            Column(pgettext("funding", "Amount (SEK)"), numeric=True),
            Column(_("What for")),
        ),
        rows=tuple(
            Row(
                Cell(each.source or missing),
                (
                    Cell(each.state or missing),
                    Cell(money(each.amount_sek)),
                    Cell(each.purpose or missing),
                ),
            )
            for each in content.funding
        ),
        stack=True,
        caption_hidden=True,
    )


def _attachments(content: ApplicationContent, files: Mapping[str, str]) -> Table | None:
    if not content.attachments:
        return None
    return Table(
        id="attached-files",
        caption=_("Attachments"),
        columns=(
            Column(_("File")),
            Column(_("What it is")),
            Column(_("Size"), nowrap=True),
            Column(_("Checksum (SHA-256)")),
        ),
        rows=tuple(
            Row(
                Cell(each.name, url=files.get(each.sha256, ""), note=each.organisation),
                (Cell(each.title), Cell(size_text(each.size)), Cell(each.sha256)),
            )
            for each in content.attachments
        ),
        stack=True,
        caption_hidden=True,
    )
