"""Work that waits for each role, for showing the system: made-up applications, brought as far as
the services take them in a day."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

import portal
from applicants.enums import Role
from applicants.models import Organisation, User
from applicants.services.organisations import change_details, contact_of
from core.checks.working_days import working_day_from
from core.definitions import WHOLE
from core.services.files import store_upload
from grants.content.paths import (
    ATTACHMENTS,
    answer_path,
    area_path,
    part_path,
    requirement_path,
    row_path,
)
from grants.enums import RowKind, Stream
from grants.models import Application, Call
from grants.selectors.submission import snapshot_of
from grants.services import drafts, handling, payments, submission
from grants.services.attachments import attach_file
from grants.services.messages import send_message
from grants.services.writing import add_row, save_value
from reviews import services as reviews
from reviews.content.findings import answer_path as judged_path
from reviews.enums import FindingValue, ProposedOutcome
from reviews.selectors import demands_of

from .demo_follow_up import report_received

DOCUMENT = Path(portal.__file__).parent / "demo" / "work.yaml"
AREA = "support_children"
SIGNED_IN = "password"

type Told = Mapping[str, Any]


def told_work() -> Told:
    """What the made-up applicants write, and what else the demonstration begins with."""
    found: Told = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return found


@transaction.atomic
def demo_work(
    *, calls: Iterable[Call], people: Mapping[str, tuple[User, Organisation]],
    staff: Mapping[Role, User], today: date,
) -> list[Application]:  # fmt: skip
    """Make the cases that the demonstration begins with, in the open calls; none where an
    applicant has anything in its call already. `people`: who signs, and for whom, by account.

    Returns the cases, each at its stage.
    """
    told = told_work()
    by_stream = {call.stream: call for call in calls}
    begun = set(Application.objects.filter(call__in=by_stream.values()).values_list("call", "lead"))
    made = []
    for case in told["cases"]:
        person, lead = people[case["account"]]
        municipal = case["account"] != "kassor"
        call = by_stream[Stream.MUNICIPALITIES if municipal else Stream.ASSOCIATIONS]
        if (call.pk, lead.pk) not in begun:
            application = _sent_in(call, lead, person, case, told)
            _brought_to(case["stage"], application, person, staff, told, today)
            made.append(Application.objects.get(pk=application.pk))
    return made


def _sent_in(call: Call, lead: Organisation, person: User, case: Told, told: Told) -> Application:
    """The application, written field by field and sent in."""
    draft = drafts.create_draft(call=call, lead=lead, actor=person)
    form = call.definition.application
    if form is None:
        raise ValueError(f"{call} has no application form")

    def put(path: str, text: str, base: int = 0) -> None:
        save_value(application=draft, path=path, text=text, base=base, actor=person)

    area = AREA if AREA in call.definition.area_codes else call.definition.area_codes[0]
    put(area_path(area), "yes")
    activity = add_row(application=draft, kind=RowKind.ACTIVITY, actor=person, area=area)
    put(row_path(activity.number, "title"), case["title"])
    for category, text, amount in case["lines"]:
        line = add_row(application=draft, kind=RowKind.LINE, actor=person)
        values = {
            "activity": activity.number,
            "organisation": lead.pk,
            "category": category,
            "text": text,
            "amount_sek": amount,
        }
        for name, value in values.items():
            put(row_path(line.number, name), str(value))
    said = {**told["answers"], "project_title": case["title"], "project_summary": case["summary"]}
    for at in (area, WHOLE):
        for placed in form.questionnaire.questions_for(at):
            question = placed.question
            text = said.get(question.key) or (question.options[0].code if question.options else "")
            if text:
                put(answer_path(at, question.key), text)
    for question in form.part_questions():
        text = told["parts"].get(question.key)
        text = text or (question.options[0].code if question.options else "")
        if text:
            put(part_path(lead.pk, question.key), text)
    _requirements_and_papers(draft, lead, person, told)
    submission.submit_application(
        application=Application.objects.get(pk=draft.pk), actor=person, assurance=SIGNED_IN
    )
    return Application.objects.get(pk=draft.pk)


def _requirements_and_papers(
    draft: Application, lead: Organisation, person: User, told: Told
) -> None:
    snapshot, _findings = snapshot_of(draft)
    [part] = snapshot.participants
    for requirement in snapshot.requirements_of(part):
        for name, text in {"state": "yes", "how": told["requirement"]}.items():
            path = requirement_path(lead.pk, requirement.code, name)
            save_value(application=draft, path=path, text=text, base=0, actor=person)
    form = draft.call.definition.application
    for kind in form.attachments_for(lead.kind) if form is not None else ():
        upload = SimpleUploadedFile(f"{kind.code}.pdf", _page(), content_type="application/pdf")
        file = store_upload(upload=upload, uploaded_by=person.pseudonym)
        attach_file(application=draft, file=file, place=f"{ATTACHMENTS}.{kind.code}", actor=person)


def _page() -> bytes:
    """A PDF with one empty page."""
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out)
    return out.getvalue()


def _brought_to(
    stage: str,
    case: Application,
    person: User,
    staff: Mapping[Role, User],
    told: Told,
    today: date,
) -> None:
    officer, decider = staff[Role.CASE_OFFICER], staff[Role.DECISION_MAKER]
    if stage == "received":
        return
    handling.assign_officer(application=case, officer=officer, actor=officer)
    reviews.declare_conflict(application=case, actor=officer, has_conflict=False)
    if stage == "opinion_asked":
        due = working_day_from(today + timedelta(days=21))
        reviews.ask_opinions(application=case, actor=officer, due_on=due)
        return
    if stage == "in_hand":
        send_message(application=case, actor=person, body=told["message"], from_agency=False)
        return
    _judged(case, officer, told)
    if stage == "granted":
        # Where the money is to go is written by the one who administers the organisation.
        contact = replace(contact_of(case.lead), giro_kind="bankgiro", giro_number="5050-1055")
        change_details(organisation=case.lead, actor=person, contact=contact)
        reviews.declare_conflict(application=case, actor=decider, has_conflict=False)
        reviews.decide_as_proposed(application=case, actor=decider)
        payments.ask_for_part(application=case, actor=person, part=1)
        report_received(case=case, person=person, told=told["report"], assurance=SIGNED_IN)


def _judged(case: Application, officer: User, told: Told) -> None:
    """Everything that assessing asks for, and a decision proposed."""
    requirements = {each.pk: each for each in case.call.requirements.all()}
    for demand in demands_of(case):
        reviews.record_finding(
            application=case,
            requirement=requirements[demand.requirement],
            organisation=case.lead,
            actor=officer,
            finding=FindingValue.MET,
        )
    reviews.approve_rest(application=case, actor=officer)
    reviews.begin_assessment(application=case, actor=officer)
    for key, text in told["assessment"].items():
        reviews.save_work(
            application=case, path=judged_path(1, key), text=text, base=0, actor=officer
        )
    reviews.say_assessment_done(application=case, actor=officer)
    reviews.propose(
        application=case,
        actor=officer,
        outcome=ProposedOutcome.GRANT,
        reasons=told["proposal"],
    )
    reviews.assess_application(application=case, actor=officer)
