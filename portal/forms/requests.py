"""Which requests to represent organisations to show."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.enums import RequestState

from .lists import ListFilter

SHOWN = tuple(state for state in RequestState if state != RequestState.DRAFT)


class RequestFilter(ListFilter):
    """Which requests to show."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), *((state.value, state.label) for state in SHOWN)],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Organisation")
