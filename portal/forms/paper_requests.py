"""What the agency's staff enter of a request or an answer about a grant that came on paper."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import StoredFile
from grants.enums import Medium
from grants.services.paper_requests import OnPaper

from .register import DayField
from .sending import ManyFilesField

ABOUT_THE_PAPER = ("received_on", "signed_by", "medium", "file")


def of_paper[AForm: forms.Form](form: AForm, files: Any = None) -> AForm:
    """The form with what is asked of the paper itself before its own fields."""
    fields: dict[str, forms.Field] = {
        "received_on": DayField(
            label=_("Received"),
            help_text=_("The day it reached the agency, even if you register it later."),
            initial=timezone.localdate(),
        ),
        "signed_by": forms.CharField(
            label=_("Signed on the paper by"),
            help_text=_("The name of the one who signs for the lead applicant, as it is written."),
            max_length=200,
        ),
        "medium": forms.ChoiceField(
            label=_("How it came"), choices=Medium.choices, initial=Medium.PAPER
        ),
        "file": ManyFilesField(
            label=_("Scans"), help_text=_("You can choose several files."), required=False
        ),
    }
    form.fields.update(fields)
    form.order_fields(ABOUT_THE_PAPER)
    if files is not None:
        form.files = files
    return form


def paper_in(form: forms.Form, files: Iterable[StoredFile]) -> OnPaper:
    """What a valid form says of the paper, with its scans."""
    said = form.cleaned_data
    return OnPaper(
        received_on=said["received_on"],
        signed_by=said["signed_by"],
        medium=Medium(said["medium"]),
        files=tuple(files),
    )


class WithdrawalForm(forms.Form):
    """That the grantee takes its request back."""

    text = forms.CharField(
        label=_("What the paper says"),
        help_text=_("In the words of the paper."),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(forms.Form):
    """What the grantee has answered."""

    text = forms.CharField(
        label=_("The answer"),
        help_text=_("In the words of the paper."),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
