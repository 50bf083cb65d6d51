"""Pure rules of what can be dismissed without being tried."""

from collections.abc import Iterable, Mapping


def grounds_against(
    *, late: bool, kinds: Mapping[int, str], who_may_apply: Iterable[str]
) -> tuple[str, ...]:
    """The grounds for dismissing that the system can tell, as values of
    `reviews.enums.AdmissionGround`; `kinds` are the participants' kinds by organisation."""
    allowed = frozenset(who_may_apply)
    grounds = []
    if late:
        grounds.append("late")
    if any(kind not in allowed for kind in kinds.values()):
        grounds.append("not_entitled")
    return tuple(grounds)
