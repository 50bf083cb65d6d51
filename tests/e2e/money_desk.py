"""The grants of two years as controllers follow them: paid, spent, claimed back and reconciled,
with names and sums as they might be."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from applicants.enums import Role
from core.models import Agency
from grants.content.interest import reference_rates
from grants.enums import EntryKind, Status
from grants.models import Application, Call, PaymentOrder
from grants.services import claims
from grants.services.rates import add_rate
from grants.services.reconciling import reconcile
from portal.services.demo import demo_call
from tests.e2e.grantee import at
from tests.e2e.office import municipality
from tests.factories import AgencyFactory, LedgerEntryFactory, staff
from tests.factories.paying import Paying

THIS_YEAR = (
    ("1440", 1_250_000, 640_000),
    ("2080", 900_000, 310_000),
    ("2180", 2_400_000, 1_115_000),
    ("0880", 1_100_000, 486_000),
    ("2580", 1_650_000, 720_000),
    ("0480", 750_000, 402_000),
    ("2281", 1_300_000, 0),
    ("2380", 640_000, 0),
)
"""Municipality, what was granted and what has been spent, whole SEK. The last two were decided
later."""
LATER = 2
EARLIER = (("1260", 600_000, 552_000), ("2480", 900_000, 815_000), ("0580", 400_000, 400_000))
THIS, BEFORE = timedelta(days=250), timedelta(days=250 + 730)
"""How long ago it was decided. The time to use the earlier year's is long over."""
RATES = {date(2024, 7, 1): 400, date(2025, 1, 1): 250}
"""Hundredths of a percent of some half-years; 200 of the others."""


@dataclass
class MoneyDesk(Paying):
    """The controllers and what they follow."""

    agency: Agency = field(
        default_factory=lambda: AgencyFactory(
            code="myndigheten", name_sv="Myndigheten", short="Myndigheten"
        )
    )

    def followed_call(self) -> Call:
        return self._call(timedelta(days=365))

    def _call(self, ago: timedelta) -> Call:
        day = timezone.localdate() - ago
        with at(ago):
            return demo_call(agency=self.agency, definition="kommuner-2013", today=day)

    def __post_init__(self) -> None:
        self.earlier = self._call(timedelta(days=365 * 3))
        super().__post_init__()
        self.serial = 40
        self.before = [self._case(self.earlier, BEFORE, *each) for each in EARLIER]
        early, late = THIS_YEAR[:-LATER], THIS_YEAR[-LATER:]
        self.cases = [self._case(self.call, THIS, *each) for each in early]
        self.young = [self._case(self.call, timedelta(days=20), *each) for each in late]
        for ago, part in ((20, 1), (190, 2)):
            self._paid(BEFORE - timedelta(days=ago), part, self.before)
        self._paid(THIS - timedelta(days=20), 1, self.cases)
        for case, (_, _, spent) in zip(
            [*self.before, *self.cases], [*EARLIER, *early], strict=True
        ):
            with at(timedelta(days=90)):
                LedgerEntryFactory(
                    application=case,
                    kind=EntryKind.SPENT,
                    year=case.call.year,
                    amount_sek=spent,
                    booked_on=timezone.localdate(),
                )

    def _case(
        self, call: Call, ago: timedelta, code: str, amount_sek: int, _spent: int
    ) -> Application:
        self.serial += 7
        year = call.year - 1
        return self.granted(
            amount_sek,
            lead=municipality(code),
            call=call,
            decided_on=timezone.localdate() - ago,
            received_at=timezone.now() - ago - timedelta(days=120),
            register_number=self.agency.register_number(number=self.serial, year=year),
            status=Status.GRANTED if call == self.call else Status.INTERIM_REPORTED,
        )

    def _paid(self, ago: timedelta, part: int, cases: list[Application]) -> None:
        with at(ago):
            order = self.order(*cases, part=part)
        with at(ago - timedelta(days=2)):
            self.answer(order, *["paid"] * len(cases))

    # What is shown ------------------------------------------------------------------------------

    def second_parts(self) -> PaymentOrder:
        """The second part of some grants, with the accounting system."""
        return self.order(*self.cases[:3], part=2)

    def rates_known(self) -> None:
        """The reference rates up to today."""
        administrator = staff(self.agency, Role.ADMINISTRATOR, name="Adam Administratör")
        day, today = max(reference_rates()), timezone.localdate()
        while (day := _next(day)) <= today:
            add_rate(
                agency=self.agency, from_on=day, hundredths=RATES.get(day, 200), actor=administrator
            )

    def claimed(self) -> Application:
        """A claim that was not paid in time, and of which a part has come in."""
        case = self.before[1]
        with at(timedelta(days=80)):
            claims.send_claim(
                application=case,
                actor=self.first,
                text="Pengarna skulle användas senast den sista april.",
                pay_to="Betala till bankgiro 5050-1055. Ange ärendets nummer.",
            )
        with at(timedelta(days=41)):
            claims.register_repayment(
                application=case, actor=self.first, amount_sek=40_000, reference="OCR 73014420"
            )
        return case

    def reconciled(self) -> None:
        """Three nights on which all was well, and one on which more was booked than was decided."""
        for days in (3, 2, 1):
            with at(timedelta(days=days)):
                reconcile(agency=self.agency)
        LedgerEntryFactory(
            application=self.cases[3],
            kind=EntryKind.GRANTED,
            year=self.call.year,
            amount_sek=25_000,
            booked_on=timezone.localdate(),
        )
        reconcile(agency=self.agency)


def _next(day: date) -> date:
    """The first day of the half-year after."""
    return date(day.year, 7, 1) if day.month == 1 else date(day.year + 1, 1, 1)
