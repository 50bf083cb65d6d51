"""A case in a call with an assessment form, taken by an officer who has no conflict of interest."""

from dataclasses import dataclass, field
from typing import Any

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation, User
from core.models import Agency
from grants.models import Application, Call
from grants.services import handling, submission
from grants.services.drafts import answer_participation, write_application
from reviews import services
from tests.factories import AgencyFactory, OrganisationFactory, acting_for, staff
from tests.factories.assessing import assessed_call, closed
from tests.factories.forms import attach, begun, fill_part, filled
from tests.factories.scenario import fresh


@dataclass
class Assessed:
    """The people around a case. `assessment` lays other values over the call's form."""

    assessment: dict[str, Any] = field(default_factory=dict)
    partners: int = 0

    def __post_init__(self) -> None:
        self.agency: Agency = AgencyFactory()
        self.call: Call = assessed_call(agency=self.agency, assessment=self.assessment)
        self.lead: Organisation = OrganisationFactory(name="Ale kommun", kind="municipality")
        self.signatory: User = acting_for(self.lead, name="Siv Signerare")
        self.writer: User = acting_for(self.lead, OrganisationRole.WRITER, name="Sven Skrivare")
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")
        self.second: User = staff(self.agency, Role.CASE_OFFICER, name="Tore Tvåa")
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Britt Beslutare")
        self.elsewhere: User = staff(AgencyFactory(), Role.CASE_OFFICER)
        self.case = self._case()

    def _case(self) -> Application:
        draft = begun(self.call, self.lead, self.writer)
        people = {}
        for number in range(self.partners):
            partner = OrganisationFactory(name=f"Partner {number:02d}", kind="municipality")
            people[partner.pk] = (partner, acting_for(partner))
        if people:
            partners = [partner for partner, _person in people.values()]
            write_application(application=draft, actor=self.writer, partners=partners)
        filled(draft, self.writer)
        for partner, person in people.values():
            fill_part(draft, partner, person)
        requirement = self.call.definition.requirements[0].code
        place = f"requirement.{self.lead.pk}.{requirement}"
        attach(draft, self.writer, place, organisation=self.lead)
        for part in draft.participations.filter(role="partner"):
            person = people[part.organisation_id][1]
            answer_participation(
                participation=part, actor=person, approve=True, assurance="passkey"
            )
        submission.submit_application(
            application=fresh(draft), actor=self.signatory, assurance="password+code"
        )
        case = closed(fresh(draft))
        handling.assign_officer(application=case, officer=self.officer, actor=self.officer)
        return fresh(case)

    def declared(self, *people: User) -> "Assessed":
        """They have declared that there is no conflict of interest; the officer if none is told."""
        for person in people or (self.officer,):
            services.declare_conflict(application=self.case, actor=person, has_conflict=False)
        return self
