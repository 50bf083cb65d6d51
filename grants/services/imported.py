"""Cases brought in from an old register, by the same transition table as everyone's.

What the files cannot show stands in each event as `not_recorded`. Everything is written in
bulk: the number of queries rests on the number of batches. The caller holds the transaction,
and has locked the calls.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import batched
from typing import Any

from django.utils import timezone

from core.enums import JournalKind
from core.services.journal import Actor, NewEvent, append_many
from grants.checks import Facts, Source
from grants.enums import Approval, EntryKind, Outcome, ParticipationRole, Status
from grants.models import Application, Call, Decision, LedgerEntry, Participation
from grants.workflow import TABLE, Action

from .moving import EVENTS

BATCH = 2_000
ROWS = 500
"""Rows of one INSERT: prepared statements are kept, and larger ones only cost memory."""
LEDGER_ACTOR = "import"
DATE_NOT_RECORDED = "date"
"""Stands among `not_recorded` where the files do not say when something happened."""


@dataclass(frozen=True, slots=True)
class ImportedCase:
    """What the files say of one application; `received_at` is UTC, amounts are whole SEK.

    `received_offset` is in minutes, None for Swedish time.
    """

    reference: str
    lead_id: int
    partner_ids: tuple[int, ...]
    received_at: datetime
    received_offset: int | None
    requested_sek: int
    outcome: str
    granted_sek: int | None
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class ImportedFunds:
    """One year of a grant's money, whole SEK. `carried_from` is the year it was carried over
    from; None for the grant's own year, and for money that is carried in already."""

    application_id: int
    lead_id: int
    reference: str
    year: int
    measured_on: date
    available_sek: int
    spent_sek: int
    to_repay_sek: int
    carried_from: int | None


@dataclass(frozen=True, slots=True)
class ImportedReport:
    """A received and accepted report on one grant; `usable_sek` is what could still be used."""

    application_id: int
    report: str
    received_at: datetime
    usable_sek: int


def decision_facts(
    *,
    requested_sek: int | None,
    granted_sek: int | None,
    received_on: date | None,
    decided_on: date | None,
    frame_left_sek: int | None,
) -> Facts:
    """What the files show of a decision. Amounts are whole SEK, dates Swedish local."""
    return Facts(
        source=Source.FILES,
        requested_sek=requested_sek,
        granted_sek=granted_sek,
        received_on=received_on,
        decided_on=decided_on,
        frame_left_sek=frame_left_sek,
    )


def report_facts(
    *, decided_on: date | None, reported_on: date, usable_sek: int, interim_done: bool
) -> Facts:
    """What the files show of an accepted report: money left asks for the interim one first."""
    return Facts(
        source=Source.FILES,
        report_accepted=True,
        decided_on=decided_on,
        reported_on=reported_on,
        interim_required=usable_sek > 0,
        interim_done=interim_done,
    )


def case_event(
    application_id: int, name: str, payload: dict[str, Any], occurred_at: datetime
) -> NewEvent:
    """An event of the case, backdated, by the import."""
    return NewEvent(
        kind=JournalKind.CASE,
        subject=str(application_id),
        name=name,
        payload=payload,
        actor=Actor.importer(),
        occurred_at=occurred_at,
    )


def bring_in_cases(
    *, call: Call, cases: Iterable[ImportedCase], frame_left_sek: int
) -> Iterator[tuple[str, int]]:
    """Bring in applications of one call with the history that led to their outcome.

    Yields reference and id as they are stored. `frame_left_sek` is what the call's frame had
    left, read under the call's lock. Raises TransitionRefused, at the first case that the
    table's conditions do not allow.
    """
    for batch in batched(cases, BATCH, strict=False):
        applications: list[Application] = []
        moves: list[list[Action]] = []
        for case in batch:
            application, made = _moved(call, case, frame_left_sek)
            frame_left_sek -= application.granted_sek or 0
            applications.append(application)
            moves.append(made)
        Application.objects.bulk_create(applications, batch_size=ROWS)
        Participation.objects.bulk_create(_participations(batch, applications), batch_size=ROWS)
        Decision.objects.bulk_create(_decisions(applications), batch_size=ROWS)
        grants = [_granted_entry(call, each) for each in applications if each.granted_sek]
        LedgerEntry.objects.bulk_create(grants, batch_size=ROWS)
        append_many(_case_events(batch, applications, moves, grants))
        for application in applications:
            yield application.reference, application.pk


def _moved(call: Call, case: ImportedCase, frame_left_sek: int) -> tuple[Application, list[Action]]:
    """The application in the state that its outcome leads to, and the moves it made."""
    received_on = timezone.localdate(case.received_at)
    application = Application(
        call=call,
        lead_id=case.lead_id,
        reference=case.reference,
        imported=True,
        received_at=case.received_at,
        received_offset=case.received_offset,
        late=call.closes_on is not None and received_on > call.closes_on,
        requested_sek=case.requested_sek,
        partner_count=len(case.partner_ids),
    )
    facts = decision_facts(
        requested_sek=case.requested_sek,
        granted_sek=case.granted_sek,
        received_on=received_on,
        decided_on=case.decided_on,
        frame_left_sek=frame_left_sek,
    )
    application.submit(facts=facts)
    if case.outcome == "withdrawn":
        application.withdraw(facts=facts)
        return application, [Action.SUBMIT, Action.WITHDRAW]
    application.assess(facts=facts)
    if case.outcome == Outcome.GRANTED:
        application.grant(facts=facts)
        return application, [Action.SUBMIT, Action.ASSESS, Action.GRANT]
    application.reject(facts=facts)
    return application, [Action.SUBMIT, Action.ASSESS, Action.REJECT]


def _participations(
    cases: Sequence[ImportedCase], applications: Sequence[Application]
) -> Iterator[Participation]:
    for case, application in zip(cases, applications, strict=True):
        parts = [(case.lead_id, ParticipationRole.LEAD)]
        parts += [(partner, ParticipationRole.PARTNER) for partner in case.partner_ids]
        for organisation_id, role in parts:
            yield Participation(
                application=application,
                organisation_id=organisation_id,
                role=role,
                approval=Approval.NOT_RECORDED,
            )


def _decisions(applications: Iterable[Application]) -> Iterator[Decision]:
    for application in applications:
        if application.status != Status.WITHDRAWN and application.decided_on is not None:
            granted = application.status == Status.GRANTED
            yield Decision(
                application=application,
                outcome=Outcome.GRANTED if granted else Outcome.REJECTED,
                amount_sek=application.granted_sek,
                decided_on=application.decided_on,
                imported=True,
            )


def _key(call: Call, reference: str, year: int, kind: EntryKind) -> str:
    return f"import:{call.agency.code}:{reference}:{year}:{kind}"


def _granted_entry(call: Call, application: Application) -> LedgerEntry:
    return LedgerEntry(
        application=application,
        organisation_id=application.lead_id,
        kind=EntryKind.GRANTED,
        year=call.year,
        amount_sek=application.granted_sek or 0,
        booked_on=application.decided_on or call.measured_on,
        actor=LEDGER_ACTOR,
        idempotency_key=_key(call, application.reference, call.year, EntryKind.GRANTED),
    )


def _case_events(
    cases: Sequence[ImportedCase],
    applications: Sequence[Application],
    moves: Sequence[Sequence[Action]],
    grants: Sequence[LedgerEntry],
) -> Iterator[NewEvent]:
    booked = {entry.application_id: entry for entry in grants}
    for case, application, made in zip(cases, applications, moves, strict=True):
        for action in made:
            line = TABLE[action]
            payload: dict[str, Any] = {
                "action": str(action),
                "from": str(Status.DRAFT if action is Action.SUBMIT else _source(action)),
                "to": str(line.target),
                "not_recorded": [str(each) for each in line.not_recorded()],
            }
            occurred_at = case.received_at
            if action is Action.SUBMIT:
                payload |= {
                    "reference": case.reference,
                    "call": application.call.code,
                    "requested_sek": case.requested_sek,
                    "partners": len(case.partner_ids),
                    "late": application.late,
                }
            elif action is Action.ASSESS or case.decided_on is None:
                payload["not_recorded"].append(DATE_NOT_RECORDED)
            else:
                occurred_at = max(_start_of(case.decided_on), case.received_at)
                payload["decided_on"] = case.decided_on.isoformat()
            if action is Action.GRANT:
                payload["amount_sek"] = case.granted_sek
            yield case_event(application.pk, EVENTS[action], payload, occurred_at)
        if application.pk in booked:
            yield _booked(booked[application.pk], occurred_at)


def _source(action: Action) -> Status:
    return Status.SUBMITTED if action in {Action.ASSESS, Action.WITHDRAW} else Status.ASSESSED


def _start_of(day: date) -> datetime:
    start = datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())
    return start.astimezone(UTC)


def _booked(entry: LedgerEntry, occurred_at: datetime) -> NewEvent:
    return case_event(
        entry.application_id,
        "ledger.booked",
        {
            "kind": str(entry.kind),
            "year": entry.year,
            "amount_sek": entry.amount_sek,
            "key": entry.idempotency_key,
        },
        occurred_at,
    )


def bring_in_funds(*, call: Call, funds: Iterable[ImportedFunds]) -> None:
    """Book what was carried into a year, spent of it and to be repaid, of one call's grants.

    Each booking has a key of its own, so that the same one cannot be made twice: that raises
    IntegrityError.
    """
    for batch in batched(funds, BATCH, strict=False):
        entries = [entry for each in batch for entry in _entries(call, each)]
        LedgerEntry.objects.bulk_create(entries, batch_size=ROWS)
        append_many(_booked(entry, _start_of(entry.booked_on)) for entry in entries)


def _entries(call: Call, funds: ImportedFunds) -> Iterator[LedgerEntry]:
    amounts: list[tuple[EntryKind, int, int, bool]] = [
        (EntryKind.SPENT, funds.year, funds.spent_sek, True),
        (EntryKind.CLAIMED, funds.year, funds.to_repay_sek, False),
    ]
    if funds.carried_from is not None:
        amounts = [
            (EntryKind.CARRIED_OVER, funds.carried_from, funds.available_sek, False),
            (EntryKind.CARRIED_IN, funds.year, funds.available_sek, True),
            *amounts,
        ]
    for kind, year, amount_sek, also_nothing in amounts:
        if amount_sek or also_nothing:
            yield LedgerEntry(
                application_id=funds.application_id,
                organisation_id=funds.lead_id,
                kind=kind,
                year=year,
                amount_sek=amount_sek,
                booked_on=_years_on(funds.measured_on, year - funds.year),
                actor=LEDGER_ACTOR,
                idempotency_key=_key(call, funds.reference, year, kind),
            )


def _years_on(day: date, years: int) -> date:
    """The same day so many years later; 29 February is the 28th where it must be."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def accept_reports(*, reports: Iterable[ImportedReport]) -> None:
    """Move reported grants on: interim reported where money can still be used, else final.

    A grant stands in `reports` once. One that is interim reported and still has money, or is
    final reported already, stays as it is. Raises TransitionRefused.
    """
    for batch in batched(reports, BATCH, strict=False):
        by_id = {each.application_id: each for each in batch}
        locked = Application.objects.select_for_update().filter(pk__in=by_id).order_by("pk")
        events: list[NewEvent] = []
        moved: dict[str, list[int]] = {}
        for application in locked:
            report = by_id[application.pk]
            action = _report_action(application, report)
            if action is None:
                continue
            before = str(application.status)
            facts = report_facts(
                decided_on=application.decided_on,
                reported_on=timezone.localdate(report.received_at),
                usable_sek=report.usable_sek,
                interim_done=before == Status.INTERIM_REPORTED,
            )
            getattr(application, action.value)(facts=facts)
            after = str(application.status)
            moved.setdefault(after, []).append(application.pk)
            payload = {
                "action": str(action),
                "from": before,
                "to": after,
                "report": report.report,
                "usable_sek": report.usable_sek,
                "not_recorded": [str(each) for each in TABLE[action].not_recorded()],
            }
            events.append(case_event(application.pk, EVENTS[action], payload, report.received_at))
        for status, ids in moved.items():
            Application.objects.filter(pk__in=ids).update(status=status)
        append_many(events)


def _report_action(application: Application, report: ImportedReport) -> Action | None:
    if report.usable_sek > 0:
        return Action.ACCEPT_INTERIM if application.status == Status.GRANTED else None
    if application.status in (Status.GRANTED, Status.INTERIM_REPORTED):
        return Action.ACCEPT_FINAL
    return None
