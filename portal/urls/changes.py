"""Addresses of changes of grants, and of the letters in a case beside its decision's."""

from portal.views import case_changes, letter_links, own_changes, paper_requests
from portal.views.access import Access

from .route import Route

OWN = "mina-ansokningar/<int:pk>/andringar/"
CASE = "ansokningar/<int:pk>/andringar/"

ROUTES = (
    Route("andringar/", case_changes.change_list, "change-list", Access.TAKE_PART),
    Route(CASE, case_changes.case_changes, "case-changes", Access.LOOK_AROUND),
    Route(f"{CASE}<int:change>/", case_changes.case_change, "case-change", Access.LOOK_AROUND),
    Route(
        f"{CASE}pa-papper/",
        paper_requests.paper_requests,
        "case-paper-requests",
        Access.LOOK_AROUND,
    ),
    Route(
        f"{CASE}pa-papper/<slug:kind>/",
        paper_requests.paper_request,
        "case-paper-request",
        Access.LOOK_AROUND,
    ),
    Route(
        f"{CASE}<int:change>/svar-pa-papper/",
        paper_requests.paper_answer,
        "case-paper-answer",
        Access.LOOK_AROUND,
    ),
    Route(
        f"{CASE}<int:change>/aterkallad-pa-papper/",
        paper_requests.paper_withdrawal,
        "case-paper-withdrawal",
        Access.LOOK_AROUND,
    ),
    Route(
        "ansokningar/<int:pk>/brev/<int:letter>/brev.pdf",
        letter_links.case_other_letter_pdf,
        "case-other-letter",
        Access.LOOK_AROUND,
    ),
    Route(OWN, own_changes.own_changes, "own-changes", Access.SIGNED_IN),
    Route(f"{OWN}<int:change>/", own_changes.own_change, "own-change", Access.SIGNED_IN),
    Route(f"{OWN}ny/<slug:kind>/", own_changes.own_change_new, "own-change-new", Access.SIGNED_IN),
    Route(
        "mina-ansokningar/<int:pk>/brev/<int:letter>/brev.pdf",
        letter_links.own_case_letter_pdf,
        "own-case-letter",
        Access.SIGNED_IN,
    ),
)
