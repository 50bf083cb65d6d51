"""What allauth does in this installation: its mail, its messages, and who is let in."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from applicants.models import User
from config.account_signup import page_language
from config.account_texts import ACCOUNT_ERRORS, MAILS, MESSAGES, MFA_ERRORS, SOCIAL_ERRORS
from config.oidc import OidcProvider
from core.services.outbox import queue_mail
from portal.selectors.people import works_at_an_agency
from portal.views.signing_in import SESSION_KEY, level_from

VOUCHED = "oidc_vouched"
"""The session's key for what another service said in the sign-in that is going on."""
_PERSON = ("sub", "name", "email", "email_verified")
KEPT_CLAIMS = {"id_token": ("iss", "acr", *_PERSON), "userinfo": _PERSON}
"""What is kept of another service's answer; a personal identity number never is."""


def keep_assurance(request: HttpRequest, user: User) -> None:
    """Note in the session how strongly its person has shown who it is."""
    steps = get_authentication_records(request, user)
    request.session[SESSION_KEY] = level_from(steps, request.session.get(VOUCHED))


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | ACCOUNT_ERRORS

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail, in its receiver's language; the key says that staff may not read it."""
        person = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = person.language if isinstance(person, User) else page_language()
        at = timezone.localtime(context.get("timestamp") or timezone.now())
        values = {
            **{name: value for name, value in context.items() if isinstance(value, str)},
            "provider": str(getattr(context.get("provider"), "name", "")),
            "ip": str(context.get("ip", "")),
            "time": date_format(at, "Y-m-d H:i"),
        }
        with override(language):
            mail = MAILS[template_prefix]
            body = "\n\n".join(str(each) % values for each in mail.paragraphs)
            subject = str(mail.subject)
        with transaction.atomic():
            queue_mail(
                recipient=email,
                language=language,
                subject=subject,
                body=f"{body}\n\nTilldela\n",
                dedupe_key=f"account:{template_prefix.rpartition('/')[2]}:{uuid.uuid4()}",
            )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the person what was changed in the account, in the person's language."""
        known = {"user": user, **(context or {})}
        super().send_notification_mail(template_prefix, user, known, email)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what was done, where there is something to say."""
        text = message or MESSAGES.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Keep what another service vouched for until the sign-in is over."""
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        login = (kwargs.get("signal_kwargs") or {}).get("sociallogin")
        if answer is None and login is not None:
            claims = login.account.extra_data.get("id_token") or {}
            acr = claims.get("acr")
            request.session[VOUCHED] = {
                "provider": login.account.provider,
                "uid": login.account.uid,
                "acr": acr if isinstance(acr, str) else "",
            }
        return answer

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in, and keep how strongly."""
        super().login(request, user)
        keep_assurance(request, user)

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Confirm the address, unless an account that never confirmed it was made with it."""
        others = User.objects.exclude(pk=email_address.user_id)
        if others.filter(email__iexact=email_address.email).exists():
            self.add_message(
                request, messages.ERROR, "account/messages/email_confirmation_failed.txt"
            )
            return False
        return bool(super().confirm_email(request, email_address))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways to show once more who one is, in the project's words."""
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a one-time code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        found = super().get_reauthentication_methods(user)
        return [{**each, "description": words[each["id"]]} for each in found]


class MfaAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | MFA_ERRORS

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Those who work at an agency keep at least one."""
        person = authenticator.user
        if not settings.STAFF_SECOND_FACTOR or not works_at_an_agency(person):
            return True
        others = Authenticator.objects.filter(user=person).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """A name to begin with."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def _get_site_name(self) -> str:
        return "Tilldela"


class ReticentProvider(OpenIDConnectProvider):
    """What is not to be kept is left out before anything is written, not taken away after."""

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            part: {name: data[part][name] for name in names if name in data[part]}
            for part, names in KEPT_CLAIMS.items()
            if isinstance(data.get(part), dict)
        }


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    error_messages = DefaultSocialAccountAdapter.error_messages | SOCIAL_ERRORS

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> Any:
        """The provider, which keeps few of the claims."""
        found = super().get_provider(request, provider, client_id)
        return ReticentProvider(request, app=found.app)

    def list_apps(
        self, request: HttpRequest, provider: Any = None, client_id: Any = None
    ) -> list[Any]:
        """The providers that the environment names, and no row of the database."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Whether the address that came with the sign-in opens the account that has it."""
        return _is_vouched_for(login, email)

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Believe no address that the provider is not trusted with."""
        for address in sociallogin.email_addresses:
            address.verified = _is_vouched_for(sociallogin, address.email)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """The name and the page's language, for an account that is about to be made."""
        user = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(each for each in parts if each)
        user.name = " ".join(str(name).split())[:200]
        user.language = page_language()
        return user

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Without a question, where the service said both name and address."""
        return bool(sociallogin.user.name and sociallogin.user.email)

    def get_signup_form_initial_data(self, sociallogin: Any) -> dict[str, Any]:
        """What the service said already."""
        known: dict[str, Any] = super().get_signup_form_initial_data(sociallogin)
        return {**known, "name": sociallogin.user.name}


def _is_vouched_for(login: Any, email: str) -> bool:
    """Whether the provider says that it has verified the address, and is trusted to say so."""
    provider: OidcProvider | None = settings.OIDC_PROVIDERS.get(login.account.provider)
    claims = login.account.extra_data
    said = claims.get("userinfo") or claims.get("id_token") or {}
    return (
        provider is not None
        and provider.trusts(email)
        and said.get("email_verified") is True
        and str(said.get("email", "")).lower() == email.lower()
    )
