"""What is asked when a distribution is tried."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.forms.money import AmountField
from reviews.checks.scenarios import Method, PotKey, PotWeight, Rules

METHODS = (
    (Method.RANKING, _("By ranking, from the most points down to the frame")),
    (Method.PROPORTIONAL, _("All cut alike, in proportion to what was approved")),
    (Method.BASE_AND_POPULATION, _("An equal share each, then by population")),
)
POTS = (
    ("", _("No pots")),
    (PotKey.COUNTY, _("One for each county")),
    (PotKey.KIND, _("One for each kind of organisation")),
)
WEIGHTS = (
    (PotWeight.APPROVED, _("What was approved")),
    (PotWeight.EQUAL, pgettext_lazy("pots", "All alike")),
    (PotWeight.POPULATION, _("Population")),
)


class ScenarioForm(forms.Form):
    """A name, a method and its limits."""

    name = forms.CharField(label=_("Name"), max_length=100)
    method = forms.ChoiceField(
        label=_("How is the money distributed?"),
        choices=METHODS,
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
    )
    frame_sek = AmountField(
        label=_("Amount to distribute (kronor)"),
        help_text=_("Leave it empty to distribute all that is left of the frame."),
        required=False,
        least=1,
    )
    ceiling_sek = AmountField(
        label=_("At most for an application (kronor)"), required=False, least=1
    )
    ceiling_percent = forms.IntegerField(
        label=_("At most for an application (per cent of what was asked)"),
        required=False,
        min_value=1,
        max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    floor_sek = AmountField(
        label=_("At least for an application that gets anything (kronor)"),
        help_text=_("Who had less than that approved gets what was approved."),
        required=False,
    )
    base_sek = AmountField(
        label=_("Equal share (kronor)"),
        help_text=_("Only where an equal share is given first and the rest by population."),
        required=False,
    )
    pots = forms.ChoiceField(
        label=_("Is the frame divided into pots first?"),
        help_text=_("With pots, a larger frame can give an application less."),
        choices=POTS,
        required=False,
    )
    weight = forms.ChoiceField(
        label=_("What do the pots go by?"),
        choices=WEIGHTS,
        required=False,
        initial=PotWeight.APPROVED,
    )

    def clean(self) -> dict[str, Any]:
        """An equal share belongs to one method only, and that method needs one."""
        values = super().clean() or {}
        needs_base = values.get("method") == Method.BASE_AND_POPULATION
        if needs_base and not values.get("base_sek") and "base_sek" not in self.errors:
            self.add_error("base_sek", _("Write how much everybody gets before the rest."))
        return values

    def rules(self) -> Rules:
        """The method and its limits, of a valid form."""
        values = self.cleaned_data
        return Rules.of(
            {
                **{name: values[name] for name in ("ceiling_sek", "ceiling_percent", "floor_sek")},
                "method": values["method"],
                "base_sek": values["base_sek"]
                if values["method"] == Method.BASE_AND_POPULATION
                else 0,
                "pots": values["pots"],
                "weight": values["weight"],
            }
        )
