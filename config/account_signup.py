"""What every way to make an account asks for: the person's name.

A module of its own: allauth's forms are made on top of it while they are being imported.
"""

from django import forms
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from portal.services.language import LANGUAGES


def page_language() -> str:
    """The language of the page, among those that mail is written in."""
    language = (get_language() or "").partition("-")[0]
    return language if language in LANGUAGES else LANGUAGES[0]


class NamedSignup(forms.Form):
    """The name, and with it the language in which the person reads the page."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep what was asked for; called by allauth once the account is made."""
        user.name = self.cleaned_data["name"]
        user.language = page_language()
        user.save(update_fields=["name", "language"])
