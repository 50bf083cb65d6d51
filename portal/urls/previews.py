"""Addresses where staff see a call as those will who apply, judge and report."""

from portal.views import preview
from portal.views.access import Access

from .route import Route

CALL = "arbete/utlysningar/<slug:agency>/<slug:code>/forhandsgranska/"
DRAFT = "arbete/utlysningar/utkast/<int:pk>/forhandsgranska/"
PART, SECTION = "<slug:part>/", "<slug:part>/<slug:section>/"

ROUTES = (
    Route(DRAFT, preview.draft_preview, "call-draft-preview", Access.MAKE_CALLS),
    Route(
        f"{DRAFT}{PART}",
        preview.draft_preview_part,
        "call-draft-preview-part",
        Access.MAKE_CALLS,
    ),
    Route(
        f"{DRAFT}{SECTION}",
        preview.draft_preview_part,
        "call-draft-preview-section",
        Access.MAKE_CALLS,
    ),
    Route(CALL, preview.call_preview, "call-preview", Access.LOOK_AROUND),
    Route(f"{CALL}{PART}", preview.call_preview_part, "call-preview-part", Access.LOOK_AROUND),
    Route(
        f"{CALL}{SECTION}", preview.call_preview_part, "call-preview-section", Access.LOOK_AROUND
    ),
)
