"""What is asked for when payments are stopped, orders answered, and money looked at."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.content import Text
from core.models import County
from grants.enums import EntryKind

from .lists import ListFilter, PlainSelect

LONGEST_REASON = 4_000
KINDS = tuple(kind for kind in EntryKind if kind is not EntryKind.REVERSED)


class StopForm(forms.Form):
    """Why payments are stopped, or taken up again."""

    reason = forms.CharField(
        label=_("Why do you stop the payments?"),
        help_text=_("The grantee may read it. It is kept in the case."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None, *, stopped: bool) -> None:
        super().__init__(data)
        if stopped:
            self.fields["reason"].label = _("Why can the payments go on?")


class AnswerForm(forms.Form):
    """A file with what became of an order's payments."""

    answer = forms.FileField(
        label=_("Answer from the accounting system"),
        help_text=_("A CSV file with the columns reference, result (paid or refused) and reason."),
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )


class MoneyFilter(ListFilter):
    """Which money to show."""

    call = forms.ChoiceField(label=_("Call"), required=False, widget=PlainSelect)
    year = forms.ChoiceField(label=_("Year"), required=False, widget=PlainSelect)
    county = forms.ChoiceField(label=_("County"), required=False, widget=PlainSelect)

    def __init__(
        self,
        data: Any,
        *,
        calls: Iterable[tuple[str, Text]],
        years: Iterable[int],
        counties: Iterable[County],
    ) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Number or organisation")
        self._offer("call", calls)
        self._offer("year", [(str(year), str(year)) for year in years])
        self._offer("county", [(county.code, county.name) for county in counties])

    def _offer(self, name: str, choices: Iterable[tuple[str, Text]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *choices]


class EntryFilter(MoneyFilter):
    """Which transactions to show: of a kind, a case or an organisation too."""

    kind = forms.ChoiceField(
        label=_("Transaction"),
        required=False,
        widget=PlainSelect,
        choices=[("", _("All")), *((kind.value, kind.label) for kind in KINDS)],
    )
    case = forms.IntegerField(
        label=_("Case"), required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )
    organisation = forms.IntegerField(
        label=_("Organisation"),
        required=False,
        min_value=1,
        max_value=2**62,
        widget=forms.HiddenInput,
    )
    names: Mapping[str, str] = MappingProxyType({})

    def label_of(self, name: str, value: str) -> str:
        """What a chosen value is called; `names` are those of a case and an organisation."""
        return self.names.get(name) or super().label_of(name, value)
