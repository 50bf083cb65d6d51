"""Every address of the installation with its rule. One that is not in these lists fails a test."""

from collections.abc import Mapping
from types import MappingProxyType

from portal.views.access import Access

from . import calls_making, cases, changes, money, organisations, own, previews, public, work
from .route import Route

ROUTES: tuple[Route, ...] = (
    *public.ROUTES,
    *organisations.ROUTES,
    *work.ROUTES,
    *cases.ROUTES,
    *money.ROUTES,
    *changes.ROUTES,
    *calls_making.ROUTES,
    *previews.ROUTES,
    # Last: any word may be the name of a part of an application.
    *own.ROUTES,
)

# What comes with Django and allauth, and keeps its own rule.
OTHERS: Mapping[str, Access] = MappingProxyType(
    {
        "health": Access.PUBLIC,
        "set_language": Access.PUBLIC,
        "admin:*": Access.TECHNICAL,
        "account_login": Access.PUBLIC,
        "account_logout": Access.SIGNED_IN,
        "account_signup": Access.PUBLIC,
        "account_inactive": Access.PUBLIC,
        "account_email_verification_sent": Access.PUBLIC,
        "account_signup_by_passkey": Access.PUBLIC,
        "account_second_factor": Access.SIGNED_IN,
        "account_confirm_login_code": Access.PUBLIC,
        "account_reset_password": Access.PUBLIC,
        "account_reset_password_done": Access.PUBLIC,
        "account_reset_password_from_key": Access.PUBLIC,
        "account_reset_password_from_key_done": Access.PUBLIC,
        "account_reauthenticate": Access.SIGNED_IN,
        "account_email": Access.SIGNED_IN,
        "account_change_password": Access.SIGNED_IN,
        "account_set_password": Access.SIGNED_IN,
        "mfa_authenticate": Access.PUBLIC,
        "mfa_index": Access.SIGNED_IN,
        "mfa_reauthenticate": Access.SIGNED_IN,
        "mfa_activate_totp": Access.SIGNED_IN,
        "mfa_deactivate_totp": Access.SIGNED_IN,
        "mfa_view_recovery_codes": Access.SIGNED_IN,
        "mfa_generate_recovery_codes": Access.SIGNED_IN,
        "mfa_download_recovery_codes": Access.SIGNED_IN,
        "mfa_login_webauthn": Access.PUBLIC,
        "mfa_signup_webauthn": Access.PUBLIC,
        "mfa_list_webauthn": Access.SIGNED_IN,
        "mfa_add_webauthn": Access.SIGNED_IN,
        "mfa_edit_webauthn": Access.SIGNED_IN,
        "mfa_remove_webauthn": Access.SIGNED_IN,
        "mfa_reauthenticate_webauthn": Access.SIGNED_IN,
        "socialaccount_signup": Access.PUBLIC,
        "socialaccount_login_cancelled": Access.PUBLIC,
        "socialaccount_login_error": Access.PUBLIC,
        "socialaccount_connections": Access.SIGNED_IN,
        "openid_connect_login": Access.PUBLIC,
        "openid_connect_callback": Access.PUBLIC,
    }
)

urlpatterns = [route.pattern for route in ROUTES]
