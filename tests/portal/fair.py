"""A conflict of interest, something communicated and answered, and a party that may see it."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.models import Agency, StoredFile
from core.services.files import store_upload
from grants.models import Application, ShutOut
from reviews import services
from reviews.enums import SourceKind
from reviews.models import Communication
from reviews.services.communication import Source
from tests.core.sample_files import pdf
from tests.factories import staff


def stored(by: User, name: str = "iakttagelse.pdf") -> StoredFile:
    """A file that is there, with its bytes."""
    return store_upload(upload=SimpleUploadedFile(name, pdf(name)), uploaded_by=by.pseudonym)


def sent_to_all(case: Application, officer: User, **changes: Any) -> Communication:
    """Something that the agency has found itself, with a file, sent to all in the case."""
    services.declare_conflict(application=case, actor=officer, has_conflict=False)
    values: dict[str, Any] = {
        "text": "Det kan leda till ett lägre belopp.",
        "due": timezone.localdate() + timedelta(days=14),
        "organisations": [part.organisation for part in case.participations.all()],
        "sources": [
            Source(kind=SourceKind.OWN, title="Årsredovisningen", text="Verksamheten har upphört."),
            Source(kind=SourceKind.DOCUMENT, title="iakttagelse.pdf", file=stored(officer)),
        ],
    }
    return services.send_communication(application=case, actor=officer, **values | changes)


def shut_out(
    case: Application, person: User, reason: str = "Min syster sitter i styrelsen."
) -> ShutOut:
    """The person, who works with cases at the agency, declares a conflict of interest."""
    services.declare_conflict(application=case, actor=person, has_conflict=True, reason=reason)
    return case.shut_out.get(user=person)


def officer_at(agency: Agency, **fields: Any) -> User:
    """Another case officer of the agency."""
    return staff(agency, Role.CASE_OFFICER, **fields)


def fair_addresses(case: Application) -> dict[str, str]:
    """An address of each page of fair handling, of a joint case."""
    agency = case.call.agency
    sent = sent_to_all(case, officer_at(agency))
    file = sent.sources.exclude(file=None).get().file_id
    gone = shut_out(case, officer_at(agency))

    def at(name: str, *values: Any) -> str:
        return reverse(name, args=values)

    return {
        "case-conflict": at("case-conflict", case.pk),
        "shut-out-list": at("shut-out-list"),
        "shut-out-withdraw": at("shut-out-withdraw", gone.pk),
        "case-communication": at("case-communication", case.pk),
        "communication-send": at("communication-send", case.pk),
        "communication-not-needed": at("communication-not-needed", case.pk),
        "case-communication-file": at("case-communication-file", case.pk, file),
        "own-communication": at("own-communication", case.pk, sent.pk),
        "own-communication-file": at("own-communication-file", case.pk, file),
        "case-notes": at("case-notes", case.pk),
        "case-admission": at("case-admission", case.pk),
    }
