"""Numbering what comes in and goes out in a case, by the record it is or by hand, and marking
what may be secret."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import IntegerField, Max, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from applicants.models import User
from core.models import StoredFile
from grants.enums import Direction, DocumentKind, Medium, RegisterChange
from grants.models import (
    Application,
    ApplicationVersion,
    CaseDocument,
    CompletionRequest,
    DocumentChange,
    FieldMark,
    Message,
)

from .moving import locked_application, record, require

CORRECTED_FIELDS = ("direction", "kind", "dated_on", "party", "party_public", "title", "medium")


class RegistrationRefused(Exception):
    """`code`: `future` (a receipt that has not been), `reason_missing`, `nothing_changed`,
    `not_by_hand` (a record of the system's own is not corrected here), `provision_missing`,
    `file_elsewhere`, `unsigned` (nobody's name under a request)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic(savepoint=False)
def register_document(
    *,
    application: Application,
    direction: Direction,
    kind: DocumentKind,
    source: str,
    actor: User | None,
    dated_on: date | None = None,
    party: str = "",
    title: str = "",
    secrecy: str = "",
    secret_to_party: bool | None = None,
    file: StoredFile | None = None,
    held: bool = False,
) -> CaseDocument:
    """Number the document of a record (`source`, such as `message:12`), once.

    It leaves no event of its own: the record's does. `dated_on` is the Swedish date of receipt or
    sending, today where none is given; `actor` None is the system. What is marked secret is so to
    the party too, unless said otherwise. Call it in the transaction that makes the record. `held`
    says that this transaction has locked the application and just made the record: then it is
    one statement.
    """
    if not held:
        application = locked_application(application.pk)
        there = CaseDocument.objects.filter(application=application, source=source).first()
        if there is not None:
            return there
    return _numbered(
        application,
        direction=direction,
        kind=kind,
        dated_on=dated_on or timezone.localdate(),
        party=party,
        title=title,
        secrecy=secrecy,
        secret_to_party=bool(secrecy) if secret_to_party is None else secret_to_party,
        file=file,
        source=source,
        registered_by=actor,
    )


def _numbered(application: Application, **fields: Any) -> CaseDocument:
    """A document with the next number of a locked application."""
    last = (
        CaseDocument.objects.filter(application=application.pk)
        .order_by()
        .values("application")
        .annotate(last=Max("number"))
        .values("last")
    )
    number = Coalesce(Subquery(last, output_field=IntegerField()), Value(0)) + Value(1)
    return CaseDocument.objects.create(
        application=application, number=number, registered_at=timezone.now(), **fields
    )


def register_version(
    version: ApplicationVersion, kind: DocumentKind, actor: User | None, title: str = ""
) -> CaseDocument:
    """The application, or its completion, as it was sent in; its application is locked."""
    application = version.application
    return register_document(
        application=application,
        direction=Direction.IN,
        kind=kind,
        source=f"version:{version.pk}",
        actor=actor,
        dated_on=timezone.localdate(version.submitted_at),
        party=application.lead.name,
        title=title,
        held=True,
    )


def register_completion_request(request: CompletionRequest) -> CaseDocument:
    """What the applicant was asked to complete; its application is locked."""
    return register_document(
        application=request.application,
        direction=Direction.OUT,
        kind=DocumentKind.COMPLETION_REQUEST,
        source=f"completion_request:{request.pk}",
        actor=request.asked_by,
        dated_on=timezone.localdate(request.asked_at),
        party=request.application.lead.name,
        held=True,
    )


def register_message(message: Message) -> CaseDocument:
    """A message, with its files; its application is locked."""
    sender = message.organisation or message.application.lead
    return register_document(
        application=message.application,
        direction=Direction.OUT if message.from_agency else Direction.IN,
        kind=DocumentKind.MESSAGE,
        source=f"message:{message.pk}",
        actor=message.sender,
        dated_on=timezone.localdate(message.sent_at),
        party=sender.name,
        held=True,
    )


# By hand ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a registrar enters of a document. `dated_on` is the Swedish date of receipt or
    sending; `party_public` says that the party is an organisation."""

    direction: Direction
    kind: DocumentKind
    dated_on: date
    party: str
    title: str
    medium: Medium
    party_public: bool = False

    def values(self) -> dict[str, Any]:
        """By the names of the document's fields."""
        return {name: getattr(self, name) for name in CORRECTED_FIELDS}


@transaction.atomic
def register_by_hand(
    *,
    application: Application,
    actor: User,
    registration: Registration,
    files: Iterable[StoredFile] = (),
    secrecy: str = "",
    secret_to_party: bool = False,
) -> CaseDocument:
    """Number a document that came or went on paper or by mail, with its true date.

    Raises PermissionDenied for anyone but the agency's registrars, RegistrationRefused.
    """
    application = locked_application(application.pk)
    require("grants.register_documents", actor, application)
    refuse_future(registration.dated_on)
    files = list(files)
    refuse_others(files, actor)
    document = _numbered(
        application,
        **registration.values(),
        secrecy=secrecy.strip(),
        secret_to_party=secret_to_party and bool(secrecy.strip()),
        source="",
        registered_by=actor,
    )
    document.scans.set(files)
    record(
        application,
        "document.registered",
        actor=actor,
        payload={
            "document": document.number,
            "direction": str(registration.direction),
            "kind": str(registration.kind),
            "dated_on": registration.dated_on.isoformat(),
            "medium": str(registration.medium),
            "secret": bool(secrecy.strip()),
            "files": [file.sha256 for file in files],
        },
        texts={
            "party": registration.party,
            "title": registration.title,
            "provision": secrecy.strip(),
        },
    )
    return document


def refuse_future(dated_on: date) -> None:
    """Raise RegistrationRefused for a Swedish date that has not been."""
    if dated_on > timezone.localdate():
        raise RegistrationRefused("future")


def refuse_others(files: Iterable[StoredFile], actor: User) -> None:
    """Raise RegistrationRefused unless each file belongs to no document yet, and was uploaded by
    the one who registers it."""
    for file in files:
        if file.uploaded_by != actor.pseudonym or file.registered_documents.exists():
            raise RegistrationRefused("file_elsewhere")


@transaction.atomic
def correct_registration(
    *, document: CaseDocument, actor: User, registration: Registration, reason: str
) -> CaseDocument:
    """Correct what a registrar entered. What stood before is kept, with the reason, in a change
    of its own and in the case's journal; the number stays.

    Raises PermissionDenied, RegistrationRefused.
    """
    application = locked_application(document.application_id)
    require("grants.register_documents", actor, application)
    document = CaseDocument.objects.get(pk=document.pk)
    if document.source:
        raise RegistrationRefused("not_by_hand")
    if not reason.strip():
        raise RegistrationRefused("reason_missing")
    refuse_future(registration.dated_on)
    new = registration.values()
    before = {name: _plain(getattr(document, name)) for name in new}
    after = {name: _plain(value) for name, value in new.items()}
    changed = sorted(name for name in new if before[name] != after[name])
    if not changed:
        raise RegistrationRefused("nothing_changed")
    for name in changed:
        setattr(document, name, new[name])
    document.save(update_fields=changed)
    _keep_change(
        document,
        RegisterChange.CORRECTED,
        actor,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        reason=reason.strip(),
    )
    record(
        application,
        "document.corrected",
        actor=actor,
        payload={"document": document.number, "fields": changed},
        texts={
            "reason": reason.strip(),
            **{f"before:{name}": str(before[name]) for name in changed},
            **{f"after:{name}": str(after[name]) for name in changed},
        },
    )
    return document


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool) else str(value)


def _keep_change(
    document: CaseDocument,
    change: RegisterChange,
    actor: User,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str,
) -> None:
    DocumentChange.objects.create(
        document=document,
        change=change,
        before=dict(before),
        after=dict(after),
        reason=reason,
        made_at=timezone.now(),
        made_by=actor,
    )


# Secrecy ------------------------------------------------------------------------------------------


@transaction.atomic
def mark_document(
    *,
    document: CaseDocument,
    actor: User,
    provision: str,
    secret_to_party: bool = True,
    reason: str = "",
) -> CaseDocument:
    """Mark the document as one that may be secret by the provision, such as `21 kap. 1 § OSL`;
    with `secret_to_party` the party does not read it either. An earlier marking is replaced.

    Raises PermissionDenied, RegistrationRefused.
    """
    if not provision.strip():
        raise RegistrationRefused("provision_missing")
    return _mark(document, actor, provision.strip(), secret_to_party, reason)


@transaction.atomic
def unmark_document(*, document: CaseDocument, actor: User, reason: str) -> CaseDocument:
    """Remove the document's secrecy marking, with a reason. Raises as `mark_document` does."""
    if not reason.strip():
        raise RegistrationRefused("reason_missing")
    return _mark(document, actor, "", False, reason)


def _mark(
    document: CaseDocument, actor: User, provision: str, secret_to_party: bool, reason: str
) -> CaseDocument:
    application = locked_application(document.application_id)
    require("grants.mark_secrecy", actor, application)
    document = CaseDocument.objects.get(pk=document.pk)
    names = ("secrecy", "secret_to_party")
    before = {name: getattr(document, name) for name in names}
    after = {"secrecy": provision, "secret_to_party": secret_to_party}
    if before == after:
        raise RegistrationRefused("nothing_changed")
    document.secrecy, document.secret_to_party = provision, secret_to_party
    document.save(update_fields=names)
    change = RegisterChange.MARKED if provision else RegisterChange.UNMARKED
    _keep_change(document, change, actor, before=before, after=after, reason=reason.strip())
    record(
        application,
        f"document.{change}",
        actor=actor,
        payload={"document": document.number, "secret_to_party": secret_to_party},
        texts={
            "provision": provision,
            "before": str(before["secrecy"]),
            "reason": reason.strip(),
        },
    )
    return document


@transaction.atomic
def mark_fields(
    *, application: Application, actor: User, paths: Collection[str], provision: str
) -> int:
    """Mark fields of the application as such that may be secret; one that is marked already
    keeps its marking. Returns how many became marked. Raises PermissionDenied,
    RegistrationRefused."""
    application = locked_application(application.pk)
    require("grants.mark_secrecy", actor, application)
    if not provision.strip():
        raise RegistrationRefused("provision_missing")
    there = application.field_marks.filter(removed_at__isnull=True)
    new = sorted(set(paths) - set(there.values_list("path", flat=True)))
    if not new:
        return 0
    now = timezone.now()
    FieldMark.objects.bulk_create(
        FieldMark(
            application=application,
            path=path,
            provision=provision.strip(),
            marked_at=now,
            marked_by=actor,
        )
        for path in new
    )
    record(
        application,
        "fields.marked",
        actor=actor,
        payload={"fields": new},
        texts={"provision": provision.strip()},
    )
    return len(new)


@transaction.atomic
def unmark_fields(
    *, application: Application, actor: User, paths: Collection[str], reason: str
) -> int:
    """Remove the secrecy marking of fields, with a reason. Returns how many had one. Raises
    PermissionDenied, RegistrationRefused."""
    application = locked_application(application.pk)
    require("grants.mark_secrecy", actor, application)
    if not reason.strip():
        raise RegistrationRefused("reason_missing")
    marks = application.field_marks.filter(removed_at__isnull=True, path__in=list(paths))
    found = sorted(marks.values_list("path", flat=True))
    if not found:
        return 0
    marks.update(removed_at=timezone.now(), removed_by=actor)
    record(
        application,
        "fields.unmarked",
        actor=actor,
        payload={"fields": found},
        texts={"reason": reason.strip()},
    )
    return len(found)
