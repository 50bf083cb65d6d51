"""Cases whose costs are checked: a call that says how, and officers who have declared."""

from dataclasses import dataclass, field

from django.test import Client

from applicants.enums import Role
from applicants.models import Organisation, User
from grants.models import Application
from grants.services import submission
from reviews.services import declare_conflict
from tests.factories import staff
from tests.factories.assessing import assessed_call
from tests.factories.costs import line, send_in
from tests.portal.own_cases import Own, fresh


@dataclass
class Checking(Own):
    """An agency with two officers and a decision maker, and a case in hand."""

    partner: Organisation | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.call = assessed_call(agency=self.agency)
        self.colleague: User = staff(self.agency, Role.CASE_OFFICER, name="Karin Kollega")
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutar")

    def case(self, *amounts: int, declared: bool = True) -> Application:
        """A case with budget lines of these amounts, of one activity."""
        case = self.assigned()
        if amounts:
            send_in(case, *(line(place, each) for place, each in enumerate(amounts, start=10)))
        if declared:
            self.declare(case)
        return fresh(case)

    def joint_case(self, *amounts: int) -> Application:
        """One with a partner, whose lines every second is."""
        draft, self.partner, _person = self.joint_draft()
        submission.submit_application(
            application=draft, actor=self.signatory, assurance="password+code"
        )
        case = fresh(draft)
        places = enumerate(amounts, start=10)
        send_in(case, *(line(at, each, organisation=at % 2) for at, each in places))
        self.declare(case)
        return fresh(case)

    def declare(self, case: Application) -> None:
        for person in (self.officer, self.colleague, self.decider):
            declare_conflict(application=case, actor=person, has_conflict=False)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
