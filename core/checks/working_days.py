"""Working days in Sweden: weekdays that are no public holiday (lag 1989:253 om allmänna
helgdagar), and not the eves of Midsummer, Christmas and New Year, when agencies are closed."""

from datetime import date, timedelta

_FIXED = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
_AFTER_EASTER = (-2, 0, 1, 39, 49)
_SATURDAY = 5


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian calendar (the computation of Meeus, Jones and Butcher)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, century_rest = divmod(century, 4)
    shift = (century + 8) // 25
    epact = (19 * golden + century - leap - (century - shift + 1) // 3 + 15) % 30
    weekday = (32 + 2 * century_rest + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day: date) -> bool:
    """Whether it is a public holiday, or an eve that is kept as one."""
    if (day.month, day.day) in _FIXED:
        return True
    if (day - easter_sunday(day.year)).days in _AFTER_EASTER:
        return True
    # Midsummer's Eve is the Friday of 19–25 June, All Saints' Day the Saturday of 31 Oct–6 Nov.
    midsummers_eve = day.weekday() == _SATURDAY - 1 and date(day.year, 6, 19) <= day <= date(
        day.year, 6, 25
    )
    all_saints = day.weekday() == _SATURDAY and date(day.year, 10, 31) <= day <= date(
        day.year, 11, 6
    )
    return midsummers_eve or all_saints


def is_working_day(day: date) -> bool:
    """Whether agencies work on that day."""
    return day.weekday() < _SATURDAY and not is_holiday(day)


def working_day_from(day: date) -> date:
    """The day itself where it is a working day, else the next that is."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
