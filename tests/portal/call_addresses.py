"""What the addresses of calls being made need to be there."""

from typing import TYPE_CHECKING

from django.urls import reverse

from applicants.enums import Role
from grants.enums import Stream
from grants.services.call_drafts import begin_call

if TYPE_CHECKING:
    from tests.portal.everyone import Everyone


def call_making_addresses(everyone: "Everyone") -> dict[str, str]:
    """An address for every route of making calls: the agency's call, and one being made."""
    draft = begin_call(
        agency=everyone.agency,
        actor=everyone.people[str(Role.CASE_OFFICER)],
        code="under-arbete",
        year=2040,
        stream=Stream.MUNICIPALITIES,
    )
    of_call = ("call-made", "call-file", "call-change")
    of_draft = ("call-draft", "call-draft-file", "call-draft-changes", "call-draft-publish")
    return {
        "call-making": reverse("call-making"),
        "call-begin": reverse("call-begin"),
        **{name: reverse(name, args=[everyone.call.pk]) for name in of_call},
        **{name: reverse(name, args=[draft.pk]) for name in of_draft},
        "call-draft-part": reverse("call-draft-part", args=[draft.pk, "grunder"]),
        "call-draft-node": reverse("call-draft-node", args=[draft.pk, "assessment/questionnaire"]),
    }
