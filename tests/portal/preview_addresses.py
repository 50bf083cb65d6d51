"""An address of every page on which a call is previewed."""

from typing import TYPE_CHECKING

from django.urls import reverse

from applicants.enums import Role
from grants.services.call_drafts import copy_call

if TYPE_CHECKING:
    from tests.portal.everyone import Everyone


def preview_addresses(everyone: "Everyone") -> dict[str, str]:
    """Those of the agency's call, and of the next one that is being made."""
    call = [everyone.agency.code, everyone.call.code]
    draft = copy_call(
        call=everyone.call,
        actor=everyone.people[str(Role.CASE_OFFICER)],
        code="forhandsvisad",
        year=everyone.call.year + 1,
    )
    return {
        "call-preview": reverse("call-preview", args=call),
        "call-preview-part": reverse("call-preview-part", args=[*call, "ansokan"]),
        "call-preview-section": reverse("call-preview-section", args=[*call, "ansokan", "budget"]),
        "call-draft-preview": reverse("call-draft-preview", args=[draft.pk]),
        "call-draft-preview-part": reverse(
            "call-draft-preview-part", args=[draft.pk, "redovisning"]
        ),
        "call-draft-preview-section": reverse(
            "call-draft-preview-section", args=[draft.pk, "redovisning", "ekonomi"]
        ),
    }
