"""Reading which organisation has absorbed which. One may have been absorbed by another that was
itself absorbed later: what holds for the successor holds for the whole line."""

from collections.abc import Collection

from applicants.models import Organisation


def absorbed_by(organisations: Collection[int]) -> set[int]:
    """The ids of all that these have absorbed, themselves or by absorbing one that had. The
    database is not asked where there are none to ask about."""
    if not organisations:
        return set()
    into = _mergers()
    found: set[int] = set()
    line = set(organisations)
    while line:
        line = {pk for pk, successor in into.items() if successor in line} - found
        found |= line
    return found - set(organisations)


def successors_of(organisation: int) -> list[int]:
    """The ids of those that have absorbed it, one after the other; the last is the one that is
    left."""
    into = _mergers()
    found: list[int] = []
    successor = into.get(organisation)
    while successor is not None and successor not in found:
        found.append(successor)
        successor = into.get(successor)
    return found


def _mergers() -> dict[int, int]:
    # Mergers are few: all of them at once is one query, however long the line.
    found = Organisation.objects.filter(merged_into__isnull=False)
    return {pk: into for pk, into in found.values_list("pk", "merged_into_id") if into is not None}
