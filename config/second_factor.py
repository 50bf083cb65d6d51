"""A second factor for those who work at an agency, whichever way they came in.

The middleware stands before every page, also the technical administration's and allauth's own:
a session of staff that was signed in by less opens what sets up or gives the second factor, and
nothing else.
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.base import views as mfa
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import flows
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from applicants.models import User
from config.accounts import keep_assurance
from portal.views.signing_in import needs_second_factor

type GetResponse = Callable[[HttpRequest], HttpResponseBase]

PAGE = "account_second_factor"
OPEN = frozenset({
    PAGE, "account_logout", "set_language", "health", "about", "accessibility",
    "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
})  # fmt: skip
SETTING_UP = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})
"""Open to those who have no second factor yet. Who has one gives it: a password alone must not
be enough to add another."""


def has_second_factor(user: Any) -> bool:
    """Whether the account has an app for one-time codes or a passkey."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


class SecondFactorMiddleware:
    """Leads staff to the second factor, from wherever they wanted to go."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in OPEN or not needs_second_factor(request):
            return None
        if name in SETTING_UP and not has_second_factor(request.user):
            return None
        wanted = request.get_full_path() if request.method == "GET" else "/"
        return HttpResponseRedirect(f"{reverse(PAGE)}?{urlencode({'next': wanted})}")


@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Says why a second factor is asked for, and leads to giving it or setting it up."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = "/"
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    return render(
        request,
        "account/second_factor.html",
        {
            "needed": needs_second_factor(request),
            "has_code": Authenticator.Type.TOTP in kinds,
            "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
            "wanted": wanted,
            "query": urlencode({"next": wanted}),
        },
    )


def _kept(request: HttpRequest) -> None:
    if isinstance(request.user, User):
        keep_assurance(request, request.user)


class ActivateTotp(totp.ActivateTOTPView):
    """The code that proves the app right is a code given."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        added = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        post_authentication(self.request, added)
        _kept(self.request)
        return response


class AddPasskey(webauthn.AddWebAuthnView):
    """Making a passkey shows that one has it."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        kind = Authenticator.Type.WEBAUTHN
        added = Authenticator.objects.filter(user=self.request.user, type=kind).latest("pk")
        post_authentication(self.request, added)
        _kept(self.request)
        return response


class GiveCode(mfa.ReauthenticateView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _kept(self.request)
        return response


class GivePasskey(webauthn.ReauthenticateWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _kept(self.request)
        return response


class SignupPasskey(webauthn.SignupWebAuthnView):
    """The account's first passkey, with which its first session is signed in."""

    def form_valid(self, form: Any) -> HttpResponse:
        stage = self._login_stage
        added = flows.signup_authenticator(
            self.request,
            user=stage.login.user,
            name=form.cleaned_data["name"],
            credential=form.cleaned_data["credential"],
        )
        post_authentication(self.request, added, passwordless=True)
        response: HttpResponse = stage.exit()
        return response
