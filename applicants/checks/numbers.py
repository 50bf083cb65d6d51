"""Organisation, giro and postal numbers, as people write them and as they are kept."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from stdnum import luhn
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.se import orgnr

from applicants.enums import GiroKind

_DASHES = re.compile(r"[\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}−]")
_GIRO_LENGTHS: Mapping[GiroKind, tuple[int, int]] = MappingProxyType(
    {GiroKind.BANKGIRO: (7, 8), GiroKind.PLUSGIRO: (2, 8)}
)


class NumberFault(ValueError):
    """Not such a number; `code` says why."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text!r}")


class OrganisationNumberFault(NumberFault):
    """Not an organisation number; `code` is `form`, `checksum` or `person`."""


class GiroFault(NumberFault):
    """Not a bankgiro or plusgiro number; `code` is `form` or `checksum`."""


class PostalCodeFault(NumberFault):
    """Not a Swedish postal code; `code` is `form`."""


def normalise_org_no(text: str) -> str:
    """An organisation number as `NNNNNN-NNNN`, from any common way of writing it.

    Twelve digits may begin with 16, as in tax registers. Raises OrganisationNumberFault for
    what is not one, and for a personal identity number: the third digit of an organisation
    number is 2 or more (lagen om identitetsbeteckning för juridiska personer m.fl., 1974:174).
    """
    digits = orgnr.compact(_DASHES.sub("-", "".join(text.split())))
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    if not digits.isascii():
        raise OrganisationNumberFault("form", text)
    try:
        valid = orgnr.validate(digits)
    except InvalidChecksum:
        raise OrganisationNumberFault("checksum", text) from None
    except ValidationError:
        raise OrganisationNumberFault("form", text) from None
    if int(valid[2]) < 2:
        raise OrganisationNumberFault("person", text)
    return f"{valid[:6]}-{valid[6:]}"


def normalise_giro(kind: GiroKind, text: str) -> str:
    """A bankgiro number as `NNN-NNNN` or `NNNN-NNNN`, a plusgiro number as `N-N` to `NNNNNNN-N`.

    The last digit checks the others by the Luhn formula (Bankgirot, "Bankgironummer";
    Nordea, "Plusgironummer"). Raises GiroFault for what is not one.
    """
    plain = _DASHES.sub("-", "".join(text.split()))
    shortest, longest = _GIRO_LENGTHS[kind]
    digits = plain.replace("-", "")
    after = 4 if kind == GiroKind.BANKGIRO else 1
    wrong_place = "-" in plain and plain.rfind("-") != len(plain) - after - 1
    if (
        not (digits.isascii() and digits.isdecimal())
        or not shortest <= len(digits) <= longest
        or plain.count("-") > 1
        or wrong_place
        or not digits.strip("0")
    ):
        raise GiroFault("form", text)
    if not luhn.is_valid(digits):
        raise GiroFault("checksum", text)
    return f"{digits[:-after]}-{digits[-after:]}"


def normalise_postal_code(text: str) -> str:
    """A postal code as `NNN NN`, from five digits with or without a space and `SE-` before.

    Raises PostalCodeFault for what is not one.
    """
    plain = _DASHES.sub("-", "".join(text.split())).upper()
    found = re.fullmatch(r"(?:SE?-?)?([1-9][0-9]{2})([0-9]{2})", plain)
    if found is None:
        raise PostalCodeFault("form", text)
    return f"{found[1]} {found[2]}"
