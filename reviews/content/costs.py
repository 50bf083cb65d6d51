"""Fields of the cost check: their names, and what they take. Amounts are whole SEK.

`line.<number>.<field>`: a budget line's field, of LINE_FIELDS. `ceiling.<rule>`: why more is
approved than a cost rule allows.
"""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.definitions import QuestionKind
from grants.content.fields import LARGEST_SEK, FieldOption, FieldSpec
from grants.definitions import CostReason
from reviews.enums import LineVerdict

LINE, CEILING = "line", "ceiling"
LINE_FIELDS = ("verdict", "part_sek", "reason", "text")
LENGTH = 4_000
"""How long a text may be, in characters."""


def line_path(number: int, name: str) -> str:
    """A field of a budget line's check."""
    return f"{LINE}.{number}.{name}"


def ceiling_path(rule: str) -> str:
    """Why more is approved than the rule allows."""
    return f"{CEILING}.{rule}"


def line_of(path: str) -> tuple[int, str] | None:
    """The line's number and the field that a path names; None for another path."""
    match path.split("."):
        case [kind, number, name] if kind == LINE and name in LINE_FIELDS:
            is_number = number.isascii() and number.isdecimal() and len(number) < 10
            return (int(number), name) if is_number else None
    return None


def rule_of(path: str) -> str | None:
    """The rule whose ceiling a path is about; None for another path."""
    kind, _dot, rule = path.partition(".")
    return rule if kind == CEILING and rule else None


def line_spec(
    number: int, name: str, *, asked_sek: int, reasons: Sequence[CostReason], language: str
) -> FieldSpec:
    """A field of the check of a line that asks for `asked_sek`."""
    path = line_path(number, name)
    match name:
        case "verdict":
            options = tuple(FieldOption(str(each), each.label) for each in LineVerdict)
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=pgettext_lazy("sum", "Approved"),
                options=options,
            )
        case "part_sek":
            return FieldSpec(
                path=path,
                kind=QuestionKind.MONEY,
                label=_("Approved amount"),
                help=_("Whole kronor, less than what is asked for."),
                minimum=1,
                maximum=max(1, min(asked_sek - 1, LARGEST_SEK)),
            )
        case "reason":
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=_("Reason"),
                options=tuple(FieldOption(each.code, each.title.in_(language)) for each in reasons),
            )
    return FieldSpec(
        path=path,
        kind=QuestionKind.TEXT,
        label=_("Text in the decision"),
        max_length=LENGTH,
        rows=3,
    )


def ceiling_spec(rule: str) -> FieldSpec:
    """Why more is approved than the rule allows."""
    return FieldSpec(
        path=ceiling_path(rule),
        kind=QuestionKind.TEXT,
        label=_("Why more is approved than the rule allows"),
        max_length=LENGTH,
        rows=3,
    )
