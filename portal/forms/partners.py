"""What is typed when partner organisations are invited."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.checks import OrganisationNumberFault, normalise_org_no
from applicants.models import Organisation
from applicants.selectors import organisations_with_number
from portal.forms.faults import number_fault_text


class PartnerByNumber(forms.Form):
    """An organisation by its number; where several units have it, which of them."""

    number = forms.CharField(
        label=_("Organisation number"),
        help_text=_("For example 212000-0142"),
        max_length=30,
    )
    unit = forms.ChoiceField(label=_("Which part of the organisation"), required=False)

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.found: list[Organisation] = []
        self.organisation: Organisation | None = None
        field = self.fields["unit"]
        if isinstance(field, forms.ChoiceField):
            number = self.data.get("number", "") if self.is_bound else ""
            try:
                self.found = list(organisations_with_number(normalise_org_no(str(number))))
            except OrganisationNumberFault:
                self.found = []
            field.choices = [(str(each.pk), each.unit or each.name) for each in self.found]
        if len(self.found) < 2:
            del self.fields["unit"]

    def clean_number(self) -> str:
        """The number in its one form; an error says what is wrong with it."""
        try:
            return normalise_org_no(self.cleaned_data["number"])
        except OrganisationNumberFault as fault:
            raise forms.ValidationError(number_fault_text(fault)) from None

    def clean(self) -> None:
        """Find the organisation that is meant."""
        super().clean()
        if "number" not in self.cleaned_data:
            return
        if not self.found:
            self.add_error(
                "number",
                _(
                    "No organisation with that number is registered here. Invite it by e-mail "
                    "instead: it can register itself from the invitation."
                ),
            )
        elif len(self.found) == 1:
            self.organisation = self.found[0]
        else:
            chosen = self.cleaned_data.get("unit")
            self.organisation = next((e for e in self.found if str(e.pk) == chosen), None)
            if self.organisation is None:
                self.add_error("unit", _("Several have this number. Choose which one you mean."))


class PartnerByMail(forms.Form):
    """Somebody at an organisation, by e-mail address."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Of somebody who writes for the organisation. The invitation is personal."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
