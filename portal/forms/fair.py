"""What is asked for when a conflict of interest is declared, material is communicated, a note is
written, or something late is admitted."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.checks.working_days import is_working_day
from core.content import Text
from portal.forms.lists import ListFilter, PlainSelect
from portal.forms.sending import ManyFilesField
from reviews.enums import AdmissionGround, AdmissionOutcome, NotCommunicated
from reviews.services.communication import LONGEST_TEXT
from reviews.services.notes import LONGEST_NOTE

LONGEST_REASON = 4_000
YES, NO = "yes", "no"
_DAY = {"input_formats": ["%Y-%m-%d"]}


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"})


class ConflictForm(forms.Form):
    """Whether the reader has a conflict of interest in the case, and why."""

    has_conflict = forms.ChoiceField(
        label=_("Do you have a conflict of interest in this case?"),
        choices=((NO, _("No")), (YES, _("Yes, or I may have"))),
        widget=forms.RadioSelect,
        error_messages={"required": _("Answer yes or no.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Needed if you answer yes. Write in short what your tie to the case is."),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any] | None:
        """A conflict has its reason."""
        if self.cleaned_data.get("has_conflict") == YES and not self.cleaned_data.get("reason"):
            self.add_error("reason", _("Write why you have, or may have, a conflict of interest."))
        return self.cleaned_data


class WithdrawForm(forms.Form):
    """Why a declaration was mistaken."""

    reason = forms.CharField(
        label=_("Why is the declaration withdrawn?"),
        help_text=_("It is kept with the declaration and in the journal of the case."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ShutOutFilter(ListFilter):
    """Whose conflicts of interest to show."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Person, number or organisation")


class CommunicationForm(forms.Form):
    """What to send, to whom and until when. `materials` and `organisations` are pairs of a key
    and what it is called."""

    materials = forms.MultipleChoiceField(
        label=_("What speaks against the application"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    own_title = forms.CharField(
        label=_("Something else: what it is"),
        help_text=_("Such as: the agency's own look at the annual report for 2024."),
        required=False,
        max_length=200,
    )
    own_text = forms.CharField(
        label=_("Something else: what it says"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    file = ManyFilesField(
        label=_("Documents"), help_text=_("You can choose several."), required=False
    )
    organisations = forms.MultipleChoiceField(
        label=_("To whom"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one organisation.")},
    )
    text = forms.CharField(
        label=_("What it is about"),
        help_text=_(
            "What the material may mean for the decision, and what you want them to answer."
        ),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    due = forms.DateField(
        label=_("Last day to answer"),
        help_text=_("Written as 2026-03-14. It has to be a working day."),
        widget=_date_input(),
        **_DAY,  # type: ignore[arg-type]
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        materials: Iterable[tuple[str, Text]],
        organisations: Iterable[tuple[str, Text]],
        today: date,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.today = today
        _choices(self, "materials", materials)
        _choices(self, "organisations", organisations)
        if not self.fields["materials"].choices:  # type: ignore[attr-defined]
            del self.fields["materials"]

    def clean_due(self) -> date:
        """A working day after today."""
        due: date = self.cleaned_data["due"]
        if due <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        if due > self.today + timedelta(days=365):
            raise forms.ValidationError(_("Choose a day within a year."))
        if not is_working_day(due):
            raise forms.ValidationError(
                _("The day is a Saturday, a Sunday or a public holiday. Choose a working day.")
            )
        return due

    def clean(self) -> dict[str, Any] | None:
        """Something is sent, and what the officer adds is named and says something."""
        given = self.cleaned_data
        title, text = given.get("own_title"), given.get("own_text")
        if title and not text:
            self.add_error("own_text", _("Write what it says."))
        if text and not title:
            self.add_error("own_title", _("Write what it is."))
        if not (given.get("materials") or text or title or given.get("file")):
            raise forms.ValidationError(_("Choose or write what is to be sent."))
        return given


class NotCommunicatingForm(forms.Form):
    """Why material is not sent to the applicant."""

    materials = forms.MultipleChoiceField(
        label=_("Which material"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what it is about.")},
    )
    ground = forms.ChoiceField(
        label=_("Why it is not sent"),
        choices=NotCommunicated.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("What makes it so in this very case."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, data: Any = None, *, materials: Sequence[tuple[str, Text]], of_grant: bool = False
    ) -> None:
        """A note about a grant in force (`of_grant`) may name no material."""
        super().__init__(data)
        _choices(self, "materials", materials)
        if of_grant:
            self.fields["materials"].required = False
        if not materials:
            del self.fields["materials"]


class AnswerForm(forms.Form):
    """A party's answer to what was sent to it. Its files are read from the request."""

    organisation = forms.ChoiceField(
        label=_("Which organisation answers?"), widget=forms.RadioSelect
    )
    body = forms.CharField(
        label=_("Your answer"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = ManyFilesField(
        label=_("Documents"), help_text=_("You can choose several."), required=False
    )
    no_comment = forms.BooleanField(label=_("We have no comments"), required=False)

    def __init__(
        self, data: Any = None, files: Any = None, *, organisations: Iterable[tuple[str, Text]]
    ) -> None:
        super().__init__(data, files)
        named = list(organisations)
        if len(named) > 1:
            _choices(self, "organisation", named)
        else:
            del self.fields["organisation"]

    def clean(self) -> dict[str, Any] | None:
        """There is an answer, or it is said that there is none."""
        given = self.cleaned_data
        said = bool(given.get("body") or given.get("file"))
        if said and given.get("no_comment"):
            self.add_error("no_comment", _("Take away the tick, or what you have written."))
        if not said and not given.get("no_comment"):
            self.add_error("body", _("Write an answer, or say that you have no comments."))
        return given


class NoteForm(forms.Form):
    """An official note."""

    title = forms.CharField(label=_("What it is about"), max_length=200)
    about = forms.DateField(
        label=_("Date of what it tells of"),
        help_text=_("Written as 2026-03-14."),
        widget=_date_input(),
        **_DAY,  # type: ignore[arg-type]
    )
    body = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 8})
    )
    secret = forms.BooleanField(
        label=_("Mark as secret"),
        help_text=_("A warning to be tried if somebody asks for the note. It is not a decision."),
        required=False,
    )
    provision = forms.CharField(
        label=_("Provision that the secrecy may rest on"),
        help_text=_("Such as: 21 kap. 7 § OSL."),
        required=False,
        max_length=200,
    )

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"about": today})
        self.today = today

    def clean_about(self) -> date:
        """Not a day to come."""
        about: date = self.cleaned_data["about"]
        if about > self.today:
            raise forms.ValidationError(_("The day has not come yet."))
        return about

    def clean(self) -> dict[str, Any] | None:
        """A marking names what it may rest on."""
        given = self.cleaned_data
        if given.get("secret") and not given.get("provision"):
            self.add_error("provision", _("Write the provision that the secrecy may rest on."))
        if given.get("provision") and not given.get("secret"):
            self.add_error("secret", _("Tick this, or take away the provision."))
        return given


class AdmissionForm(forms.Form):
    """Whether an application is admitted to be tried or proposed to be dismissed."""

    outcome = forms.ChoiceField(
        label=_("What do you propose?"),
        choices=(
            (AdmissionOutcome.ADMITTED, _("Try the application all the same")),
            (AdmissionOutcome.DISMISS, _("Propose to the decision maker that it be dismissed")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    ground = forms.ChoiceField(
        label=_("What speaks for dismissing it"),
        choices=AdmissionGround.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what speaks for dismissing it.")},
    )
    incident = forms.ChoiceField(
        label=_("Failure on our side"),
        help_text=_("If it is why the application is admitted though it came late."),
        required=False,
        widget=PlainSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        incidents: Iterable[tuple[str, Text]],
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        known = list(incidents)
        if known:
            _choices(self, "incident", [("", _("None")), *known])
        else:
            del self.fields["incident"]

    def clean(self) -> dict[str, Any] | None:
        """A failure of ours is a reason to admit, and for what came late."""
        given = self.cleaned_data
        admits_late = (
            given.get("outcome") == AdmissionOutcome.ADMITTED
            and given.get("ground") == AdmissionGround.LATE
        )
        if given.get("incident") and not admits_late:
            self.add_error(
                "incident", _("A failure is a reason to admit what came late, and nothing else.")
            )
        return given


def _choices(form: forms.Form, name: str, choices: Iterable[tuple[str, Text]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
