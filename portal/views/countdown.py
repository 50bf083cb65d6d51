"""How long a call can still be applied for, in words, by the server's clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.content import Tag, Tone
from grants.models import Call
from portal.views.labels import day

_HOUR, _MINUTE = 3600, 60


class CallState(StrEnum):
    """Where a call is in time. One whose days are not recorded is closed."""

    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Countdown:
    """`left` says how long, `when` the moment. `seconds` are left where a script should keep
    the words fresh (the last two days), else None."""

    left: str
    when: str
    seconds: int | None = None


def call_state(call: Call, today: date) -> CallState:
    """Whether the call is coming, open or closed on that Swedish local date."""
    if call.opens_on and call.opens_on > today:
        return CallState.COMING
    if call.opens_on and call.closes_on and call.closes_on >= today:
        return CallState.OPEN
    return CallState.CLOSED


def call_tag(call: Call, today: date) -> Tag:
    """Whether the call can be applied to, with the day that matters."""
    match call_state(call, today):
        case CallState.COMING:
            return Tag(_("Opens %(day)s") % {"day": day(call.opens_on)}, Tone.INFO)
        case CallState.OPEN:
            return Tag(_("Open until %(day)s") % {"day": day(call.closes_on)}, Tone.SUCCESS)
    return Tag(pgettext("call", "Closed"))


def end_of(last_day: date) -> datetime:
    """The moment (UTC) when that day, which is counted in, is over in Sweden."""
    start = datetime.combine(last_day + timedelta(days=1), time.min)
    return timezone.make_aware(start, timezone.get_default_timezone()).astimezone(UTC)


def countdown(call: Call, now: datetime) -> Countdown | None:
    """How long until the call closes, or opens; None for one that is closed. `now` is in UTC."""
    today = timezone.localdate(now)
    match call_state(call, today), call.opens_on, call.closes_on:
        case CallState.COMING, date() as opens, _closes:
            return _until_open((opens - today).days, opens)
        case CallState.OPEN, _opens, date() as closes:
            seconds = int((end_of(closes) - now).total_seconds())
            return _until_closed((closes - today).days, closes, seconds)
    return None


def left_texts() -> dict[str, str]:
    """The words for what is left, with `{n}` for the number: for the script that counts on."""
    return {
        "hours": _hours(9).replace("9", "{n}"),
        "hour": _hours(1),
        "minutes": _minutes(9).replace("9", "{n}"),
        "minute": _minutes(1),
        "moment": _minutes(0),
        "tonight": _("Closes tonight at 23:59"),
        "over": _("The call has closed"),
    }


def _until_open(days: int, opens: date) -> Countdown:
    left = (
        _("Opens tomorrow")
        if days == 1
        else ngettext("Opens in %(days)d day", "Opens in %(days)d days", days) % {"days": days}
    )
    return Countdown(left, _("It can be applied for from %(day)s.") % {"day": day(opens)})


def _until_closed(days: int, closes: date, seconds: int) -> Countdown:
    if days > 1:
        return Countdown(
            ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days},
            _("The last day to apply is %(day)s, until 23:59.") % {"day": day(closes)},
        )
    hours = seconds // _HOUR
    left = _hours(hours) if hours else _minutes(seconds // _MINUTE)
    when = _("Closes tomorrow at 23:59") if days else _("Closes tonight at 23:59")
    return Countdown(left, when, seconds)


def _hours(hours: int) -> str:
    return ngettext("%(hours)d hour left", "%(hours)d hours left", hours) % {"hours": hours}


def _minutes(minutes: int) -> str:
    if not minutes:
        return _("Less than a minute left")
    return ngettext("%(minutes)d minute left", "%(minutes)d minutes left", minutes) % {
        "minutes": minutes
    }
