"""Fields of a proposal while it is written: `proposal.<field>`, of PROPOSAL_FIELDS."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.content import Text
from core.definitions import QuestionKind
from grants.content.fields import FieldOption, FieldSpec
from reviews.enums import ProposedOutcome

PROPOSAL = "proposal"
DATES = ("use_from", "use_until", "interim_due", "final_due")
PROPOSAL_FIELDS = ("outcome", "reasons", "conditions", "own_conditions", *DATES)
GRANTING = ("conditions", "own_conditions", *DATES)
"""The fields of a proposal to grant alone."""
LENGTH = 20_000
"""How long the reasons may be, in characters."""
CONDITION_LENGTH = 8_000

_LABELS: dict[str, Text] = {
    "use_from": _("The money may be used from"),
    "use_until": _("The money may be used until"),
    "interim_due": _("Interim report due"),
    "final_due": _("Final report due"),
}


@dataclass(frozen=True, slots=True)
class LibraryItem:
    """A text of the library: the call's, or the agency's own. `code` tells them apart; `use` is
    where it belongs (a value of `grants.definitions.TextUse`)."""

    code: str
    use: str
    title: str
    text: str
    own: bool = False


def proposal_path(name: str) -> str:
    """A field of the proposal."""
    return f"{PROPOSAL}.{name}"


def proposal_specs(conditions: Sequence[LibraryItem]) -> dict[str, FieldSpec]:
    """What is written of a proposal, by field; `conditions` are those to choose among."""
    specs = [
        FieldSpec(
            path=proposal_path("outcome"),
            kind=QuestionKind.ONE_CHOICE,
            label=_("What do you propose?"),
            options=(
                FieldOption(
                    str(ProposedOutcome.GRANT),
                    _("Grant"),
                    help=_("All that was asked for, or the part of it that the lines come to."),
                ),
                FieldOption(str(ProposedOutcome.REJECT), _("Reject")),
            ),
        ),
        FieldSpec(
            path=proposal_path("reasons"),
            kind=QuestionKind.TEXT,
            label=_("Reasons"),
            help=_("These stand in the decision. Begin from a text of the library, and edit it."),
            max_length=LENGTH,
            rows=12,
        ),
        FieldSpec(
            path=proposal_path("conditions"),
            kind=QuestionKind.SEVERAL_CHOICES,
            label=_("Conditions from the library"),
            options=tuple(
                FieldOption(each.code, each.title, help=each.text) for each in conditions
            ),
        ),
        FieldSpec(
            path=proposal_path("own_conditions"),
            kind=QuestionKind.TEXT,
            label=_("Other conditions"),
            help=_("Leave an empty line between conditions."),
            max_length=CONDITION_LENGTH,
            rows=4,
        ),
        *(
            FieldSpec(path=proposal_path(name), kind=QuestionKind.DATE, label=_LABELS[name])
            for name in DATES
        ),
    ]
    return {spec.path.partition(".")[2]: spec for spec in specs}


def conditions_in(text: str) -> tuple[str, ...]:
    """The conditions of a text, which have empty lines between them."""
    paragraphs: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            paragraphs[-1].append(line.strip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return tuple("\n".join(lines) for lines in paragraphs if lines)


def chosen_conditions(
    chosen: Iterable[str], library: Iterable[LibraryItem], own: str
) -> tuple[str, ...]:
    """The texts of the conditions chosen, in the library's order, and then those written."""
    codes = set(chosen)
    return (*(each.text for each in library if each.code in codes), *conditions_in(own))
