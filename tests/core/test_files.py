"""Uploaded files: whole on disk before their row, removed with it, swept when left over."""

import hashlib
import os
import re
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, models, transaction
from django.http import Http404
from django.utils import timezone, translation

from core import tasks
from core.checks import FileRefused
from core.checks.files import CODES, FileRefusedCode
from core.enums import FileState
from core.models import StoredFile
from core.selectors.files import file_path, files_folder, same_content, unreferenced
from core.services import files
from portal.views.files import download_response, file_item, refusal_text, size_text
from tests.core import sample_files as sample

pytestmark = pytest.mark.django_db
ANNA = uuid.uuid4()


def stored(name: str = "plan.pdf", content: bytes = b"") -> StoredFile:
    upload = SimpleUploadedFile(name, content or sample.pdf())
    return files.store_upload(upload=upload, uploaded_by=ANNA)


def refused(name: str, content: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as raised:
        files.store_upload(upload=SimpleUploadedFile(name, content), uploaded_by=ANNA)
    assert not StoredFile.objects.exists()
    assert on_disk() == set()
    return raised.value


def on_disk() -> set[str]:
    folder = files_folder()
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def made_old(*paths: Path) -> None:
    then = time.time() - 25 * 3600
    for path in paths:
        os.utime(path, (then, then))


# Receiving ---------------------------------------------------------------------------------------


def test_a_file_is_kept_under_a_name_that_nobody_can_guess() -> None:
    file = stored("Verksamhetsplan 2014.pdf")
    assert file.name == "Verksamhetsplan 2014.pdf"
    assert (file.size, file.media_type) == (len(sample.pdf()), "application/pdf")
    assert file.sha256 == hashlib.sha256(sample.pdf()).hexdigest()
    assert file.uploaded_by == ANNA
    assert re.fullmatch("[0-9a-f]{64}", file.key)
    assert file.key != stored("Verksamhetsplan 2014.pdf").key
    assert file_path(file).read_bytes() == sample.pdf()
    assert file_path(file).stat().st_mode & 0o077 == 0
    assert files_folder().stat().st_mode & 0o077 == 0


def test_the_folder_is_no_part_of_what_is_served(settings: Any) -> None:
    served = [Path(settings.STATIC_ROOT), *map(Path, settings.STATICFILES_DIRS)]
    for folder in served:
        assert not files_folder().is_relative_to(folder)
        assert not folder.is_relative_to(files_folder())
    assert settings.MEDIA_ROOT == ""


def test_limits_of_size(settings: Any) -> None:
    settings.FILE_MAX_MB = 1
    assert refused("plan.pdf", b"").code == "empty"
    large = refused("plan.pdf", sample.pdf() + b"\n" * 1024 * 1024)
    assert (large.code, large.params) == ("too_large", {"limit_mb": 1})


def test_a_size_that_is_understated_is_not_believed(settings: Any) -> None:
    settings.FILE_MAX_MB = 1
    end = sample.pdf()[sample.pdf().rfind(b"startxref") :]
    upload = SimpleUploadedFile("plan.pdf", sample.pdf() + b"\n" * 1024 * 1024 + end)
    upload.size = 1000
    with pytest.raises(FileRefused):
        files.store_upload(upload=upload, uploaded_by=ANNA)
    assert on_disk() == set()


def test_what_is_refused_leaves_nothing() -> None:
    assert refused("faktura.pdf", sample.PROGRAM).code == "type_differs_from_name"
    assert refused("bomb.xlsx", sample.bomb()).code == "suspicious_archive"


def test_a_failure_while_writing_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.services.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        stored()
    assert on_disk() == set()
    assert not StoredFile.objects.exists()


def test_a_failure_to_make_the_row_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.services.files.new_file_key", lambda: "a" * 64)
    stored()
    file_path(StoredFile.objects.get()).rename(files_folder() / "elsewhere")
    with pytest.raises(IntegrityError), transaction.atomic():
        stored()
    assert on_disk() == {"elsewhere"}


@pytest.mark.django_db(transaction=True)
def test_the_bytes_are_whole_on_disk_before_the_row_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    create = StoredFile.objects.create

    def look(**values: Any) -> StoredFile:
        path = files_folder() / values["key"]
        seen.append(path.read_bytes() == sample.pdf())
        return create(**values)

    monkeypatch.setattr(StoredFile.objects, "create", look)
    stored()
    assert seen == [True]
    assert not any(name.endswith(".partial") for name in on_disk())


def test_the_same_file_twice_is_noticed() -> None:
    first, other = stored("plan.pdf"), stored("annan.pdf", sample.pdf("Något annat"))
    again = stored("kopia av plan.pdf")
    unseen = stored("andras plan.pdf")
    assert same_content([first.pk, other.pk], again.sha256) == [first]
    assert same_content([other.pk], again.sha256) == []
    assert unseen.sha256 == first.sha256


# Removing ----------------------------------------------------------------------------------------


def test_the_bytes_go_when_the_removal_is_committed(
    django_capture_on_commit_callbacks: Any,
) -> None:
    file = stored()
    with django_capture_on_commit_callbacks() as waiting:
        files.delete_stored_file(file=file)
    assert file_path(file).exists()
    for callback in waiting:
        callback()
    assert not file_path(file).exists()
    assert not StoredFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_is_rolled_back_removes_nothing() -> None:
    file = stored()
    with transaction.atomic():
        files.delete_stored_file(file=file)
        transaction.set_rollback(True)
    assert file_path(file).exists()
    assert StoredFile.objects.filter(pk=file.pk).exists()


@pytest.fixture
def paper() -> Any:
    """A row above that points at a file, for the length of a test."""

    class Paper(models.Model):  # noqa: DJ008
        file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "core"

    with connection.schema_editor() as editor:
        editor.create_model(Paper)
    yield Paper
    with connection.schema_editor() as editor:
        editor.delete_model(Paper)
    del apps.all_models["core"]["paper"]
    apps.clear_cache()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_a_row_points_at_stays(paper: Any) -> None:
    file, loose = stored(), stored()
    paper.objects.create(file=file)
    with pytest.raises(files.StillPointedAt):
        files.delete_stored_file(file=file)
    assert list(unreferenced()) == [loose]
    assert files.sweep(now=timezone.now() + timedelta(hours=25)) == 1
    assert list(StoredFile.objects.all()) == [file]
    assert on_disk() == {file.key}
    paper.objects.all().delete()


def test_every_row_that_points_at_files_is_asked() -> None:
    """Also through a relation of many to many, and one without a name on this side."""
    asked = str(unreferenced().query)
    pointing = {
        field.model._meta.db_table if field.many_to_one or field.one_to_one
        else field.m2m_db_table()
        for model in apps.get_models(include_auto_created=True)
        for field in [*model._meta.fields, *model._meta.many_to_many]
        if field.related_model is StoredFile
    }  # fmt: skip
    assert {table for table in pointing if f'"{table}"' not in asked} == set()


# Sweeping ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_was_left_over_is_swept_after_a_day(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    kept = stored()
    gone = stored()
    files.claim_scan(file_id=gone.pk)
    StoredFile.objects.filter(pk=gone.pk).update(
        state=FileState.INFECTED, signature="Eicar", checked_at=timezone.now()
    )
    left = [
        files_folder() / ("b" * 64),
        files_folder() / ("c" * 64 + ".partial"),
        settings.FILE_UPLOAD_TEMP_DIR / "tmpabc.upload.pdf",
        file_path(gone),
    ]
    young = [files_folder() / ("d" * 64), files_folder() / ("e" * 64 + ".partial")]
    foreign = [files_folder() / "README", settings.FILE_UPLOAD_TEMP_DIR / "other.txt"]
    for path in [*left, *young, *foreign]:
        path.write_bytes(b"left over")
    made_old(*left, *foreign, file_path(kept))
    assert tasks.sweep_files() == len(left)
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in [*young, *foreign, file_path(kept)])
    assert StoredFile.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_row_that_nothing_points_at_is_swept_after_a_day() -> None:
    old, young = stored(), stored()
    StoredFile.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    assert tasks.sweep_files() == 1
    assert list(StoredFile.objects.all()) == [young]
    assert on_disk() == {young.key}


def test_files_beside_an_empty_database_are_a_restore_and_stay() -> None:
    files_folder().mkdir(parents=True)
    restored = files_folder() / ("a" * 64)
    restored.write_bytes(b"%PDF")
    made_old(restored)
    assert tasks.sweep_files() == 0
    assert restored.exists()


# Handing out -------------------------------------------------------------------------------------


def test_a_download_is_saved_and_never_shown() -> None:
    response = download_response(stored("Ansökan <b> 2014.pdf"))
    headers = response.headers
    assert headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''Ans%C3%B6kan%20_b_%202014.pdf"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content) == sample.pdf()  # type: ignore[attr-defined]
    response.close()


def test_what_may_not_be_handed_out_is_not_there(settings: Any) -> None:
    file = stored()
    settings.CLAMAV_HOST = "127.0.0.1"
    with pytest.raises(Http404):
        download_response(file)
    assert file_item(file, url="/fil/").url == ""
    settings.CLAMAV_HOST = ""
    assert file_item(file, url="/fil/").url == "/fil/"
    file_path(file).unlink()
    with pytest.raises(Http404):
        download_response(file)


# Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_refusal_says_what_to_do(code: FileRefusedCode, language: str) -> None:
    params = {"limit_mb": 20, "limit": 50, "named": "png", "content": "jpg"}
    with translation.override(language):
        text = refusal_text(FileRefused(code, **params))
    assert "%" not in text
    assert len(re.findall(r"[.]( |$)", text)) >= 2
    with translation.override("sv" if language == "en" else "en"):
        assert refusal_text(FileRefused(code, **params)) != text


@pytest.mark.parametrize(
    ("size", "text"), [(1, "1 kB"), (999_001, "1,0 MB"), (1_500_000, "1,5 MB"), (900, "1 kB")]
)
def test_sizes_are_rounded_up(size: int, text: str) -> None:
    with translation.override("sv"):
        assert size_text(size).replace("\xa0", " ") == text
