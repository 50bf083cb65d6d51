"""What sign-in says in mails, in messages and of errors; allauth's own words are not used."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Text = str | Promise

NOT_YOU = _(
    "Was it not you? Change your password at once, and tell those who keep the service. "
    "It was done at %(time)s, from the network address %(ip)s."
)
NOTHING_TO_DO = _("Was it not you? Then you need do nothing.")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's subject and paragraphs, with places for the values of its occasion."""

    subject: Text
    paragraphs: tuple[Text, ...]


_CODE = Mail(
    _("Your code for Tilldela"),
    (
        _("Someone, probably you, wants to use this e-mail address in Tilldela."),
        _("Write this code on the page where you were asked for it: %(code)s"),
        _("The code holds for 15 minutes. You may read it here and write it on another device."),
        NOTHING_TO_DO,
    ),
)

MAILS: dict[str, Mail] = {
    "account/email/email_confirmation": _CODE,
    "account/email/email_confirmation_signup": _CODE,
    "account/email/account_already_exists": Mail(
        _("You have an account in Tilldela already"),
        (
            _("Someone, probably you, wanted to make an account with this e-mail address."),
            _("There is one already. If you have forgotten its password, choose a new one here:"),
            "%(password_reset_url)s",
            NOTHING_TO_DO,
        ),
    ),
    "account/email/unknown_account": Mail(
        _("There is no account with this address in Tilldela"),
        (
            _("Someone, probably you, asked for a new password. No account has this address."),
            _("You have perhaps used another address. An account can be made here:"),
            "%(signup_url)s",
            NOTHING_TO_DO,
        ),
    ),
    "account/email/password_reset_key": Mail(
        _("Choose a new password in Tilldela"),
        (
            _("Someone, probably you, asked for a new password. Choose one here:"),
            "%(password_reset_url)s",
            _("The link holds for three days and can be used once."),
            NOTHING_TO_DO,
        ),
    ),
    "account/email/email_changed": Mail(
        _("Your e-mail address in Tilldela has been changed"),
        (_("The address of your account is now %(to_email)s; it was %(from_email)s."), NOT_YOU),
    ),
    "account/email/email_deleted": Mail(
        _("An e-mail address has been removed in Tilldela"),
        (_("%(deleted_email)s no longer belongs to your account."), NOT_YOU),
    ),
    "account/email/password_changed": Mail(
        _("Your password in Tilldela has been changed"),
        (_("The password of your account has been changed."), NOT_YOU),
    ),
    "account/email/password_reset": Mail(
        _("Your password in Tilldela has been changed"),
        (_("A new password has been chosen for your account."), NOT_YOU),
    ),
    "account/email/password_set": Mail(
        _("Your account in Tilldela has a password"),
        (_("Your account can now be signed in to with a password."), NOT_YOU),
    ),
    "mfa/email/recovery_codes_generated": Mail(
        _("You have new recovery codes in Tilldela"),
        (_("New recovery codes have been made. The old ones no longer hold."), NOT_YOU),
    ),
    "mfa/email/totp_activated": Mail(
        _("One-time codes are now asked for in Tilldela"),
        (_("An app for one-time codes has been tied to your account."), NOT_YOU),
    ),
    "mfa/email/totp_deactivated": Mail(
        _("One-time codes are no longer asked for in Tilldela"),
        (_("The app for one-time codes is no longer tied to your account."), NOT_YOU),
    ),
    "mfa/email/webauthn_added": Mail(
        _("A passkey has been added in Tilldela"),
        (_("A passkey has been added to your account."), NOT_YOU),
    ),
    "mfa/email/webauthn_removed": Mail(
        _("A passkey has been removed in Tilldela"),
        (_("A passkey has been removed from your account."), NOT_YOU),
    ),
    "socialaccount/email/account_connected": Mail(
        _("Your account in Tilldela has another way to sign in"),
        (_("You can now sign in through %(provider)s."), NOT_YOU),
    ),
    "socialaccount/email/account_disconnected": Mail(
        _("A way to sign in has been removed in Tilldela"),
        (_("You can no longer sign in through %(provider)s."), NOT_YOU),
    ),
}

MESSAGES: dict[str, Text] = {
    "account/messages/cannot_delete_primary_email.txt": _(
        "The address that your account signs in with cannot be removed."
    ),
    "account/messages/email_confirmation_failed.txt": _(
        "The address could not be confirmed: another account has it."
    ),
    "account/messages/email_confirmed.txt": _("The e-mail address is confirmed."),
    "account/messages/email_deleted.txt": _("The e-mail address is removed."),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your account now has a password."),
    "account/messages/primary_email_set.txt": _("Mail now goes to this address."),
    "account/messages/unverified_primary_email.txt": _("Confirm the address first."),
    "mfa/messages/recovery_codes_generated.txt": _("You have new recovery codes."),
    "mfa/messages/totp_activated.txt": _("The app for one-time codes is tied to your account."),
    "mfa/messages/totp_deactivated.txt": _("One-time codes are no longer asked for."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "socialaccount/messages/account_connected.txt": _("The way to sign in is added."),
    "socialaccount/messages/account_connected_updated.txt": _("The way to sign in is added."),
    "socialaccount/messages/account_connected_other.txt": _(
        "That way to sign in belongs to another account."
    ),
    "socialaccount/messages/account_disconnected.txt": _("The way to sign in is removed."),
}
"""What is said after something is done; what is not here needs no saying."""

_CODE_IS_WRONG = _("The code is wrong or too old. Check it, or ask for a new one.")

ACCOUNT_ERRORS: dict[str, Text] = {
    "account_inactive": _("This account is closed."),
    "duplicate_email": _("Your account has this e-mail address already."),
    "email_password_mismatch": _("The e-mail address or the password is wrong."),
    "email_taken": _("Another account has this e-mail address."),
    "enter_current_password": _("This is not your present password."),
    "incorrect_code": _CODE_IS_WRONG,
    "incorrect_password": _("The password is wrong."),
    "invalid_login": _("You could not be signed in."),
    "invalid_or_expired_key": _("The link is too old or has been used."),
    "invalid_password_reset": _("The link is too old or has been used."),
    "rate_limited": _("That was many tries in a short time. Wait a little and try again."),
    "too_many_login_attempts": _("That was many failed tries. Wait five minutes and try again."),
    "same_as_current": _("Write another value than the present one."),
}
MFA_ERRORS: dict[str, Text] = {
    "cannot_delete_authenticator": _(
        "Those who work at an agency need a one-time code or a passkey. Add another before you "
        "remove this one."
    ),
    "cannot_generate_recovery_codes": _(
        "Recovery codes need an app for one-time codes or a passkey first."
    ),
    "incorrect_code": _("The code or the passkey was not accepted. Try again."),
    "unverified_email": _("Confirm your e-mail address first."),
}
SOCIAL_ERRORS: dict[str, Text] = {
    "connected_other": _("That way to sign in belongs to another account."),
    "disconnect_last": _("Your account would have no way to sign in."),
    "email_taken": _("Another account has this e-mail address. Sign in to it to add %s."),
    "invalid_token": _("The answer of the other service was not understood."),
    "no_password": _("Choose a password first, or your account would have no way to sign in."),
    "no_verified_email": _("Confirm your e-mail address first."),
}
