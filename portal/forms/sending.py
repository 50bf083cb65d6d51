"""What is asked for when an application is sent in, withdrawn, completed or written about."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.checks.working_days import is_working_day
from core.content import Text
from grants.services.messages import LONGEST

TICKS = "declaration"
LONGEST_REASON = 4_000


class SubmitForm(forms.Form):
    """The declaration, each point to be ticked, and after the last day what lateness means.

    `seen` is the SHA-256 of what the page showed.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, data: Any, *, points: Sequence[str], late: bool) -> None:
        super().__init__(data)
        for number, point in enumerate(points):
            self.fields[f"{TICKS}_{number}"] = forms.BooleanField(
                label=point, error_messages={"required": _("Tick this before you sign.")}
            )
        if late:
            self.fields["late"] = forms.BooleanField(
                label=_(
                    "We know that the last day to apply has passed, and that the application may "
                    "be dismissed without being tried."
                ),
                error_messages={"required": _("Tick this before you sign.")},
            )


class ReasonForm(forms.Form):
    """Why something is done, in the person's own words."""

    reasons = forms.CharField(
        label=_("Why do you withdraw the application?"),
        help_text=_("A sentence or two. The agency reads it, and it is kept in the case."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ManyFiles(forms.ClearableFileInput):
    """Several files in one control."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """The files that were chosen, as they come; what each of them is, storing it finds out."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Every file of the control; none is no error."""
        return [each for each in data or [] if each]


class MessageForm(forms.Form):
    """A message. Its files are read from the request."""

    body = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    file = ManyFilesField(
        label=_("Documents"), help_text=_("You can choose several."), required=False
    )


class CompletionForm(forms.Form):
    """What the applicant is to complete: ticks by section with a question for each, and when.

    `choices` are the names of fields with what they are called, in order.
    """

    due = forms.DateField(
        label=_("Last day to answer"),
        help_text=_("Written as 2026-03-14. It has to be a working day."),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
    )
    message = forms.CharField(
        label=_("To the applicant"),
        help_text=_("What the completion is for. What is missing you write at each field."),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        choices: Iterable[tuple[str, Text]],
        today: date,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.today = today
        self.names = [name for name, _label in choices]

    @property
    def asked(self) -> dict[str, str]:
        """The fields ticked, each with the question about it."""
        return {
            # A text has no NUL, and a database refuses it.
            name: str(self.data.get(f"question:{name}", ""))
            .replace("\0", "")
            .strip()[:LONGEST_REASON]
            for name in self.names
            if name in self.ticked
        }

    @property
    def ticked(self) -> frozenset[str]:
        """The names that are ticked."""
        found = self.data.getlist("field") if hasattr(self.data, "getlist") else []
        return frozenset(found) & frozenset(self.names)

    def clean_due(self) -> date:
        """A working day that has not passed."""
        due: date = self.cleaned_data["due"]
        if due < self.today:
            raise forms.ValidationError(_("The day has passed. Choose a later one."))
        if not is_working_day(due):
            raise forms.ValidationError(
                _("The day is a Saturday, a Sunday or a public holiday. Choose a working day.")
            )
        return due

    def clean(self) -> dict[str, Any] | None:
        """At least one field is ticked, and each has a question."""
        if not self.ticked:
            raise forms.ValidationError(_("Tick at least one thing to complete."))
        if any(not question for question in self.asked.values()):
            raise forms.ValidationError(
                _("Write at each thing you have ticked what is missing in it.")
            )
        return self.cleaned_data
