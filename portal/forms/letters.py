"""What is entered about decision letters, and the filter of a round's public page."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.enums import OrganisationKind
from core.models import County

from .lists import ListFilter, PlainSelect


class PaperForm(forms.Form):
    """When a decision was delivered on paper."""

    on = forms.DateField(
        label=_("The day on which the party received it"),
        help_text=_("Written as 2027-03-14. The time for appealing is counted from this day."),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
    )


class GrantFilter(ListFilter):
    """Which of a round's grants to show."""

    county = forms.ChoiceField(label=_("County"), required=False, widget=PlainSelect)
    kind = forms.ChoiceField(
        label=_("Kind of organisation"),
        required=False,
        widget=PlainSelect,
        choices=[("", _("All")), *OrganisationKind.choices],
    )
    joint = forms.ChoiceField(
        label=_("Joint application"),
        required=False,
        widget=PlainSelect,
        choices=[("", _("All")), ("yes", _("Yes")), ("no", _("No"))],
    )

    def __init__(self, data: Any, *, counties: Iterable[County]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Organisation")
        field = self.fields["county"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *((each.code, each.name) for each in counties)]
