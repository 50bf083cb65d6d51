"""Amounts as people write them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.definitions import Question, QuestionKind, UnfitValueError, canonical_value
from core.definitions.text import LocalText
from grants.content.fields import LARGEST_SEK

_MONEY = Question(key="amount", kind=QuestionKind.MONEY, text=LocalText(sv="kr", en="SEK"))


class AmountField(forms.Field):
    """Whole SEK, spaces and a closing kr allowed; None where nothing is written."""

    default_error_messages = {
        "invalid": _("Write the amount in whole kronor, such as 250 000."),
        "range": _("Write an amount from %(least)s to %(most)s kronor."),
    }
    widget = forms.TextInput

    def __init__(self, *, least: int = 0, most: int = LARGEST_SEK, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> int | None:
        """The amount. Raises ValidationError for what is none, or out of range."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            amount = int(canonical_value(_MONEY, text))
        except (UnfitValueError, ValueError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not self.least <= amount <= self.most:
            raise forms.ValidationError(
                self.error_messages["range"],
                code="range",
                params={"least": self.least, "most": self.most},
            )
        return amount
