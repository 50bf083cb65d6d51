"""Registering organisations, and saying who acts for them and who works where."""

from .invitations import accept_invitation, invite_colleague, withdraw_invitation
from .mandates import (
    change_roles,
    end_mandate,
    give_mandate,
    leave_organisation,
    remove_colleague,
    take_back_mandate,
)
from .organisations import (
    OrganisationThere,
    change_details,
    contact_of,
    correct_organisation,
    register_organisation,
    register_own_organisation,
)
from .requests import (
    add_evidence,
    approve_representation,
    begin_request,
    refuse_representation,
    remove_evidence,
    request_representation,
    withdraw_request,
)
from .staff import give_role

__all__ = [
    "OrganisationThere",
    "accept_invitation",
    "add_evidence",
    "approve_representation",
    "begin_request",
    "change_details",
    "change_roles",
    "contact_of",
    "correct_organisation",
    "end_mandate",
    "give_mandate",
    "give_role",
    "invite_colleague",
    "leave_organisation",
    "refuse_representation",
    "register_organisation",
    "register_own_organisation",
    "remove_colleague",
    "remove_evidence",
    "request_representation",
    "take_back_mandate",
    "withdraw_invitation",
    "withdraw_request",
]
