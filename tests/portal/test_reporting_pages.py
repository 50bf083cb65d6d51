"""Reports on pages: written and sent in by grantees, reviewed and accepted by officers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grants.enums import Status
from portal.views.applying_sections import area_slug
from portal.views.reporting_texts import whole_slug
from reporting.content.paths import (
    answer_path,
    booked_path,
    part_path,
    spent_path,
    status_path,
    why_path,
)
from reporting.enums import ReportStatus
from reporting.models import Report, ReportFile
from reporting.services import reports
from tests.core.sample_files import pdf
from tests.factories import OrganisationFactory, UserFactory, acting_for
from tests.factories.reports import Reporting
from tests.factories.scenario import fresh
from tests.portal.checking import signed_in
from tests.portal.own_cases import shown

pytestmark = pytest.mark.django_db


def section(report: Report, slug: str) -> str:
    return reverse("own-report-section", args=[report.pk, slug])


def posted(client: Client, address: str, values: dict[str, Any], **more: str) -> Any:
    """What a page answers when these fields, none saved before, are posted from it."""
    data: dict[str, Any] = {f"b:{path}": "0" for path in values}
    data |= {f"v:{path}": text for path, text in values.items()}
    return client.post(address, data | more)


def test_a_report_is_written_sent_in_returned_answered_and_accepted_without_scripts() -> None:
    world = Reporting()
    report = world.required(joint=True)
    case = report.references.get().application
    grantee, officer = signed_in(world.signatory), signed_in(world.officer)
    page = shown(grantee, reverse("my-pages"))
    tasks = reverse("own-report", args=[report.pk])
    assert tasks in page
    assert tasks in shown(grantee, reverse("application-file", args=[case.pk]))
    assert "Bjuvs kommun" in shown(grantee, tasks)
    area = shown(grantee, section(report, area_slug("mapping")))
    assert "Kartlägga våldets omfattning" in area
    assert "Våldets omfattning är känd." in area
    answer = posted(
        grantee, section(report, area_slug("mapping")), {status_path("mapping"): "completed"},
        then="next",
    )  # fmt: skip
    assert answer.url == section(report, area_slug("training"))
    posted(grantee, answer.url, {status_path("training"): "ongoing"})
    whole = {answer_path("", "attended_training"): "yes"}
    posted(grantee, section(report, whole_slug("whole")), whole)
    posted(
        grantee,
        section(report, f"del-{world.lead.pk}"),
        {part_path(world.lead.pk, "done"): "Lett."},
    )
    bad = posted(grantee, section(report, "ekonomi"), {spent_path(case.pk, 1): "mycket"})
    assert "mycket" in bad.content.decode()
    lines = {
        spent_path(case.pk, 1): "310 000", spent_path(case.pk, 2): "90 000",
        booked_path(case.pk): "400 000 kr",
    }  # fmt: skip
    posted(grantee, section(report, "ekonomi"), lines)
    assert "Inget hindrar" in shown(grantee, section(report, "kontroll"))
    send = reverse("own-report-send", args=[report.pk])
    page = shown(grantee, send)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    stale = grantee.post(send, {"seen": "x"}, follow=True).content.decode()
    assert "har ändrats" in stale
    assert fresh(report).status == ReportStatus.DRAFT
    assert grantee.post(send, {"seen": seen}).url == tasks
    assert fresh(report).status == ReportStatus.RECEIVED
    assert grantee.get(send).url == tasks

    inbox = shown(officer, reverse("report-inbox"))
    review = reverse("report-review", args=[report.pk])
    assert review in inbox
    page = shown(officer, review)
    for text in ("Bjuvs kommun har inte sagt", "Projektledare", "Våldets omfattning är känd."):
        assert text in page
    empty = officer.post(review, {"action": "return"}).content.decode()
    assert "Skriv vad som ska besvaras" in empty
    asked = spent_path(case.pk, 1)
    returned = officer.post(review, {"action": "return", f"q:{asked}": "Varför 10 000 till?"})
    assert returned.url == reverse("report-inbox")
    page = shown(grantee, tasks)
    assert "Varför 10 000 till?" in page
    assert "Svara på myndighetens frågor" in shown(
        grantee, reverse("application-file", args=[case.pk])
    )
    page = shown(grantee, section(report, "ekonomi"))
    assert f'name="b:{asked}"' in page
    assert f'name="b:{spent_path(case.pk, 2)}"' not in page
    assert f'name="b:{status_path("mapping")}"' not in shown(
        grantee, section(report, area_slug("mapping"))
    )
    posted(grantee, section(report, "ekonomi"), {why_path(case.pk, 1): "Dyrare lokal."})
    seen = shown(grantee, send).split('name="seen" value="')[1].split('"')[0]
    grantee.post(send, {"seen": seen})
    too_much = {f"spent-{case.pk}": "500 000", f"repay-{case.pk}": "0", "action": "accept"}
    assert "Mer är förbrukat" in officer.post(review, too_much).content.decode()
    right = {f"spent-{case.pk}": "390 000", f"repay-{case.pk}": "", "action": "accept"}
    assert officer.post(review, right).url == reverse("report-inbox")
    assert fresh(report).status == ReportStatus.ACCEPTED
    case.refresh_from_db(fields=["granted_sek"])
    assert type(case).objects.get(pk=case.pk).status == Status.INTERIM_REPORTED
    detail = reverse("report-detail", args=[report.pk])
    assert officer.get(review).url == detail
    assert "Dyrare lokal." in shown(officer, detail)
    documents = case.documents.order_by("number")
    assert [(each.direction, each.title) for each in documents] == [
        ("in", f"Delredovisning för {report.year}"),
        ("out", f"Frågor om: Delredovisning för {report.year}"),
        ("in", f"Delredovisning för {report.year}"),
    ]
    first, asked_back, _last = documents
    for document, text in ((first, "310 000"), (asked_back, "Varför 10 000 till?")):
        for name, client in (("case-document", officer), ("own-document", grantee)):
            page = shown(client, reverse(name, args=[case.pk, document.number]))
            assert text in page.replace("\u00a0", " ")
    assert "är godkänd" in shown(grantee, tasks)


def test_a_partner_writes_its_part_and_a_stranger_finds_nothing() -> None:
    world = Reporting()
    report = world.required(joint=True)
    case = report.references.get().application_id
    partner, part = signed_in(world.partners_writer), section(report, f"del-{world.partner.pk}")
    assert reverse("own-report", args=[report.pk]) in shown(partner, reverse("my-pages"))
    done = reverse("own-report-part-done", args=[report.pk, world.partner.pk])
    own = {part_path(world.partner.pk, "done"): "Utbildat.", spent_path(case, 2): "90000"}
    assert posted(partner, done, own).url == part
    assert report.parts.get().organisation == world.partner
    assert report.values.get(path=spent_path(case, 2)).text == "90000"
    page = shown(partner, section(report, area_slug("mapping")))
    assert f'name="b:{status_path("mapping")}"' not in page
    saving = reverse("own-report-save", args=[report.pk])
    refused = partner.post(saving, {"path": status_path("mapping"), "text": "ongoing", "base": "0"})
    assert refused.status_code == 403
    saved = partner.post(saving, {"path": spent_path(case, 2), "text": "95 000", "base": "1"})
    assert saved.json()["text"] == "95000"
    theirs = signed_in(world.writer).post(
        saving, {"path": spent_path(case, 2), "text": "1", "base": "1"}
    )
    assert theirs.status_code == 409
    assert signed_in(world.writer).post(done).status_code == 404
    history = f"{reverse('own-report-history', args=[report.pk])}?falt={spent_path(case, 2)}"
    assert "90 000 kr" in shown(partner, history).replace("\u00a0", " ")
    back = partner.post(history, {"version": "1", "base": "2"})
    assert back.url.startswith(part) or back.url.startswith(section(report, "ekonomi"))
    assert report.values.get(path=spent_path(case, 2), current=True).text == "90000"
    assert signed_in(world.stranger).get(history).status_code == 404
    for stranger in (world.stranger, UserFactory(), world.officer):
        for name in ("own-report", "own-report-send", "own-report-save"):
            address = reverse(name, args=[report.pk])
            client = signed_in(stranger)
            answer = client.post(address) if name.endswith("save") else client.get(address)
            assert answer.status_code == 404
    assert (
        signed_in(world.officer).get(reverse("report-review", args=[report.pk])).status_code == 404
    )


def test_a_certificate_is_attached_and_the_officer_reads_it(settings: Any) -> None:
    settings.CLAMAV_ADDRESS = ""
    world = Reporting(changes={"certificate_from_sek": 100_000})
    report = world.required()
    grantee = signed_in(world.writer)
    file = SimpleUploadedFile("intyg.pdf", pdf(), content_type="application/pdf")
    grantee.post(reverse("own-report-file-add", args=[report.pk]), {"file": file})
    attached = ReportFile.objects.get()
    assert "intyg.pdf" in shown(grantee, section(report, "intyg"))
    read = reverse("own-report-file", args=[report.pk, attached.pk])
    assert grantee.get(read).status_code == 200
    theirs = reverse("report-file", args=[report.pk, attached.pk])
    assert signed_in(world.officer).get(theirs).status_code == 404
    world.received(report)
    assert signed_in(world.officer).get(theirs).status_code == 200
    assert signed_in(world.stranger).get(read).status_code == 404
    remove = reverse("own-report-file-remove", args=[report.pk, attached.pk])
    grantee.post(remove)
    attached.refresh_from_db()
    assert attached.removed_at is None
    reports.send_back(
        report=report, actor=world.officer, questions="", items={"certificate": "Fel år."}
    )
    assert "Fel år." in shown(grantee, section(report, "intyg"))
    grantee.post(remove)
    attached.refresh_from_db()
    assert attached.removed_at is not None


def several(world: Reporting, number: int) -> list[Report]:
    """Reports received from so many organisations; every third has something to look at."""
    found = []
    for place in range(number):
        lead = OrganisationFactory(kind="municipality")
        world.signatory = world.writer = acting_for(lead)
        report = world.required(world.granted(lead=lead))
        spent = (0, 100_000) if place % 3 == 2 else (300_000, 100_000)
        found.append(world.received(report, spent=spent))
    return found


def test_the_list_is_filtered_and_plain_reports_are_accepted_at_once() -> None:
    world = Reporting()
    one, other, looked = several(world, 3)
    waited = world.required(world.granted(lead=OrganisationFactory(name="Ö kommun")))
    officer, inbox = signed_in(world.officer), reverse("report-inbox")

    def listed(query: str) -> set[str]:
        page = shown(officer, f"{inbox}?{query}")
        return {each.code for each in (one, other, looked, waited) if each.code in page}

    assert listed("") == {one.code, other.code, looked.code}
    assert listed("look=yes") == {looked.code}
    assert listed("look=no&late=no") == {one.code, other.code}
    assert listed("late=yes") == set()
    assert listed("view=waited&q=ö") == {waited.code}
    assert listed("year=1999") == {one.code, other.code, looked.code}
    reports.send_back(report=other, actor=world.officer, questions="Vad?")
    ticked = {"report": [str(each.pk) for each in (one, other, looked)]}
    answer = officer.post(inbox, ticked)
    assert answer.url == reverse("report-inbox-result")
    page = shown(officer, answer.url)
    assert "1 redovisning är godkänd" in page
    assert "Det finns något att titta på i den" in page
    assert [fresh(each).status for each in (one, other, looked)] == [
        ReportStatus.ACCEPTED, ReportStatus.RETURNED, ReportStatus.RECEIVED,
    ]  # fmt: skip
    assert "Kryssa först" in officer.post(inbox).content.decode()
    decider = signed_in(world.decider)
    decider.post(inbox, {"report": str(looked.pk)})
    assert fresh(looked).status == ReportStatus.RECEIVED


def test_the_officer_is_shown_what_differs_from_last_year() -> None:
    world = Reporting()
    case = world.granted()
    report = world.received(world.required(case), spent=(250_000, 100_000))
    used = reports.Used(application=case.pk, spent_sek=350_000)
    reports.accept(report=report, actor=world.officer, used=[used])
    final = Report.objects.get(year=case.call.year + 1)
    world.put(final, status_path("training"), "not_carried_out")
    for path, text in {
        status_path("mapping"): "completed",
        answer_path("", "attended_training"): "no",
        spent_path(case.pk, 1): "50000",
        spent_path(case.pk, 2): "0",
        booked_path(case.pk): "50000",
    }.items():
        world.put(final, path, text)
    from reporting.services.sending import send_report

    send_report(report=final, actor=world.signatory)
    page = shown(signed_in(world.officer), reverse("report-review", args=[final.pk]))
    assert "Kompetensutveckling: Genomfört året före" in page
    assert "Deltog ni? Ja året före, Nej nu" in page


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_asks_the_same_number_of_questions(
    rows: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    world = Reporting()
    report = several(world, 1)[0]
    for place in range(rows - 1):
        Report.objects.create(
            agency=report.agency, code=f"X{place}", stream=report.stream, year=report.year,
            organisation=OrganisationFactory(), status=ReportStatus.RECEIVED, kind=report.kind,
            first_received_at=report.first_received_at + timedelta(minutes=place),
        )  # fmt: skip
    officer = signed_in(world.officer)
    shown(officer, reverse("report-inbox"))
    with django_assert_num_queries(8):
        shown(officer, reverse("report-inbox"))


@pytest.mark.parametrize("saved", [1, 30])
def test_a_report_asks_the_same_number_of_questions_however_much_is_written(
    saved: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    world = Reporting()
    report = world.required(joint=True)
    for place in range(saved):
        world.put(report, answer_path("", "comment"), f"Text {place}")
    client = signed_in(world.writer)
    address = section(report, "ekonomi")
    shown(client, address)
    with django_assert_max_num_queries(12):
        shown(client, address)
