"""The questions whether one may apply. Nothing of the answers is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from grants.definitions import EligibilityQuestion


class EligibilityForm(forms.Form):
    """One choice for each question, in the reader's language."""

    use_required_attribute = False

    def __init__(
        self,
        data: Any = None,
        *,
        questions: tuple[EligibilityQuestion, ...],
        language: str,
    ) -> None:
        asked = {question.key for question in questions}
        super().__init__(data if data and asked & set(data) else None)
        for question in questions:
            self.fields[question.key] = forms.ChoiceField(
                label=question.text.in_(language),
                help_text=question.help.in_(language) if question.help else "",
                choices=[(each.code, each.label.in_(language)) for each in question.answers],
                error_messages={
                    "required": _("Choose an answer."),
                    "invalid_choice": _("Choose one of the answers."),
                },
                widget=forms.RadioSelect(attrs={"class": "ds-input"}),
            )
