"""Writing and sending in a report: who writes what, the checks, what is kept, what is returned."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from applicants.models import User
from core.models import OutboxMessage
from grants.content import usable_sek
from grants.definitions import CallDefinition, ReportForm
from grants.enums import Status
from grants.models import LedgerEntry
from grants.selectors import fund_years
from grants.services.drafts import FieldLocked
from grants.services.moving import UnknownField
from grants.services.versions import ValueChanged
from reporting.checks import ReportRefused
from reporting.checks.answers import ReportSnapshot, run
from reporting.content.draft import LineReport, ReportDraft
from reporting.content.paths import (
    answer_path,
    booked_path,
    own_path,
    part_path,
    spent_path,
    status_path,
    why_path,
)
from reporting.content.plan import GrantPlan, PlanLine, ReportPlan, Taker
from reporting.enums import ReportKind, ReportStatus
from reporting.models import Report, ReportDocument, ReportReturn, ReportValue
from reporting.selectors.plan import applications_of, plan_of
from reporting.selectors.writing import reports_written_by, room_of_report
from reporting.services import reports, sending, writing
from reporting.services.accepting import accept_plainly
from tests.core.concurrency import in_threads
from tests.factories import acting_for, call_document, staff
from tests.factories.forms import stored_file
from tests.factories.reports import Reporting
from tests.factories.scenario import fresh


def codes(world: Reporting, report: Report) -> set[tuple[str, str]]:
    """Codes and degrees of what the checks say."""
    room = room_of_report(fresh(report), world.writer)
    return {(each.code, str(each.severity)) for each in room.findings}


@pytest.mark.django_db
def test_the_report_knows_the_plan_it_answers_against() -> None:
    world = Reporting()
    report = world.required(joint=True)
    plan = plan_of(report, applications_of(report))
    (grant,) = plan.grants
    assert (grant.available_sek, grant.carried) == (400_000, False)
    assert [(each.title, each.approved_sek) for each in grant.lines] == [
        ("Projektledare", 300_000),
        ("Utbildningsdagar", 100_000),
    ]
    mapping, training = plan.areas
    assert (mapping.code, mapping.granted_sek) == ("mapping", 300_000)
    assert mapping.activities == ("Kartlägga våldets omfattning",)
    assert [each.text for each in mapping.answers] == ["Våldets omfattning är känd."]
    assert training.granted_sek == 100_000
    assert [each.name for each in plan.partners] == ["Bjuvs kommun"]


@pytest.mark.django_db
def test_each_writes_its_own_and_the_lead_the_whole() -> None:
    world = Reporting()
    report = world.required(joint=True)
    case = report.references.get().application_id
    partner = part_path(world.partner.pk, "done")
    with pytest.raises(PermissionDenied):
        world.put(report, partner, "Vi", world.writer)
    with pytest.raises(PermissionDenied):
        world.put(report, status_path("mapping"), "ongoing", world.partners_writer)
    with pytest.raises(PermissionDenied):
        world.put(report, spent_path(case, 1), "1", world.partners_writer)
    for nobody in (world.stranger, world.officer, acting_for(world.lead, "reader")):
        with pytest.raises(PermissionDenied):
            world.put(report, status_path("mapping"), "ongoing", nobody)
    with pytest.raises(UnknownField):
        world.put(report, status_path("housing"), "ongoing")
    assert fresh(report).status == ReportStatus.DUE
    world.put(report, spent_path(case, 2), "90 000 kr", world.partners_writer)
    assert fresh(report).status == ReportStatus.DRAFT
    world.put(report, spent_path(case, 2), "95000", world.writer)
    with pytest.raises(ValueChanged) as caught:
        writing.save_value(
            report=report, path=spent_path(case, 2), text="1", base=1, actor=world.partners_writer
        )
    assert caught.value.theirs.text == "95000"
    world.done_part(report)
    assert report.parts.count() == 1
    world.put(report, spent_path(case, 2), "96000", world.partners_writer)
    assert report.parts.count() == 0
    assert report in reports_written_by(world.partners_writer)
    assert not reports_written_by(world.stranger)
    assert not reports_written_by(world.officer)


@pytest.mark.django_db
def test_the_checks_say_what_is_missing_and_what_does_not_go_together() -> None:
    world = Reporting(changes={"certificate_from_sek": 400_000})
    report = world.required(joint=True)
    case = report.references.get().application_id
    empty = codes(world, report)
    assert {
        ("area_forgotten", "blocking"),
        ("answer_missing", "blocking"),
        ("spent_missing", "blocking"),
        ("booked_missing", "blocking"),
        ("certificate_missing", "blocking"),
        ("part_not_done", "looked_at"),
    } <= empty
    reports.start(report=report, actor=world.signatory)
    with pytest.raises(sending.ReportNotReady):
        sending.send_report(report=report, actor=world.signatory)
    world.filled(report)
    writing.attach_certificate(report=report, file=stored_file(), actor=world.writer)
    world.done_part(report)
    assert codes(world, report) == set()
    world.put(report, own_path(world.partner.pk), "5", world.partners_writer)
    assert ("own_sum_differs", "blocking") in codes(world, report)
    world.put(report, own_path(world.partner.pk), "", world.partners_writer)
    world.put(report, spent_path(case, 1), "350000")
    said = codes(world, report)
    assert {
        ("line_unexplained", "blocking"),
        ("sums_differ", "blocking"),
        ("spent_above_available", "blocking"),
    } <= said
    world.put(report, spent_path(case, 1), "0")
    world.put(report, booked_path(case), "100000")
    assert ("carried_out_unspent", "looked_at") in codes(world, report)
    world.put(report, status_path("training"), "not_carried_out")
    assert ("spent_not_carried_out", "looked_at") in codes(world, report)
    Report.objects.filter(pk=report.pk).update(due_on=world.today - timedelta(days=1))
    assert ("overdue", "looked_at") in codes(world, report)


@pytest.mark.django_db
def test_what_is_sent_in_is_kept_once_with_all_its_parts() -> None:
    world = Reporting(due_in=-30)
    report = world.received()
    version = report.versions.get()
    kept = version.document
    document = json.loads(kept.document)
    assert document["grants"][0]["spent_sek"] == 400_000
    assert document["areas"][0]["status"] == "completed"
    assert dict(version.areas.values_list("area", "status")) == {
        "mapping": "completed",
        "training": "completed",
    }
    assert (kept.looked_at, report.needs_look) == (1, True)  # it came after its due date
    assert sending.send_report(report=report, actor=world.signatory) == version
    with pytest.raises(FieldLocked):
        world.put(report, status_path("mapping"), "ongoing")
    for sql in (
        "UPDATE reporting_reportdocument SET document = ''",
        "DELETE FROM reporting_reportdocument",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert OutboxMessage.objects.filter(dedupe_key__startswith="report_received:").count() == 3
    with pytest.raises(PermissionDenied):
        sending.send_report(report=report, actor=world.writer)


@pytest.mark.django_db
def test_nobody_sends_in_what_has_changed_since_it_was_shown() -> None:
    world = Reporting()
    report = world.filled(world.required())
    seen = sending.content_sha256(room_of_report(fresh(report), world.signatory))
    world.put(report, status_path("mapping"), "ongoing")
    with pytest.raises(sending.ReportChanged):
        sending.send_report(report=report, actor=world.signatory, seen=seen)
    assert not ReportDocument.objects.exists()


@pytest.mark.django_db
def test_a_returned_report_opens_what_was_asked_and_keeps_its_first_date() -> None:
    world = Reporting()
    report = world.received()
    case = report.references.get().application_id
    first = report.first_received_at
    asked = {spent_path(case, 1): "Vad kostade resorna?"}
    with pytest.raises(ReportRefused) as caught:
        reports.send_back(
            report=report, actor=world.officer, questions="", items={"row.1.text": "Vad?"}
        )
    assert caught.value.code == "unknown_field"
    reports.send_back(report=report, actor=world.officer, questions="", items=asked)
    with pytest.raises(FieldLocked):
        world.put(report, status_path("mapping"), "ongoing")
    for path, text in {
        spent_path(case, 1): "290000", why_path(case, 1): "Billigare resor.",
        booked_path(case): "390000",
    }.items():  # fmt: skip
        world.put(report, path, text)
    sending.send_report(report=report, actor=world.signatory)
    report = fresh(report)
    assert (report.status, report.first_received_at) == (ReportStatus.RECEIVED, first)
    assert report.versions.count() == 2
    assert ReportReturn.objects.get().closed_at is not None
    used = reports.Used(application=case, spent_sek=390_000)
    reports.accept(report=report, actor=world.officer, used=[used])
    application = applications_of(report)[0]
    assert application.status == Status.INTERIM_REPORTED
    assert usable_sek(fund_years(application)) == 10_000
    assert Report.objects.count() == 2


@pytest.mark.django_db
def test_a_grant_used_up_at_once_has_no_more_to_report() -> None:
    world = Reporting()
    report = world.received()
    used = reports.Used(application=report.references.get().application_id, spent_sek=400_000)
    assert Report.objects.count() == 2
    reports.accept(report=report, actor=world.officer, used=[used])
    assert applications_of(report)[0].status == Status.FINAL_REPORTED
    assert Report.objects.get() == report


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_send_in_at_once_give_one_version() -> None:
    world = Reporting()
    report = world.filled(world.required())
    other = acting_for(world.lead)
    found = in_threads(
        lambda: sending.send_report(report=report, actor=world.signatory),
        lambda: sending.send_report(report=report, actor=other),
    )
    assert found[0] == found[1]
    assert ReportDocument.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_books() -> None:
    world = Reporting()
    report = world.received()
    colleague = staff(world.agency, "case_officer")

    def accept(actor: User) -> str:
        try:
            accept_plainly(report=report, actor=actor)
        except ReportRefused as refused:
            return refused.code
        return "accepted"

    done = in_threads(lambda: accept(world.officer), lambda: accept(colleague))
    assert sorted(done) == ["accepted", "not_received"]
    spent = LedgerEntry.objects.filter(kind="spent")
    assert [each.amount_sek for each in spent] == [400_000]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_a_field_at_once_one_is_told() -> None:
    world = Reporting()
    report = world.required()
    path = answer_path("", "comment")

    def save(text: str) -> str:
        try:
            writing.save_value(report=report, path=path, text=text, base=0, actor=world.writer)
        except ValueChanged:
            return "changed"
        return "saved"

    assert sorted(in_threads(lambda: save("Ett"), lambda: save("Två"))) == ["changed", "saved"]
    assert ReportValue.objects.filter(path=path).count() == 1


def snapshot(lines: list[tuple[int, int | None, str]], kind: str, percent: int) -> ReportSnapshot:
    """One grant with lines of (approved, spent, why), and its books in order."""
    plan_lines = tuple(
        PlanLine(number=place, title=f"Rad {place}", approved_sek=approved)
        for place, (approved, _spent, _why) in enumerate(lines, 1)
    )
    spent = sum(each[1] or 0 for each in lines)
    definition = CallDefinition.model_validate(call_document()).model_copy(
        update={"reporting": ReportForm(explain_percent=percent)}
    )
    return ReportSnapshot(
        definition=definition,
        plan=ReportPlan(
            grants=(
                GrantPlan(
                    application=1, number="1", year=2013, carried=False,
                    granted_sek=sum(each[0] for each in lines),
                    available_sek=sum(each[0] for each in lines), lines=plan_lines,
                ),
            ),
            areas=(),
            takers=(Taker(1, "Ale", is_lead=True),),
        ),
        draft=ReportDraft(
            lines=tuple(
                LineReport(application=1, line=line, spent_sek=sek, why=why)
                for line, (_approved, sek, why) in zip(plan_lines, lines, strict=True)
            ),
            booked_sek={1: spent},
        ),
        kind=kind,
        today=definition.dates.measured_at,
    )  # fmt: skip


AMOUNT = st.integers(min_value=0, max_value=10**9)
LINES = st.lists(
    st.tuples(AMOUNT, st.one_of(st.none(), AMOUNT), st.sampled_from(["", "Därför."])),
    min_size=1, max_size=6,
)  # fmt: skip


@given(lines=LINES, kind=st.sampled_from(list(ReportKind)), percent=st.integers(0, 100))
def test_money_is_refused_above_what_there_is_and_deviations_are_explained(
    lines: list[Any], kind: ReportKind, percent: int
) -> None:
    found = run(snapshot(lines, kind, percent))
    said = [each.code for each in found]
    available, spent = sum(each[0] for each in lines), sum(each[1] or 0 for each in lines)
    assert ("spent_above_available" in said) == (spent > available)
    assert said.count("spent_missing") == sum(each[1] is None for each in lines)
    assert "sums_differ" not in said
    off = [
        why
        for approved, sek, why in lines
        if sek is not None and sek != approved
        and (sek > approved or kind is ReportKind.FINAL)
        and abs(sek - approved) * 100 >= approved * percent
    ]  # fmt: skip
    assert said.count("line_unexplained") == off.count("")
    assert said.count("line_deviates") == len(off) - off.count("")
    left = kind is ReportKind.FINAL and spent < available and "spent_missing" not in said
    assert ("money_left" in said) == left
