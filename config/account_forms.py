"""The forms of sign-in, with the project's own words on them."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

EMAIL, PASSWORD = _("E-mail address"), _("Password")
NEW, AGAIN = _("New password"), _("The same password again")
CODE, NAME = _("Code"), _("Your name")
PASSWORD_HINT = _(
    "At least 12 characters: not only digits, not a common password, and not like your name or "
    "address."
)
KEY_NAME = _("Name of the passkey")
KEY_HINT = _("So that you can tell your passkeys apart, such as the name of the device.")


class Labelled:
    """A form whose labels and hints are written here."""

    fields: dict[str, Any]
    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, field.help_text)


class LoginForm(Labelled, account.LoginForm):
    labels = {"login": EMAIL, "password": PASSWORD}
    # The way to a forgotten password stands under the form, in every language.
    hints = {"password": ""}


class SignupForm(Labelled, account.SignupForm):
    field_order = ["name", "email", "password1", "password2"]
    labels = {"name": NAME, "email": EMAIL, "password1": PASSWORD, "password2": AGAIN}
    hints = {"password1": PASSWORD_HINT}

    def try_save(self, request: HttpRequest) -> Any:
        """As much work for an address that is taken as for one that is not, so that the time
        the answer takes tells nothing."""
        if self.account_already_exists and (password := self.cleaned_data.get("password1")):
            get_user_model()().set_password(password)
        return super().try_save(request)


class SocialSignupForm(Labelled, social.SignupForm):
    field_order = ["name", "email"]
    labels = {"name": NAME, "email": EMAIL}


class AddEmailForm(Labelled, account.AddEmailForm):
    labels = {"email": _("New e-mail address")}


class ChangePasswordForm(Labelled, account.ChangePasswordForm):
    labels = {"oldpassword": _("Present password"), "password1": NEW, "password2": AGAIN}
    hints = {"oldpassword": "", "password1": PASSWORD_HINT}


class SetPasswordForm(Labelled, account.SetPasswordForm):
    labels = {"password1": PASSWORD, "password2": AGAIN}
    hints = {"password1": PASSWORD_HINT}


class ResetPasswordForm(Labelled, account.ResetPasswordForm):
    labels = {"email": EMAIL}


class ResetPasswordKeyForm(Labelled, account.ResetPasswordKeyForm):
    labels = {"password1": NEW, "password2": AGAIN}
    hints = {"password1": PASSWORD_HINT}


class ReauthenticateForm(Labelled, account.ReauthenticateForm):
    labels = {"password": PASSWORD}
    hints = {"password": ""}


class ConfirmCodeForm(Labelled, account.ConfirmEmailVerificationCodeForm):
    labels = {"code": CODE}


_ONE_TIME = {"code": _("One-time code")}
_ONE_TIME_HINT = {"code": _("Six digits from your app, or one of your recovery codes.")}


class MfaAuthenticateForm(Labelled, mfa.AuthenticateForm):
    labels, hints = _ONE_TIME, _ONE_TIME_HINT


class MfaReauthenticateForm(Labelled, mfa.ReauthenticateForm):
    labels, hints = _ONE_TIME, _ONE_TIME_HINT


class ActivateTotpForm(Labelled, totp.ActivateTOTPForm):
    labels = _ONE_TIME
    hints = {"code": _("Six digits that your app shows.")}


class AddPasskeyForm(Labelled, webauthn.AddWebAuthnForm):
    labels = {"name": KEY_NAME, "passwordless": _("Sign in with it without a password")}
    hints = {
        "name": KEY_HINT,
        "passwordless": _("It is then unlocked with a fingerprint, your face or a PIN."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class SignupPasskeyForm(Labelled, webauthn.SignupWebAuthnForm):
    labels, hints = {"name": KEY_NAME}, {"name": KEY_HINT}


class EditPasskeyForm(Labelled, webauthn.EditWebAuthnForm):
    labels, hints = {"name": KEY_NAME}, {"name": KEY_HINT}
