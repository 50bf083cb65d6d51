"""Every address of the installation with its rule. One that is not in these lists fails a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.urls import URLPattern, path

from portal.views import (
    applications,
    applying,
    applying_saving,
    attachments,
    builds,
    calls,
    case_actions,
    case_messages,
    case_papers,
    colleagues,
    completion_request,
    copying,
    editions,
    eligibility,
    incidents,
    invitations,
    mail,
    memberships,
    my_pages,
    organisations,
    own_case,
    own_organisations,
    partners,
    parts,
    public,
    reports,
    representation,
    submitting,
)
from portal.views.access import Access, View, guarded

MINE = "mina-ansokningar/<int:pk>/"
CASE = "ansokningar/<int:pk>/"
OWN = "mina-organisationer/<int:pk>/"
REQUEST = "mina-organisationer/begaran/<int:pk>/"
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
    Route(
        "utlysningar/<slug:agency>/<slug:code>/far-vi-soka/",
        eligibility.call_eligibility,
        "call-eligibility",
        Access.PUBLIC,
    ),
    Route("ansokningar/", applications.application_list, "application-list", Access.LOOK_AROUND),
    Route(
        "ansokningar/export.csv",
        applications.application_export,
        "application-export",
        Access.LOOK_AROUND,
    ),
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
    Route(
        "mina-organisationer/",
        own_organisations.my_organisations,
        "my-organisations",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-organisationer/ny/", memberships.register, "organisation-register", Access.SIGNED_IN
    ),
    Route(
        "mina-organisationer/ny/uppgifter/",
        memberships.register_details,
        "organisation-register-details",
        Access.SIGNED_IN,
    ),
    Route(REQUEST, memberships.my_request, "my-request", Access.SIGNED_IN),
    Route(f"{REQUEST}underlag/", memberships.evidence, "my-request-evidence", Access.SIGNED_IN),
    Route(
        f"{REQUEST}underlag/<int:evidence>/",
        memberships.evidence_file,
        "my-request-file",
        Access.SIGNED_IN,
    ),
    Route(OWN, own_organisations.my_organisation, "my-organisation", Access.SIGNED_IN),
    Route(
        f"{OWN}uppgifter/", own_organisations.details, "my-organisation-details", Access.SIGNED_IN
    ),
    Route(f"{OWN}bjud-in/", own_organisations.invite, "my-organisation-invite", Access.SIGNED_IN),
    Route(
        f"{OWN}person/<int:person>/",
        colleagues.person,
        "my-organisation-person",
        Access.SIGNED_IN,
    ),
    Route(f"{OWN}lamna/", colleagues.leave, "my-organisation-leave", Access.SIGNED_IN),
    Route("inbjudan/<str:token>/", invitations.invitation, "invitation", Access.PUBLIC),
    Route(
        "foretradare/",
        representation.request_list,
        "representation-requests",
        Access.ANSWER_REQUESTS,
    ),
    Route(
        "foretradare/<int:pk>/",
        representation.request_detail,
        "representation-request",
        Access.ANSWER_REQUESTS,
    ),
    Route(
        "foretradare/<int:pk>/underlag/<int:evidence>/",
        representation.evidence_file,
        "representation-file",
        Access.ANSWER_REQUESTS,
    ),
    Route(
        "foretradare/<int:pk>/organisation/",
        representation.correct,
        "representation-organisation",
        Access.ANSWER_REQUESTS,
    ),
    Route(
        "foretradare/<int:pk>/person/<int:person>/",
        representation.end_person,
        "representation-person",
        Access.ANSWER_REQUESTS,
    ),
    Route("mina-sidor/", my_pages.my_pages, "my-pages", Access.SIGNED_IN),
    Route("mina-sidor/start/", my_pages.after_sign_in, "after-sign-in", Access.SIGNED_IN),
    Route(
        f"{MINE}granska/", submitting.application_preview, "application-preview", Access.SIGNED_IN
    ),
    Route(
        f"{MINE}skicka-in/", submitting.application_submit, "application-submit", Access.SIGNED_IN
    ),
    Route(
        f"{MINE}kvitto/", submitting.application_receipt, "application-receipt", Access.SIGNED_IN
    ),
    Route(f"{MINE}arende/", own_case.application_file, "application-file", Access.SIGNED_IN),
    Route(
        f"{MINE}versioner/",
        case_papers.application_versions,
        "application-versions",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}version/<int:number>/ansokan.pdf",
        case_papers.application_pdf,
        "application-pdf",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}ta-tillbaka/",
        case_actions.application_take_back,
        "application-take-back",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}aterkalla/",
        case_actions.application_withdraw,
        "application-withdraw",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}slang/", case_actions.application_discard, "application-discard", Access.SIGNED_IN
    ),
    Route(
        f"{MINE}komplettera/",
        case_actions.application_complete,
        "application-complete",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}meddelanden/",
        case_messages.application_messages,
        "application-messages",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}meddelanden/<int:file>/",
        case_messages.message_file,
        "message-file",
        Access.SIGNED_IN,
    ),
    Route(f"{CASE}meddelanden/", case_messages.case_messages, "case-messages", Access.LOOK_AROUND),
    Route(
        f"{CASE}meddelanden/<int:file>/",
        case_messages.case_message_file,
        "case-message-file",
        Access.LOOK_AROUND,
    ),
    Route(f"{CASE}versioner/", case_papers.case_versions, "case-versions", Access.LOOK_AROUND),
    Route(
        f"{CASE}version/<int:number>/ansokan.pdf",
        case_papers.case_pdf,
        "case-pdf",
        Access.LOOK_AROUND,
    ),
    Route(
        f"{CASE}bilagor/<int:attachment>/",
        case_papers.case_attachment,
        "case-attachment",
        Access.LOOK_AROUND,
    ),
    Route(f"{CASE}handlaggare/", completion_request.case_assign, "case-assign", Access.LOOK_AROUND),
    Route(
        f"{CASE}begar-komplettering/",
        completion_request.completion_request,
        "request-completion",
        Access.LOOK_AROUND,
    ),
    Route(
        "mina-ansokningar/<int:pk>/medsokande/",
        partners.application_partners,
        "application-partners",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/organisation/<int:organisation>/",
        parts.application_part,
        "application-part",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/organisation/<int:organisation>/svar/",
        parts.partner_answer,
        "partner-answer",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/bilagor/",
        attachments.attachment_add,
        "attachment-add",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/bilagor/<int:attachment>/",
        attachments.attachment_file,
        "attachment-file",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/bilagor/<int:attachment>/ta-bort/",
        attachments.attachment_remove,
        "attachment-remove",
        Access.SIGNED_IN,
    ),
    Route(
        "ansok/<slug:agency>/<slug:code>/tidigare/",
        copying.application_copy,
        "application-copy",
        Access.SIGNED_IN,
    ),
    Route(
        "inbjudan/medsokande/<str:token>/",
        partners.partner_invitation,
        "partner-invitation",
        Access.SIGNED_IN,
    ),
    Route("redovisningar/", reports.report_list, "report-list", Access.LOOK_AROUND),
    Route("redovisningar/<int:pk>/", reports.report_detail, "report-detail", Access.LOOK_AROUND),
    Route("utskick/", mail.mail_list, "mail-list", Access.SEE_MAIL),
    Route("utskick/<int:pk>/", mail.mail_resend, "mail-resend", Access.SEE_MAIL),
    Route("driftstorningar/", incidents.incident_list, "incident-list", Access.SEE_MAIL),
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
    Route(
        "ansok/<slug:agency>/<slug:code>/",
        applying.application_begin,
        "application-begin",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/",
        applying.application_tasks,
        "application-tasks",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/falt/",
        applying_saving.field_save,
        "field-save",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/falt/historik/",
        applying_saving.field_history,
        "field-history",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/rad/ny/", applying_saving.row_add, "row-add", Access.SIGNED_IN
    ),
    Route(
        "mina-ansokningar/<int:pk>/rad/bort/",
        applying_saving.row_remove,
        "row-remove",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/rad/tillbaka/",
        applying_saving.row_restore,
        "row-restore",
        Access.SIGNED_IN,
    ),
    # Stands last of these addresses: any word may be the name of a part.
    Route(
        "mina-ansokningar/<int:pk>/<slug:section>/",
        applying.application_section,
        "application-section",
        Access.SIGNED_IN,
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
