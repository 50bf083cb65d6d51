"""What follows a grant, for showing the system: a report that waits for its officer and does not
keep to its plan, and a year's trainings with those who took part."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from applicants.models import Organisation, User
from core.definitions import WHOLE
from core.models import Agency, County
from grants.models import Application
from reporting.content.paths import answer_path, booked_path, spent_path, status_path, why_path
from reporting.models import Report, ReportAnswer, Training
from reporting.selectors.figures import TRAINING_QUESTION, YES
from reporting.selectors.plan import applications_of, plan_of
from reporting.selectors.reports import reports_of
from reporting.selectors.trainings import agencies_entering
from reporting.services import obligations, sending, trainings, writing
from reporting.services.trainings import Held

type Told = Mapping[str, Any]


def report_received(*, case: Application, person: User, told: Told, assurance: str) -> Report:
    """The first report of a grant, written field by field and sent in. `told`: what stands in
    it; `spent` are pairs of whole SEK and why, line by line."""
    obligations.require_for(application_id=case.pk)
    report = reports_of(case).earliest("year")
    plan = plan_of(report, applications_of(report))

    def put(path: str, text: str) -> None:
        writing.save_value(report=report, path=path, text=text, base=0, actor=person)

    form = case.definition.report_questionnaire
    for area in plan.area_codes:
        put(status_path(area), told["status"])
    for at in (WHOLE, *plan.area_codes):
        for placed in form.questions_for(at):
            if text := told["answers"].get(placed.question.key):
                put(answer_path(at, placed.question.key), text)
    for grant in plan.grants:
        for line, (spent_sek, why) in zip(grant.lines, told["spent"], strict=True):
            put(spent_path(grant.application, line.number), str(spent_sek))
            if why:
                put(why_path(grant.application, line.number), why)
        put(booked_path(grant.application), str(sum(sek for sek, _why in told["spent"])))
    sending.send_report(report=report, actor=person, assurance=assurance)
    return Report.objects.get(pk=report.pk)


@transaction.atomic
def trainings_held(*, year: int, actor: User, told: Told) -> int:
    """Enter a training in each county for those there whose report of the year says that they
    took part, but for those that `told` says were `absent`, and with those that were there `also`;
    returns how many. None where the year has any.

    Raises PermissionDenied.
    """
    if Training.objects.filter(held_on__year=year).exists():
        return 0
    agency_of: dict[str, Agency] = agencies_entering(actor)
    held = list(_held(year, told))
    return trainings.bring_in(agency_of=agency_of, several=held, actor=actor).trainings


def _held(year: int, told: Told) -> Iterator[Held]:
    yes = ReportAnswer.objects.filter(question=TRAINING_QUESTION, option=YES)
    said = Report.objects.filter(year=year, versions__answers__in=yes)
    there = Organisation.objects.filter(
        Q(pk__in=said.values("organisation")) | Q(name__in=told["also"])
    ).exclude(name__in=told["absent"])
    by_county: dict[str, list[Organisation]] = {}
    for each in there.order_by("sort_key", "pk"):
        by_county.setdefault(each.county_id, []).append(each)
    for number, county in enumerate(County.objects.order_by("position")):
        if county.pk in by_county:
            month, day = told["held_on"][number % len(told["held_on"])]
            title = told["titles"][number % len(told["titles"])]
            yield Held(county, date(year, month, day), title, tuple(by_county[county.pk]))
