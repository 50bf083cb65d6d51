"""The PDF of what was sent in: everything in it, tagged, the same bytes, kept as a file."""

import re
from pathlib import Path
from typing import Any

import pdfua
import pytest
from django.test import Client
from django.utils import timezone

from applicants.models import User
from core.formats import NBSP
from grants.documents import application as document
from grants.documents import application_pdf, kept_application_pdf
from grants.models import ApplicationVersion
from grants.services import submission
from grants.services.drafts import create_draft
from grants.tasks import keep_application_pdf
from tests.core.tagged_pdf import TaggedPdf
from tests.factories.forms import put
from tests.factories.scenario import Scenario, fresh
from tests.portal.own_cases import Own, url

pytestmark = pytest.mark.django_db


def version_of(application: Any) -> ApplicationVersion:
    return (
        ApplicationVersion.objects.select_related(
            "application__call__agency", "application__call__definition_record", "submitted_by"
        )
        .filter(application=application)
        .latest("number")
    )


def words(data: bytes) -> str:
    """The document as it is read aloud, with single spaces."""
    found = TaggedPdf(data).document.text
    return re.sub(r"\s+", " ", found.replace(NBSP, " "))


def joint() -> tuple[Own, ApplicationVersion]:
    own = Own()
    draft, _partner, _person = own.joint_draft()
    submission.submit_application(application=draft, actor=own.signatory, assurance="password+code")
    return own, version_of(draft)


def test_everything_that_was_sent_in_is_in_it() -> None:
    own, version = joint()
    found = words(application_pdf(version, "sv"))
    received = timezone.localtime(version.submitted_at)
    for wanted in (
        version.application.register_number, f"{received:%Y-%m-%d %H:%M:%S}",
        own.lead.name, "Bjuvs kommun", "Svar på situation", "Svar på contact", "Kvinnor",
        "Kartlägga våldets omfattning", "250 000 kr", "bilaga.pdf", "Vi följer upp varje år.",
        "Siv Signerare", "Lösenord och engångskod", "Berit Bjuv", "Lösennyckel",
    ):  # fmt: skip
        assert wanted in found, wanted
    # The checksum takes more than one line.
    assert version.sha256 in found.replace(" ", "")


def test_what_was_not_answered_is_said() -> None:
    own = Own()
    draft = own.draft()
    put(draft, own.writer, "answer.mapping.expected", "")
    put(draft, own.writer, "answer.-.has_leader", "no")
    submission.submit_application(application=draft, actor=own.signatory)
    found = words(application_pdf(version_of(draft), "sv"))
    assert re.search(r"Vilka resultat väntar ni er\? ?Inte besvarad", found)
    assert re.search(r"Vem leder arbetet\? ?Inte ställd", found)
    assert re.search(r"Finns det en projektledare\? ?Nej", found)


def test_it_is_in_the_readers_language() -> None:
    _own, version = joint()
    english = words(application_pdf(version, "en"))
    assert "Checksum (SHA-256)" in english
    assert "Kontrollsumma" not in english


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_checker_of_accessibility_finds_nothing(tmp_path: Path, language: str) -> None:
    _own, version = joint()
    path = tmp_path / "application.pdf"
    path.write_bytes(application_pdf(version, language))
    outcome = pdfua.validate(str(path))
    assert outcome.findings == ()


def test_a_call_without_a_form_has_one_too(tmp_path: Path) -> None:
    scenario = Scenario()
    version = version_of(scenario.submitted())
    path = tmp_path / "application.pdf"
    path.write_bytes(application_pdf(version, "sv"))
    assert pdfua.validate(str(path)).findings == ()


def test_the_same_version_gives_the_same_bytes_whatever_is_written_after() -> None:
    own, version = joint()
    before = application_pdf(version, "sv")
    submission.take_back_application(application=version.application, actor=own.signatory)
    put(fresh(version.application), own.writer, "answer.mapping.situation", "Nytt")
    own.lead.name = "Nytt namn"
    own.lead.save()
    later = version_of(version.application)
    assert application_pdf(later, "sv").count(b"%PDF") == 1
    assert words(application_pdf(later, "sv")).replace("Nytt namn", "Ale kommun") == words(before)
    own.lead.name = "Ale kommun"
    own.lead.save()
    assert application_pdf(version_of(version.application), "sv") == before


def test_a_worker_makes_it_after_the_commit(
    settings: Any, data_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    own = Own()
    draft = own.draft()
    with django_capture_on_commit_callbacks() as callbacks:
        submission.submit_application(application=draft, actor=own.signatory)
    assert callbacks
    version = version_of(draft)
    keep_application_pdf(version.pk)
    (kept,) = (data_dir / "applications").glob("*.pdf")
    assert kept.read_bytes() == application_pdf(version, "sv")
    assert kept == kept_application_pdf(version, "sv")


def test_the_page_makes_it_where_no_worker_has(data_dir: Path) -> None:
    own, version = joint()
    client = Client()
    client.force_login(own.reader)
    response: Any = client.get(url("application-pdf", version.application, 1))
    assert response.headers["Content-Type"] == "application/pdf"
    data = b"".join(response.streaming_content)
    assert data == application_pdf(version, "sv")
    assert len(list((data_dir / "applications").iterdir())) == 1


def test_a_long_name_or_text_does_not_break_it() -> None:
    own = Own()
    draft = own.draft()
    put(draft, own.writer, "answer.mapping.situation", "ord " * 900)
    put(draft, own.writer, "answer.mapping.expected", "x" * 3_900)
    submission.submit_application(application=draft, actor=own.signatory)
    assert "ord ord ord" in words(application_pdf(version_of(draft), "sv"))


def test_who_may_fetch_it() -> None:
    own, version = joint()
    case = version.application

    def status(user: User, name: str, number: int = 1) -> int:
        client = Client()
        client.force_login(user)
        return int(client.get(url(name, case, number)).status_code)

    assert [status(own.writer, "application-pdf"), status(own.officer, "case-pdf")] == [200, 200]
    for user in (own.stranger, own.officer, own.elsewhere):
        assert status(user, "application-pdf") == 404
    for user in (own.stranger, own.writer, own.elsewhere):
        assert status(user, "case-pdf") == 404
    assert status(own.writer, "application-pdf", 2) == 404


def test_a_draft_has_none() -> None:
    own = Own()
    draft = create_draft(call=own.call, lead=own.lead, actor=own.writer)
    client = Client()
    client.force_login(own.writer)
    assert client.get(url("application-pdf", draft, 1)).status_code == 404


def test_two_that_keep_it_at_once_both_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _own, version = joint()
    made = application_pdf(version, "sv")

    def meanwhile(*_args: Any) -> bytes:
        monkeypatch.setattr(document, "application_pdf", lambda *_args: made)
        kept_application_pdf(version, "sv")
        return made

    monkeypatch.setattr(document, "application_pdf", meanwhile)
    path = kept_application_pdf(version, "sv")
    assert path.read_bytes() == made
    assert [each.name for each in path.parent.glob(".*")] == []
