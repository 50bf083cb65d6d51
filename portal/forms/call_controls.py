"""What a page of a call's definition is made of: fields, their controls, items and cards."""

from dataclasses import dataclass

from core.content import Tag, Text


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to choose. `unknown`: it stands in the document and is none of those there are."""

    code: str
    label: Text
    chosen: bool
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """One control: its name and id in the form, what it holds, and what is wrong with it."""

    id: str
    name: str
    label: Text
    value: str = ""
    errors: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list that is written where the list is."""

    heading: str
    index: int
    fields: "tuple[NodeField, ...]"
    errors: tuple[str, ...]
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Card:
    """An item of a list that has a page of its own."""

    title: str
    note: str
    index: int
    url: str
    tag: Tag | None
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class NodeField:
    """A field of the page. `control` says how it is written: text, long, number, date, check,
    radios, select, checks, list, words, group, items, cards or page."""

    name: str
    id: str
    control: str
    label: Text
    help: Text = ""
    optional: bool = False
    value: str = ""
    errors: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    words: tuple[Control, ...] = ()
    fields: "tuple[NodeField, ...]" = ()
    items: tuple[Item, ...] = ()
    cards: tuple[Card, ...] = ()
    url: str = ""
    there: bool = False
    theirs: str = ""
    add: Text = ""
    long: bool = False
    faults: int = 0

    @property
    def described(self) -> str:
        """The ids of what describes the control."""
        ids = [f"{self.id}-help"] if self.help else []
        return " ".join([*ids, f"{self.id}-error"] if self.errors else ids)


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of the error summary: what is wrong, and the field that it leads to."""

    id: str
    label: Text
    text: str
