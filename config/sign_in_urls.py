"""The addresses of sign-in: allauth's, with the project's own views where they do more."""

import logging

import requests
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

from config import second_factor

logger = logging.getLogger(__name__)


def through_another(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """On the way to another service's sign-in.

    A page that leads on, not a redirect: the policy for forms lets them end at this site only.
    """
    try:
        response: HttpResponseBase = openid_connect.login(request, provider_id=provider_id)
    except requests.RequestException:
        logger.exception("the sign-in service %s did not answer", provider_id)
        return render(request, "socialaccount/authentication_error.html", status=503)
    if request.method != "POST" or response.status_code != 302:
        return response
    return render(
        request, "socialaccount/login_redirect.html", {"redirect_to": response["Location"]}
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("allauth.account.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
    path("andra-steget/", second_factor.second_factor, name=second_factor.PAGE),
    path("oidc/<slug:provider_id>/login/", through_another, name="openid_connect_login"),
    path(
        "oidc/<slug:provider_id>/login/callback/",
        openid_connect.callback,
        name="openid_connect_callback",
    ),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", second_factor.GiveCode.as_view(), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", second_factor.ActivateTotp.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", second_factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/webauthn/signup/", second_factor.SignupPasskey.as_view(), name="mfa_signup_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        second_factor.GivePasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(
        "2fa/webauthn/keys/<int:pk>/remove/", webauthn.remove_webauthn, name="mfa_remove_webauthn"
    ),
]
