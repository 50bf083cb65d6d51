"""Reading what is needed to spread cases over officers."""

from collections import Counter
from collections.abc import Iterable

from grants.enums import Status
from grants.models import Application, ShutOut
from reviews.checks.assignment import OfficerLoad, WaitingCase
from reviews.selectors.leave import Officer

IN_HAND = (Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.ASSESSED)
"""The states in which a case waits for the agency."""


def loads_of(officers: Iterable[Officer], cases: Iterable[int]) -> list[OfficerLoad]:
    """The officers with what they have in hand at their agency, and which of the cases they are
    shut out of. Two queries."""
    officers, cases = list(officers), list(cases)
    ids = {each.id for each in officers}
    found = Application.objects.filter(assigned_to__in=ids, status__in=IN_HAND)
    in_hand = Counter(found.values_list("assigned_to", "call__agency"))
    shut_out: dict[int, set[int]] = {}
    for case, user in ShutOut.objects.filter(user__in=ids, application__in=cases).values_list(
        "application_id", "user_id"
    ):
        shut_out.setdefault(user, set()).add(case)
    return [
        OfficerLoad(
            id=each.id,
            load=in_hand[each.id, each.agency],
            shut_out=frozenset(shut_out.get(each.id, ())),
            on_leave=each.away_until is not None,
        )
        for each in officers
    ]


def as_waiting(applications: Iterable[Application]) -> list[WaitingCase]:
    """Cases to give out; they come with their `lead`."""
    return [WaitingCase(each.pk, each.lead.county_id, each.lead.kind) for each in applications]
