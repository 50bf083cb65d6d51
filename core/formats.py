"""How amounts, percentages, dates and names are written and sorted, in pure functions."""

import re
import unicodedata
from datetime import date

NBSP = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"

_ALPHABET = {"å": "{1", "ä": "{2", "æ": "{2", "ö": "{3", "ø": "{3", "ü": "y", "ß": "ss", "đ": "d"}


def number(value: int) -> str:
    """`1250000` as `1 250 000`, with no-break spaces and a real minus sign."""
    digits = f"{abs(value):,}".replace(",", NBSP)
    return f"{MINUS}{digits}" if value < 0 else digits


def amount(value: int) -> str:
    """Whole SEK as `1 250 000 kr`."""
    return f"{number(value)}{NBSP}kr"


def percent(value: int) -> str:
    """A whole percentage as `47 %`, the Swedish way."""
    return f"{number(value)}{NBSP}%"


def iso_date(value: date) -> str:
    """A date as `2013-03-14` (ISO 8601, the official Swedish form)."""
    return value.isoformat()


def swedish_sort_key(text: str) -> str:
    """A key whose byte order is Swedish alphabetical order: … x y z å ä ö.

    Case, accents other than those of å, ä and ö, and punctuation do not count, except to
    part two names that are otherwise equal. Stored and indexed, so that SQLite and
    PostgreSQL sort alike.
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    letters: list[str] = []
    for char in folded:
        if char in _ALPHABET:
            letters.append(_ALPHABET[char])
            continue
        base = unicodedata.normalize("NFD", char)[0]
        letters.append(base if base.isalnum() else " ")
    primary = re.sub(r" +", " ", "".join(letters)).strip()
    return f"{primary}\t{folded}"
