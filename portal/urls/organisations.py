"""Addresses of organisations, and of those who act for them."""

from portal.views import (
    colleagues,
    memberships,
    organisations,
    own_organisations,
    representation,
    supervision,
)
from portal.views.access import Access

from .route import Route

OWN = "mina-organisationer/<int:pk>/"
REQUEST = "mina-organisationer/begaran/<int:pk>/"

ROUTES = (
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
    Route("tillsyn/", supervision.supervision_list, "supervision-list", Access.SEE_WORKLIST),
    Route(
        "tillsyn/fil/", supervision.supervision_import, "supervision-import", Access.SEE_WORKLIST
    ),
    Route(
        "tillsyn/<int:pk>/",
        supervision.supervision_detail,
        "supervision-detail",
        Access.SEE_WORKLIST,
    ),
    Route(
        "organisationer/<int:organisation>/tillsyn/",
        supervision.supervision_enter,
        "supervision-enter",
        Access.SEE_WORKLIST,
    ),
)
