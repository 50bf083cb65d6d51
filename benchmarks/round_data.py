"""A round of any number of assessed applications, and a tenth as many that are still in hand,
put straight in place: what a case comes to by the services, without the way there.

Every organisation applies once, in a municipality of the register, every fifth time with
another. The frame is enough for two thirds of what is approved.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

SEED = 11
IN_HAND = 10
"""For so many assessed cases there is one in hand."""
LINES = 5
FRAME_PERCENT = 66
SOUGHT = "Sårbarhetsanalysen"
"""A word that one in a hundred applications has in another form."""
_AT_A_TIME = 500
_PLACES = ("Björkby", "Åmyra", "Ekåsa", "Granfors", "Lillhamn", "Sjötorp", "Törnsjö", "Mörbo")
_WORDS = (
    "Vi vill kartlägga våldets omfattning i kommunen och utbilda alla som möter utsatta.",
    "Socialtjänsten, skolan och polisen behöver gemensamma rutiner för hur en oro tas om hand.",
    "Barn som har upplevt våld får en egen kontakt inom en vecka och samtal i grupp.",
    "Styrgruppen följer upp insatserna varje kvartal och räknar hur många som har fått stöd.",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """Who works with the round, and the call."""

    officer: Any
    adopter: Any
    decider: Any
    call: Any
    county: str


def fill_round(number: int) -> Filled:
    """Put a round of so many assessed applications in a migrated, empty database."""
    from django.db import transaction

    with transaction.atomic():
        return _Filling(number).fill()


class _Filling:
    def __init__(self, number: int) -> None:
        self.number = number
        self.random = random.Random(SEED)  # noqa: S311
        self.now = datetime.now(UTC)

    def fill(self) -> Filled:
        from core.models import Municipality

        self._people()
        self._populations()
        self.places = list(Municipality.objects.order_by("code").values_list("code", "county"))
        self.call = self._call()
        self.requirements = list(self.call.requirements.order_by("position"))
        approved = 0
        for numbers in batched(range(1, self.number + 1), _AT_A_TIME, strict=False):
            approved += self._cases(numbers, assessed=True)
        in_hand = range(self.number + 1, self.number + 1 + max(self.number // IN_HAND, 3))
        for numbers in batched(in_hand, _AT_A_TIME, strict=False):
            self._cases(numbers, assessed=False)
        self.call.frame_sek = approved * FRAME_PERCENT // 100
        self.call.save(update_fields=["frame_sek"])
        return Filled(self.officer, self.adopter, self.decider, self.call, self.places[0][1])

    def _people(self) -> None:
        from applicants.enums import Role
        from applicants.models import StaffRole, User
        from core.models import Agency

        self.agency = Agency.objects.create(
            code="omgangsmyndigheten", name_sv="Omgångsmyndigheten", name_en="The Round Agency",
            short="OM", series="902",
        )  # fmt: skip
        roles = {"Hanna": Role.CASE_OFFICER, "Ove": Role.CASE_OFFICER, "Bo": Role.DECISION_MAKER}
        made = []
        for name, role in roles.items():
            user = User.objects.create_user(f"{name.lower()}@round.example", name=name)
            StaffRole.objects.create(user=user, agency=self.agency, role=role)
            made.append(user)
        self.officer, self.adopter, self.decider = made

    def _populations(self) -> None:
        from core.models import Municipality

        rows = list(Municipality.objects.order_by("code"))
        for row in rows:
            row.population = self.random.randrange(3_000, 120_000)
            row.population_on = self.now.date()
        Municipality.objects.bulk_update(rows, ["population", "population_on"])

    def _call(self) -> Any:
        from core.services.journal import Actor
        from grants.definitions.loader import built_in_definition
        from grants.services.calls import open_call, record_definition
        from portal.services.demo import open_call_document

        year = self.now.year + 1
        base = built_in_definition("kommuner-2013")
        self.definition = open_call_document("kommuner", base, year)
        record = record_definition(definition=self.definition)
        self.sha256 = record.sha256
        return open_call(
            record=record,
            agency=self.agency,
            code=self.definition.code,
            actor=Actor.importer(),
            opens_on=self.now.date() - timedelta(days=60),
            closes_on=self.now.date() - timedelta(days=20),
        )

    def _cases(self, numbers: tuple[int, ...], *, assessed: bool) -> int:
        """Some of the cases with all that stands in them; what is approved, whole SEK."""
        from core.checks import canonical_json, sha256_text
        from grants.content.search import requested_by_area, said_in
        from grants.enums import Approval, ParticipationRole
        from grants.models import (
            Application,
            ApplicationVersion,
            CaseArea,
            CaseSearch,
            Participation,
        )

        leads, partners = self._organisations(numbers)
        cases = [self._case(serial, leads[serial], assessed=assessed) for serial in numbers]
        documents = []
        for serial, case in zip(numbers, cases, strict=True):
            members = [leads[serial], *partners.get(serial, ())]
            document = self._document(serial, members)
            case.requested_sek = document["requested_sek"]
            case.partner_count = len(members) - 1
            documents.append((members, document))
        Application.objects.bulk_create(cases)
        pairs = list(zip(cases, documents, strict=True))
        Participation.objects.bulk_create(
            Participation(
                application=case,
                organisation=each,
                role=ParticipationRole.PARTNER if place else ParticipationRole.LEAD,
                approval=Approval.APPROVED,
            )
            for case, (members, _document) in pairs
            for place, each in enumerate(members)
        )
        texts = [canonical_json(document) for _case, (_members, document) in pairs]
        ApplicationVersion.objects.bulk_create(
            ApplicationVersion(
                application=case,
                number=1,
                document=text,
                sha256=sha256_text(text),
                submitted_at=case.received_at,
            )
            for case, text in zip(cases, texts, strict=True)
        )
        CaseSearch.objects.bulk_create(
            CaseSearch(application=case, text=said_in(document))
            for case, (_members, document) in pairs
        )
        CaseArea.objects.bulk_create(
            CaseArea(application=case, code=code, requested_sek=amount)
            for case, (_members, document) in pairs
            for code, amount in requested_by_area(document).items()
        )
        approved = self._judged(pairs) if assessed else 0
        self._opinions(cases, assessed=assessed)
        self._journal(cases, assessed=assessed)
        return approved

    def _organisations(self, numbers: tuple[int, ...]) -> tuple[dict[int, Any], dict[int, Any]]:
        """The lead of each case, and for every fifth a partner."""
        from applicants.models import Organisation
        from core.formats import swedish_sort_key

        def made(serial: int, prefix: str) -> Any:
            name = f"{_PLACES[serial % len(_PLACES)]} {prefix}{serial} kommun"
            code, county = self.places[serial % len(self.places)]
            return Organisation(
                name=name,
                sort_key=swedish_sort_key(name),
                kind="municipality",
                county_id=county,
                municipality_id=code,
                org_no=_org_no(prefix, serial),
            )

        leads = {serial: made(serial, "212") for serial in numbers}
        partners = {serial: (made(serial, "222"),) for serial in numbers if serial % 5 == 0}
        Organisation.objects.bulk_create(
            [*leads.values(), *(each for group in partners.values() for each in group)]
        )
        return leads, partners

    def _case(self, serial: int, lead: Any, *, assessed: bool) -> Any:
        from grants.enums import Status
        from grants.models import Application

        officer = self.officer if assessed or serial % 2 else None
        # Some of those in hand are older than the target, and some wait for a completion.
        days = 150 if not assessed and serial % 3 == 0 else 25
        waits = not assessed and serial % 4 == 1
        status = Status.COMPLETION_REQUESTED if waits else Status.SUBMITTED
        return Application(
            call=self.call,
            lead=lead,
            status=Status.ASSESSED if assessed else status,
            completion_due=self.now.date() + timedelta(days=7) if waits else None,
            assigned_to=officer,
            register_number=self.agency.register_number(number=serial, year=self.now.year),
            received_at=self.now - timedelta(days=days, seconds=serial),
        )

    def _document(self, serial: int, members: list[Any]) -> dict[str, Any]:
        """What was sent in: an area with an activity, and the budget lines of the members."""
        area = self.definition.area_codes[serial % len(self.definition.area_codes)]
        categories = ("salary", "training", "supervision", "travel", "material")
        amounts = [self.random.randrange(10, 200) * 1_000 for _ in range(LINES)]
        said = [self.random.choice(_WORDS) for _ in range(6)]
        if serial % 100 == 0:
            said.append("Sårbarhetsanalyser görs i varje stadsdel.")
        activity = {"number": 1, "title": "Kartläggning och utbildning", "time": "Hela året"}
        return {
            "definition": {"code": self.definition.code, "sha256": self.sha256},
            "participants": [{"org_no": each.org_no, "unit": each.unit} for each in members],
            "areas": [{"area": area, "activities": [{**activity, "description": said[0]}]}],
            "lines": [
                {
                    "number": place,
                    "activity": 1,
                    "organisation": place % len(members),
                    "category": categories[place % len(categories)],
                    "text": f"Budgetpost {place}",
                    "amount_sek": amount,
                    "other_sek": None,
                }
                for place, amount in enumerate(amounts, start=1)
            ],
            "answers": [{"question": f"fråga {n}", "text": text} for n, text in enumerate(said)],
            "requested_sek": sum(amounts),
        }

    def _judged(self, pairs: list[tuple[Any, tuple[list[Any], dict[str, Any]]]]) -> int:
        """Findings, checked lines, a form and a proposal of each case; what is approved."""
        from reviews.enums import FindingValue, ProposedOutcome
        from reviews.models import (
            Assessment,
            ConflictDeclaration,
            LineAssessment,
            Proposal,
            RequirementFinding,
        )

        RequirementFinding.objects.bulk_create(
            RequirementFinding(
                application=case,
                requirement=requirement,
                organisation=each,
                finding=FindingValue.MET,
                made_by=self.officer,
            )
            for case, (members, _document) in pairs
            for each in members
            for requirement in self.requirements
            if requirement.applies_to == "all"
        )
        lines = {
            case.pk: [self._line(case, line) for line in document["lines"]]
            for case, (_members, document) in pairs
        }
        LineAssessment.objects.bulk_create(each for found in lines.values() for each in found)
        sums = {key: sum(each.approved_sek for each in found) for key, found in lines.items()}
        cases = [case for case, _sent_in in pairs]
        Assessment.objects.bulk_create(
            Assessment(
                application=case,
                number=1,
                officer=self.officer,
                begun_at=self.now,
                first_done_at=self.now,
                done_at=self.now,
                points=self.random.randrange(10),
            )
            for case in cases
        )
        Proposal.objects.bulk_create(
            Proposal(
                application=case,
                outcome=ProposedOutcome.PART,
                amount_sek=sums[case.pk],
                reasons="Kraven är uppfyllda. En del av kostnaderna godtas inte.",
                prepared_by=self.officer,
            )
            for case in cases
        )
        ConflictDeclaration.objects.bulk_create(
            ConflictDeclaration(application=case, user=self.decider, has_conflict=False)
            for case in cases
        )
        return sum(sums.values())

    def _line(self, case: Any, line: dict[str, Any]) -> Any:
        """What is said of a budget line: half of the first, and the others in full."""
        from reviews.enums import LineVerdict
        from reviews.models import LineAssessment

        asked = line["amount_sek"]
        said = {"verdict": LineVerdict.FULL, "approved_sek": asked}
        if line["number"] == 1:
            said = {
                "verdict": LineVerdict.PART,
                "part_sek": asked // 2,
                "approved_sek": asked // 2,
                "reason": "too_high",
                "text": "Kostnaden är högre än vad som är skäligt.",
            }
        return LineAssessment(
            application=case,
            version=1,
            number=line["number"],
            asked_sek=asked,
            assessed_by=self.officer,
            assessed_at=self.now,
            **said,
        )

    def _opinions(self, cases: list[Any], *, assessed: bool) -> None:
        """The county board's opinion: given where the case is assessed, else waited for, and
        every other one overdue."""
        from reviews.enums import Recommendation
        from reviews.models import Opinion

        Opinion.objects.bulk_create(
            Opinion(
                application=case,
                county_id=case.lead.county_id,
                due_on=self.now.date() + timedelta(days=-5 if place % 2 else 10),
                asked_by=self.officer,
                asked_at=case.received_at,
                recommendation=Recommendation.RECOMMENDED if assessed else Recommendation.WAITING,
                reasons="Behovet är stort i länet." if assessed else "",
                given_at=self.now if assessed else None,
            )
            for place, case in enumerate(cases)
        )

    def _journal(self, cases: list[Any], *, assessed: bool) -> None:
        from core.enums import JournalKind
        from core.services.journal import Actor, NewEvent, append_many

        names = ("application.submitted", *(["application.assessed"] if assessed else []))
        append_many(
            NewEvent(
                kind=JournalKind.CASE,
                subject=str(case.pk),
                name=name,
                payload={},
                actor=Actor.system(),
                occurred_at=case.received_at,
            )
            for case in cases
            for name in names
        )


def _org_no(prefix: str, serial: int) -> str:
    from stdnum import luhn

    digits = f"{prefix}{serial:06d}"
    digits += luhn.calc_check_digit(digits)
    return f"{digits[:6]}-{digits[6:]}"
