"""Signing a report: alone, or two together under exactly the same content."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import OrganisationRole, Signing
from applicants.models import User
from core.models import Event, OutboxMessage
from grants.enums import DocumentKind
from grants.models import CaseDocument
from reporting.content.paths import status_path
from reporting.enums import ReportStatus
from reporting.models import Report, ReportSignature
from reporting.services import reports, sending, writing
from tests.core.concurrency import in_threads
from tests.factories import MandateFactory, UserFactory
from tests.factories.forms import stored_file
from tests.factories.reports import Reporting
from tests.factories.scenario import fresh

pytestmark = pytest.mark.django_db


def jointly(world: Reporting) -> tuple[User, User]:
    """Two who sign for the lead together, instead of the one who signs alone."""
    world.lead.mandates.filter(user=world.signatory).delete()
    first, second = UserFactory(name="Eva Ett"), UserFactory(name="Tor Två")
    for person in (first, second):
        MandateFactory(user=person, organisation=world.lead, signing=Signing.JOINTLY)
    return first, second


def sign(report: Report, person: User) -> bool:
    """Sign, and whether it was sent in."""
    return sending.sign_report(report=report, actor=person, assurance="passkey") is not None


def test_of_two_the_first_waits_and_the_second_sends_in() -> None:
    world = Reporting()
    first, second = jointly(world)
    report = world.filled(world.required())
    assert not sign(report, first)
    assert not sign(report, first)
    assert fresh(report).status == ReportStatus.DRAFT
    with pytest.raises(sending.SecondSignatureMissing):
        sending.send_report(report=report, actor=first)
    assert sign(report, second)
    assert fresh(report).status == ReportStatus.RECEIVED
    signatures = report.versions.get().signatures.order_by("pk")
    assert [(str(each.user), each.jointly) for each in signatures] == [
        ("Eva Ett", True),
        ("Tor Två", True),
    ]


def test_the_others_are_told_once_what_waits_and_the_mail_says_no_more() -> None:
    world = Reporting()
    first, second = jointly(world)
    report = world.filled(world.required())
    for _again in range(2):
        sign(report, first)
    (mail,) = OutboxMessage.objects.filter(dedupe_key__startswith="report_signature:")
    assert mail.recipient == second.email
    assert report.code not in mail.body


def test_one_who_signs_alone_sends_in_at_once_also_where_others_sign_jointly() -> None:
    world = Reporting()
    MandateFactory(organisation=world.lead, user=UserFactory(), signing=Signing.JOINTLY)
    report = world.filled(world.required())
    assert sign(report, world.signatory)
    signature = ReportSignature.objects.get()
    assert (signature.jointly, signature.assurance) == (False, "passkey")
    assert not OutboxMessage.objects.filter(dedupe_key__startswith="report_signature:").exists()


def test_a_change_after_the_first_signature_asks_again() -> None:
    world = Reporting()
    first, second = jointly(world)
    report = world.filled(world.required())
    sign(report, first)
    world.put(report, status_path("mapping"), "ongoing")
    assert not sign(report, second)
    assert fresh(report).status == ReportStatus.DRAFT
    told = OutboxMessage.objects.filter(dedupe_key__startswith="report_signature:")
    assert sorted(told.values_list("recipient", flat=True)) == sorted([first.email, second.email])
    assert sign(report, first)
    version = report.versions.get()
    assert set(version.signatures.values_list("sha256", flat=True)) == {version.document.sha256}


def test_one_whose_mandate_has_ended_does_not_count() -> None:
    world = Reporting()
    first, second = jointly(world)
    report = world.filled(world.required())
    sign(report, first)
    yesterday = timezone.localdate() - timedelta(days=1)
    world.lead.mandates.filter(user=first).update(ends_on=yesterday)
    assert not sign(report, second)


def test_a_returned_report_is_signed_by_two_again() -> None:
    world = Reporting()
    first, second = jointly(world)
    report = world.filled(world.required())
    sign(report, first)
    sign(report, second)
    reports.send_back(report=report, actor=world.officer, questions="Vad menas?")
    assert not sign(fresh(report), second)
    assert sign(fresh(report), first)
    assert report.versions.count() == 2


@pytest.mark.parametrize("role", [OrganisationRole.WRITER, OrganisationRole.READER])
def test_nobody_else_signs(role: OrganisationRole) -> None:
    world = Reporting()
    report = world.filled(world.required())
    other = MandateFactory(organisation=world.lead, user=UserFactory(), role=role).user
    for person in (other, world.partners_writer, world.stranger):
        with pytest.raises(PermissionDenied):
            sign(report, person)
    assert not ReportSignature.objects.exists()


def test_nothing_incomplete_is_signed() -> None:
    world = Reporting()
    first, _second = jointly(world)
    report = world.required()
    with pytest.raises(sending.ReportNotReady):
        sign(report, first)
    assert not ReportSignature.objects.exists()


def test_every_signature_is_in_the_journal_without_names() -> None:
    world = Reporting()
    first, second = jointly(world)
    report = world.filled(world.required())
    sign(report, first)
    sign(report, second)
    events = Event.objects.filter(name="report.signed").order_by("pk")
    assert [event.actor for event in events] == [str(first.pseudonym), str(second.pseudonym)]
    assert not any("Eva" in event.payload for event in events)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_sign_at_once_send_in_once() -> None:
    world = Reporting()
    first, second = jointly(world)
    report = world.filled(world.required())
    done = in_threads(lambda: sign(report, first), lambda: sign(report, second))
    assert sorted(done) == [False, True]
    assert report.versions.get().signatures.count() == 2


# What it is in the register ---------------------------------------------------------------------


def kinds() -> list[tuple[str, str]]:
    rows = CaseDocument.objects.order_by("application", "number")
    return [(row.kind, row.direction) for row in rows]


def test_reports_questions_and_certificates_are_documents_of_their_own_kinds() -> None:
    world = Reporting(changes={"certificate_from_sek": 1})
    report = world.filled(world.required())
    certified = writing.attach_certificate(report=report, file=stored_file(), actor=world.writer)
    sending.send_report(report=report, actor=world.signatory)
    reports.send_back(report=report, actor=world.officer, questions="Vad menas?")
    sending.send_report(report=fresh(report), actor=world.signatory)
    assert kinds() == [
        (DocumentKind.INTERIM_REPORT, "in"),
        (DocumentKind.CERTIFICATE, "in"),
        (DocumentKind.REPORT_QUESTIONS, "out"),
        # Sent in again, the certificate is the same document.
        (DocumentKind.INTERIM_REPORT, "in"),
    ]
    document = CaseDocument.objects.get(kind=DocumentKind.CERTIFICATE)
    assert document.file == certified.file


def test_a_final_report_says_so() -> None:
    world = Reporting()
    report = world.required()
    Report.objects.filter(pk=report.pk).update(kind="final")
    world.received(fresh(report))
    assert kinds() == [(DocumentKind.FINAL_REPORT, "in")]


def test_those_registered_as_another_kind_before_get_their_kinds() -> None:
    from importlib import import_module

    from django.apps import apps

    world = Reporting()
    report = world.received()
    reports.send_back(report=report, actor=world.officer, questions="Vad menas?")
    CaseDocument.objects.update(kind=DocumentKind.OTHER)
    module = import_module("reporting.migrations.0007_signatures_and_trainings")
    module.name_kinds(apps, None)
    assert [kind for kind, _way in kinds()] == [
        DocumentKind.INTERIM_REPORT,
        DocumentKind.REPORT_QUESTIONS,
    ]
