"""Entering a reference rate."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.models import ReferenceRate

from .register import DayField

_PERCENT = re.compile(r"(-?) ?([0-9]{1,3})(?:[.,]([0-9]{1,2}))? ?%?", re.ASCII)


class RateForm(forms.Form):
    """The rate of a half-year."""

    use_required_attribute = False
    from_on = DayField(
        label=_("Half-year from"),
        help_text=_("1 January or 1 July, written as 2026-07-01."),
        error_messages={"invalid": _("Write the date as 2026-07-01.")},
    )
    percent = forms.CharField(
        label=_("Reference rate (%)"),
        help_text=_("As the Riksbank has made it known, such as 2,50."),
        max_length=8,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean_percent(self) -> int:
        """The rate in hundredths of a percent. A comma or a point may stand before decimals."""
        found = _PERCENT.fullmatch(self.cleaned_data["percent"].replace("−", "-"))
        if found is None:
            raise forms.ValidationError(
                _("Write the rate in percent with at most two decimals, such as 2,50.")
            )
        sign, whole, decimals = found.groups()
        hundredths = int(whole) * 100 + int(f"{decimals or ''}00"[:2])
        return -hundredths if sign else hundredths


class WithdrawRateForm(forms.Form):
    """Which rate was entered by mistake. `rates` are ids that can be withdrawn."""

    rate = forms.ModelChoiceField(queryset=ReferenceRate.objects.none())

    def __init__(self, data: Any, *, rates: Any) -> None:
        super().__init__(data)
        field = self.fields["rate"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rates
