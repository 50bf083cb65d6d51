"""What county boards are asked, and what is asked about supervision decisions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.definitions import (
    WHOLE,
    Question,
    QuestionKind,
    Questionnaire,
    UnfitValueError,
    canonical_value,
)
from portal.forms.lists import ListFilter, PlainSelect
from reviews.enums import Recommendation
from reviews.services.opinions import LONGEST_REASONS

_GIVEN = tuple(each for each in Recommendation if each != Recommendation.WAITING)
_DATE = ["%Y-%m-%d"]


def _date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"autocomplete": "off"})


class AnswerField(forms.CharField):
    """A question that is answered in words, a number or a date."""

    def __init__(self, question: Question, **kwargs: Any) -> None:
        self._question = question
        if question.kind is QuestionKind.TEXT:
            kwargs["widget"] = forms.Textarea(attrs={"rows": 4})
            kwargs["max_length"] = question.max_length
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """The canonical value. Raises ValidationError for what the question does not take."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return canonical_value(self._question, text)
        except UnfitValueError as error:
            wrong = (
                _("Write the date as 2026-03-14.")
                if self._question.kind is QuestionKind.DATE
                else _("Write a whole number within what the question asks.")
            )
            raise forms.ValidationError(wrong, code="unfit") from error


class OpinionForm(forms.Form):
    """Recommendation, reasons and the call's own questions, in the reader's language."""

    use_required_attribute = False
    recommendation = forms.ChoiceField(
        label=_("What do you recommend?"),
        choices=[(each.value, each.label) for each in _GIVEN],
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        error_messages={"required": _("Choose a recommendation, or that you have no opinion.")},
    )
    reasons = forms.CharField(
        label=_("Reasons"),
        help_text=_("Needed unless you have no opinion. The applicant may read them."),
        required=False,
        max_length=LONGEST_REASONS,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(
        self, data: Any, *, questionnaire: Questionnaire | None, language: str, initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        placed = questionnaire.questions_for(WHOLE) if questionnaire else ()
        self.questions = [each.question for each in placed]
        for question in self.questions:
            self.fields[question.key] = _field(question, language)

    def clean(self) -> dict[str, Any]:
        """Reasons, unless the board has no opinion."""
        values = super().clean() or {}
        given = values.get("recommendation")
        if given and given != Recommendation.NO_OPINION and not values.get("reasons"):
            self.add_error("reasons", _("Write your reasons."))
        return values

    def answers(self) -> dict[str, str]:
        """The answers to the call's questions, of a valid form."""
        return {each.key: self.cleaned_data.get(each.key) or "" for each in self.questions}


def _field(question: Question, language: str) -> forms.Field:
    said: dict[str, Any] = {
        "label": question.text.in_(language),
        "help_text": question.help.in_(language) if question.help else "",
        "required": question.required,
    }
    if question.kind.is_choice:
        return forms.ChoiceField(
            **said,
            choices=[(each.code, each.label.in_(language)) for each in question.options],
            widget=forms.RadioSelect(attrs={"class": "ds-input"}),
        )
    return AnswerField(question, **said)


class MoreTimeForm(forms.Form):
    """Until when the board wants to answer, and why."""

    until = forms.DateField(
        label=_("Answer no later than"),
        help_text=_("Written as 2026-03-14."),
        widget=_date_input(),
        input_formats=_DATE,
    )
    reason = forms.CharField(
        label=_("Why is more time needed?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AskForm(forms.Form):
    """Until when county boards are asked for their opinion."""

    due = forms.DateField(
        label=_("Answer no later than"),
        help_text=_("Written as 2026-03-14. The day itself is included."),
        widget=_date_input(),
        input_formats=_DATE,
    )


class OpinionFilter(ListFilter):
    """Which of the board's opinions to show."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            ("waiting", _("Waits for an answer")),
            ("given", _("Answered")),
        ],
    )
    call = forms.ChoiceField(label=_("Call"), required=False, widget=PlainSelect)

    def __init__(self, data: Any, *, calls: Iterable[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["q"].help_text = _("Number or organisation")
        field = self.fields["call"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *calls]


class SupervisionForm(forms.Form):
    """A supervising authority's decision about an organisation."""

    authority = forms.CharField(
        label=_("Supervising authority"),
        help_text=_("Such as the Health and Social Care Inspectorate (IVO)."),
        max_length=200,
    )
    number = forms.CharField(label=_("The authority's register number"), max_length=100)
    decided_on = forms.DateField(
        label=_("Decided"),
        help_text=_("Written as 2026-03-14."),
        widget=_date_input(),
        input_formats=_DATE,
    )
    adverse = forms.ChoiceField(
        label=_("Did it find shortcomings?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect(attrs={"class": "ds-input"}),
    )
    summary = forms.CharField(
        label=_("What does it say?"),
        help_text=_("In short. The applicant is heard over it before it counts against it."),
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    url = forms.URLField(label=_("Link to the decision"), required=False, max_length=500)


class SupervisionFile(forms.Form):
    """Supervision decisions as a CSV file."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "UTF-8, with the columns org_no, unit, authority, number, decided_on, adverse (yes or "
            "no), summary, url."
        ),
    )


class WithdrawSupervisionForm(forms.Form):
    """Why an entry was mistaken."""

    reason = forms.CharField(
        label=_("Why was it entered by mistake?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def not_before(form: forms.Form, name: str, day: date) -> bool:
    """Whether the day chosen is not before that one; else the field says so."""
    values: Mapping[str, Any] = form.cleaned_data
    if values.get(name) and values[name] < day:
        form.add_error(name, _("Choose a day that has not been."))
        return False
    return True
