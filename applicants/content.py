"""How what the applicants room holds is said on pages and in what is signed."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.content import Text

_LEVELS: dict[str, Text] = {
    "password": _("Password"),
    "password+code": _("Password and one-time code"),
    "password+passkey": _("Password and passkey"),
    "passkey": _("Passkey"),
}
_SECOND_STEPS: dict[str, Text] = {
    "oidc+code": _("with a one-time code"),
    "oidc+passkey": _("with a passkey"),
}


def assurance_label(level: str) -> Text:
    """In words, how strongly a person was signed in (the levels of `portal.views.signing_in`)."""
    if level in _LEVELS:
        return _LEVELS[level]
    kind, _sign, rest = level.partition(":")
    provider, _sign, acr = rest.partition(":")
    if not kind.startswith("oidc") or not provider:
        return _("Not recorded")
    said: Text = format_lazy(_("Through {provider}"), provider=provider)
    if acr:
        said = format_lazy(_("Through {provider}, level {acr}"), provider=provider, acr=acr)
    if kind in _SECOND_STEPS:
        said = format_lazy("{said}, {step}", said=said, step=_SECOND_STEPS[kind])
    return said
