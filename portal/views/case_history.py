"""Parts of a case's page that have addresses of their own: opinions, history and journal."""

from collections.abc import Collection, Sequence

import rules
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core.content import Cell, Column, Crumb, Row, Table, Tag, Tone
from core.definitions import Questionnaire
from portal.selectors.case_history import Past, PastYear, history_of_case
from portal.selectors.opinions import counties_named
from portal.views.access import person_of
from portal.views.case_opinions import supervision_table
from portal.views.case_papers import officers_crumbs, received_case
from portal.views.journal import timeline_of
from portal.views.labels import call_title, day, money
from portal.views.opinions import answer_rows, opinion_tag
from reviews.enums import Recommendation
from reviews.models import Opinion
from reviews.selectors.opinions import counties_asked, opinion_form, opinions_on
from reviews.selectors.supervision import supervision_beside


@require_safe
def case_history(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What each organisation in the case was granted, spent, carried over and repaid over the
    years, and how it reported."""
    application = received_case(request, pk)
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Earlier years"))),
        "application": application,
        "call_title": call_title(application.call),
        "organisations": [
            {
                "name": past.organisation.name,
                "url": reverse("organisation-detail", args=[past.organisation.pk]),
                "table": _table(past),
            }
            for past in history_of_case(application, person_of(request))
        ],
    }
    return render(request, "portal/assess/history.html", context)


@require_safe
def case_outside(request: HttpRequest, *, pk: int) -> HttpResponse:
    """What others have said: the county boards' opinions, and supervision decisions about those
    who take part."""
    application, person = received_case(request, pk), person_of(request)
    asked = list(opinions_on(application))
    wanted = counties_asked(application)
    left = counties_named(wanted - {each.county_id for each in asked})
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Opinions and supervision"))),
        "application": application,
        "call_title": call_title(application.call),
        "opinions": _opinions(asked, [each.name for each in left], opinion_form(application)),
        "asks": application.call.asks_opinion,
        "handles": not application.imported and rules.has_perm("portal.read_cases", person),
        "supervision": supervision_table(list(supervision_beside(application))),
    }
    return render(request, "portal/opinions/outside.html", context)


def _opinions(
    asked: Sequence[Opinion], left: Collection[str], questionnaire: Questionnaire | None
) -> Table | None:
    """County by county, those not asked yet last; None where no board is to say anything."""
    if not asked and not left:
        return None
    return Table(
        id="case-opinions",
        caption=_("Opinions of county boards"),
        columns=(
            Column(_("County")),
            Column(_("Opinion")),
            Column(_("Reasons")),
            Column(_("Date"), nowrap=True),
        ),
        rows=(
            *(_opinion(each, questionnaire) for each in asked),
            *(
                Row(Cell(name), (Cell(tag=Tag(_("Not asked yet"))), Cell("–"), Cell("–")))
                for name in left
            ),
        ),
        stack=True,
        caption_hidden=True,
    )


def _opinion(opinion: Opinion, questionnaire: Questionnaire | None) -> Row:
    county = Cell(opinion.county.name)
    if opinion.recommendation == Recommendation.WAITING:
        late = timezone.localdate() > opinion.due_on
        tag = Tag(_("Overdue"), Tone.WARNING) if late else Tag(_("Asked for an opinion"), Tone.INFO)
        note = _("the case can go on without it") if late else ""
        until = _("answer by %(day)s") % {"day": day(opinion.due_on)}
        asked = _("asked %(day)s") % {"day": day(opinion.asked_at)} if opinion.asked_at else ""
        return Row(county, (Cell(tag=tag, note=note), Cell("–"), Cell(until, note=asked)))
    answers = [f"{each.term}: {each.value}" for each in answer_rows(opinion, questionnaire)]
    return Row(
        county,
        (
            Cell(tag=opinion_tag(opinion)),
            Cell(opinion.reasons or _("No reasons were given."), note=" · ".join(answers)),
            Cell(day(opinion.given_at)),
        ),
    )


@require_safe
def case_journal(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Everything that has happened in the case."""
    application = received_case(request, pk)
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("What has happened"))),
        "application": application,
        "call_title": call_title(application.call),
        "events": timeline_of(application, person_of(request)),
    }
    return render(request, "portal/assess/journal.html", context)


def _table(past: Past) -> Table | None:
    if not past.years:
        return None
    return Table(
        id=f"years-{past.organisation.pk}",
        caption=past.organisation.name,
        columns=(
            Column(_("Year")),
            Column(_("Cases")),
            Column(pgettext("amount", "Granted"), numeric=True),
            Column(_("Carried in"), numeric=True),
            Column(_("Spent"), numeric=True),
            Column(_("Carried over"), numeric=True),
            Column(_("To repay"), numeric=True),
            Column(_("Repaid"), numeric=True),
            Column(_("Reports")),
        ),
        rows=tuple(_row(each) for each in past.newest_first),
        stack=True,
        caption_hidden=True,
    )


def _row(past: PastYear) -> Row:
    cases = []
    if past.led:
        cases.append(_("%(number)d as lead") % {"number": past.led})
    if past.as_partner:
        cases.append(_("%(number)d as partner") % {"number": past.as_partner})
    notes = []
    if past.late:
        notes.append(_("%(number)d late") % {"number": past.late})
    if past.returned:
        notes.append(_("%(number)d sent back with questions") % {"number": past.returned})
    return Row(
        Cell(str(past.year)),
        (
            Cell(", ".join(cases) or "–"),
            Cell(money(past.granted_sek)),
            Cell(money(past.carried_in_sek)),
            Cell(money(past.spent_sek) if past.spent_known else _("Not reported")),
            Cell(money(past.carried_over_sek)),
            Cell(money(past.to_repay_sek)),
            Cell(money(past.repaid_sek)),
            Cell(str(past.reports), note=", ".join(notes)),
        ),
    )
