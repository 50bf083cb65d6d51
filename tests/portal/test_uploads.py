"""Requests with files: what comes of each, in words, and of those that are out of bounds."""

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client

from applicants.models import User
from core.models import StoredFile
from tests.core import sample_files as sample
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
UPLOAD = "/prov/skicka/"
BY_SCRIPT = {"headers": {"HX-Request": "true"}}


@pytest.fixture(autouse=True)
def _site_with_an_upload_box(settings: Any, data_dir: Path) -> None:
    settings.ROOT_URLCONF = "tests.upload_site"
    settings.FILE_UPLOAD_TEMP_DIR = data_dir / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()


@pytest.fixture
def anna() -> User:
    return UserFactory()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, "config.sessions.AuthenticationBackend")
    return client


def named(name: str, content: bytes) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def test_the_script_gets_the_list(anna: User) -> None:
    answer = signed_in(anna).post(
        UPLOAD, {"file": named("Plan för året.pdf", sample.pdf())}, **BY_SCRIPT
    )
    assert answer.status_code == 200
    assert 'id="papers-list"' in answer.content.decode()
    assert "Plan för året.pdf" in answer.content.decode()


def test_the_script_gets_the_reason_as_plain_text(anna: User) -> None:
    name = "<script>alert(1)</script>.pdf"
    answer = signed_in(anna).post(UPLOAD, {"file": named(name, sample.PROGRAM)}, **BY_SCRIPT)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith("Namnet slutar på .pdf, men innehållet är något")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    english = signed_in(anna).post(
        UPLOAD,
        {"file": named(name, sample.PROGRAM)},
        headers={"HX-Request": "true", "Accept-Language": "en"},
    )
    assert english.content.decode().startswith("The name ends in .pdf, but")


def test_no_file_at_all_is_said(anna: User) -> None:
    assert signed_in(anna).post(UPLOAD, {}, **BY_SCRIPT).status_code == 422
    page = signed_in(anna).post(UPLOAD, {}, follow=True)
    assert "Välj en fil först." in page.content.decode()


def test_a_name_with_a_script_is_escaped_on_the_page(anna: User) -> None:
    client = signed_in(anna)
    client.post(UPLOAD, {"file": named("x' onload='alert(1)&lt;b&gt;.pdf", sample.pdf())})
    page = client.get("/prov/").content.decode()
    assert "onload='alert" not in page
    assert "&#x27; onload=&#x27;alert(1)" in page


def test_too_large_a_file_is_told_so_and_not_kept(
    anna: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILE_MAX_MB = 1
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    written: list[int] = []
    monkeypatch.setattr(
        TemporaryUploadedFile, "close", lambda self: written.append(self.file.seek(0, 2))
    )
    large = sample.pdf() + b"\n" * (5 * 1024 * 1024)
    answer = signed_in(anna).post(UPLOAD, {"file": named("stor.pdf", large)}, **BY_SCRIPT)
    assert answer.status_code == 422
    assert "större än 1 MB" in answer.content.decode()
    assert max(written) <= 1024 * 1024 + 1
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.pdf", sample.pdf()),
        ("låst för ändring.pdf", sample.pdf_with_password("")),
        ("budget.xlsx", sample.xlsx()),
        ("a." + "å" * 250, sample.pdf()),
        ("b" * 300 + ".pdf", sample.pdf()),
    ],
)
def test_large_requests_go_to_a_file_in_the_data_folder(
    anna: User, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 100
    places: list[str] = []
    ended = TemporaryUploadedFile.close

    def close(upload: TemporaryUploadedFile) -> None:
        places.append(upload.temporary_file_path())
        ended(upload)

    monkeypatch.setattr(TemporaryUploadedFile, "close", close)
    answer = signed_in(anna).post(UPLOAD, {"file": named(name, content)}, **BY_SCRIPT)
    assert answer.status_code == 200
    assert len(StoredFile.objects.get().name.encode()) <= 255
    assert places
    assert all(Path(place).parent == settings.FILE_UPLOAD_TEMP_DIR for place in places)
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def test_what_the_row_above_refuses_leaves_no_file(anna: User, data_dir: Path) -> None:
    client = signed_in(anna)
    for number in range(5):
        answer = client.post(
            UPLOAD, {"file": named(f"{number}.pdf", sample.pdf(str(number)))}, **BY_SCRIPT
        )
    assert answer.status_code == 422
    assert "Det finns redan 4 filer" in answer.content.decode()
    assert StoredFile.objects.count() == 4


def test_the_same_content_twice_is_pointed_out(anna: User) -> None:
    client = signed_in(anna)
    client.post(UPLOAD, {"file": named("plan.pdf", sample.pdf())})
    page = client.post(UPLOAD, {"file": named("kopia.pdf", sample.pdf())}, follow=True)
    assert "kopia.pdf: Filen har samma innehåll som ”plan.pdf”" in page.content.decode()


def test_a_download_has_its_own_name_and_nobody_elses_is_there(anna: User) -> None:
    client = signed_in(anna)
    client.post(UPLOAD, {"file": named("Ansökan.pdf", sample.pdf())})
    address = f"/prov/{StoredFile.objects.get().pk}/"
    response = client.get(address)
    assert unquote(response.headers["Content-Disposition"]) == (
        "attachment; filename*=utf-8''Ansökan.pdf"
    )
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"".join(response.streaming_content) == sample.pdf()
    assert signed_in(UserFactory()).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_no_address_leads_to_the_folder_of_the_files(anna: User) -> None:
    client = signed_in(anna)
    client.post(UPLOAD, {"file": named("plan.pdf", sample.pdf())})
    key = StoredFile.objects.get().key
    for address in (f"/files/{key}", f"/static/{key}", f"/static/../files/{key}", f"/media/{key}"):
        assert client.get(address).status_code == 404
    assert key not in client.get("/prov/").content.decode()
