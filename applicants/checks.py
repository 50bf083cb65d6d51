"""Organisation numbers, in pure functions."""

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.se import orgnr


class OrganisationNumberFault(ValueError):
    """Not an organisation number; `code` is `form`, `checksum` or `person`."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{code}: {text!r}")


def normalise_org_no(text: str) -> str:
    """An organisation number as `NNNNNN-NNNN`, from any common way of writing it.

    Twelve digits may begin with 16, as in tax registers. Raises OrganisationNumberFault for
    what is not one, and for a personal identity number: the third digit of an organisation
    number is 2 or more (lagen om identitetsbeteckning för juridiska personer m.fl., 1974:174).
    """
    digits = orgnr.compact(text.strip().replace("\N{EN DASH}", "-"))
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    try:
        valid = orgnr.validate(digits)
    except InvalidChecksum:
        raise OrganisationNumberFault("checksum", text) from None
    except ValidationError:
        raise OrganisationNumberFault("form", text) from None
    if int(valid[2]) < 2:
        raise OrganisationNumberFault("person", text)
    return f"{valid[:6]}-{valid[6:]}"
