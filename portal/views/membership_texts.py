"""How mandates, requests and organisations are said on the pages about them."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from applicants.enums import OrganisationRole, RequestState, Signing
from applicants.models import Mandate, Organisation
from core.content import SummaryRow, Tag, Tone
from portal.views.labels import day

SOON_DAYS = 30
_TONES = {
    RequestState.DRAFT: Tone.NEUTRAL,
    RequestState.WAITING: Tone.INFO,
    RequestState.APPROVED: Tone.SUCCESS,
    RequestState.REFUSED: Tone.DANGER,
    RequestState.WITHDRAWN: Tone.NEUTRAL,
}


def request_tag(state: str) -> Tag:
    """How far a request has come."""
    return Tag(RequestState(state).label, _TONES[RequestState(state)])


def role_text(role: str, signing: str = "") -> str:
    """A role, and for a signatory how it signs."""
    label = str(OrganisationRole(role).label)
    if role == OrganisationRole.SIGNATORY and signing:
        return f"{label} ({str(Signing(signing).label).lower()})"
    return label


def roles_text(roles: Iterable[str], signing: str = "") -> str:
    """Several roles in the order of the list."""
    held = set(roles)
    return ", ".join(role_text(role, signing) for role in OrganisationRole if role in held)


def mandates_text(mandates: Iterable[Mandate]) -> str:
    """The roles of several mandates of one person."""
    found = list(mandates)
    signing = next((each.signing for each in found if each.signing), "")
    return roles_text((each.role for each in found), signing)


def last_day_text(mandates: Iterable[Mandate]) -> str:
    """Until when the mandates last; each by itself where they differ."""
    found = list(mandates)
    days = {each.ends_on for each in found}
    if len(days) == 1:
        (only,) = days
        return day(only) if only else _("Without an end")
    return ", ".join(
        f"{role_text(each.role)}: {day(each.ends_on) if each.ends_on else _('Without an end')}"
        for each in found
    )


def ends_soon(mandates: Iterable[Mandate]) -> bool:
    """Whether any of the mandates ends within a month."""
    today = timezone.localdate()
    return any(each.ends_on and (each.ends_on - today).days <= SOON_DAYS for each in mandates)


def unit_name(organisation: Organisation) -> str:
    """The organisation's name, with its unit where the name does not say it."""
    unit = organisation.unit
    return (
        f"{organisation.name}, {unit}"
        if unit and unit not in organisation.name
        else (organisation.name)
    )


def identity_rows(organisation: Organisation) -> list[SummaryRow]:
    """What the organisation is, for anyone who has its number."""
    municipality = organisation.municipality
    rows = [
        SummaryRow(_("Organisation number"), organisation.org_no or _("Has none")),
        SummaryRow(_("Unit"), organisation.unit),
        SummaryRow(_("Kind"), organisation.get_kind_display()),
        SummaryRow(_("Municipality"), municipality.name if municipality else ""),
        SummaryRow(_("County"), organisation.county.name),
    ]
    return [row for row in rows if row.value]


def contact_rows(organisation: Organisation) -> list[SummaryRow]:
    """Address, contact and giro: for the organisation's own people and staff only."""
    town = " ".join(part for part in (organisation.postal_code, organisation.city) if part)
    contact = (
        organisation.contact_name,
        organisation.contact_email,
        organisation.contact_phone,
    )
    giro = (
        f"{organisation.get_giro_kind_display()} {organisation.giro_number}"
        if organisation.giro_number
        else ""
    )
    rows = [
        (_("Postal address"), ", ".join(part for part in (organisation.street, town) if part)),
        (_("Contact person"), ", ".join(part for part in contact if part)),
        (_("Giro for payments"), giro),
    ]
    return [SummaryRow(term, value or _("Not filled in")) for term, value in rows]
