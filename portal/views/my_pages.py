"""An applicant's start page: what waits, and every application with its next step."""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from applicants.enums import Role
from applicants.models import Organisation
from applicants.rules import work_of
from core.content import Cell, Column, Row, Table, Tag, Task, TaskSection, Tone
from grants.enums import Approval, ParticipationRole, Status
from grants.models import Application, Participation
from portal.content import status_tag
from portal.selectors.definitions import parse_definitions
from portal.selectors.own_cases import OwnPages, own_pages
from portal.views.access import person_of
from portal.views.applying_sections import address
from portal.views.labels import call_title, day
from portal.views.next_steps import next_step
from reviews.rules import HANDLERS
from reviews.selectors.communication import can_be_answered


@require_safe
def my_pages(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, and the applications of its organisations."""
    person = person_of(request)
    own = own_pages(person)
    parse_definitions(each.call for each in own.applications)
    today = timezone.localdate()
    tasks = sorted(_tasks(own, person.pk, today), key=lambda each: each[0])
    context = {
        "tasks": [TaskSection(_("Waits for you"), tuple(task for _order, task in tasks))]
        if tasks
        else [],
        "tables": _tables(own, today),
        "has_organisations": bool(own.mandates),
        "calls_url": reverse("call-list"),
        "organisations_url": address("my-organisations"),
    }
    return render(request, "portal/own/my_pages.html", context)


@require_safe
def after_sign_in(request: HttpRequest) -> HttpResponse:
    """Where one comes after signing in: those who handle cases to their worklist, other staff to
    the front page, others to theirs."""
    work = work_of(person_of(request))
    if any(each.role in HANDLERS for each in work):
        return redirect("worklist")
    if any(each.role == Role.COUNTY_BOARD for each in work):
        return redirect("opinion-list")
    return redirect("front-page" if work else "my-pages")


type Ordered = tuple[tuple[date, int], Task]


def _tasks(own: OwnPages, me: int, today: date) -> Iterator[Ordered]:
    """What waits, with what it is sorted by: its day, and the order it was found in."""
    found: list[tuple[date, Task]] = []
    for application in own.applications:
        found += _of_application(own, application, me, today)
    for invitation in own.invitations:
        hint = _("The link is in the mail that was sent to you. It holds until %(day)s.") % {
            "day": day(invitation.expires_at)
        }
        label = _("Invitation to act for %(organisation)s") % {
            "organisation": invitation.organisation.name
        }
        found.append(
            (
                timezone.localtime(invitation.expires_at).date(),
                Task(label, Tag(_("Invitation")), "", hint),
            )
        )
    for report in own.reports:
        label = _("Report %(code)s for %(organisation)s") % {
            "code": report.code,
            "organisation": report.organisation.name,
        }
        late = report.due_on is not None and report.due_on < today
        hint = _("To be sent in by %(day)s") % {"day": day(report.due_on)} if report.due_on else ""
        tag = (
            Tag(_("Overdue"), Tone.DANGER) if late else Tag(report.get_status_display(), Tone.INFO)
        )
        url = reverse("own-report", args=[report.pk])
        found.append((report.due_on or date.max, Task(label, tag, url, hint)))
    for order, (on, task) in enumerate(found):
        yield (on, order), task


def _of_application(
    own: OwnPages, application: Application, me: int, today: date
) -> Iterator[tuple[date, Task]]:
    name = f"{call_title(application.call)}, {application.lead.name}"
    closes_on = application.call.closes_on or date.max
    pk = application.pk
    unread = int(getattr(application, "unread", 0))
    if unread:
        label = ngettext("%(number)d unread message", "%(number)d unread messages", unread)
        yield (
            date.min,
            Task(
                f"{label % {'number': unread}}: {name}",
                Tag(_("Unread"), Tone.WARNING),
                reverse("application-messages", args=[pk]),
                application.number,
            ),
        )
    if application.status == Status.COMPLETION_REQUESTED and own.may_write(application.lead_id):
        due = application.completion_due or date.max
        late = due < today
        yield (
            due,
            Task(
                _("Complete the application: %(name)s") % {"name": name},
                Tag(_("Late"), Tone.DANGER) if late else Tag(_("To complete"), Tone.WARNING),
                reverse("application-complete", args=[pk]),
                _("To be answered by %(day)s") % {"day": day(application.completion_due)},
            ),
        )
    for decision in getattr(application, "unopened_decisions", ()):
        yield (
            date.min,
            Task(
                _("Read the decision: %(name)s") % {"name": name},
                Tag(_("Not opened"), Tone.WARNING),
                reverse("own-decision", args=[pk, decision.pk]),
                _("Decided %(day)s") % {"day": day(decision.decided_on)},
            ),
        )
    for sent in getattr(application, "to_answer", ()):
        if sent.due >= today and can_be_answered(sent, application.status):
            yield (
                sent.due,
                Task(
                    _("Answer what the agency has sent: %(name)s") % {"name": name},
                    Tag(_("To answer"), Tone.WARNING),
                    reverse("own-communication", args=[pk, sent.pk]),
                    _("To be answered by %(day)s") % {"day": day(sent.due)},
                ),
            )
    if application.status in {Status.DRAFT, Status.COMPLETION_REQUESTED}:
        for part in _own_parts(application):
            waits = part.approval == Approval.WAITING and part.role == ParticipationRole.PARTNER
            if waits and own.may_sign(part.organisation_id):
                yield (
                    closes_on,
                    Task(
                        _("Approve the part of %(organisation)s: %(name)s")
                        % {"organisation": part.organisation.name, "name": name},
                        Tag(_("Waits for approval"), Tone.WARNING),
                        address("application-part", pk, part.organisation_id)
                        or reverse("application-tasks", args=[pk]),
                        _until(application),
                    ),
                )
    if application.status == Status.DRAFT:
        yield from _of_draft(own, application, me, today, name)


def _of_draft(
    own: OwnPages, application: Application, me: int, today: date, name: str
) -> Iterator[tuple[date, Task]]:
    closes_on, pk = application.call.closes_on, application.pk
    saved = getattr(application, "last_saved", None)
    signed = [
        each
        for each in getattr(application, "open_signatures", ())
        if saved is None or each.signed_at > saved
    ]
    if signed and own.may_sign(application.lead_id) and me not in {s.user_id for s in signed}:
        yield (
            closes_on or date.max,
            Task(
                _("Sign as the second of two: %(name)s") % {"name": name},
                Tag(_("Waits for your signature"), Tone.WARNING),
                reverse("application-preview", args=[pk]),
                _("Signed by %(person)s. %(until)s")
                % {"person": str(signed[0].user), "until": _until(application)},
            ),
        )
        return
    if not own.may_write(application.lead_id):
        return
    forgotten = closes_on is not None and today > closes_on
    tag = Tag(_("Not sent in"), Tone.DANGER) if forgotten else Tag(_("Draft"), Tone.INFO)
    yield (
        closes_on or date.max,
        Task(
            _("Draft: %(name)s") % {"name": name},
            tag,
            reverse("application-tasks", args=[pk]),
            _("The last day was %(day)s. Send it in late, or throw it away.")
            % {"day": day(closes_on)}
            if forgotten
            else _until(application),
        ),
    )


def _until(application: Application) -> str:
    closes_on = application.call.closes_on
    return _("Last day to apply: %(day)s") % {"day": day(closes_on)} if closes_on else ""


def _tables(own: OwnPages, today: date) -> list[Table]:
    """A table for each organisation, of what it leads and takes part in; after them one for each
    that it has absorbed, of what stays there to be read."""
    names = {mandate.organisation_id: mandate.organisation.name for mandate in own.mandates}
    cases: dict[int, list[Application]] = {}
    absorbed: dict[int, Organisation] = {}
    for application in own.applications:
        for part in _own_parts(application):
            if part.organisation_id in own.taken_over:
                if application.status == Status.DRAFT:
                    # What has not been sent in is read by those alone who write it.
                    continue
                absorbed[part.organisation_id] = part.organisation
            cases.setdefault(part.organisation_id, []).append(application)
    for each in sorted(absorbed.values(), key=lambda one: (one.sort_key, one.pk)):
        names[each.pk] = _("%(organisation)s, which has been merged into another") % {
            "organisation": each.name
        }
    tables = []
    for organisation, name in names.items():
        rows = [
            _row(own, application, organisation, today)
            for application in cases.get(organisation, [])
        ]
        if rows:
            tables.append(
                Table(
                    id=f"applications-{organisation}",
                    caption=name,
                    columns=(
                        Column(_("Application")),
                        Column(_("Part")),
                        Column(_("State")),
                        Column(_("Next step")),
                    ),
                    rows=tuple(rows),
                    stack=True,
                )
            )
    return tables


def _own_parts(application: Application) -> list[Participation]:
    """The parts in it of the reader's organisations, and of those that they have absorbed."""
    found: list[Participation] = getattr(application, "own_parts", [])
    return found


def _row(own: OwnPages, application: Application, organisation: int, today: date) -> Row:
    page = "application-tasks" if application.status == Status.DRAFT else "application-file"
    step = next_step(application, application.definition, today, own.report_of(application.pk))
    part = next(each for each in _own_parts(application) if each.organisation_id == organisation)
    lead = "" if part.role == ParticipationRole.LEAD else application.lead.name
    return Row(
        Cell(
            call_title(application.call),
            url=reverse(page, args=[application.pk]),
            note=application.number or _("no number yet"),
        ),
        (
            Cell(part.get_role_display(), note=lead),
            Cell(tag=status_tag(application.status)),
            Cell(step.text),
        ),
    )
