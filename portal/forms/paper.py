"""What a registrar enters of an application on paper."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from applicants.checks import NumberFault, normalise_org_no
from applicants.enums import OrganisationKind
from applicants.models import Organisation
from applicants.selectors import organisation_with
from core.models import Municipality
from grants.content.fields import LARGEST_SEK, SHORT
from grants.definitions import CallDefinition
from grants.enums import Practice
from grants.services.paper import PaperLine

from .faults import number_fault_text
from .lists import PlainSelect
from .register import MomentField
from .sending import ManyFilesField

MOST_PARTNERS, MOST_LINES, FIRST_LINES = 20, 60, 3


class AmountField(forms.IntegerField):
    """Whole kronor, written with or without spaces."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(min_value=0, max_value=LARGEST_SEK, widget=widget, **kwargs)

    def to_python(self, value: Any) -> int | None:
        """The number without its spaces and unit."""
        if isinstance(value, str):
            value = "".join(value.replace("kr", "").split())
        found: int | None = super().to_python(value)
        return found


class PaperForm(forms.Form):
    """The paper, with as many partners and budget lines as are shown.

    The lead is organisation 0. An organisation is found by number and unit; of one that is not in
    the register its name, kind and municipality are asked for.
    """

    received_at = MomentField(
        label=_("Received"),
        help_text=_("When the paper reached the agency, such as 2026-03-14 09:05."),
    )
    signed_by = forms.CharField(
        label=_("Signed on the paper by"),
        help_text=_("The name as it is written. Leave it empty if nobody has signed."),
        max_length=200,
        required=False,
    )
    requested_sek = AmountField(
        label=_("Amount applied for (SEK)"),
        help_text=_("If the paper has budget lines, enter those instead: the sum is theirs."),
        required=False,
    )
    file = ManyFilesField(
        label=_("Scans of the paper"), help_text=_("You can choose several files."), required=False
    )

    def __init__(
        self,
        data: Any,
        files: Any,
        *,
        definition: CallDefinition,
        language: str,
        municipalities: Iterable[Municipality],
        partners: int,
        lines: int,
    ) -> None:
        super().__init__(data, files)
        self.definition, self.language = definition, language
        self.organisation_count, self.line_count = partners + 1, lines
        self.has_form = definition.application is not None
        self._municipalities = {each.code: each for each in municipalities}
        places = self._places()
        for place in range(self.organisation_count):
            self._add_organisation(place, places)
        if self.has_form:
            self._add_areas()
            for line in range(lines):
                self._add_line(line)

    # Fields ----------------------------------------------------------------------------------

    def _places(self) -> list[tuple[str, str]]:
        choices = [(each.code, each.name) for each in self._municipalities.values()]
        return [("", str(_now("Choose a municipality"))), *choices]

    def _add_organisation(self, place: int, municipalities: list[tuple[str, str]]) -> None:
        required = place == 0
        fields: Mapping[str, forms.Field] = {
            "number": forms.CharField(
                label=_("Organisation number"), max_length=40, required=required
            ),
            "unit": forms.CharField(
                label=_("Unit"),
                help_text=_("Only for a department or a city district."),
                max_length=200,
                required=False,
            ),
            "name": forms.CharField(label=_("Name"), max_length=300, required=False),
            "kind": forms.ChoiceField(
                label=_("Kind of organisation"),
                choices=[("", _("Choose a kind")), *OrganisationKind.choices],
                required=False,
            ),
            "municipality": forms.ChoiceField(
                label=_("Municipality"),
                choices=municipalities,
                required=False,
                widget=PlainSelect,
            ),
        }
        for name, field in fields.items():
            self.fields[f"org{place}_{name}"] = field
        if place:
            self.fields[f"org{place}_signed"] = forms.BooleanField(
                label=_("Has signed on the paper"), required=False
            )
        if self.has_form:
            for requirement in self.definition.requirements:
                self.fields[f"org{place}_req_{requirement.code}"] = forms.ChoiceField(
                    label=requirement.title.in_(self.language),
                    choices=[("", _("Not told")), *Practice.choices],
                    required=False,
                )

    def _add_areas(self) -> None:
        titles = self.definition.area_titles(self.language)
        self.fields["areas"] = forms.MultipleChoiceField(
            label=_("Areas that are applied for"),
            choices=list(titles.items()),
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )

    def _add_line(self, line: int) -> None:
        assert self.definition.application is not None  # noqa: S101 (the call has a form)
        titles = self.definition.area_titles(self.language)
        categories = [
            (each.code, each.title.in_(self.language))
            for each in self.definition.application.budget.categories
        ]
        places = [("0", _("Lead applicant"))] + [
            (str(place), _now("Partner %(number)d") % {"number": place})
            for place in range(1, self.organisation_count)
        ]
        fields: Mapping[str, forms.Field] = {
            "text": forms.CharField(
                label=_("What the money is for"), max_length=SHORT, required=False
            ),
            "amount": AmountField(label=_("Amount applied for (SEK)"), required=False),
            "other": AmountField(label=_("Paid by others (SEK)"), required=False),
            "area": forms.ChoiceField(
                label=_("Area"), choices=[("", _("Not told")), *titles.items()], required=False
            ),
            "category": forms.ChoiceField(
                label=_("Kind of cost"), choices=[("", _("Not told")), *categories], required=False
            ),
            "place": forms.ChoiceField(label=_("Organisation"), choices=places, required=False),
        }
        for name, field in fields.items():
            self.fields[f"line{line}_{name}"] = field

    # Groups, for the page ----------------------------------------------------------------------

    def organisation_groups(self) -> list[dict[str, Any]]:
        """The organisations' fields: those that find one, those that register one, answers."""
        found = []
        for place in range(self.organisation_count):
            prefix = f"org{place}_"
            register = [self[prefix + name] for name in ("name", "kind", "municipality")]
            find = [self[prefix + "number"], self[prefix + "unit"]]
            if place:
                find.append(self[prefix + "signed"])
            answers = [self[name] for name in self.fields if name.startswith(f"{prefix}req_")]
            found.append(
                {
                    "number": place,
                    "find": find,
                    "register": register,
                    "open": any(each.errors or each.value() for each in register),
                    "answers": answers,
                    "answered": any(each.errors or each.value() for each in answers),
                }
            )
        return found

    def line_groups(self) -> list[list[forms.BoundField]]:
        """The fields of each budget line."""
        names = ("text", "amount", "other", "area", "category", "place")
        if not self.has_form:
            return []
        return [[self[f"line{line}_{name}"] for name in names] for line in range(self.line_count)]

    # What was entered --------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        """Each organisation is found, or can be registered; there is an amount."""
        values = super().clean() or {}
        self.organisations: list[Organisation | None] = [
            self._organisation(place) for place in range(self.organisation_count)
        ]
        self._lines()
        if not self.errors and not self.lines and not values.get("requested_sek"):
            self.add_error(
                "requested_sek",
                _("Write the sum asked for, or at least one budget line with its amount."),
            )
        return values

    def _organisation(self, place: int) -> Organisation | None:
        """The organisation; None for one that is to be registered, or that is left empty."""
        prefix = f"org{place}_"
        number = self.cleaned_data.get(f"{prefix}number", "")
        if not number:
            return None
        try:
            number = normalise_org_no(number)
        except NumberFault as fault:
            self.add_error(f"{prefix}number", number_fault_text(fault))
            return None
        self.cleaned_data[f"{prefix}number"] = number
        there: Organisation | None = organisation_with(number, self.cleaned_data[f"{prefix}unit"])
        if there is None:
            missing = {
                "name": _("It is not in the register. Write its name."),
                "kind": _("It is not in the register. Choose what it is."),
                "municipality": _("It is not in the register. Choose where it has its seat."),
            }
            for name, text in missing.items():
                if not self.cleaned_data.get(prefix + name):
                    self.add_error(prefix + name, text)
        return there

    def to_register(self, place: int) -> dict[str, Any] | None:
        """What the organisation is registered with; None for one that is there or left empty."""
        prefix = f"org{place}_"
        values = self.cleaned_data
        if self.organisations[place] is not None or not values[f"{prefix}number"]:
            return None
        municipality = self._municipalities[values[f"{prefix}municipality"]]
        return {
            "org_no": values[f"{prefix}number"],
            "unit": values[f"{prefix}unit"],
            "name": values[f"{prefix}name"],
            "kind": OrganisationKind(values[f"{prefix}kind"]),
            "county": municipality.county,
            "municipality": municipality,
        }

    def _lines(self) -> None:
        self.lines: list[PaperLine] = []
        for line in range(self.line_count if self.has_form else 0):
            said = {
                name: self.cleaned_data.get(f"line{line}_{name}")
                for name in ("text", "amount", "other", "area", "category", "place")
            }
            if not said["text"] and not said["amount"] and not said["other"]:
                continue
            if not said["amount"]:
                self.add_error(f"line{line}_amount", _("Write the amount applied for."))
                continue
            area = said["area"] or ""
            if area and area not in self.cleaned_data.get("areas", ()):
                self.add_error(f"line{line}_area", _("Tick the area above, or choose another."))
            place = int(said["place"] or 0)
            if place and not self.cleaned_data.get(f"org{place}_number"):
                self.add_error(f"line{line}_place", _("Write the partner's number above."))
            self.lines.append(
                PaperLine(
                    area=area,
                    text=said["text"] or "",
                    category=said["category"] or "",
                    amount_sek=said["amount"],
                    other_sek=said["other"],
                    participant=place,
                )
            )

    def requirement_answers(self, places: Sequence[int]) -> dict[tuple[int, str], tuple[str, str]]:
        """The answers by the organisation's place among those taken, and the requirement."""
        found = {}
        for at, place in enumerate(places):
            for requirement in self.definition.requirements:
                state = self.cleaned_data.get(f"org{place}_req_{requirement.code}")
                if state:
                    found[at, requirement.code] = (state, "")
        return found
