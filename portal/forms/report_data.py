"""Which reports to take out as data, and as what."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.models import Call
from reporting.enums import DataFormat

from .lists import PlainSelect


class ReportDataForm(forms.Form):
    """A call whose reports are taken out."""

    use_required_attribute = False
    call = forms.ChoiceField(label=_("Call"), widget=PlainSelect)
    format = forms.ChoiceField(
        label=_("File"),
        choices=[
            (DataFormat.CSV.value, _("CSV (a zip with one file for each table)")),
            (DataFormat.XLSX.value, _("Excel (one sheet for each table)")),
            (DataFormat.PARQUET.value, _("Parquet (a zip with one file for each table)")),
        ],
        initial=DataFormat.CSV.value,
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        error_messages={"required": _("Choose what kind of file you want.")},
    )
    texts = forms.BooleanField(
        label=_("With what is written in free words"),
        help_text=_("Only for work inside the agency. The file is then not to be published."),
        required=False,
    )

    def __init__(
        self, data: Any, *, calls: Sequence[tuple[Call, str]], initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.calls = {str(call.pk): call for call, _title in calls}
        field = self.fields["call"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(call.pk), title) for call, title in calls]

    def clean_call(self) -> Call:
        """The call that was chosen."""
        return self.calls[self.cleaned_data["call"]]
