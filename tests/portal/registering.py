"""A request for documents as far as it goes, a paper to register, and the registry's addresses."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from applicants.models import Organisation, User
from core.models import Agency, StoredFile
from core.services.files import store_upload
from grants.enums import Direction, DisclosureOutcome, DocumentKind, Medium
from grants.models import Application, CaseDocument, DisclosureItem, DisclosureRequest
from grants.services.disclosure import (
    choose_documents,
    decide_refusal,
    register_disclosure_request,
    review_document,
    review_mark,
)
from grants.services.paper import PaperApplication, PaperLine, PaperParticipant
from grants.services.register import Registration, register_by_hand
from tests.core.sample_files import pdf


def scan(person: User, name: str = "inskannat.pdf") -> StoredFile:
    """A file that the person has uploaded."""
    upload = SimpleUploadedFile(name, pdf(name))
    return store_upload(upload=upload, uploaded_by=person.pseudonym)


def letter(**fields: Any) -> Registration:
    """A letter from a private person."""
    known: dict[str, Any] = {
        "direction": Direction.IN,
        "kind": DocumentKind.OTHER,
        "dated_on": timezone.localdate() - timedelta(days=3),
        "party": "Anna Andersson",
        "title": "Synpunkter på ansökan",
        "medium": Medium.PAPER,
    }
    return Registration(**known | fields)


def lettered(case: Application, registrar: User, **fields: Any) -> CaseDocument:
    """A letter registered in the case, with its scan."""
    return register_by_hand(
        application=case, actor=registrar, registration=letter(**fields), files=[scan(registrar)]
    )


def asked(agency: Agency, registrar: User) -> DisclosureRequest:
    """A request for documents."""
    return register_disclosure_request(
        agency=agency,
        actor=registrar,
        received_at=timezone.now() - timedelta(hours=5),
        wording="Jag vill läsa ansökan från Ale kommun.",
    )


def chosen(case: Application, registrar: User, *documents: CaseDocument) -> DisclosureRequest:
    """A request for documents of the case: those, or all."""
    request = asked(case.call.agency, registrar)
    found = documents or tuple(case.documents.order_by("number"))
    choose_documents(request=request, actor=registrar, documents=found)
    return request


def reviewed(item: DisclosureItem, registrar: User, outcome: DisclosureOutcome) -> DisclosureItem:
    """The item with that outcome."""
    part = outcome == DisclosureOutcome.PART
    return review_document(
        item=item,
        actor=registrar,
        outcome=outcome,
        provision="21 kap. 3 § OSL",
        reasons="Uppgifterna rör en enskilds bostad.",
        left_out={"part.1": "21 kap. 3 § OSL"} if part else {},
        rendition=scan(registrar) if part else None,
    )


def paper(lead: Organisation, **fields: Any) -> PaperApplication:
    """An application on paper."""
    known: dict[str, Any] = {
        "received_at": timezone.now() - timedelta(days=2),
        "signed_by": "Kim Kommunchef",
        "participants": (PaperParticipant(lead, signed=True),),
        "areas": ("mapping",),
        "lines": (
            PaperLine(area="mapping", text="Utredare", category="staff", amount_sek=120_000),
            PaperLine(area="mapping", text="Resor", category="travel", amount_sek=30_000),
        ),
    }
    return PaperApplication(**known | fields)


def registry_addresses(case: Application, registrar: User, decider: User) -> dict[str, str]:
    """The addresses of the registry, the case's documents and the public register."""
    document = lettered(case, registrar)
    of_document = [case.pk, document.number]
    file = document.scans.get()
    request = chosen(case, registrar, *case.documents.order_by("number")[:3])
    first, second, third = request.items.select_related("document").order_by("pk")
    reviewed(first, registrar, DisclosureOutcome.PART)
    reviewed(second, registrar, DisclosureOutcome.REFUSED)
    third = reviewed(third, registrar, DisclosureOutcome.REFUSED)
    refusal = decide_refusal(
        request=request,
        actor=decider,
        items=[third],
        provision="21 kap. 3 § OSL",
        reasons="Uppgifterna rör en enskilds bostad.",
        court="Kammarrätten i Stockholm",
        shown={third.pk: review_mark(third)},
        file=scan(decider),
    )

    def at(name: str, *values: Any) -> str:
        return reverse(name, args=values)

    of_item = [request.pk, first.pk]
    return {
        **{
            name: at(name)
            for name in ("registry", "paper-calls", "disclosures", "disclosure-new", "diary")
        },
        **{name: at(name, case.pk) for name in ("case-documents", "document-register")},
        **{name: at(name, case.pk) for name in ("case-secrecy", "own-documents", "diary-case")},
        **{name: at(name, *of_document) for name in ("case-document", "own-document")},
        **{name: at(name, case.pk, 1) for name in ("case-document-pdf", "own-document-pdf")},
        "case-document-file": at("case-document-file", *of_document, file.pk),
        "own-document-file": at("own-document-file", *of_document, file.pk),
        "paper-application": at("paper-application", case.call_id),
        **{
            name: at(name, request.pk)
            for name in ("disclosure", "disclosure-choose", "disclosure-refuse")
        },
        "disclosure-finish": at("disclosure-finish", request.pk),
        "disclosure-review": at("disclosure-review", *of_item),
        "disclosure-rendition": at("disclosure-rendition", *of_item),
        "disclosure-refusal-file": at("disclosure-refusal-file", request.pk, refusal.pk),
    }
