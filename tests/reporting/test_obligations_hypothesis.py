"""What a grant is followed by, whatever its call and its decision say: each report once, on a day
when people work, the final one not before the last day to use the money."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from core.checks import canonical_json, sha256_text
from core.checks.working_days import is_working_day
from grants.content.basis import DecisionBasis
from grants.content.changes import TimeChange, with_changes
from grants.definitions import CallDefinition
from grants.enums import Status, TimeAsked
from grants.models import Application, Call
from reporting.checks.answers import ReportSnapshot, needs_certificate
from reporting.content.draft import ReportDraft
from reporting.content.plan import GrantPlan, ReportPlan
from reporting.enums import ReportKind
from reporting.models import Report
from reporting.selectors.obligations import cases_without_reports, obligations_of
from reporting.services.obligations import require_for, require_missing
from tests.factories import (
    ApplicationFactory,
    CallDefinitionRecordFactory,
    CallFactory,
    DecisionFactory,
)
from tests.factories.definitions import call_document

FIRST, LAST = date(2027, 1, 1), date(2027, 12, 31)
DAYS = st.dates(FIRST, date(2029, 12, 31))


@dataclass(frozen=True)
class Terms:
    """What a call and a decision say of reports; `decided` None: on no frozen basis."""

    interim: bool
    final: bool
    spend_by: date
    report_due: date | None
    final_report_due: date | None
    decided: DecisionBasis | None

    @property
    def asked(self) -> list[ReportKind]:
        """The reports, in order."""
        kinds = {ReportKind.INTERIM: self.interim, ReportKind.FINAL: self.final}
        return [kind for kind, wanted in kinds.items() if wanted]


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Those that a definition takes, with days that a proposal takes."""
    spend_by = draw(st.dates(LAST, date(2028, 6, 30)))
    after = st.dates(LAST, date(2028, 12, 31))
    decided = None
    if draw(st.booleans()):
        until = draw(st.none() | st.dates(FIRST, spend_by))
        interim = draw(st.none() | after)
        least = max(day for day in (FIRST, until, interim) if day is not None)
        final = draw(st.none() | st.dates(least, date(2029, 12, 31)))
        decided = DecisionBasis(use_until=until, interim_due=interim, final_due=final)
    return Terms(
        interim=draw(st.booleans()),
        final=draw(st.booleans()),
        spend_by=spend_by,
        report_due=draw(st.none() | after),
        final_report_due=draw(st.none() | st.dates(spend_by, date(2029, 12, 31))),
        decided=decided,
    )


def granted(terms: Terms) -> Application:
    """A grant that the terms hold for."""
    days = {
        "measured_at": LAST,
        "spend_by": terms.spend_by,
        "report_due": terms.report_due,
        "final_report_due": terms.final_report_due,
        "report_cutoff": date(2029, 1, 31),
    }
    record = CallDefinitionRecordFactory(
        changes={
            "year": 2027,
            "dates": {name: day and day.isoformat() for name, day in days.items()},
            "reports": {"interim": terms.interim, "final": terms.final},
        }
    )
    call: Call = CallFactory(
        year=2027, definition_record=record, asks_interim=terms.interim, parts=False,
        spend_by=terms.spend_by,
    )  # fmt: skip
    case: Application = ApplicationFactory(
        call=call, status=Status.GRANTED, requested_sek=1000, granted_sek=1000,
        decided_on=date(2027, 3, 1),
    )  # fmt: skip
    if terms.decided is not None:
        basis = canonical_json(terms.decided.document())
        DecisionFactory(application=case, basis=basis, basis_sha256=sha256_text(basis))
    return case


@contextmanager
def undone() -> Iterator[None]:
    """What is done within leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@given(terms())
def test_each_report_is_required_once_on_a_working_day_and_the_final_one_last(terms: Terms) -> None:
    with undone():
        case = granted(terms)
        found = obligations_of(case)
        assert [each.kind for each in found] == terms.asked
        assert [each.year for each in found] == [2027, 2028][: len(found)]
        for each in found:
            said = of(terms, each.kind)
            if said is None:
                assert each.due_on is None
                continue
            assert each.due_on is not None
            assert is_working_day(each.due_on)
            between = (each.due_on - said).days
            assert between >= 0
            assert not any(is_working_day(said + timedelta(days=n)) for n in range(between))
        if terms.final and found[-1].due_on is not None:
            assert found[-1].due_on >= last_day(terms)
        require_for(application_id=case.pk)
        assert require_for(application_id=case.pk) == []
        assert require_missing() == 0
        required = Report.objects.filter(references__application=case).order_by("year")
        assert [(each.kind, each.year, each.due_on) for each in required] == [
            (each.kind, each.year, each.due_on) for each in found
        ]
        if terms.final:
            assert cases_without_reports(after=0, limit=10) == []


def of(terms: Terms, kind: ReportKind) -> date | None:
    """The day that the decision says, else the call."""
    own = terms.decided or DecisionBasis()
    if kind == ReportKind.INTERIM:
        return own.interim_due or terms.report_due
    day = own.final_due or terms.final_report_due
    return day if day is None or own.use_until is None else max(day, own.use_until)


def last_day(terms: Terms) -> date:
    """The last day to use the money: the decision's own, else the call's."""
    if terms.decided is None:
        return terms.spend_by
    return terms.decided.use_until or FIRST


@pytest.mark.django_db
@given(terms=terms().filter(lambda each: each.final and each.decided is not None), day=DAYS,
       what=st.sampled_from(TimeAsked))  # fmt: skip
def test_whatever_day_is_moved_the_final_report_is_not_due_before_the_money_is_used(
    terms: Terms, day: date, what: TimeAsked
) -> None:
    assert terms.decided is not None
    changed = with_changes(terms.decided, [TimeChange(str(what), day)], lead=1)
    with undone():
        due = obligations_of(granted(replace(terms, decided=changed)))[-1].due_on
        if due is not None and changed.use_until is not None:
            assert due >= changed.use_until
            assert is_working_day(due)


@given(
    amounts=st.lists(st.integers(0, 5_000_000), max_size=4),
    limit=st.none() | st.integers(1, 5_000_000),
    other=st.integers(0, 5_000_000),
)
def test_a_certificate_is_asked_for_exactly_where_a_grant_is_so_large(
    amounts: list[int], limit: int | None, other: int
) -> None:
    def asked(amounts: list[int]) -> bool:
        return needs_certificate(snapshot(amounts, limit))

    assert asked(amounts) == (limit is not None and max(amounts, default=0) >= limit)
    # Another grant in the same report never takes it away.
    assert asked([*amounts, other]) >= asked(amounts)
    if limit is not None:
        assert asked([limit])
        assert not asked([limit - 1])


def snapshot(amounts: list[int], limit: int | None) -> ReportSnapshot:
    """A report on grants of these amounts."""
    document: dict[str, Any] = call_document(reporting={"certificate_from_sek": limit})
    grants = tuple(
        GrantPlan(application=number, number=str(number), year=2013, carried=False,
                  granted_sek=sek, available_sek=sek, lines=())
        for number, sek in enumerate(amounts, 1)
    )  # fmt: skip
    return ReportSnapshot(
        definition=CallDefinition.model_validate(document),
        plan=ReportPlan(grants=grants, areas=(), takers=()),
        draft=ReportDraft(),
        kind=ReportKind.FINAL,
        today=LAST,
    )
