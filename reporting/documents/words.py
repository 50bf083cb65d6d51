"""The words of the report that several renderings share, in the language in force."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.formats import iso_date, number, percent
from reporting.content import OutcomeTable, PublishedDifference, ReportContent


def not_recorded() -> str:
    """What stands where the files do not say."""
    return _("Not recorded in the data")


def table_title(table: OutcomeTable) -> str:
    """`Tabell 1. …`"""
    return _("Table %(number)d. %(title)s") % {"number": table.number, "title": table.title}


def table_meta(table: OutcomeTable) -> str:
    """The unit of the cells, and n or where it stands."""
    unit = pgettext("report", "Percent") if table.kind.is_percent else pgettext("report", "Number")
    if table.n is None:
        return _("%(unit)s. n is the number of reports that answered, row by row.") % {"unit": unit}
    reports = ngettext("%(n)s report", "%(n)s reports", table.n) % {"n": number(table.n)}
    return _("%(unit)s. n = %(reports)s.") % {"unit": unit, "reports": reports}


def table_source(content: ReportContent) -> str:
    """Whose reports the cells count."""
    return _("Source: reports received up to and including %(cutoff)s.") % {
        "cutoff": iso_date(content.cutoff)
    }


def differences_title(table: OutcomeTable) -> str:
    """Heads the list of rows where the printed report says something else."""
    return _("Differences from the printed report, table %(number)d") % {"number": table.number}


def changed(table: OutcomeTable, line: PublishedDifference, values: Sequence[int | None]) -> str:
    """The cells of `values` that differ between print and computing, a line each."""
    lines = []
    for label, value, published, computed in zip(
        table.column_labels, values, line.published, line.computed, strict=True
    ):
        if published != computed:
            if value is None:
                text = _("not stated")
            else:
                text = percent(value) if table.kind.is_percent else number(value)
            lines.append(f"{label}: {text}")
    return "\n".join(lines)


def edition_facts(content: ReportContent) -> list[tuple[str, str]]:
    """What tells this edition from others: label and value."""
    state = (
        pgettext("report", "preliminary") if content.preliminary else pgettext("report", "final")
    )
    return [
        (_("Reporting year"), str(content.year)),
        (pgettext("report", "Edition"), f"{content.edition_number} ({state})"),
        (_("Date of the edition"), iso_date(content.edition_date)),
        (_("Reports received up to and including"), iso_date(content.cutoff)),
    ]
