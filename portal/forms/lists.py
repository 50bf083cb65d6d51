"""The filters of the lists, and what is asked for when an edition is made."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from applicants.enums import OrganisationKind
from core.models import Agency, County
from grants.enums import Status, Stream
from reporting.enums import ReportStatus

SELECTED = mark_safe(" selected")

type Choices = Iterable[tuple[str, Any]]

SHOWN_STATUSES = tuple(s for s in Status if s not in (Status.DRAFT, Status.DISCARDED))
SHOWN_REPORT_STATUSES = tuple(
    s for s in ReportStatus if s not in (ReportStatus.DUE, ReportStatus.DRAFT)
)


class PlainSelect(forms.Select):
    """A select whose options are written here: a template for each option of the calls and the
    counties takes longer than the rows that the filter finds."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The same HTML as Django's templates give."""
        widget = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            (
                (option["value"], SELECTED if option["selected"] else "", option["label"])
                for _group, options, _index in widget["optgroups"]
                for option in options
            ),
        )
        attributes = flatatt(widget["attrs"])
        return format_html('<select name="{}"{}>{}</select>', widget["name"], attributes, options)


def _all_or(choices: Choices) -> list[tuple[str, Any]]:
    return [("", _("All")), *choices]


class ListFilter(forms.Form):
    """A filter that lives in the address. A value that cannot be is an error at its field,
    and the list is shown without it."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200, strip=True)

    @property
    def chosen(self) -> dict[str, str]:
        """The valid values in use, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def label_of(self, name: str, value: str) -> str:
        """What a chosen value is called in the form."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        return value


class ApplicationFilter(ListFilter):
    """Which applications to show."""

    call = forms.ChoiceField(label=_("Call"), required=False, widget=PlainSelect)
    county = forms.ChoiceField(label=_("County"), required=False, widget=PlainSelect)
    kind = forms.ChoiceField(
        label=_("Kind of organisation"),
        required=False,
        widget=PlainSelect,
        choices=_all_or(OrganisationKind.choices),
    )
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        widget=PlainSelect,
        choices=_all_or((s.value, s.label) for s in SHOWN_STATUSES),
    )

    def __init__(self, data: Any, *, calls: Choices, counties: Iterable[County]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Number or organisation")
        _choices(self, "call", calls)
        _choices(self, "county", ((county.code, county.name) for county in counties))


class OrganisationFilter(ListFilter):
    """Which organisations to show."""

    county = forms.ChoiceField(label=_("County"), required=False, widget=PlainSelect)
    kind = forms.ChoiceField(
        label=_("Kind of organisation"),
        required=False,
        widget=PlainSelect,
        choices=_all_or(OrganisationKind.choices),
    )

    def __init__(self, data: Any, *, counties: Iterable[County]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Name or organisation number")
        _choices(self, "county", ((county.code, county.name) for county in counties))


class ReportFilter(ListFilter):
    """Which reports to show."""

    year = forms.ChoiceField(label=_("Year"), required=False, widget=PlainSelect)
    stream = forms.ChoiceField(
        label=_("Stream"), required=False, widget=PlainSelect, choices=_all_or(Stream.choices)
    )
    county = forms.ChoiceField(label=_("County"), required=False, widget=PlainSelect)
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        widget=PlainSelect,
        choices=_all_or((s.value, s.label) for s in SHOWN_REPORT_STATUSES),
    )

    def __init__(self, data: Any, *, years: Iterable[int], counties: Iterable[County]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Reference or organisation")
        _choices(self, "year", ((str(year), str(year)) for year in years))
        _choices(self, "county", ((county.code, county.name) for county in counties))


def _choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = _all_or(choices)


class CutoffField(forms.DateField):
    """The last day on which reports are to have been received (Swedish date, inclusive); empty is
    the year's own. As the years of calls, it lies between 1900 and 2999."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Reports received up to and including"),
            help_text=_(
                "Written as 2014-06-01. Leave it empty for the cut-off of the year's calls."
            ),
            required=False,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
            validators=[
                MinValueValidator(date(1900, 1, 1)),
                MaxValueValidator(date(2999, 12, 31)),
            ],
        )


class BuildForm(forms.Form):
    """Which year's report to make, and by which day reports are to have been received."""

    programme_year = forms.ChoiceField(label=_("Year"))
    cutoff = CutoffField()

    def __init__(self, data: Any, *, years: Sequence[tuple[Agency, int]]) -> None:
        super().__init__(data)
        self._years = {f"{agency.code}-{year}": (agency, year) for agency, year in years}
        field = self.fields["programme_year"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (key, f"{year}, {agency.short}") for key, (agency, year) in self._years.items()
            ]

    def clean_programme_year(self) -> tuple[Agency, int]:
        """The agency and the year that were chosen."""
        return self._years[self.cleaned_data["programme_year"]]
