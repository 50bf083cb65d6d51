"""Requests for documents: registered, reviewed one document at a time, given out or refused.

Lock order: applications by id, the request, journal, counter.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from applicants.models import User
from core.enums import JournalKind
from core.models import Agency, StoredFile
from core.services import journal
from core.services.numbering import next_register_number
from grants.enums import Direction, DisclosureOutcome, DocumentKind
from grants.models import (
    Application,
    CaseDocument,
    DisclosureItem,
    DisclosureRefusal,
    DisclosureRequest,
)

from .moving import actor_of, locked_application, locked_applications, record, require
from .register import RegistrationRefused, register_document


class DisclosureRefused(Exception):
    """`code`: `finished`, `nothing_chosen`, `not_reviewed`, `decision_missing`,
    `decided_already`, `provision_missing`, `reasons_missing`, `nothing_left_out`,
    `not_to_be_refused`, `changed`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@transaction.atomic
def register_disclosure_request(
    *,
    agency: Agency,
    actor: User,
    received_at: datetime,
    wording: str,
    asker: str = "",
    contact: str = "",
) -> DisclosureRequest:
    """Register a request for documents, with a register number of its own. Nobody has to say who
    they are or what for (2 kap. 18 § tryckfrihetsförordningen).

    Raises PermissionDenied, RegistrationRefused (`future`, `wording_missing`).
    """
    require("grants.register_disclosure", actor, agency)
    if received_at > timezone.now():
        raise RegistrationRefused("future")
    if not wording.strip():
        raise RegistrationRefused("wording_missing")
    request = DisclosureRequest(
        agency=agency,
        received_at=received_at,
        asker=asker.strip(),
        contact=contact.strip(),
        wording=wording.strip(),
        registered_at=timezone.now(),
        registered_by=actor,
    )
    texts = {"wording": request.wording, "asker": request.asker, "contact": request.contact}
    with journal.together(kind=JournalKind.INSTALLATION, subject=""):
        request.register_number = next_register_number(
            agency=agency, year=timezone.localdate(received_at).year
        )
        request.save()
        journal.append(
            kind=JournalKind.INSTALLATION,
            subject="",
            name="disclosure.registered",
            payload={
                "agency": agency.code,
                "request": request.pk,
                "register_number": request.register_number,
                "received_at": received_at.isoformat(),
            },
            actor=actor_of(actor),
            texts={name: text for name, text in texts.items() if text},
        )
    return request


def _locked(request_id: int) -> DisclosureRequest:
    found = DisclosureRequest.objects.select_for_update(of=("self",)).select_related("agency")
    return found.get(pk=request_id)


def _open(request_id: int, actor: User, permission: str) -> DisclosureRequest:
    """The request, locked; its applications are locked before. Raises DisclosureRefused."""
    request = _locked(request_id)
    require(permission, actor, request)
    if request.finished_at is not None:
        raise DisclosureRefused("finished")
    return request


def _in_the_case(
    application: Application,
    request: DisclosureRequest,
    name: str,
    actor: User,
    documents: Iterable[CaseDocument],
    more: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
) -> None:
    """The event in the journal of a case whose documents it is about."""
    record(
        application,
        name,
        actor=actor,
        payload={
            "request": request.register_number,
            "documents": sorted(each.number for each in documents),
            **(more or {}),
        },
        texts=texts,
    )


def _by_case(documents: Iterable[CaseDocument]) -> dict[int, list[CaseDocument]]:
    found: dict[int, list[CaseDocument]] = {}
    for document in documents:
        found.setdefault(document.application_id, []).append(document)
    return found


@transaction.atomic
def choose_documents(
    *, request: DisclosureRequest, actor: User, documents: Sequence[CaseDocument]
) -> int:
    """Say which documents the request is about; what has been chosen stays. The request becomes a
    document of each of their cases. Returns how many are new. Raises PermissionDenied,
    DisclosureRefused."""
    by_case = _by_case(documents)
    cases = {case.pk: case for case in locked_applications(by_case)}
    request = _open(request.pk, actor, "grants.review_disclosure")
    there = set(request.items.values_list("document_id", flat=True))
    new = [each for each in documents if each.pk not in there]
    for case in cases.values():
        require("grants.see_documents", actor, case)
    DisclosureItem.objects.bulk_create(
        DisclosureItem(request=request, document=document) for document in new
    )
    for pk, of_case in _by_case(new).items():
        _in_the_case(cases[pk], request, "disclosure.asked", actor, of_case)
        register_document(
            application=cases[pk],
            direction=Direction.IN,
            kind=DocumentKind.DISCLOSURE_REQUEST,
            source=f"disclosure_request:{request.pk}",
            actor=actor,
            dated_on=timezone.localdate(request.received_at),
            title=request.register_number,
        )
    return len(new)


@transaction.atomic
def review_document(
    *,
    item: DisclosureItem,
    actor: User,
    outcome: DisclosureOutcome,
    provision: str = "",
    reasons: str = "",
    left_out: Mapping[str, str] | None = None,
    phrases: Sequence[str] = (),
    rendition: StoredFile | None = None,
) -> DisclosureItem:
    """What the review of one document comes to; until a decision rests on it or the request is
    finished it can be reviewed anew.

    `left_out` are provisions by the parts' keys; `rendition` is then the document without them.
    `provision` and `reasons` are of a refusal that is proposed, and of words left out. Raises
    PermissionDenied, DisclosureRefused.
    """
    application = locked_application(item.document.application_id)
    request = _open(item.request_id, actor, "grants.review_disclosure")
    require("grants.see_documents", actor, application)
    item = DisclosureItem.objects.select_related("document").get(pk=item.pk)
    if item.refusal_id is not None:
        raise DisclosureRefused("decided_already")
    left_out, phrases = dict(left_out or {}), [each.strip() for each in phrases if each.strip()]
    part = outcome == DisclosureOutcome.PART
    if part and not left_out and not phrases:
        raise DisclosureRefused("nothing_left_out")
    needs = outcome == DisclosureOutcome.REFUSED or bool(phrases and part)
    if (needs and not provision.strip()) or any(not each.strip() for each in left_out.values()):
        raise DisclosureRefused("provision_missing")
    if outcome == DisclosureOutcome.REFUSED and not reasons.strip():
        raise DisclosureRefused("reasons_missing")
    item.outcome = outcome
    item.provision = "" if outcome == DisclosureOutcome.FULL else provision.strip()
    item.reasons = reasons.strip()
    item.left_out = [list(pair) for pair in left_out.items()] if part else []
    item.phrases = phrases if part else []
    item.rendition = rendition if part else None
    item.reviewed_at, item.reviewed_by = timezone.now(), actor
    item.save()
    _in_the_case(
        application,
        request,
        "disclosure.reviewed",
        actor,
        [item.document],
        {
            "outcome": str(outcome),
            "left_out": sorted(left_out) if part else [],
            "rendition": rendition.sha256 if part and rendition else "",
        },
        {"provision": item.provision, "reasons": item.reasons},
    )
    return item


def review_mark(item: DisclosureItem) -> str:
    """Tells one review of the item from the next: when it was made (UTC), "" for none."""
    return "" if item.reviewed_at is None else item.reviewed_at.astimezone(UTC).isoformat()


@transaction.atomic
def decide_refusal(
    *,
    request: DisclosureRequest,
    actor: User,
    items: Sequence[DisclosureItem],
    provision: str,
    reasons: str,
    court: str,
    file: StoredFile,
    shown: Mapping[int, str],
) -> DisclosureRefusal:
    """A decision maker refuses documents that the review proposes not to give out, or confirms
    what has been left out of one; `file` is the decision as it is sent. Never changed. `shown` says
    of each item when it was reviewed (`review_mark`) as the decision maker read it.

    Raises PermissionDenied, DisclosureRefused: `changed` where an item has been reviewed anew
    since.
    """
    by_case = _by_case(item.document for item in items)
    cases = {case.pk: case for case in locked_applications(by_case)}
    request = _open(request.pk, actor, "grants.decide_disclosure")
    ids = [item.pk for item in items]
    found = list(request.items.filter(pk__in=ids).select_related("document").order_by("pk"))
    if not found:
        raise DisclosureRefused("nothing_chosen")
    if not provision.strip():
        raise DisclosureRefused("provision_missing")
    if not reasons.strip():
        raise DisclosureRefused("reasons_missing")
    for item in found:
        require("grants.see_documents", actor, cases[item.document.application_id])
        if item.refusal_id is not None:
            raise DisclosureRefused("decided_already")
        if item.outcome not in {DisclosureOutcome.REFUSED, DisclosureOutcome.PART}:
            raise DisclosureRefused("not_to_be_refused")
        if review_mark(item) != shown.get(item.pk):
            raise DisclosureRefused("changed")
    refusal = DisclosureRefusal.objects.create(
        request=request,
        decided_at=timezone.now(),
        decider=actor,
        provision=provision.strip(),
        reasons=reasons.strip(),
        court=court,
        documents=[
            [item.document.application_id, item.document.number, item.outcome] for item in found
        ],
        file=file,
    )
    DisclosureItem.objects.filter(pk__in=[item.pk for item in found]).update(refusal=refusal)
    for pk, of_case in _by_case(item.document for item in found).items():
        _in_the_case(
            cases[pk],
            request,
            "disclosure.refused",
            actor,
            of_case,
            {"sha256": file.sha256},
            {"provision": refusal.provision, "reasons": refusal.reasons},
        )
        register_document(
            application=cases[pk],
            direction=Direction.OUT,
            kind=DocumentKind.DISCLOSURE,
            source=f"disclosure_refusal:{refusal.pk}",
            actor=actor,
            title=request.register_number,
            file=file,
        )
    return refusal


@transaction.atomic
def finish_request(*, request: DisclosureRequest, actor: User) -> DisclosureRequest:
    """Everything has been given out or refused. Raises PermissionDenied, also for one who is shut
    out of a case asked for; DisclosureRefused while a document is not reviewed or a refusal not
    decided."""
    asked = DisclosureItem.objects.filter(request=request).values_list(
        "document__application_id", flat=True
    )
    cases = {case.pk: case for case in locked_applications(asked)}
    request = _open(request.pk, actor, "grants.review_disclosure")
    for pk in sorted(cases):
        require("grants.see_documents", actor, cases[pk])
    items = list(request.items.select_related("document").order_by("pk"))
    if any(not item.outcome for item in items):
        raise DisclosureRefused("not_reviewed")
    refused = DisclosureOutcome.REFUSED
    if any(item.outcome == refused and item.refusal_id is None for item in items):
        raise DisclosureRefused("decision_missing")
    request.finished_at, request.finished_by = timezone.now(), actor
    request.save(update_fields=["finished_at", "finished_by"])
    given = [item.document for item in items if item.outcome != refused]
    for pk, of_case in _by_case(given).items():
        _in_the_case(cases[pk], request, "disclosure.given_out", actor, of_case)
        register_document(
            application=cases[pk],
            direction=Direction.OUT,
            kind=DocumentKind.DISCLOSURE,
            source=f"disclosure:{request.pk}",
            actor=actor,
            title=request.register_number,
        )
    journal.append(
        kind=JournalKind.INSTALLATION,
        subject="",
        name="disclosure.finished",
        payload={"request": request.pk, "register_number": request.register_number},
        actor=actor_of(actor),
    )
    return request
