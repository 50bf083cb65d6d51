"""Entering trainings that county boards have held."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.models import Organisation
from core.models import Agency, County
from reporting.services.trainings import LONGEST_TITLE

from .lists import ListFilter, PlainSelect
from .register import DayField


class TrainingFilter(ListFilter):
    """Which trainings to show."""

    county = forms.ChoiceField(label=_("County"), required=False, widget=PlainSelect)
    year = forms.ChoiceField(label=_("Year"), required=False, widget=PlainSelect)

    def __init__(self, data: Any, *, counties: Iterable[County], years: Iterable[int]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("What it was about, or an organisation that took part")
        _choose(self, "county", [("", _("All")), *((each.code, each.name) for each in counties)])
        _choose(self, "year", [("", _("All")), *((str(year), str(year)) for year in years)])


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


class TrainingDetailsForm(forms.Form):
    """When it was held, and what it was about. `seen` is the version that is changed."""

    use_required_attribute = False
    held_on = DayField(
        label=_("Held"),
        help_text=_("Written as 2026-03-14. Of several days, the first."),
        error_messages={"invalid": _("Write the date as 2026-03-14.")},
    )
    title = forms.CharField(
        label=_("What was it about?"),
        help_text=_("In short. Name no persons."),
        max_length=LONGEST_TITLE,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)


class TrainingForm(TrainingDetailsForm):
    """A training as it is entered, before its participants."""

    county = forms.ChoiceField(label=_("County"), widget=PlainSelect)
    field_order = ("county", "held_on", "title", "seen")

    def __init__(self, data: Any, *, counties: Sequence[County], initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        choices: list[tuple[str, Any]] = [(each.code, each.name) for each in counties]
        if len(choices) > 1:
            choices.insert(0, ("", _("Choose a county")))
        _choose(self, "county", choices)


class ParticipantSearch(forms.Form):
    """Which organisations to look for."""

    use_required_attribute = False
    q = forms.CharField(
        label=_("Find an organisation"),
        help_text=_("A part of its name, or its organisation number."),
        required=False,
        max_length=200,
    )


class ParticipantsForm(forms.Form):
    """Which of the organisations found took part."""

    organisations = forms.ModelMultipleChoiceField(
        label=_("Organisations that took part"),
        queryset=Organisation.objects.none(),
        error_messages={"required": _("Choose at least one organisation.")},
    )

    def __init__(self, data: Any, *, organisations: Any) -> None:
        super().__init__(data)
        field = self.fields["organisations"]
        if isinstance(field, forms.ModelMultipleChoiceField):
            field.queryset = organisations


class TrainingFile(forms.Form):
    """Trainings as a CSV file."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "UTF-8, with the columns county (code), held_on, title, org_no, unit: one line for "
            "each organisation that took part."
        ),
    )


class WithdrawTrainingForm(forms.Form):
    """Why an entry was mistaken."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why was it entered by mistake?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class YearForm(forms.Form):
    """Which agency's year to look at."""

    year = forms.ChoiceField(label=_("Year"), widget=PlainSelect)

    def __init__(self, data: Any, *, years: Sequence[tuple[Agency, int]]) -> None:
        self.years = {f"{agency.code}-{year}": (agency, year) for agency, year in years}
        super().__init__(data)
        _choose(
            self,
            "year",
            [(key, f"{year}, {agency.short}") for key, (agency, year) in self.years.items()],
        )

    @property
    def chosen(self) -> tuple[Agency, int] | None:
        """What was chosen, or the first; None where there is no year."""
        if self.is_bound and self.is_valid():
            return self.years[self.cleaned_data["year"]]
        return next(iter(self.years.values()), None)
