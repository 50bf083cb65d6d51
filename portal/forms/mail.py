"""The filters of the lists of mail and of incidents, and what a mail is sent again with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.enums import IncidentKind, OutboxState
from core.models import OutboxMessage

from .lists import ListFilter


class MailFilter(ListFilter):
    """Which mails to show."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *OutboxState.choices]
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Number of the case, or address")


class IncidentFilter(ListFilter):
    """Which incidents to show."""

    kind = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("All")), *IncidentKind.choices]
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Reference, or part of the address")


class ResendForm(forms.Form):
    """Where to send a mail again. One with a link for its receiver goes to no other address."""

    recipient = forms.EmailField(
        label=_("Address"),
        help_text=_("Correct the address if it is wrong. The account keeps its own address."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any, *, message: OutboxMessage) -> None:
        super().__init__(data, initial={"recipient": message.recipient})
        if message.holds_link:
            del self.fields["recipient"]
