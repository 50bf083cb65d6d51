"""What a page's components show: frozen values that views fill and templates lay out.

Texts are in the reader's language and already formatted (amounts, dates); nothing here reads a
clock or a database. Each class has its template in `templates/components/`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _

type Text = str | Promise


class Tone(StrEnum):
    """Designsystemet's colours by meaning; a tone never stands without its text."""

    NEUTRAL = "neutral"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Tag:
    """A state in words, with a colour beside."""

    label: Text
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step on the way to the page; the page itself has no address."""

    label: Text
    url: str = ""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A line of a summary list. `action` is what the link changes or opens."""

    term: Text
    value: Text = ""
    url: str = ""
    note: Text = ""
    tag: Tag | None = None
    action: Text = ""
    action_url: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A line of a task list; without an address it cannot be begun yet."""

    label: Text
    status: Tag
    url: str = ""
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class TaskSection:
    """Tasks under a heading."""

    heading: Text
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `sorted_by` is "ascending", "descending" or empty."""

    label: Text
    numeric: bool = False
    nowrap: bool = False
    sort_url: str = ""
    sorted_by: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A box to tick a row by, in the form that stands around the table."""

    name: str
    value: str
    label: Text
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. `label` is what a link says to those who hear it without the table."""

    text: Text = ""
    url: str = ""
    label: Text = ""
    note: Text = ""
    tag: Tag | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its heading and the cells after it."""

    heading: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption. `stack` turns rows into blocks on a narrow screen."""

    id: str
    caption: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    foot: Row | None = None
    stack: bool = False
    caption_hidden: bool = False


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """An event: `at` in UTC; `not_recorded` names what the sources do not say.

    `day_only` where the sources give a date and no time; not `dated` where they give neither.
    """

    at: datetime
    heading: Text
    who: Text = ""
    day_only: bool = False
    dated: bool = True
    details: tuple[Text, ...] = ()
    not_recorded: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in use, and the address of the list without it."""

    label: Text
    value: Text
    remove_url: str


@dataclass(frozen=True, slots=True)
class Pager:
    """The way to the pages before and after; empty where there is none."""

    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Long work: `done` of `total` steps."""

    id: str
    label: Text
    done: int
    total: int
    text: Text = ""

    @property
    def percent(self) -> int:
        """How much is done, rounded down, so that 100 means done."""
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure; without a value it is not recorded."""

    label: Text
    value: Text = ""
    note: Text = ""


@dataclass(frozen=True, slots=True)
class FileItem:
    """A file in a list of files. Without `url` it may not be had, and `tag` says why; without
    `remove_url` the reader may not remove it. `waiting` for its check, it changes by itself."""

    name: Text
    meta: Text
    url: str = ""
    tag: Tag | None = None
    note: Text = ""
    remove_url: str = ""
    waiting: bool = False


def population_fault(code: str, line: int, value: str) -> str:
    """What is wrong with a file of populations, by what `PopulationRefused` says."""
    named = {"line": line, "value": value}
    match code:
        case "columns":
            return _(
                "The first line must name the columns municipality_code and population (or "
                "kommunkod and folkmängd)."
            )
        case "municipality":
            return _("Line %(line)d: there is no municipality with the code “%(value)s”.") % named
        case "twice":
            return _("Line %(line)d: the municipality “%(value)s” is there twice.") % named
        case _:
            return _("Line %(line)d: “%(value)s” is not a number of inhabitants.") % named
