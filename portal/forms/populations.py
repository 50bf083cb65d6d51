"""Setting how many inhabitants the municipalities have."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .register import DayField

LARGEST = 1024 * 1024
"""Bytes: every municipality takes about 10 kB."""


class PopulationForm(forms.Form):
    """A file of populations, and the day that they are of."""

    use_required_attribute = False
    on = DayField(
        label=_("The day that the numbers are of"),
        help_text=_("Such as the last day of a year, written as 2026-12-31."),
        error_messages={"invalid": _("Write the date as 2026-12-31.")},
    )
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "UTF-8, with a line for each municipality and the columns kommunkod and folkmängd. "
            "Other columns are passed by."
        ),
    )

    def clean_on(self) -> object:
        """The day; it has been."""
        on = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(_("Choose a day that has been."))
        return on

    def clean_file(self) -> str:
        """The text of the file."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError(_("The file is too large to be a list of municipalities."))
        try:
            return str(upload.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(
                _("The file is not UTF-8. Save it as “CSV UTF-8”.")
            ) from error
