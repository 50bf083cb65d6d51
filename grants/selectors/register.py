"""Reading what came in and went out in cases: for staff, for the party, for the public."""

from collections.abc import Mapping
from typing import Any

from django.db.models import (
    CharField,
    Exists,
    Model,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Concat

from applicants.enums import Role
from core.models import Agency, StoredFile
from grants.enums import DocumentKind
from grants.models import (
    Application,
    ApplicationVersion,
    CaseDocument,
    FieldMark,
    Message,
    Participation,
)

from .calls import NOT_RECEIVED
from .cases import applications_received

SEES_DOCUMENTS = (Role.REGISTRAR, Role.CASE_OFFICER, Role.DECISION_MAKER, Role.ANALYST)
"""Who at an agency sees the list of a case's documents."""
TRIED = (DocumentKind.APPLICATION, DocumentKind.COMPLETION, DocumentKind.DECISION)
"""The documents whose secrecy marking keeps a case's names from the public."""


def documented_cases(user: Any) -> QuerySet[Application]:
    """The received cases whose documents the person sees as one of the agency's staff."""
    return applications_received(user, SEES_DOCUMENTS)


def registrars_cases(user: Any) -> QuerySet[Application]:
    """The received cases in which the person registers documents."""
    return applications_received(user, (Role.REGISTRAR,))


def documents_of(application: Application) -> QuerySet[CaseDocument]:
    """The case's documents by number, with all that a list shows of them."""
    return (
        CaseDocument.objects.filter(application=application)
        .select_related("file", "registered_by")
        .prefetch_related("scans")
        .order_by("number")
    )


def documents_for_party(application: Application) -> QuerySet[CaseDocument]:
    """Those that the party itself may read: all that is not secret to it."""
    return documents_of(application).filter(secret_to_party=False)


def not_secret_to_party[Row: Model](rows: QuerySet[Row], prefix: str) -> QuerySet[Row]:
    """The records of a case whose document is not secret to its party; `prefix` is what stands
    before the number in the documents' `source`, such as `message`."""
    source = Concat(
        Value(f"{prefix}:"), Cast(OuterRef("pk"), CharField()), output_field=CharField()
    )
    secret = CaseDocument.objects.filter(
        application=OuterRef("application_id"), secret_to_party=True, source=source
    )
    return rows.exclude(Exists(secret))


def source_of(document: CaseDocument) -> tuple[str, int | None]:
    """The kind of record that it is the document of, and its number; "" for one by hand."""
    kind, _colon, number = document.source.partition(":")
    return kind, int(number) if number.isdecimal() else None


def version_of(document: CaseDocument) -> ApplicationVersion | None:
    """The version that it is the document of, with what reading it takes; asked for once."""
    kind, number = source_of(document)
    if kind != "version":
        return None
    if not hasattr(document, "read_version"):
        found = ApplicationVersion.objects.select_related(
            "application__call__definition_record"
        ).filter(pk=number or 0, application=document.application_id)
        document.read_version = found.first()  # type: ignore[attr-defined]
    read: ApplicationVersion | None = document.read_version  # type: ignore[attr-defined]
    return read


def files_of_document(document: CaseDocument) -> list[StoredFile]:
    """The files that the document consists of or came with, each once."""
    found = list(document.scans.all())
    if document.file is not None:
        found.append(document.file)
    kind, number = source_of(document)
    if kind == "message" and number is not None:
        message = Message.objects.filter(pk=number, application=document.application_id).first()
        found += list(message.files.order_by("pk")) if message else []
    if kind == "version" and number is not None:
        version = version_of(document)
        attached = StoredFile.objects.filter(attachment__application=document.application_id)
        if version is not None:
            found += [each for each in attached.order_by("pk") if each.sha256 in version.document]
    return list({each.pk: each for each in found}.values())


def marks_of(application: Application) -> Mapping[str, str]:
    """The provisions of the fields that are marked secret now, by their paths."""
    marks = FieldMark.objects.filter(application=application, removed_at__isnull=True)
    return dict(marks.values_list("path", "provision"))


# The public register ------------------------------------------------------------------------------


def names_marked() -> Exists:
    """Whether a document that a case rests on has a secrecy marking: the names of its
    organisations are then not shown to the public, here or among what was granted."""
    marked = CaseDocument.objects.filter(
        application=OuterRef("pk"), kind__in=[str(kind) for kind in TRIED]
    )
    return Exists(marked.exclude(secrecy=""))


def diary_cases(chosen: Mapping[str, Any]) -> QuerySet[Application]:
    """The received cases, as the public register lists them. `chosen` may have `number` (any
    part of it), `organisation` (ids of cases or a condition, see `portal.selectors.diary`),
    `since`, `until` (Swedish dates, as moments) and `agency`."""
    cases = Application.objects.filter(received_at__isnull=False).exclude(
        status__in=[str(status) for status in NOT_RECEIVED]
    )
    if number := chosen.get("number"):
        cases = cases.filter(Q(register_number__icontains=number) | Q(reference__icontains=number))
    if agency := chosen.get("agency"):
        cases = cases.filter(call__agency__code=agency)
    if since := chosen.get("since"):
        cases = cases.filter(received_at__gte=since)
    if until := chosen.get("until"):
        cases = cases.filter(received_at__lt=until)
    return cases


def with_diary_parts(cases: QuerySet[Application]) -> QuerySet[Any]:
    """With what a line of the public register shows: the call and the names of organisations,
    and `secret`, whether those are not shown."""
    return (
        cases.annotate(secret=names_marked())
        .select_related("call", "call__agency", "call__definition_record", "lead")
        .defer("call__definition_record__document")
        .prefetch_related(
            Prefetch(
                "participations",
                Participation.objects.select_related("organisation").order_by(
                    "role", "organisation__sort_key", "pk"
                ),
            )
        )
    )


def public_parties(application: Any) -> frozenset[str]:
    """The names that the public register may say: of those that take part, unless the case is
    annotated as `secret`, and of agencies."""
    parts = () if application.secret else application.participations.all()
    names = {part.organisation.name for part in parts}
    for agency in Agency.objects.all():
        names |= {agency.name_sv, agency.name_en, agency.short}
    return frozenset(names - {""})


def party_shown(document: CaseDocument, known: frozenset[str]) -> str:
    """The other side of the document as the public may see it: an organisation's name, never a
    private person's, and nothing of a document that is marked secret."""
    if document.secrecy:
        return ""
    return document.party if document.party_public or document.party in known else ""
