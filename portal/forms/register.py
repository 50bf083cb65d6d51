"""What a registrar enters: documents, secrecy markings, and requests for documents."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core.content import Text
from grants.content.parts import PROVISIONS
from grants.documents.rendition import COURTS
from grants.enums import Direction, DisclosureOutcome, DocumentKind, Medium
from grants.models import CaseDocument
from grants.services.register import Registration

from .lists import ListFilter
from .sending import ManyFilesField

BY_HAND = tuple(
    kind
    for kind in DocumentKind
    if kind not in {DocumentKind.DISCLOSURE_REQUEST, DocumentKind.DISCLOSURE}
)
FREE = "free"


class DayField(forms.DateField):
    """A Swedish date as it is written in Sweden."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"}),
            **kwargs,
        )


class MomentField(forms.CharField):
    """A Swedish date and time, `2026-03-14 09:05`; a date alone is its midnight. Cleaned to UTC."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off"})
        super().__init__(max_length=16, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        """The moment; it has been."""
        text = super().clean(value)
        found = _moment(text)
        if found is None:
            raise forms.ValidationError(_("Write the time as 2026-03-14 09:05."))
        if found > timezone.now():
            raise forms.ValidationError(_("The time has not come yet. Write when it was received."))
        return found


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(f"{text} 00:00" if len(text) == 10 else text)
    except ValueError:
        return None
    if found is None or timezone.is_aware(found) or not 1900 < found.year < 9999:
        return None
    return timezone.make_aware(found)


def provision_choices(first: Text) -> list[tuple[str, Any]]:
    """The usual provisions, with what each is about."""
    known = [(code, f"{code}: {about}") for code, about in PROVISIONS]
    return [("", first), *known, (FREE, _("Another provision"))]


class WithProvision(forms.Form):
    """A provision: one of the usual, or another that is written."""

    provision = forms.ChoiceField(label=_("Provision"), required=False)
    other_provision = forms.CharField(
        label=_("Another provision"),
        help_text=_("Such as 27 kap. 1 § OSL."),
        max_length=200,
        required=False,
    )
    needs_provision = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provision"]
        if isinstance(field, forms.ChoiceField):
            first = _("Choose a provision") if self.needs_provision else _("Not marked secret")
            field.choices = provision_choices(first)

    @staticmethod
    def initial_of(provision: str) -> dict[str, str]:
        """What the two fields hold for a provision."""
        if not provision or provision in dict(PROVISIONS):
            return {"provision": provision}
        return {"provision": FREE, "other_provision": provision}

    def clean(self) -> dict[str, Any]:
        """The provision in words, under `provision`."""
        values = super().clean() or {}
        chosen, other = values.get("provision", ""), values.get("other_provision", "").strip()
        if chosen == FREE:
            if not other:
                self.add_error("other_provision", _("Write the provision."))
            values["provision"] = other
        elif not chosen and self.needs_provision:
            self.add_error("provision", _("Choose the provision."))
        return values


class RegistrationForm(WithProvision):
    """A document by hand. `organisations` are those of the case, by name."""

    needs_provision = False

    direction = forms.ChoiceField(
        label=_("Which way"), choices=Direction.choices, initial=Direction.IN
    )
    kind = forms.ChoiceField(label=_("Kind of document"), initial=DocumentKind.OTHER)
    dated_on = DayField(
        label=_("Date"),
        help_text=_("The day it was received or sent, even if you register it later."),
    )
    medium = forms.ChoiceField(
        label=_("How it came or went"), choices=Medium.choices, initial=Medium.PAPER
    )
    party = forms.ChoiceField(label=_("Sender or receiver"), required=False)
    other_party = forms.CharField(
        label=_("Another sender or receiver"), max_length=250, required=False
    )
    party_public = forms.BooleanField(
        label=_("It is an organisation or an agency, and not a private person"),
        help_text=_("The public register never shows the name of a private person."),
        required=False,
    )
    title = forms.CharField(
        label=_("What it is about"),
        help_text=_("In short. The public register shows only the kind of document."),
        max_length=250,
    )
    file = ManyFilesField(
        label=_("Scans"), help_text=_("You can choose several files."), required=False
    )
    secret_to_party = forms.BooleanField(
        label=_("The applicant itself is not to read it either"), required=False
    )
    field_order = (
        "direction", "kind", "dated_on", "medium", "party", "other_party", "party_public",
        "title", "file", "provision", "other_provision", "secret_to_party",
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = list(organisations)
        choices = [(name, name) for name in self.organisations]
        _set(self, "party", [*choices, (FREE, _("Somebody else"))])
        _set(self, "kind", [(kind.value, kind.label) for kind in BY_HAND])
        self.fields["provision"].label = _("Secrecy marking")
        self.fields["provision"].help_text = _(
            "A warning to be tried when somebody asks for the document, and not a decision."
        )

    def clean(self) -> dict[str, Any]:
        """The other side by name."""
        values = super().clean()
        if values.get("party") == FREE and not values.get("other_party", "").strip():
            self.add_error("other_party", _("Write who sent or received it."))
        return values

    @property
    def registration(self) -> Registration:
        """What was entered; only of a valid form."""
        values = self.cleaned_data
        named = values["party"] != FREE
        return Registration(
            direction=Direction(values["direction"]),
            kind=DocumentKind(values["kind"]),
            dated_on=values["dated_on"],
            party=values["party"] if named else values["other_party"].strip(),
            party_public=named or values["party_public"],
            title=values["title"],
            medium=Medium(values["medium"]),
        )


class CorrectionForm(RegistrationForm):
    """What was registered by hand, corrected with a reason."""

    reason = forms.CharField(
        label=_("Why is it corrected?"),
        help_text=_("What stood before is kept, with the reason."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("file", "provision", "other_provision", "secret_to_party"):
            del self.fields[name]

    @staticmethod
    def initial_from(document: CaseDocument, organisations: Iterable[str]) -> dict[str, Any]:
        """The fields as they were registered."""
        named = document.party in set(organisations)
        return {
            "direction": document.direction,
            "kind": document.kind,
            "dated_on": document.dated_on,
            "medium": document.medium,
            "party": document.party if named else FREE,
            "other_party": "" if named else document.party,
            "party_public": document.party_public,
            "title": document.title,
        }


class MarkForm(WithProvision):
    """A secrecy marking of a document."""

    secret_to_party = forms.BooleanField(
        label=_("The applicant itself is not to read it either"),
        help_text=_("A party may read its own file, except what is secret to it."),
        required=False,
    )
    reason = forms.CharField(
        label=_("Note on the marking"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(forms.Form):
    """Why a marking is removed."""

    reason = forms.CharField(
        label=_("Why is the marking removed?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class FieldMarkForm(WithProvision):
    """Which fields of an application may be secret; the ticks are read from the request."""


class DocumentFilter(ListFilter):
    """Which of a case's documents to show."""

    direction = forms.ChoiceField(
        label=_("Which way"), required=False, choices=[("", _("All")), *Direction.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind of document"), required=False, choices=[("", _("All")), *DocumentKind.choices]
    )
    secret = forms.ChoiceField(
        label=_("Secrecy marking"),
        required=False,
        choices=[("", _("All")), ("yes", _("Marked")), ("no", _("Not marked"))],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Party, or what it is about")


class CaseNumberForm(forms.Form):
    """Which case a document belongs to."""

    number = forms.CharField(label=_("Register number"), max_length=60, strip=True)


class RequestForm(forms.Form):
    """A request for documents."""

    received_at = MomentField(
        label=_("Received"), help_text=_("Date and time, such as 2026-03-14 09:05.")
    )
    wording = forms.CharField(
        label=_("What is asked for"),
        help_text=_("In the words of the one who asks, as near as you can."),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    asker = forms.CharField(
        label=_("Who asks"),
        help_text=_(
            "Whoever asks need not say who they are. Ask only if it is needed to try secrecy."
        ),
        max_length=200,
        required=False,
    )
    contact = forms.CharField(
        label=_("How to reach them"),
        help_text=_("An address to send the documents to, if they are not fetched."),
        max_length=250,
        required=False,
    )


class ReviewForm(WithProvision):
    """What the review of a document comes to. Parts are ticked; `phrases` stand one on a line."""

    needs_provision = False

    outcome = forms.ChoiceField(
        label=_("What becomes of the document?"), widget=forms.RadioSelect, choices=()
    )
    phrases = forms.CharField(
        label=_("Words to leave out"),
        help_text=_("One on each line. They are left out wherever they stand."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("Needed when the document is not to be given out. They go to the decision."),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    tried = forms.BooleanField(
        label=_("I have tried the secrecy marking, and the document can be given out whole"),
        required=False,
    )
    field_order = ("outcome", "phrases", "provision", "other_provision", "reasons", "tried")

    def __init__(self, *args: Any, has_text: bool, is_marked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_text, self.is_marked = has_text, is_marked
        choices = [
            (DisclosureOutcome.FULL, _("Give it out whole")),
            (DisclosureOutcome.PART, _("Give it out with parts left out")),
            (DisclosureOutcome.REFUSED, _("Do not give it out: propose a decision to refuse")),
        ]
        if not has_text:
            choices = [each for each in choices if each[0] != DisclosureOutcome.PART]
            del self.fields["phrases"]
        if not is_marked:
            del self.fields["tried"]
        _set(self, "outcome", choices)
        self.fields["provision"].help_text = _(
            "For words that are left out, and for a document that is not given out."
        )
        field = self.fields["provision"]
        if isinstance(field, forms.ChoiceField):
            field.choices = provision_choices(_("Choose a provision"))

    def clean(self) -> dict[str, Any]:
        """What the outcome needs is there."""
        values = super().clean()
        outcome = values.get("outcome")
        if outcome == DisclosureOutcome.REFUSED:
            if not values.get("provision"):
                self.add_error("provision", _("Choose the provision."))
            if not values.get("reasons", "").strip():
                self.add_error("reasons", _("Write why the document is not to be given out."))
        if outcome == DisclosureOutcome.PART and self.words and not values.get("provision"):
            self.add_error("provision", _("Choose the provision for the words left out."))
        if outcome == DisclosureOutcome.FULL and self.is_marked and not values.get("tried"):
            self.add_error("tried", _("The document is marked. Tick that you have tried it."))
        return values

    @property
    def words(self) -> list[str]:
        """The words to leave out."""
        text = self.cleaned_data.get("phrases", "")
        return [line.strip() for line in text.splitlines() if line.strip()]


class RefusalForm(WithProvision):
    """A decision not to give out documents; the documents are ticked."""

    reasons = forms.CharField(
        label=_("Reasons"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    court = forms.ChoiceField(
        label=_("Appealed to"), choices=[(name, name) for name in COURTS], initial=COURTS[0]
    )
    field_order = ("provision", "other_provision", "reasons", "court")


class DiaryFilter(ListFilter):
    """What to look for in the public register."""

    number = forms.CharField(label=_("Register number"), required=False, max_length=60, strip=True)
    since = DayField(label=_("Received from"), required=False, help_text=_("Such as 2026-03-14."))
    until = DayField(label=_("Received until"), required=False, help_text=_("That day is counted."))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["q"].label = _("Organisation")

    @property
    def chosen(self) -> dict[str, str]:
        """The valid values in use, by name; dates as they are written."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in found.items()
        }


def _set(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
