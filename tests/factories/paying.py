"""Grants that are to be paid out, put straight in place, and the people around them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Agency
from grants.enums import OrderState, Status
from grants.models import Application, Call, PaymentOrder
from grants.services import payment_answers, payment_orders

from .applicants import OrganisationFactory, acting_for, staff
from .core import AgencyFactory
from .definitions import both
from .grants import (
    ApplicationFactory,
    CallDefinitionRecordFactory,
    CallFactory,
    DecisionFactory,
    LedgerEntryFactory,
)

HALVES: dict[str, Any] = {
    "appropriation": "4:7 ap.1",
    "parts": [{"percent": 50}, {"percent": 50, "months": 6}],
}
AT_ONCE: dict[str, Any] = {"appropriation": "4:7 ap.1", "parts": [{"percent": 100}]}
INTEREST = both("6 § räntelagen (1975:635)")


def paying_call(agency: Agency, terms: dict[str, Any] | None = None, **fields: Any) -> Call:
    """A call whose grants are paid as the terms say: all at once, unless others are given."""
    year = fields.pop("year", 2013)
    made: Call = CallFactory(
        agency=agency,
        year=year,
        definition_record=CallDefinitionRecordFactory(
            changes={"year": year, "payments": terms or AT_ONCE}
        ),
        **{"frame_sek": 100_000_000, **fields},
    )
    return made


@dataclass
class Paying:
    """An agency with two controllers, and a call whose grants are paid."""

    terms: dict[str, Any] | None = None
    agency: Agency = field(default_factory=lambda: AgencyFactory(name_sv="Provmyndigheten"))

    def __post_init__(self) -> None:
        self.call = self.followed_call()
        self.first: User = staff(self.agency, Role.CONTROLLER, name="Cia Controller")
        self.second: User = staff(self.agency, Role.CONTROLLER, name="Curt Controller")
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")

    def followed_call(self) -> Call:
        """The call whose grants are paid, unless a grant is made in another."""
        return paying_call(self.agency, self.terms)

    def granted(
        self,
        amount_sek: int = 500_000,
        *,
        lead: Organisation | None = None,
        giro: str = "5050-1055",
        decided_on: date = date(2013, 3, 14),
        **fields: Any,
    ) -> Application:
        """A grant in force, with its decision and its entry in the ledger."""
        organisation = lead or OrganisationFactory()
        if giro:
            organisation.giro_kind, organisation.giro_number = "bankgiro", giro
            organisation.save()
        case: Application = ApplicationFactory(
            lead=organisation,
            requested_sek=amount_sek,
            decided_on=decided_on,
            **{"status": Status.GRANTED, "call": self.call, **fields},
        )
        DecisionFactory(application=case, amount_sek=amount_sek, decided_on=decided_on)
        LedgerEntryFactory(application=case, amount_sek=amount_sek, booked_on=decided_on)
        return case

    def signatory(self, case: Application) -> User:
        """Who signs for the lead."""
        return acting_for(case.lead, name="Siv Signerare")

    def order(
        self, *cases: Application, part: int = 1, to: OrderState = OrderState.HANDED_OVER
    ) -> PaymentOrder:
        """An order of that part of each case, brought so far."""
        made = payment_orders.make_order(
            agency=self.agency, actor=self.first, parts=[(case.pk, part) for case in cases]
        )
        if to != OrderState.MADE:
            made = payment_orders.approve_order(order=made, actor=self.second)
        if to == OrderState.HANDED_OVER:
            made = payment_orders.hand_over_order(order=made, actor=self.first)
        return made

    def answer(self, order: PaymentOrder, *said: str) -> None:
        """What the accounting system says of the rows, booked: `paid`, or why one is refused."""
        answer = payment_answers.receive_answer(
            order=order, actor=self.first, content=answer_file(order, *said)
        )
        payment_answers.book_answer(answer_id=answer.pk)

    def pay(self, *cases: Application, part: int = 1) -> PaymentOrder:
        """That part of each case is paid."""
        order = self.order(*cases, part=part)
        self.answer(order, *["paid"] * len(cases))
        order.refresh_from_db()
        return order


def answer_file(order: PaymentOrder, *said: str) -> bytes:
    """An answer to the order's rows in turn: `paid`, or why one is refused."""
    lines = ["reference,result,reason"]
    for number, each in enumerate(said, start=1):
        what = "paid," if each == "paid" else f'refused,"{each}"'
        lines.append(f"{order.pk}-{number},{what}")
    return "\r\n".join([*lines, ""]).encode()
