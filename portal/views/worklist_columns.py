"""The columns of the worklist: what each is called, ordered by, and shows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from core.content import Cell, Check, Row, Tag, Text, Tone
from grants.enums import Status
from grants.models import Application, DelayRequest
from portal.content import status_tag
from portal.selectors.worklist import Desk, target_days
from portal.views.labels import call_title, day, money, partners_text
from portal.views.lists import Heading
from reviews.selectors.assignment import IN_HAND


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the rows' words are taken from. `back` is the list's address after the question
    mark, which goes with each link so that the case knows its list."""

    desk: Desk
    counties: Mapping[str, str]
    areas: Mapping[str, str]
    back: str
    ticked: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column that can be chosen."""

    heading: Heading
    cell: Callable[[Application, Around], Cell]


def age_days(application: Application, today: date) -> int | None:
    """How many days the case has been in hand; None of one that is decided."""
    if application.status not in IN_HAND or application.received_at is None:
        return None
    return (today - timezone.localdate(application.received_at)).days


def is_too_old(application: Application, today: date) -> bool:
    """Whether the case has been in hand longer than its call's target."""
    age, target = age_days(application, today), target_days(application.call)
    return age is not None and target is not None and age > target and not application.imported


def _age(application: Application, around: Around) -> Cell:
    age = age_days(application, around.desk.today)
    if age is None:
        return Cell("–")
    text = ngettext("%(days)d day", "%(days)d days", age) % {"days": age}
    if application.imported:
        return Cell(text)
    target = target_days(application.call)
    if target is None:
        return Cell(text)
    note = _("the target is %(days)d") % {"days": target}
    if is_too_old(application, around.desk.today):
        return Cell(text, tag=Tag(_("Over the target"), Tone.WARNING), note=note)
    return Cell(text, note=note)


def delay_of(application: Application) -> DelayRequest | None:
    """The party's request for a decision; the case comes with it."""
    found: DelayRequest | None = getattr(application, "delay_request", None)
    return found


def waits_for(application: Application, today: date) -> Iterator[tuple[date, Text]]:
    """What has a date in the case, and the date."""
    if application.status not in IN_HAND:
        return
    if application.status == Status.COMPLETION_REQUESTED and application.completion_due:
        yield application.completion_due, _("completion")
    for name, label in (
        ("opinions_due", _("opinion")),
        ("told_due", _("answer to what was communicated")),
    ):
        due = getattr(application, name, None)
        if due is not None:
            yield due, label
    asked = delay_of(application)
    if asked is not None and asked.refused_at is None:
        yield asked.due_on, _("decision that the party has asked for")


def _due(application: Application, around: Around) -> Cell:
    found = sorted(waits_for(application, around.desk.today), key=lambda each: each[0])
    if not found:
        return Cell("–")
    due, label = found[0]
    others = "".join(f"; {each} {day(on)}" for on, each in found[1:])
    if due < around.desk.today:
        # Under the tag, so that the date does not break at its hyphens.
        tag = Tag(pgettext("case", "Overdue"), Tone.DANGER)
        return Cell(tag=tag, note=f"{day(due)} {label}{others}")
    return Cell(day(due), note=f"{label}{others}")


def _officer(application: Application, around: Around) -> Cell:
    officer = application.assigned_to
    if officer is None:
        left = getattr(application, "left_for_conflict", False)
        return Cell(
            _("Not recorded") if application.imported else _("Nobody yet"),
            note=_("left by its officer for a conflict of interest") if left else "",
        )
    for each in around.desk.officers:
        if each.id == officer.pk and each.away_until is not None:
            names = {other.id: other.name for other in around.desk.officers}
            note = _("on leave until %(day)s; substitute %(name)s") % {
                "day": day(each.away_until),
                "name": names.get(each.substitute or 0, ""),
            }
            return Cell(str(officer), note=note)
    return Cell(str(officer))


def _areas(application: Application, around: Around) -> Cell:
    codes = set(str(getattr(application, "area_codes", "")).split(","))
    return Cell(", ".join(title for code, title in around.areas.items() if code in codes) or "–")


def _marks(application: Application, around: Around) -> Cell:
    labels = str(getattr(application, "mark_labels", "")).split(",")
    return Cell(", ".join(sorted(labels)) or "–")


def _lead(application: Application, around: Around) -> Cell:
    partners = application.partner_count
    return Cell(application.lead.name, note=partners_text(partners) if partners else "")


def _received(application: Application, around: Around) -> Cell:
    note = _("after the last day to apply") if application.late else ""
    return Cell(day(application.received_at), note=note)


COLUMNS: Mapping[str, ListColumn] = {
    "lead": ListColumn(Heading(gettext_lazy("Lead applicant"), "organisation"), _lead),
    "call": ListColumn(
        Heading(gettext_lazy("Call")), lambda case, _around: Cell(call_title(case.call))
    ),
    "county": ListColumn(
        Heading(gettext_lazy("County")),
        lambda case, around: Cell(around.counties.get(case.lead.county_id, "")),
    ),
    "kind": ListColumn(
        Heading(gettext_lazy("Kind")), lambda case, _around: Cell(case.lead.get_kind_display())
    ),
    "areas": ListColumn(Heading(gettext_lazy("Areas")), _areas),
    "received": ListColumn(Heading(gettext_lazy("Received"), "received", nowrap=True), _received),
    "age": ListColumn(Heading(gettext_lazy("Age"), nowrap=True), _age),
    "requested": ListColumn(
        Heading(pgettext_lazy("amount", "Requested"), "requested", numeric=True),
        lambda case, _around: Cell(money(case.requested_sek)),
    ),
    "state": ListColumn(
        Heading(gettext_lazy("State")), lambda case, _around: Cell(tag=status_tag(case.status))
    ),
    "officer": ListColumn(Heading(gettext_lazy("Case officer"), "officer"), _officer),
    "due": ListColumn(Heading(gettext_lazy("Next date"), "due", nowrap=True), _due),
    "marks": ListColumn(Heading(gettext_lazy("Marks")), _marks),
}
USUAL = ("lead", "received", "age", "requested", "state", "officer", "due")
CASE = Heading(gettext_lazy("Case"), "number", nowrap=True)


def row_of(application: Application, columns: tuple[str, ...], around: Around) -> Row:
    """The case's row. Its call is the desk's, whose definition is parsed."""
    application.call = around.desk.by_id[application.call_id]
    return Row(
        Cell(
            application.number,
            url=case_address(application.pk, around.back),
            check=None
            if around.ticked is None
            else Check(
                "case",
                str(application.pk),
                _("Choose %(number)s, %(organisation)s")
                % {"number": application.number, "organisation": application.lead.name},
                str(application.pk) in around.ticked,
            ),
        ),
        tuple(COLUMNS[name].cell(application, around) for name in columns),
    )


def case_address(pk: int, back: str) -> str:
    """The case's page, which knows the list that it was opened from."""
    address = reverse("application-detail", args=[pk])
    return f"{address}?{urlencode({'list': back})}" if back else address
