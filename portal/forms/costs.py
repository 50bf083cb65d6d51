"""What a text of the agency's library is written with."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.models import Agency
from reviews.enums import TextUse

LONGEST_TITLE, LONGEST_TEXT = 120, 8_000


class LibraryForm(forms.Form):
    """A text of the library. `base` is the version that it was opened in."""

    agency = forms.ChoiceField(label=_("Agency"))
    use = forms.ChoiceField(label=_("Used for"), choices=TextUse.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        help_text=_("What the text is chosen by. It does not stand in the decision."),
        widget=forms.TextInput(attrs={"class": "ds-input"}),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        help_text=_("Write it in Swedish, as it is to stand in the decision."),
        widget=forms.Textarea(attrs={"class": "ds-input", "rows": 6}),
    )
    base = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, agencies: Sequence[Agency], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        choices = [(str(each.pk), each.short) for each in agencies]
        agency = self.fields["agency"]
        if len(choices) > 1:
            agency.choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["agency"]
