"""What an officer says of a received report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import formats
from portal.forms.lists import ListFilter, PlainSelect
from portal.forms.worklist import AmountField
from reporting.content.plan import GrantPlan
from reporting.services.reports import Used

LOOKS = (("no", _("Nothing to look at")), ("yes", _("Something to look at")))
LATENESS = (("yes", _("After the due date")), ("no", _("In time")))
KINDS = (("received", _("Received")), ("waited", _("Due and not sent in")))


class ReviewFilter(ListFilter):
    """Which reports to review to show."""

    view = forms.ChoiceField(
        label=_("Show"), required=False, widget=PlainSelect, choices=KINDS, initial="received"
    )
    year = forms.ChoiceField(label=_("Year"), required=False, widget=PlainSelect)
    look = forms.ChoiceField(
        label=_("To look at"),
        required=False,
        widget=PlainSelect,
        choices=[("", _("All")), *LOOKS],
    )
    late = forms.ChoiceField(
        label=_("Received"),
        required=False,
        widget=PlainSelect,
        choices=[("", _("All")), *LATENESS],
    )

    def __init__(self, data: Any, *, years: list[int]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Reference or organisation")
        field = self.fields["year"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *((str(year), str(year)) for year in years)]


class AcceptForm(forms.Form):
    """What was used of each grant and what of it is to be repaid, whole SEK."""

    def __init__(self, data: Any, *, used: dict[int, Used], grants: tuple[GrantPlan, ...]) -> None:
        super().__init__(data)
        self.grants = grants
        for grant in grants:
            pk = grant.application
            named = {"number": grant.number}
            self.fields[f"spent-{pk}"] = AmountField(
                label=_("Used of %(number)s (SEK)") % named,
                initial=formats.number(used[pk].spent_sek),
            )
            self.fields[f"repay-{pk}"] = AmountField(
                label=_("To repay of %(number)s (SEK)") % named,
                initial=formats.number(used[pk].to_repay_sek),
                required=False,
            )

    @property
    def used(self) -> list[Used]:
        """What is to be booked. The form is valid."""
        return [
            Used(
                application=grant.application,
                spent_sek=int(self.cleaned_data[f"spent-{grant.application}"]),
                to_repay_sek=int(self.cleaned_data[f"repay-{grant.application}"] or 0),
            )
            for grant in self.grants
        ]

    def clean(self) -> dict[str, Any]:
        """No more is used and repaid than there was."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for grant in self.grants:
            name = f"spent-{grant.application}"
            spent, repay = cleaned.get(name), cleaned.get(f"repay-{grant.application}")
            if spent and int(spent) + int(repay or 0) > grant.available_sek:
                self.add_error(name, _("More is used and to be repaid than there was to use."))
        return cleaned
