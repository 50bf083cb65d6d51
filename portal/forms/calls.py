"""What is asked for when a call is begun: a copy, anew, or from a file."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.content import Text
from core.models import Agency
from grants.enums import Stream
from portal.forms.lists import PlainSelect

CODE = re.compile(r"[a-z][a-z0-9_-]{0,99}")


class _Code(forms.CharField):
    """What a call is known by in files and addresses."""

    default_error_messages = {"required": _("Write a code for the call.")}

    def __init__(self) -> None:
        super().__init__(
            label=_("Code of the call"),
            help_text=_("Such as kommuner-2027. Lower-case letters a–z, digits, - and _."),
            max_length=100,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )

    def clean(self, value: Any) -> str:
        """Raises ValidationError for what is no code."""
        code: str = super().clean(value)
        if not CODE.fullmatch(code):
            raise forms.ValidationError(
                _("Write lower-case letters a–z, digits, - and _, beginning with a letter.")
            )
        return code


def _year() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Year of the call"),
        min_value=1900,
        max_value=2999,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, Text]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)


class CopyForm(forms.Form):
    """A call to copy, and the year and code of the new one."""

    call = forms.ChoiceField(label=_("Call to copy"), widget=PlainSelect)
    year = _year()
    code = _Code()

    def __init__(
        self, data: Any = None, *, calls: Sequence[tuple[str, Text]], initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial, prefix="copy")
        _choices(self, "call", calls)


class AgencyForm(forms.Form):
    """For which of the reader's agencies; not asked where there is one."""

    agency = forms.ChoiceField(label=_("Agency"), widget=PlainSelect)

    def __init__(
        self, data: Any = None, files: Any = None, *, agencies: Sequence[Agency], prefix: str
    ) -> None:
        super().__init__(data, files, prefix=prefix)
        if len(agencies) > 1:
            _choices(self, "agency", [(str(each.pk), each.short) for each in agencies])
        else:
            del self.fields["agency"]


class NewCallForm(AgencyForm):
    """A call begun anew."""

    stream = forms.ChoiceField(
        label=_("Who is the call for?"), choices=Stream.choices, widget=forms.RadioSelect
    )
    year = _year()
    code = _Code()


class CallFileForm(AgencyForm):
    """A definition as a YAML file."""

    file = forms.FileField(
        label=_("File with the call’s definition"),
        help_text=_(
            "A YAML file, such as one that was fetched from another call. A file that says only "
            "what differs is laid over a copy of another call: it says follows, code and year, "
            "and no stream."
        ),
        error_messages={"required": _("Choose a file.")},
    )
