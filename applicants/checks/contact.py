"""An organisation's address, contact and giro number."""

from dataclasses import asdict, dataclass, fields

from applicants.enums import GiroKind

from .numbers import GiroFault, normalise_giro, normalise_postal_code


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """Where an organisation is reached and paid. Made by `contact_details`, in normal form."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    giro_kind: str = ""
    giro_number: str = ""

    @classmethod
    def names(cls) -> list[str]:
        """The names of the fields, which are those of `Organisation`."""
        return [each.name for each in fields(cls)]

    def values(self) -> dict[str, str]:
        """The fields by name."""
        return asdict(self)


def contact_details(**given: str) -> ContactDetails:
    """The details in normal form: single spaces, `NNN NN`, giro numbers with their check digit.

    Raises PostalCodeFault, and GiroFault, also for a giro number without its kind.
    """
    plain = {name: " ".join(text.split()) for name, text in given.items()}
    kind, number = plain.pop("giro_kind", ""), plain.pop("giro_number", "")
    if number and not kind:
        raise GiroFault("kind", number)
    if plain.get("postal_code"):
        plain["postal_code"] = normalise_postal_code(plain["postal_code"])
    giro = normalise_giro(GiroKind(kind), number) if kind and number else ""
    return ContactDetails(**plain, giro_kind=kind if giro else "", giro_number=giro)
