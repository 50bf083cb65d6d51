"""Addresses where an agency's staff make calls."""

from portal.views import call_draft, call_making, call_publishing, call_tasks
from portal.views.access import Access

from .route import Route

DRAFT = "arbete/utlysningar/utkast/<int:pk>/"

ROUTES = (
    Route("arbete/utlysningar/", call_making.call_making, "call-making", Access.MAKE_CALLS),
    Route("arbete/utlysningar/ny/", call_making.call_begin, "call-begin", Access.MAKE_CALLS),
    Route("arbete/utlysningar/<int:call>/", call_making.call_made, "call-made", Access.MAKE_CALLS),
    Route(
        "arbete/utlysningar/<int:call>/utlysning.yaml",
        call_making.call_file,
        "call-file",
        Access.MAKE_CALLS,
    ),
    Route(
        "arbete/utlysningar/<int:call>/andra/",
        call_making.call_change,
        "call-change",
        Access.MAKE_CALLS,
    ),
    Route(DRAFT, call_tasks.call_draft, "call-draft", Access.MAKE_CALLS),
    Route(
        f"{DRAFT}utlysning.yaml",
        call_making.call_draft_file,
        "call-draft-file",
        Access.MAKE_CALLS,
    ),
    Route(
        f"{DRAFT}del/<slug:part>/",
        call_draft.call_draft_part,
        "call-draft-part",
        Access.MAKE_CALLS,
    ),
    Route(
        f"{DRAFT}falt/<path:place>/",
        call_draft.call_draft_node,
        "call-draft-node",
        Access.MAKE_CALLS,
    ),
    Route(
        f"{DRAFT}andringar/",
        call_publishing.call_draft_changes,
        "call-draft-changes",
        Access.MAKE_CALLS,
    ),
    Route(
        f"{DRAFT}publicera/",
        call_publishing.call_draft_publish,
        "call-draft-publish",
        Access.MAKE_CALLS,
    ),
)
