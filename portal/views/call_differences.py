"""What one call definition says otherwise than another, as a table: place, change, before, now."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from core.content import Cell, Column, Row, Table, Text
from core.formats import DASH
from grants.definitions.changes import Change, ChangeKind

_KINDS: Mapping[ChangeKind, Text] = {
    ChangeKind.ADDED: pgettext_lazy("change", "Added"),
    ChangeKind.REMOVED: pgettext_lazy("change", "Taken away"),
    ChangeKind.CHANGED: pgettext_lazy("change", "Changed"),
    ChangeKind.MOVED: pgettext_lazy("change", "In another order"),
}


def changes_table(
    found: Iterable[Change], *, id_: str, caption: Text, caption_hidden: bool = False
) -> Table:
    """A row for each change; of what was added or taken away also all that is in it."""
    return Table(
        id=id_,
        caption=caption,
        columns=(
            Column(_("Where")),
            Column(pgettext("column", "Change")),
            Column(_("Before")),
            Column(_("Now")),
        ),
        rows=tuple(_row(each) for each in found),
        caption_hidden=caption_hidden,
        stack=True,
    )


def _row(change: Change) -> Row:
    inside = "\n".join(change.contents)
    removed = change.kind is ChangeKind.REMOVED
    return Row(
        Cell(change.words),
        (
            Cell(_KINDS[change.kind]),
            Cell(change.before or DASH, note=inside if removed else ""),
            Cell(change.after or DASH, note="" if removed else inside),
        ),
    )
