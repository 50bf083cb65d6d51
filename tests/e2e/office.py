"""A round at an agency as its staff meets it: a joint case half way, and assessed cases in every
county, with names and sums as they might be."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.utils import timezone
from stdnum.luhn import calc_check_digit

from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Agency, Municipality
from grants.enums import Status
from grants.models import Application, Call, CaseArea
from grants.services import handling, submission
from grants.services.drafts import answer_participation, write_application
from portal.services.demo import demo_call
from reviews import services
from reviews.content.findings import answer_path
from reviews.content.proposals import proposal_path
from reviews.enums import FindingValue, LineVerdict, ProposedOutcome, Recommendation
from reviews.models import Assessment, LineAssessment, Opinion
from reviews.selectors import demands_of
from reviews.selectors.adverse import adverse_material
from reviews.selectors.writing import work_value
from reviews.services.communication import (
    Source,
    answer_communication,
    mark_communication_read,
)
from reviews.services.opinions import ask_opinions, give_opinion
from reviews.services.proposals import insert_reasons, save_proposal_field
from tests.e2e.album import budgeted, worded, worded_part
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    ConflictDeclarationFactory,
    CountyFactory,
    OrganisationFactory,
    ProposalFactory,
    RequirementFindingFactory,
    acting_for,
    staff,
)
from tests.factories.costs import say
from tests.factories.forms import begun, fill_part, filled
from tests.factories.scenario import fresh

AREA = "support_children"
FRAME = 24_000_000
AGO = timedelta(days=34)
"""How long ago the case came in."""
LINES: tuple[tuple[str, str, int, bool], ...] = (
    ("salary", "Samordnare på halvtid i 18 månader", 480_000, False),
    ("consultant", "Utvärdering", 120_000, False),
    ("premises", "Lokalhyra", 60_000, False),
    ("travel", "Resor till grupperna", 15_000, True),
)
"""Budget lines besides the first: category, what for, whole SEK, and whether the partner's."""
FORM = {
    "description": "good",
    "description_why": "Behovet bygger på en egen kartläggning, och insatserna svarar mot den.",
    "budget_tied": "good",
    "follow_up": "enough",
    "development": "partly",
    "running_costs": "Lokalhyran finns redan i kommunens budget.",
    "own_work": "all",
    "overall": "En väl genomtänkt ansökan. Lokalhyran är löpande drift.",
}


def municipality(code: str, **fields: Any) -> Organisation:
    """A municipality of the register as an organisation, with a number like theirs."""
    place = Municipality.objects.get(code=code)
    digits = f"212000{Organisation.objects.count() + 1:03}"
    found: Organisation = OrganisationFactory(
        name=place.official_name,
        county=place.county,
        municipality=place,
        org_no=f"212000-{digits[6:]}{calc_check_digit(digits)}",
        **fields,
    )
    return found


class Office:
    """The round, and those who work with it. Nothing of the case is judged from the start."""

    def __init__(self) -> None:
        self.today = timezone.localdate()
        self.agency: Agency = AgencyFactory(
            code="myndigheten", name_sv="Myndigheten", short="Myndigheten"
        )
        self.hanna, self.ove = (
            staff(self.agency, Role.CASE_OFFICER, name=name)
            for name in ("Hanna Handläggare", "Ove Olsson")
        )
        self.decider: User = staff(self.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
        county = CountyFactory(code="14")
        board = AgencyFactory(
            name_sv="Länsstyrelsen i Västra Götalands län", short="Länsstyrelsen O", county=county
        )
        self.board: User = staff(board, Role.COUNTY_BOARD, name="Vera i Väst")
        self.call: Call = demo_call(
            agency=self.agency, definition="kommuner-2013", today=self.today - AGO
        )
        self.lead, self.partner = municipality("1440"), municipality("1462")
        self.person: User = acting_for(self.lead, name="Eva Ek", email="eva.ek@example.se")
        then = timezone.now() - AGO
        with patch("django.utils.timezone.now", lambda: then):
            self.case = self._received()
        closes = self.today - timedelta(days=20)
        Call.objects.filter(pk=self.call.pk).update(
            opens_on=closes - timedelta(days=40), closes_on=closes, frame_sek=FRAME
        )
        self.call.refresh_from_db()
        handling.assign_officer(application=fresh(self.case), officer=self.hanna, actor=self.hanna)
        services.declare_conflict(application=self.case, actor=self.hanna, has_conflict=False)
        self.asked()

    def _received(self) -> Application:
        draft = begun(self.call, self.lead, self.person)
        write_application(application=draft, actor=self.person, partners=[self.partner])
        filled(draft, self.person, area=AREA)
        worded(draft, self.person, AREA)
        budgeted(
            draft,
            self.person,
            *(
                (category, text, amount, self.partner if of_partner else self.lead)
                for category, text, amount, of_partner in LINES
            ),
        )
        other = acting_for(self.partner, name="Lo Lind")
        self.other = other
        fill_part(draft, self.partner, other)
        worded_part(draft, self.lead, self.person)
        worded_part(draft, self.partner, other)
        part = draft.participations.get(organisation=self.partner)
        answer_participation(participation=part, actor=other, approve=True, assurance="passkey")
        submission.submit_application(
            application=fresh(draft), actor=self.person, assurance="passkey"
        )
        return fresh(draft)

    # The case, step by step -------------------------------------------------------------------

    def asked(self) -> None:
        """The county board is asked for its opinion."""
        due = self.today + timedelta(days=14)
        ask_opinions(application=self.case, actor=self.hanna, due_on=due)

    def advised_against(self) -> None:
        """The county board does not recommend; the party hears that, and answers."""
        give_opinion(
            opinion=Opinion.objects.get(application=self.case),
            actor=self.board,
            recommendation=Recommendation.NOT_RECOMMENDED,
            reasons="Kommunerna har redan en gemensam mottagning för barn.",
            answers={"need": "small", "knowledge": "Länsstyrelsens uppföljning från i våras."},
        )
        sent = services.send_communication(
            application=self.case,
            actor=self.hanna,
            text="Länsstyrelsen avstyrker ansökan. Den kan komma att avslås helt eller delvis.",
            due=self.today + timedelta(days=14),
            organisations=[self.lead, self.partner],
            sources=[
                Source(kind=each.kind, title=each.title, text=each.text, key=each.key)
                for each in adverse_material(self.case)
            ],
        )
        for reader in (self.person, self.other):
            mark_communication_read(communication=sent, actor=reader)
        answer_communication(
            communication=sent,
            actor=self.person,
            organisation=self.lead,
            body="Mottagningen tar bara emot barn över tolv år. Grupperna är för de yngre.",
        )
        answer_communication(
            communication=sent,
            actor=self.other,
            organisation=self.partner,
            no_comment=True,
        )

    def found(self, *, all_of_them: bool = False) -> None:
        """Findings are made of the lead, and of the partner too where all are."""
        demands = demands_of(self.case)
        rows = {each.pk: each for each in self.call.requirements.all()}
        for demand in demands:
            lead = demand.organisation == self.lead.pk
            if lead or all_of_them:
                services.record_finding(
                    application=self.case,
                    requirement=rows[demand.requirement],
                    organisation=self.lead if lead else self.partner,
                    actor=self.hanna,
                    finding=FindingValue.MET,
                )

    def checked(self) -> None:
        """The costs: most in full, one in part, one not."""
        for number in (2, 3, 6):
            say(self.case, self.hanna, number, verdict="full")
        say(self.case, self.hanna, 4, part_sek=80_000, verdict="part", reason="too_high",
            text="Kostnaden är högre än vad som är skäligt för insatsen.")  # fmt: skip
        say(self.case, self.hanna, 5, verdict="none", reason="running_costs",
            text="Kostnaden hör till den löpande driften.")  # fmt: skip

    def drafted(self) -> None:
        """The proposal as it is written."""
        self._proposal("outcome", str(ProposedOutcome.GRANT))
        insert_reasons(application=self.case, actor=self.hanna, code="call-grant_part")

    def _proposal(self, name: str, text: str) -> None:
        path = proposal_path(name)
        base = work_value(self.case, path).number
        save_proposal_field(
            application=self.case, path=path, text=text, base=base, actor=self.hanna
        )

    def assessed(self) -> None:
        """The form is done, the decision is proposed, and the case waits for it."""
        services.begin_assessment(application=self.case, actor=self.hanna)
        for key, text in FORM.items():
            services.save_work(
                application=self.case,
                path=answer_path(1, key),
                text=text,
                base=0,
                actor=self.hanna,
            )
        services.say_assessment_done(application=self.case, actor=self.hanna)
        services.propose(
            application=self.case,
            actor=self.hanna,
            outcome=ProposedOutcome.GRANT,
            reasons=work_value(self.case, proposal_path("reasons")).text,
            conditions=["Ni ska i delredovisningen beskriva hur arbetet finansieras sedan."],
        )
        services.assess_application(application=self.case, actor=self.hanna)
        services.declare_conflict(application=self.case, actor=self.decider, has_conflict=False)

    # The others -------------------------------------------------------------------------------

    def others(self) -> None:
        """Two assessed cases in every county, and some that are in hand."""
        places = Municipality.objects.exclude(code__in=("1440", "1462")).order_by("code")
        by_county: dict[str, list[str]] = {}
        for code, county in places.values_list("code", "county"):
            by_county.setdefault(county, []).append(code)
        codes = [code for of_county in by_county.values() for code in of_county[:2]]
        for serial, code in enumerate(codes):
            case = self._other(serial, code, Status.ASSESSED)
            self._judged(case, serial)
        for serial, (code, status) in enumerate(
            zip(
                ("1480", "1490", "0581", "2480"),
                (Status.SUBMITTED, Status.COMPLETION_REQUESTED, Status.SUBMITTED, Status.SUBMITTED),
                strict=True,
            ),
            start=len(codes),
        ):
            self._other(serial, code, status)

    def _other(self, serial: int, code: str, status: Status) -> Application:
        asked = 250_000 + (serial * 7919 % 53) * 25_000
        case: Application = ApplicationFactory(
            call=self.call,
            lead=municipality(code),
            status=status,
            requested_sek=asked,
            register_number=self.agency.register_number(number=serial + 101, year=self.today.year),
            assigned_to=(self.ove if status == Status.ASSESSED and serial % 3 else self.hanna),
            completion_due=(
                self.today + timedelta(days=5) if status == Status.COMPLETION_REQUESTED else None
            ),
            received_at=self._at(serial + (0 if status == Status.ASSESSED else 12)),
        )
        area = self.call.definition.area_codes[serial % 11]
        CaseArea.objects.create(application=case, code=area, requested_sek=asked)
        return case

    def _at(self, serial: int) -> datetime:
        return timezone.now() - timedelta(days=21 + serial % 30, minutes=serial * 7)

    def _judged(self, case: Application, serial: int) -> None:
        asked = case.requested_sek or 0
        approved = asked if serial % 3 else asked * 4 // 5 // 1_000 * 1_000
        officer = case.assigned_to
        values: dict[str, Any] = {"assessed_by": officer, "assessed_at": timezone.now()}
        LineAssessment.objects.create(
            application=case,
            version=0,
            number=0,
            asked_sek=asked,
            verdict=LineVerdict.FULL if approved == asked else LineVerdict.PART,
            part_sek=None if approved == asked else approved,
            approved_sek=approved,
            reason="" if approved == asked else "too_high",
            text="" if approved == asked else "Kostnaden är högre än vad som är skäligt.",
            **values,
        )
        Assessment.objects.create(
            application=case,
            number=1,
            officer=officer,
            begun_at=timezone.now(),
            first_done_at=timezone.now(),
            done_at=timezone.now(),
            points=3 + serial * 5 % 7,
        )
        for requirement in self.call.requirements.filter(applies_to="all"):
            RequirementFindingFactory(
                application=case,
                requirement=requirement,
                organisation=case.lead,
                finding=FindingValue.MET,
                made_by=officer,
            )
        ProposalFactory(
            application=case,
            outcome=ProposedOutcome.GRANT if approved == asked else ProposedOutcome.PART,
            amount_sek=approved,
            reasons="Ansökan uppfyller prestationskraven.",
            prepared_by=officer,
        )
        ConflictDeclarationFactory(application=case, user=self.decider, has_conflict=False)
