"""Values as pages say them, in the reader's language."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import formats
from core.models import Agency
from grants.enums import ParticipationRole
from grants.models import Call, Participation
from portal.selectors.definitions import definition_of


def language() -> str:
    """The reader's language, `sv` or `en`."""
    return "en" if (get_language() or "sv").startswith("en") else "sv"


def agency_name(agency: Agency) -> str:
    """The agency's full name."""
    return agency.name_en if language() == "en" else agency.name_sv


def call_title(call: Call) -> str:
    """The call's title, with its year."""
    title = definition_of(call).title.in_(language())
    return title if str(call.year) in title else f"{title} {call.year}"


def money(value: int | None) -> str:
    """Whole SEK as `1 250 000 kr`; a dash for None."""
    return formats.DASH if value is None else formats.amount(value)


def day(value: date | datetime | None) -> str:
    """A date as `2013-03-14`; of a time, its date in Sweden; a dash for None."""
    if value is None:
        return formats.DASH
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return formats.iso_date(value)


def moment(value: datetime | None) -> str:
    """A time in UTC as `2013-03-14 09:05` in Sweden; a dash for None."""
    return formats.DASH if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


def second(value: datetime | None) -> str:
    """A time in UTC as `2013-03-14 09:05:07` in Sweden; a dash for None."""
    return formats.DASH if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


def day_or_not_recorded(value: date | None) -> str:
    """A date, or that it is not recorded."""
    return day(value) if value is not None else _("Not recorded")


def part_text(part: Participation) -> str:
    """What an organisation is in an application, and when it left the grant."""
    role = str(ParticipationRole(part.role).label)
    if part.left_on is None:
        return role
    return _("%(role)s, left the grant %(day)s") % {"role": role, "day": day(part.left_on)}


def partners_text(number: int) -> str:
    """`with 3 partners`."""
    return ngettext("with %(number)d partner", "with %(number)d partners", number) % {
        "number": number
    }
