"""What is asked for of a year that is going on: by which day, who is missing, and its texts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import County
from grants.enums import Stream
from reporting.content.texts import MAX_LENGTH

from .lists import CutoffField, ListFilter, PlainSelect


class CutoffForm(forms.Form):
    """By which day reports are to have been received."""

    cutoff = CutoffField()


class MissingFilter(ListFilter):
    """Which missing reports to show."""

    stream = forms.ChoiceField(
        label=_("Stream"),
        required=False,
        widget=PlainSelect,
        choices=[("", _("All")), *Stream.choices],
    )
    county = forms.ChoiceField(label=_("County"), required=False, widget=PlainSelect)

    def __init__(self, data: Any, *, counties: Iterable[County]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Organisation")
        field = self.fields["county"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *((each.code, each.name) for each in counties)]


class ReportTextForm(forms.Form):
    """A text of the report. `base` is the version that the writer had before their eyes."""

    body = forms.CharField(
        label=_("Text"),
        help_text=_(
            "Plain text; an empty line begins a new paragraph. A figure is put in by its code, "
            "such as {granted.all}, and follows the edition."
        ),
        required=False,
        max_length=MAX_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "data-figures-into": ""}),
    )
    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
