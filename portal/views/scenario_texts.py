"""Distributions of a frame, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.content import Tag, Tone
from core.formats import number
from reviews.enums import ScenarioState
from reviews.models import Scenario

REFUSALS = {
    "frame": gettext_lazy(
        "The amount is more than what is left of the frame. Write a lower amount, or lower what "
        "the applications get."
    ),
    "nothing_to_distribute": gettext_lazy(
        "No assessed application has a proposal to grant. Assess the applications first."
    ),
    "name_taken": gettext_lazy("Another distribution has that name. Choose another name."),
    "status": gettext_lazy("The distribution has been adopted and cannot be changed."),
    "set_changed": gettext_lazy(
        "The assessed applications have changed since the distribution was made. Make a new one "
        "with the same rules."
    ),
    "amount": gettext_lazy(
        "An amount must be from 0 up to what was approved. Nothing was changed."
    ),
}
NOT_APPLIED = {
    "status": gettext_lazy("The case is no longer assessed and undecided"),
    "set_changed": gettext_lazy("The proposal is no longer to grant"),
    "amount": gettext_lazy("The lines come to less than the amount"),
    "conflict": gettext_lazy("A conflict of interest was declared"),
}


def scenario_tag(scenario: Scenario) -> Tag:
    """How far it has come, in words with a colour."""
    tones = {
        ScenarioState.DRAFT: Tone.NEUTRAL,
        ScenarioState.ADOPTING: Tone.INFO,
        ScenarioState.ADOPTED: Tone.SUCCESS,
        ScenarioState.REPLACED: Tone.NEUTRAL,
    }
    return Tag(scenario.get_state_display(), tones[ScenarioState(scenario.state)])


def of(part: int, whole: int) -> str:
    """`3 of 12`."""
    return _("%(part)s of %(whole)s") % {"part": number(part), "whole": number(whole)}


def per_inhabitant(ore: int | None) -> str:
    """Kronor and öre for each inhabitant; not known for None."""
    if ore is None:
        return _("Not known")
    kronor, rest = divmod(ore, 100)
    return _("%(amount)s kr each") % {"amount": f"{number(kronor)},{rest:02}"}
