"""Who took part in a decision beside the one who made it, and what was said against it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attendance:
    """Others who took part in the final handling: names, and the accounts of those who have one;
    and a dissenting opinion (avvikande mening)."""

    names: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    dissent: str = ""
