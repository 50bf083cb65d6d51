"""Reading a case with what the pages of its decisions show."""

from typing import Any

from django.db.models import Exists, OuterRef

from grants.models import Application, Decision
from grants.selectors.calls import with_frame_left
from portal.selectors.letters import staffs_cases
from reviews.selectors.conflicts import with_declared
from reviews.selectors.costs import with_version_sent_in
from reviews.selectors.deciding import with_seen


def case_to_decide(user: Any, pk: int) -> Application | None:
    """The case, for those of the agency's staff who read its letters: with its proposal, the
    version sent in last, what the reader has `declared`, `frame_left`, and `decided_before`,
    whether any decision has been made in it. Its checksum `seen` is read with it, in one
    statement: what is written while the rest is read makes another."""
    made = Decision.objects.filter(application=OuterRef("pk"))
    cases = with_version_sent_in(with_frame_left(with_declared(staffs_cases(user), user)))
    return (
        with_seen(cases)
        .annotate(decided_before=Exists(made))
        .select_related("proposal__prepared_by")
        .filter(pk=pk)
        .first()
    )


def case_to_revise(user: Any, pk: int) -> Application | None:
    """The case, for the same, with what the reader has `declared`."""
    return with_declared(staffs_cases(user), user).filter(pk=pk).first()
