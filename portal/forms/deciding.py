"""What is asked for when something is decided, corrected, reconsidered, revoked or appealed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from core.content import Text
from grants.content.fields import LARGEST_SEK
from grants.enums import AppealOutcome, CorrectedPlace, TriedResult

from .lists import ListFilter, PlainSelect
from .sending import ManyFilesField

LONGEST_REASON = 10_000
LONGEST_NAMES = 2_000


class AmountField(forms.IntegerField):
    """Whole kronor, written with or without spaces."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_value": LARGEST_SEK, **options})
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def to_python(self, value: Any) -> int | None:
        """The number; spaces and a closing `kr` are left out."""
        if isinstance(value, str):
            value = "".join(value.split()).removesuffix("kr")
        return super().to_python(value)


class DecideFilter(ListFilter):
    """Which call's cases that wait for a decision to show."""

    call = forms.ChoiceField(label=_("Call"), required=False, widget=PlainSelect)

    def __init__(self, data: Any, *, calls: Iterable[tuple[str, Text]]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Number or organisation")
        field = self.fields["call"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(calls)


class AttendanceForm(forms.Form):
    """Who took part in the decision beside the decision maker, and a dissenting opinion."""

    took_part = forms.CharField(
        label=_("Others who took part in the final handling"),
        help_text=_("One name on each line. The rapporteur is named anyway."),
        required=False,
        max_length=LONGEST_NAMES,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    colleagues = forms.MultipleChoiceField(
        label=_("Colleagues who took part"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    dissent = forms.CharField(
        label=_("Dissenting opinion"),
        help_text=_("Of whoever had another opinion and wants it to be noted, with the name."),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, colleagues: Iterable[User] = ()) -> None:
        super().__init__(data)
        self.people = {str(each.pk): each for each in colleagues}
        field = self.fields["colleagues"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(pk, str(each)) for pk, each in self.people.items()]
        if not self.people:
            del self.fields["colleagues"]

    @property
    def ids(self) -> tuple[int, ...]:
        """The accounts of the colleagues ticked."""
        return tuple(int(pk) for pk in self.cleaned_data.get("colleagues", ()))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all of them, colleagues first."""
        named = [str(self.people[str(pk)]) for pk in self.ids]
        lines = (line.strip() for line in self.cleaned_data["took_part"].splitlines())
        return tuple(dict.fromkeys([*named, *(line for line in lines if line)]))


class TextAtTimes(forms.CharField):
    """A text that is needed in some cases, as its hint says: it is not called optional."""

    needed_at_times = True


class DecideForm(AttendanceForm):
    """The decision of one case: as it is proposed, another, or back to the officer."""

    action = forms.ChoiceField(
        label=_("Your decision"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide.")},
    )
    reasons = TextAtTimes(
        label=_("Reasons"),
        help_text=_(
            "Needed where you send the case back or reject it against the proposal. A decision as "
            "proposed has the reasons of the proposal."
        ),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    field_order = ("action", "reasons", "colleagues", "took_part", "dissent", "seen")

    def __init__(
        self,
        data: Any = None,
        *,
        actions: Iterable[tuple[str, Text]],
        colleagues: Iterable[User] = (),
    ) -> None:
        super().__init__(data, colleagues=colleagues)
        field = self.fields["action"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(actions)

    def clean(self) -> dict[str, Any]:
        """Reasons are needed for all but what is proposed."""
        found = super().clean() or self.cleaned_data
        if found.get("action") not in {None, "proposed"} and not found.get("reasons", "").strip():
            self.add_error("reasons", _("Write the reasons."))
        return found


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text or _("Written as 2026-03-14."),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
    )


def _text(
    label: Any,
    help_text: Any = "",
    *,
    required: bool = True,
    at_times: bool = False,
    rows: int = 4,
) -> Any:
    kind = TextAtTimes if at_times else forms.CharField
    return kind(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class CorrectionForm(forms.Form):
    """An obvious error and what should stand instead."""

    place = forms.ChoiceField(label=_("Where the error is"), widget=forms.RadioSelect)
    before = _text(_("What it says"), _("Exactly as it reads in the decision."), rows=2)
    after = _text(_("What it should say"), rows=2)
    why = _text(
        _("Why it is an obvious error"),
        _("Such as a slip of the pen or a miscalculation (36 § förvaltningslagen)."),
        rows=2,
    )

    def __init__(self, data: Any = None, *, places: Iterable[CorrectedPlace]) -> None:
        super().__init__(data)
        field = self.fields["place"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(each.value, each.label) for each in places]
        self.fields["before"].strip = False  # type: ignore[attr-defined]
        self.fields["after"].strip = False  # type: ignore[attr-defined]


class ReconsiderForm(forms.Form):
    """Why a decision is tried anew."""

    ground = forms.ChoiceField(label=_("Ground"), widget=forms.RadioSelect)
    reasons = _text(
        _("Why it is tried anew"),
        _("New circumstances, an error in the decision, or what the court has said."),
    )

    def __init__(
        self, data: Any = None, *, grounds: Iterable[tuple[str, Text]], initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["ground"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(grounds)


class RevokeForm(AttendanceForm):
    """A ground of the call's closed list, reasons, and how much is to be repaid."""

    ground = forms.ChoiceField(label=_("Ground"), widget=forms.RadioSelect)
    reasons = _text(_("Reasons"))
    claim_sek = AmountField(
        label=_("Amount to repay (SEK)"),
        help_text=_(
            "Empty claims all that is not used. A larger amount also claims what was spent."
        ),
        required=False,
        min_value=0,
    )
    field_order = ("ground", "reasons", "claim_sek", "colleagues", "took_part", "dissent")

    def __init__(
        self,
        data: Any = None,
        *,
        grounds: Iterable[tuple[str, Text]],
        colleagues: Iterable[User] = (),
    ) -> None:
        super().__init__(data, colleagues=colleagues)
        field = self.fields["ground"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(grounds)


class OwnAppealForm(forms.Form):
    """A party's appeal on its own pages."""

    organisation = forms.ChoiceField(label=_("Who appeals"), widget=forms.RadioSelect)
    text = _text(
        _("What do you want to be changed, and why?"),
        _("Say how you want the decision to be, and why you think that it is wrong."),
        rows=8,
    )
    file = ManyFilesField(
        label=_("Documents"), help_text=_("You can choose several."), required=False
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, organisations: Iterable[tuple[str, Text]]
    ) -> None:
        super().__init__(data, files)
        field = self.fields["organisation"]
        if isinstance(field, forms.ChoiceField):
            there = list(organisations)
            field.choices = there
            if len(there) == 1:
                self.initial["organisation"] = there[0][0]


class RegisterAppealForm(OwnAppealForm):
    """An appeal that came on paper or by mail."""

    received_on = _day(
        _("Received by the agency"),
        _("The day on which it came, also where it is registered later. Written as 2026-03-14."),
    )
    text = _text(
        _("What is asked for, and why"),
        _("In short, or leave it empty and choose the appeal as a document."),
        required=False,
        at_times=True,
    )
    field_order = ("organisation", "received_on", "text", "file")


class StepForm(forms.Form):
    """One step with an appeal: which fields it has depends on the step."""

    FIELDS: dict[str, tuple[str, ...]] = {
        "admit": ("why",),
        "dismiss": ("reasons",),
        "try": ("result", "reasons"),
        "hand_over": ("on", "court_number"),
        "end": ("outcome", "on", "text", "file"),
    }

    why = _text(
        _("Why it is taken up"),
        _("Needed where it came late, such as that the party was not told rightly how to appeal."),
        required=False,
        at_times=True,
        rows=2,
    )
    result = forms.ChoiceField(
        label=_("Reconsideration"), choices=TriedResult.choices, widget=forms.RadioSelect
    )
    reasons = _text(_("Reasons"))
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=AppealOutcome.choices, widget=forms.RadioSelect
    )
    on = _day(_("Date"))
    court_number = forms.CharField(
        label=_("The court's case number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = _text(_("What the court decided"), required=False)
    file = ManyFilesField(label=_("Documents"), required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        step: str,
        today: date,
        outcomes: Iterable[AppealOutcome] = (),
    ) -> None:
        super().__init__(data, files, prefix=step, initial={"on": today})
        wanted = self.FIELDS[step]
        for name in [name for name in self.fields if name not in wanted]:
            del self.fields[name]
        self.order_fields(wanted)
        field = self.fields.get("outcome")
        if isinstance(field, forms.ChoiceField) and outcomes:
            field.choices = [(each.value, each.label) for each in outcomes]


class DelegationForm(forms.Form):
    """A new delegation rule."""

    who = forms.ChoiceField(label=_("Who may decide"), widget=PlainSelect)
    outcomes = forms.MultipleChoiceField(
        label=_("Which decisions"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one kind of decision.")},
    )
    max_sek = AmountField(
        label=_("Up to (SEK)"),
        help_text=_(
            "The amount granted, or asked for where nothing is granted. Empty is no limit."
        ),
        required=False,
        min_value=1,
    )
    valid_from = _day(_("Valid from"))
    valid_until = forms.DateField(
        label=_("Valid until"),
        help_text=_("The last day. Empty until it is ended."),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
    )
    reference = forms.CharField(
        label=_("Provision in the delegation order"), required=False, max_length=200
    )

    def __init__(
        self,
        data: Any = None,
        *,
        who: Iterable[tuple[str, Text]],
        outcomes: Iterable[tuple[str, Text]],
        initial: Any = None,
    ) -> None:
        super().__init__(data, initial=initial)
        for name, choices in (("who", who), ("outcomes", outcomes)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = list(choices)
