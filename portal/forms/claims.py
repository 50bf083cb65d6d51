"""What is asked for when money is claimed, paid back, written off or carried over."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .money import AmountField

LONGEST = 4_000


class DayField(forms.DateField):
    """A day written as 2014-03-31."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"})
        super().__init__(input_formats=["%Y-%m-%d"], widget=widget, **kwargs)


class ClaimForm(forms.Form):
    """What the party is told of a claim, and by when it is to pay."""

    due_on = DayField(label=_("Last day to pay"), help_text=_("Written as 2014-03-31."))
    text = forms.CharField(
        label=_("What the party is told"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    pay_to = forms.CharField(
        label=_("How to pay"),
        help_text=_(
            "Such as a bankgiro. It stands in the letter. Suggested from the call’s terms, else as "
            "the agency last wrote it."
        ),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, due_on: date, pay_to: str = "") -> None:
        super().__init__(data, initial={"due_on": due_on, "pay_to": pay_to}, prefix="claim")


class RepaymentForm(forms.Form):
    """What the party has paid back."""

    amount = AmountField(label=_("Amount paid back"), least=1)
    reference = forms.CharField(
        label=_("Reference of the payment"),
        help_text=_("Such as the bank’s. The same reference is booked once."),
        max_length=60,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="repayment")


class WriteOffForm(forms.Form):
    """What is proposed to be written off, and why."""

    amount = AmountField(label=_("Amount to write off"), least=1)
    grounds = forms.CharField(
        label=_("Grounds"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="write-off")


class CarryOverForm(forms.Form):
    """What the grantee asks to use after the last day, and why."""

    amount = AmountField(label=_("Amount to carry over"), least=1)
    reasons = forms.CharField(
        label=_("Why has the money not been used, and what is it to be used for?"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class CarryOverDecisionForm(forms.Form):
    """What is granted of a request to carry money over, until when, and why."""

    granted = AmountField(
        label=pgettext_lazy("carry over", "Amount granted"),
        help_text=_("0 rejects the request."),
        least=0,
    )
    use_by = DayField(
        label=pgettext_lazy("carry over", "Last day to use it"),
        help_text=_("Written as 2014-03-31. Not needed where the request is rejected."),
        required=False,
    )
    answer = forms.CharField(
        label=_("Reasons"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, data: Any = None, *, asked_sek: int | None = None) -> None:
        super().__init__(data, initial={"granted": asked_sek}, prefix="carry-over")
