"""Every address of the installation with its rule. One that is not in these lists fails a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.urls import URLPattern, path

from portal.views import applications, builds, calls, editions, organisations, public, reports
from portal.views.access import Access, View, guarded

EDITION = "rapporter/<slug:agency>/<int:year>/utgava/<int:number>/"


@dataclass(frozen=True, slots=True)
class Route:
    """A page's address, its view, its name, and who may open it."""

    route: str
    view: View
    name: str
    access: Access

    @property
    def pattern(self) -> URLPattern:
        """The address for Django, with the view behind its rule."""
        return path(self.route, guarded(self.view, self.access), name=self.name)


ROUTES = (
    Route("", public.front_page, "front-page", Access.PUBLIC),
    Route("om/", public.about, "about", Access.PUBLIC),
    Route("tillganglighet/", public.accessibility, "accessibility", Access.PUBLIC),
    Route("utlysningar/", calls.call_list, "call-list", Access.PUBLIC),
    Route(
        "utlysningar/<slug:agency>/<slug:code>/", calls.call_detail, "call-detail", Access.PUBLIC
    ),
    Route("ansokningar/", applications.application_list, "application-list", Access.LOOK_AROUND),
    Route(
        "ansokningar/<int:pk>/",
        applications.application_detail,
        "application-detail",
        Access.LOOK_AROUND,
    ),
    Route(
        "organisationer/", organisations.organisation_list, "organisation-list", Access.LOOK_AROUND
    ),
    Route(
        "organisationer/<int:pk>/",
        organisations.organisation_detail,
        "organisation-detail",
        Access.LOOK_AROUND,
    ),
    Route("redovisningar/", reports.report_list, "report-list", Access.LOOK_AROUND),
    Route("redovisningar/<int:pk>/", reports.report_detail, "report-detail", Access.LOOK_AROUND),
    Route("rapporter/", editions.edition_list, "edition-list", Access.PUBLIC),
    Route("rapporter/bygg/", builds.edition_build, "edition-build", Access.MAKE_EDITIONS),
    Route("rapporter/bygg/<int:pk>/", builds.build_detail, "build-detail", Access.MAKE_EDITIONS),
    Route("rapporter/<int:year>/", editions.year_editions, "year-editions", Access.PUBLIC),
    Route(EDITION, editions.edition_detail, "edition-detail", Access.PUBLIC),
    Route(f"{EDITION}rapport.<slug:ending>", editions.edition_file, "edition-file", Access.PUBLIC),
    Route(
        f"{EDITION}tabell/<int:table>/<slug:row>/<slug:column>/",
        editions.cell_detail,
        "cell-detail",
        Access.LOOK_AROUND,
    ),
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
        "account_confirm_email": Access.PUBLIC,
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
    }
)

urlpatterns = [route.pattern for route in ROUTES]
