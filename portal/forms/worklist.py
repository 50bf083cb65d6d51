"""What the worklist is filtered by, what is done with ticked cases, and how they are spread."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applicants.enums import OrganisationKind
from core import formats
from core.models import County
from portal.selectors.worklist import NOBODY, Desk, OpinionState
from reviews.checks.assignment import SpreadBy
from reviews.selectors.leave import Officer

from .lists import SHOWN_STATUSES, ListFilter, PlainSelect

type Choices = Iterable[tuple[str, Any]]

_BLANKS = re.compile(r"[\s\u00a0]|kr$")
_MOST_SEK = 10**12
OPINION_STATES: Sequence[tuple[str, str | Promise]] = (
    (OpinionState.MISSING, _("Asked for, not in")),
    (OpinionState.NOT_ASKED, _("Not asked for")),
    (OpinionState.IN, _("All in")),
)


class AmountField(forms.CharField):
    """Whole SEK as people write them; gives the digits, "" for none."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        """The digits alone."""
        said = _BLANKS.sub("", super().clean(value).strip())
        if not said:
            return ""
        if not said.isascii() or not said.isdigit() or len(said) > 20 or int(said) > _MOST_SEK:
            raise forms.ValidationError(_("Write the amount in whole kronor, such as 250 000."))
        return str(int(said))


def _all_or(choices: Choices) -> list[tuple[str, Any]]:
    return [("", _("All")), *choices]


def officer_choices(officers: Iterable[Officer]) -> list[tuple[str, str]]:
    """The officers, each once, with who is away."""
    found = {str(each.id): officer_label(each) for each in officers}
    return list(found.items())


def officer_label(officer: Officer) -> str:
    """The officer's name, and until when one who is on leave is away."""
    if officer.away_until is None:
        return officer.name
    return gettext("%(name)s (on leave until %(day)s)") % {
        "name": officer.name,
        "day": formats.iso_date(officer.away_until),
    }


class WorklistFilter(ListFilter):
    """Which cases of the view to show."""

    FIRST = ("q", "call", "status", "officer")
    """Those always shown; the others stand under a heading that opens."""

    call = forms.ChoiceField(label=_("Call"), required=False, widget=PlainSelect)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        widget=PlainSelect,
        choices=_all_or((each.value, each.label) for each in SHOWN_STATUSES),
    )
    officer = forms.ChoiceField(label=_("Case officer"), required=False, widget=PlainSelect)
    county = forms.ChoiceField(
        label=_("County"),
        help_text=_("Of any organisation in the application"),
        required=False,
        widget=PlainSelect,
    )
    kind = forms.ChoiceField(
        label=_("Kind of organisation"),
        required=False,
        widget=PlainSelect,
        choices=_all_or(OrganisationKind.choices),
    )
    joint = forms.ChoiceField(
        label=_("Joint application"),
        required=False,
        widget=PlainSelect,
        choices=_all_or((("yes", _("Joint")), ("no", _("Of one organisation")))),
    )
    area = forms.ChoiceField(label=_("Area"), required=False, widget=PlainSelect)
    requirement = forms.ChoiceField(
        label=_("Requirement not met"), required=False, widget=PlainSelect
    )
    opinion = forms.ChoiceField(
        label=_("Opinions"), required=False, widget=PlainSelect, choices=_all_or(OPINION_STATES)
    )
    mark = forms.CharField(label=_("Mark"), required=False, max_length=40, strip=True)
    amount_from = AmountField(label=_("Asks for at least"), required=False)
    amount_to = AmountField(label=_("Asks for at most"), required=False)

    def __init__(
        self,
        data: Any,
        *,
        desk: Desk,
        calls: Choices,
        counties: Iterable[County],
        areas: Choices,
        requirements: Choices,
    ) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Number, organisation, or words in the application")
        for name, choices in {
            "call": calls,
            "county": ((county.code, county.name) for county in counties),
            "area": areas,
            "requirement": requirements,
            "officer": [(NOBODY, _("Nobody yet")), *officer_choices(desk.officers)],
        }.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = _all_or(choices)

    def label_of(self, name: str, value: str) -> str:
        """What a chosen value is called."""
        if name in {"amount_from", "amount_to"}:
            return formats.amount(int(value))
        return super().label_of(name, value)

    @property
    def first(self) -> list[forms.BoundField]:
        """The fields that are always shown."""
        return [self[name] for name in self.FIRST]

    @property
    def rest(self) -> list[forms.BoundField]:
        """The fields that are shown when asked for."""
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def rest_used(self) -> bool:
        """Whether any of those is in use, or is in error."""
        used = set(self.chosen) | set(self.errors)
        return bool(used - set(self.FIRST))


class BulkForm(forms.Form):
    """What is done with the ticked cases; each action asks for its own field."""

    ASKS = {"assign": "officer", "ask": "due", "mark": "mark", "unmark": "mark"}

    officer = forms.ChoiceField(label=_("Case officer"), required=False, widget=PlainSelect)
    due = forms.DateField(
        label=_("Last day to answer"),
        help_text=_("Written as 2026-03-14."),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
    )
    mark = forms.CharField(
        label=_("Mark"), required=False, max_length=40, strip=True,
        help_text=_("A word of your own, to filter by."),
    )  # fmt: skip

    def __init__(
        self, data: Any, *, action: str, officers: Iterable[Officer], today: date, due: date
    ) -> None:
        super().__init__(data, initial={"due": due}, prefix="bulk")
        self.action, self.today = action, today
        field = self.fields["officer"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", _("Choose")),
                (NOBODY, _("Nobody: take the cases from whoever has them")),
                *officer_choices(officers),
            ]

    def clean(self) -> dict[str, Any]:
        """What the action asks for is there."""
        found = super().clean() or {}
        name = self.ASKS.get(self.action)
        if name is not None and not found.get(name) and name not in self.errors:
            self.add_error(name, _MISSING[name])
        due = found.get("due")
        if name == "due" and due is not None and due <= self.today:
            self.add_error("due", _("Choose a day after today."))
        return found


_MISSING: dict[str, Any] = {
    "officer": _("Choose a case officer."),
    "due": _("Write the last day to answer."),
    "mark": _("Write a mark."),
}


class SpreadForm(forms.Form):
    """Over whom the cases are spread, and what is kept together."""

    call = forms.ChoiceField(label=_("Call"), required=False, widget=PlainSelect)
    by = forms.ChoiceField(
        label=_("How"),
        choices=(
            (SpreadBy.LOAD, _("Evenly, the oldest cases in turn")),
            (SpreadBy.COUNTY, _("Evenly, the cases of a county together")),
            (SpreadBy.KIND, _("Evenly, the cases of a kind of organisation together")),
        ),
        widget=forms.RadioSelect,
    )
    officers = forms.MultipleChoiceField(
        label=_("Over whom"),
        help_text=_("How many cases each has in hand is counted in."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one case officer.")},
    )

    def __init__(self, data: Any, *, calls: Choices, officers: Sequence[Officer]) -> None:
        here = [str(each.id) for each in officers if each.away_until is None]
        super().__init__(data, initial={"by": SpreadBy.LOAD, "officers": list(dict.fromkeys(here))})
        for name, choices in {
            "call": _all_or(calls),
            "officers": officer_choices(officers),
        }.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices


class ViewForm(forms.Form):
    """A name for the list as it stands."""

    name = forms.CharField(label=_("Name of the list"), max_length=80)
    shared = forms.BooleanField(label=_("Everyone at the agency may use it"), required=False)
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=_("Written as 2026-03-14."),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
    )


class LeaveForm(forms.Form):
    """Who is away, when, and who sees to the cases."""

    person = forms.ChoiceField(label=_("Who is away"), widget=PlainSelect)
    starts_on = _day(_("From and including"))
    ends_on = _day(_("Until and including"))
    substitute = forms.ChoiceField(label=_("Substitute"), widget=PlainSelect)

    def __init__(self, data: Any, *, people: Choices, substitutes: Choices) -> None:
        super().__init__(data)
        for name, choices in {"person": people, "substitute": substitutes}.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _("Choose")), *choices]


class DelayForm(forms.Form):
    """What the party writes when it asks for a decision."""

    message = forms.CharField(
        label=_("To the agency"),
        help_text=_("You need not write anything. The agency decides within four weeks anyway."),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DelayRefusalForm(forms.Form):
    """Why the request is refused, which the party reads."""

    reasons = forms.CharField(
        label=_("Reasons for the decision"),
        help_text=_("The party reads this, and how to appeal."),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write the reasons: a decision to refuse must have them.")},
    )
