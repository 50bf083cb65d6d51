"""What is asked about an organisation and those who act for it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applicants.checks import (
    ContactDetails,
    NumberFault,
    RepresentationRefused,
    check_last_day,
    check_roles,
    contact_details,
    normalise_giro,
    normalise_org_no,
    normalise_postal_code,
)
from applicants.enums import GiroKind, OrganisationKind, OrganisationRole, Signing
from applicants.models import Organisation, User
from core.models import Agency, Municipality

from .faults import number_fault_text, refusal_text

ROLES = (
    (
        OrganisationRole.ADMINISTRATOR,
        _("Administrator: invites colleagues, gives roles, changes the details"),
    ),
    (OrganisationRole.WRITER, _("Writer: writes applications and reports")),
    (OrganisationRole.SIGNATORY, _("Signatory: signs and sends in")),
    (OrganisationRole.READER, _("Reader: reads, changes nothing")),
)


class NumberForm(forms.Form):
    """Which organisation it is about: its number, or that it has none."""

    number = forms.CharField(
        label=_("Organisation number"),
        help_text=_("Ten digits, such as 222013-0013."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    without = forms.BooleanField(
        label=_("We are a small association without a number"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """The number in its normal form; empty for who has none."""
        values = super().clean() or {}
        if values.get("without"):
            values["number"] = ""
        elif "number" in values:
            try:
                values["number"] = normalise_org_no(values["number"])
            except NumberFault as fault:
                self.add_error("number", number_fault_text(fault))
        return values


def _grouped(municipalities: Iterable[Municipality]) -> list[tuple[str, Any]]:
    """The municipalities by county, in the counties' published order."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for each in municipalities:
        groups.setdefault(each.county.name, []).append((each.code, each.name))
    return [("", _("Choose a municipality")), *groups.items()]


class ContactFields(forms.Form):
    """Address, contact person and giro number."""

    street = forms.CharField(label=_("Postal address"), max_length=200, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=100, required=False)
    contact_name = forms.CharField(label=_("Contact person"), max_length=200, required=False)
    contact_email = forms.EmailField(label=_("Contact person’s e-mail address"), required=False)
    contact_phone = forms.CharField(
        label=_("Contact person’s telephone"), max_length=30, required=False
    )
    giro_kind = forms.ChoiceField(
        label=_("Giro for payments"),
        choices=[("", _("None yet")), *GiroKind.choices],
        required=False,
    )
    giro_number = forms.CharField(
        label=_("Giro number"),
        help_text=_("Such as 5050-1055 (bankgiro) or 4-2 (plusgiro)."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_postal_code(self) -> str:
        """The postal code as `NNN NN`."""
        text: str = self.cleaned_data["postal_code"]
        try:
            return normalise_postal_code(text) if text else ""
        except NumberFault as fault:
            raise forms.ValidationError(number_fault_text(fault)) from None

    def clean(self) -> dict[str, Any]:
        """The giro number in its kind's form."""
        values = super().clean() or {}
        kind, number = values.get("giro_kind", ""), values.get("giro_number", "")
        if kind and not number:
            self.add_error("giro_number", _("Write the number, or choose that there is none yet."))
        elif number:
            try:
                if not kind:
                    contact_details(giro_number=number)
                values["giro_number"] = normalise_giro(GiroKind(kind), number)
            except NumberFault as fault:
                self.add_error(
                    "giro_kind" if fault.code == "kind" else "giro_number", number_fault_text(fault)
                )
        return values

    @property
    def contact(self) -> ContactDetails:
        """What was written, in normal form; only of a valid form."""
        names = ContactDetails.names()
        return contact_details(**{name: self.cleaned_data.get(name, "") for name in names})


class IdentityFields(forms.Form):
    """What the organisation is and where."""

    kind = forms.ChoiceField(label=_("Kind of organisation"))
    municipality = forms.ChoiceField(
        label=_("Municipality"), help_text=_("Where the organisation has its seat.")
    )
    name = forms.CharField(
        label=_("Name"),
        help_text=_("As in the statutes. A municipality gets its name from the register."),
        max_length=300,
    )
    unit = forms.CharField(
        label=_("Unit"),
        help_text=_(
            "Only for a department or a city district that applies by itself under the number "
            "of the municipality."
        ),
        max_length=200,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        municipalities: Iterable[Municipality],
        without_number: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        found = list(municipalities)
        self._municipalities = {each.code: each for each in found}
        kinds = [OrganisationKind.ASSOCIATION] if without_number else list(OrganisationKind)
        _choose(self, "kind", [(kind.value, kind.label) for kind in kinds])
        _choose(self, "municipality", _grouped(found))
        if without_number:
            del self.fields["unit"]
        if self.data.get("kind") == OrganisationKind.MUNICIPALITY and not self.data.get("unit"):
            # The municipality has its name from the register.
            self.fields["name"].required = False

    def clean_municipality(self) -> Municipality:
        """The municipality of the register."""
        return self._municipalities[self.cleaned_data["municipality"]]

    def clean(self) -> dict[str, Any]:
        """The name of a municipality, and a unit for a city district."""
        values = super().clean() or {}
        kind, unit = values.get("kind"), values.get("unit", "")
        municipality = values.get("municipality")
        if kind == OrganisationKind.CITY_DISTRICT and not unit:
            self.add_error("unit", _("Write the name of the city district."))
        names_itself = kind == OrganisationKind.MUNICIPALITY and not unit
        if names_itself and isinstance(municipality, Municipality):
            values["name"] = municipality.official_name
        return values


class OrganisationForm(IdentityFields, ContactFields):
    """All about an organisation that is not in the register yet."""

    field_order = ["kind", "municipality", "name", "unit"]

    def identity_part(self) -> list[forms.BoundField]:
        """What the organisation is."""
        return [each for each in self if each.name not in ContactFields.base_fields]

    def contact_part(self) -> list[forms.BoundField]:
        """Where it is reached and paid."""
        return [self[name] for name in ContactFields.base_fields]


class CorrectionForm(IdentityFields):
    """What an officer corrects."""

    number = forms.CharField(label=_("Organisation number"), max_length=40, required=False)
    field_order = ["number", "kind", "municipality", "name", "unit"]

    def clean(self) -> dict[str, Any]:
        """The number in its normal form; empty only for an association."""
        values = super().clean()
        if values.get("number") or values.get("kind") != OrganisationKind.ASSOCIATION:
            try:
                values["number"] = normalise_org_no(values.get("number", ""))
            except NumberFault as fault:
                self.add_error("number", number_fault_text(fault))
        return values


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class RolesForm(forms.Form):
    """What a person may do for an organisation, and until when."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=ROLES, widget=forms.CheckboxSelectMultiple, required=False
    )
    signing = forms.ChoiceField(
        label=_("A signatory signs"),
        choices=Signing.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    ends_on = _day_field(_("Last day of the mandate"), _("At most five years from today."))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean(self) -> dict[str, Any]:
        """Roles that go together, and a day that a mandate may end."""
        values = super().clean() or {}
        roles = values.get("roles", [])
        if OrganisationRole.SIGNATORY not in roles:
            # A choice left behind when the role was taken away says nothing.
            values["signing"] = ""
        if "roles" not in self.errors:
            try:
                check_roles(roles, values.get("signing", ""))
            except RepresentationRefused as refused:
                field = "signing" if refused.code.startswith("signing") else "roles"
                self.add_error(field, refusal_text(refused))
        if "ends_on" not in self.errors:
            try:
                check_last_day(values.get("ends_on"), self._today)
            except RepresentationRefused as refused:
                self.add_error("ends_on", refusal_text(refused))
        return values


class RequestForm(RolesForm):
    """What a person asks for."""

    agency = forms.ChoiceField(label=_("Agency that answers"))
    message = forms.CharField(
        label=_("Message to the case officer"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ["agency", "roles", "signing", "ends_on", "message"]

    def __init__(
        self, *args: Any, agencies: Iterable[Agency], names: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._agencies = {str(each.pk): each for each in agencies}
        _choose(self, "agency", [(key, names[each.pk]) for key, each in self._agencies.items()])
        if len(self._agencies) == 1:
            self.fields["agency"].widget = forms.HiddenInput()
            self.fields["agency"].initial = next(iter(self._agencies))

    def clean_agency(self) -> Agency:
        """The agency that was chosen."""
        return self._agencies[self.cleaned_data["agency"]]


class InvitationForm(RolesForm):
    """Whom to invite, and to what."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Only an account with this address can use the invitation."),
    )
    field_order = ["email", "roles", "signing", "ends_on"]


class SuccessorForm(forms.Form):
    """Who administers the organisation afterwards."""

    successor = forms.ChoiceField(
        label=_("New administrator"),
        help_text=_("An organisation always has at least one administrator."),
    )

    def __init__(self, *args: Any, colleagues: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._colleagues = {str(each.pk): each for each in colleagues}
        choices = [(key, str(each)) for key, each in self._colleagues.items()]
        _choose(self, "successor", [("", _("Choose a colleague")), *choices])

    def clean_successor(self) -> User:
        """The colleague who was chosen."""
        return self._colleagues[self.cleaned_data["successor"]]


class AnswerForm(forms.Form):
    """An officer's answer to a request."""

    APPROVE, REFUSE = "approve", "refuse"
    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[(APPROVE, _("Approve")), (REFUSE, _("Refuse"))],
        widget=forms.RadioSelect,
    )
    ends_on = _day_field(_("Last day of the mandate"), _("Counts when you approve."))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The person reads it. It is needed when you refuse."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean(self) -> dict[str, Any]:
        """A reason for a refusal, a day for an approval."""
        values = super().clean() or {}
        if values.get("answer") == self.REFUSE and not values.get("reason"):
            self.add_error("reason", _("Write the reason."))
        if values.get("answer") == self.APPROVE and "ends_on" not in self.errors:
            try:
                check_last_day(values.get("ends_on"), self._today)
            except RepresentationRefused as refused:
                self.add_error("ends_on", refusal_text(refused))
        return values


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


def details_of(organisation: Organisation) -> dict[str, str]:
    """The organisation's address, contact and giro, as a form begins with them."""
    return {name: getattr(organisation, name) for name in ContactDetails.names()}


def identity_of(organisation: Organisation) -> dict[str, str]:
    """What the organisation is, as a form begins with it."""
    return {
        "number": organisation.org_no,
        "kind": organisation.kind,
        "municipality": organisation.municipality_id or "",
        "name": organisation.name,
        "unit": organisation.unit,
    }
