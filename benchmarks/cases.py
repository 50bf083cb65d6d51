"""A database with any number of made-up applications, written by the services' own bulk
functions: the same transition table, ledger and hash chains as for everyone.

Ten years of calls in two streams, decided, paid and reported; the last year's calls are open,
with cases that have just come in. Organisations grow with the applications, so that one of
them has as many cases whatever the size. Run as `python -m benchmarks.cases NUMBER`.
"""

import json
import os
import random
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from typing import Any

import django

SEED = 7
YEARS = 10
"""Decided years before the open one."""
CASES_PER_ORGANISATION = 5
STREAMS = ("municipalities", "associations")
OFFICER, APPLICANT = "officer@bench.example", "applicant@bench.example"
SOUGHT = "Norrviken 17"
"""The end of the names that the filtered search looks for: as many at every size."""

_PLACES = (
    "Björkby", "Åmyra", "Östra ängen", "Älvsund", "Ekåsa", "Zinkgruvan", "Granfors", "Lillhamn",
    "Sjötorp", "Västerlund", "Åsele", "Törnsjö", "Hallsta", "Mörbo", "Kvarnby", "Norrviken",
)  # fmt: skip
_KIND_NAMES = {
    "municipality": "kommun", "city_district": "stadsdel", "municipal_association": "förbund",
    "region": "region", "association": "kvinnojour", "foundation": "stiftelse",
    "faith_community": "församling",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """What the pages are asked about: the accounts, and one case with its organisation."""

    officer: int
    applicant: int
    application: int
    submitted: tuple[int, ...]
    organisation: int
    report: int
    agency: str
    call: str
    open_call: str
    sought: str


def fill(number: int) -> Filled:
    """Fill a migrated, empty database with so many received applications."""
    from django.db import transaction

    with transaction.atomic():
        return _Filling(number).fill()


class _Filling:
    """One run: the register of organisations, then call after call."""

    def __init__(self, number: int) -> None:
        from core.models import Agency

        self.number = number
        self.random = random.Random(SEED)  # noqa: S311
        self.today = date.today()  # noqa: DTZ011 - the year that is open is this one
        self.agency = Agency.objects.create(
            code="provmyndigheten", name_sv="Provmyndigheten", name_en="The Trial Agency",
            short="PM", series="801",
        )  # fmt: skip
        self.leads: dict[str, list[int]] = {}
        self.others: dict[str, list[int]] = {}

    def fill(self) -> Filled:
        open_share = 1 / (YEARS + 1)
        newest = round(self.number * open_share)
        per_year, rest = divmod(self.number - newest, YEARS)
        self._organisations()
        for back in range(YEARS, 0, -1):
            self._decided_year(self.today.year - back, per_year + (rest if back == 1 else 0))
        submitted = self._open_year(newest)
        return self._filled(submitted)

    # The register ------------------------------------------------------------------------------

    def _organisations(self) -> None:
        from applicants.models import Organisation
        from core.formats import swedish_sort_key
        from core.models import Municipality

        places = list(Municipality.objects.order_by("code").values_list("code", "county"))
        wanted = max(self.number // CASES_PER_ORGANISATION, 40)
        kinds = self._kinds()
        made = []
        for serial in range(1, wanted + 1):
            stream = STREAMS[serial % 2]
            kind = kinds[stream][serial // 2 % len(kinds[stream])]
            code, county = places[self.random.randrange(len(places))]
            place = _PLACES[serial % len(_PLACES)]
            name = f"{place} {serial} {_KIND_NAMES[kind]}"
            if serial % (wanted // 10) == 3:
                name = f"{_KIND_NAMES[kind].capitalize()}en i {SOUGHT}, {serial}"
            made.append(
                (
                    stream,
                    Organisation(
                        org_no=_number("222" if stream == STREAMS[0] else "802", serial),
                        name=name,
                        sort_key=swedish_sort_key(name),
                        kind=kind,
                        county_id=county,
                        municipality_id=code,
                    ),
                )
            )
        Organisation.objects.bulk_create([each for _, each in made], batch_size=1_000)
        for stream in STREAMS:
            ids = [each.pk for of_stream, each in made if of_stream == stream]
            self.leads[stream] = ids

    def _kinds(self) -> dict[str, tuple[str, ...]]:
        return {
            stream: tuple(str(kind) for kind in self._source(stream).definition.who_may_apply)
            for stream in STREAMS
        }

    def _source(self, stream: str) -> Any:
        from grants.models import CallDefinitionRecord

        code = {"municipalities": "kommuner-2013", "associations": "foreningar-2013"}[stream]
        return CallDefinitionRecord.objects.filter(code=code).latest("version")

    def _call(self, stream: str, year: int, *, opened: bool = False) -> Any:
        from core.services.journal import Actor
        from grants.services.calls import open_call, record_copy

        source = self._source(stream)
        code = f"{source.code.rpartition('-')[0]}-{year}"
        record = record_copy(
            source=source,
            code=code,
            year=year,
            frame_sek=10**12,
            report_cutoff=date(year + 1, 6, 1),
        )
        return open_call(
            record=record,
            agency=self.agency,
            code=code,
            actor=Actor.importer(),
            opens_on=self.today - timedelta(days=20) if opened else date(year, 1, 1),
            closes_on=self.today + timedelta(days=40) if opened else date(year, 3, 15),
            imported=not opened,
        )

    # The decided years -------------------------------------------------------------------------

    def _decided_year(self, year: int, number: int) -> None:
        from grants.services import imported

        for position, stream in enumerate(STREAMS):
            call = self._call(stream, year)
            wanted = number // 2 + (number % 2 if position else 0)
            cases = [self._case(stream, year, serial, wanted) for serial in range(1, wanted + 1)]
            granted = []
            ids = imported.bring_in_cases(call=call, cases=cases, frame_left_sek=call.frame_sek)
            for (_, pk), case in zip(ids, cases, strict=True):
                if case.outcome == "granted":
                    granted.append((pk, case))
            reported = [each for each in granted if self.random.random() < 0.9]
            imported.bring_in_funds(call=call, funds=(_funds(year, *each) for each in reported))
            self._reports(stream, year, reported)

    def _case(self, stream: str, year: int, serial: int, wanted: int) -> Any:
        from grants.services.imported import ImportedCase

        chance, leads = self.random.random, self.leads[stream]
        # Every organisation of the stream about every other year, and never twice in one.
        lead = leads[(serial * len(leads) // max(wanted, 1) + year) % len(leads)]
        partners = ()
        if chance() < 0.2:
            partners = tuple({leads[self.random.randrange(len(leads))] for _ in range(2)} - {lead})
        outcome = "granted" if chance() < 0.75 else "withdrawn" if chance() < 0.1 else "rejected"
        requested = self.random.randrange(50, 2_000) * 1_000
        received = datetime.combine(
            date(year, 1, 10) + timedelta(days=self.random.randrange(60)), time(9), tzinfo=UTC
        ) + timedelta(seconds=self.random.randrange(8 * 3600))
        return ImportedCase(
            reference=f"{stream[0].upper()}{year % 100:02}-{serial:06}",
            lead_id=lead,
            partner_ids=partners,
            received_at=received,
            received_offset=None,
            requested_sek=requested,
            outcome=outcome,
            granted_sek=requested * 4 // 5 if outcome == "granted" else None,
            decided_on=date(year, 4, 15) + timedelta(days=self.random.randrange(40)),
        )

    def _reports(self, stream: str, year: int, granted: list[tuple[int, Any]]) -> None:
        from grants.services.imported import ImportedReport, accept_reports
        from reporting.services.imported import ImportedAnswers, bring_in_reports

        definition = self._source(stream).definition
        areas = definition.area_codes[:3]
        by_lead: dict[int, tuple[int, Any]] = {case.lead_id: (pk, case) for pk, case in granted}
        made = []
        for serial, (lead, (pk, _case)) in enumerate(sorted(by_lead.items()), start=1):
            received = datetime(year + 1, 4, 1, 9, tzinfo=UTC) + timedelta(
                minutes=self.random.randrange(90 * 24 * 60)
            )
            made.append(
                ImportedAnswers(
                    code=f"R{stream[0].upper()}{year % 100:02}-{serial:06}",
                    stream=stream,
                    year=year,
                    organisation_id=lead,
                    application_ids=(pk,),
                    received_at=received,
                    received_offset=None,
                    interim=False,
                    areas=[(area, "completed") for area in areas],
                    options=[(area, "q", "o") for area in areas],
                    values=[],
                )
            )
        for _ in bring_in_reports(agency=self.agency, reports=made):
            pass
        accept_reports(
            reports=(
                ImportedReport(each.application_ids[0], each.code, each.received_at, 0)
                for each in made
            )
        )

    # The open year -----------------------------------------------------------------------------

    def _open_year(self, number: int) -> list[int]:
        """Cases as they stand when they have just come in, with their register numbers."""
        from core.enums import JournalKind
        from core.services.journal import Actor, NewEvent, append_many
        from grants.enums import Approval, ParticipationRole, Status
        from grants.models import Application, Participation

        calls = {stream: self._call(stream, self.today.year, opened=True) for stream in STREAMS}
        now = datetime.now(UTC)
        found: list[int] = []
        for serials in batched(range(1, number + 1), 1_000, strict=False):
            made = []
            for serial in serials:
                stream = STREAMS[serial % 2]
                leads = self.leads[stream]
                made.append(
                    Application(
                        call=calls[stream],
                        lead_id=leads[serial // 2 % len(leads)],
                        status=Status.SUBMITTED,
                        register_number=self.agency.register_number(
                            number=serial, year=self.today.year
                        ),
                        received_at=now - timedelta(minutes=number - serial),
                        requested_sek=self.random.randrange(50, 2_000) * 1_000,
                    )
                )
            Application.objects.bulk_create(made)
            Participation.objects.bulk_create(
                Participation(
                    application=each,
                    organisation_id=each.lead_id,
                    role=ParticipationRole.LEAD,
                    approval=Approval.APPROVED,
                )
                for each in made
            )
            append_many(
                NewEvent(
                    kind=JournalKind.CASE,
                    subject=str(each.pk),
                    name="application.submitted",
                    payload={"action": "submit", "from": "draft", "to": "submitted"},
                    actor=Actor.system(),
                    occurred_at=each.received_at,
                )
                for each in made
            )
            found += [each.pk for each in made]
        self.open_call = calls[STREAMS[0]]
        return found

    # What is asked for -------------------------------------------------------------------------

    def _filled(self, submitted: list[int]) -> Filled:
        from applicants.enums import OrganisationRole, Role
        from applicants.models import Mandate, StaffRole, User
        from grants.models import Application
        from reporting.models import Report

        officer = User.objects.create_user(OFFICER, name="Hanna Handläggare")
        for role in (Role.CASE_OFFICER, Role.REGISTRAR):
            StaffRole.objects.create(user=officer, agency=self.agency, role=role)
        case = (
            Application.objects.filter(partner_count=2, status="final_reported")
            .order_by("-received_at")
            .first()
        )
        assert case is not None
        applicant = User.objects.create_user(APPLICANT, name="Siri Sökande")
        for part in (OrganisationRole.SIGNATORY, OrganisationRole.ADMINISTRATOR):
            Mandate.objects.create(
                user=applicant,
                organisation_id=case.lead_id,
                role=part,
                starts_on=date(2000, 1, 1),
                **_signing(part),
            )
        report = Report.objects.filter(references__application=case).get()
        return Filled(
            officer=officer.pk,
            applicant=applicant.pk,
            application=case.pk,
            submitted=tuple(submitted[-400:]),
            organisation=case.lead_id,
            report=report.pk,
            agency=self.agency.code,
            call=case.call.code,
            open_call=self.open_call.code,
            sought=SOUGHT,
        )


def _signing(part: Any) -> dict[str, Any]:
    """How the mandate signs, where mandates say so: alone, for a signatory."""
    from applicants.enums import OrganisationRole
    from applicants.models import Mandate

    names = {field.name for field in Mandate._meta.get_fields()}
    return (
        {"signing": "sole" if part == OrganisationRole.SIGNATORY else ""}
        if ("signing" in names)
        else {}
    )


def _funds(year: int, pk: int, case: Any) -> Any:
    from grants.services.imported import ImportedFunds

    return ImportedFunds(
        application_id=pk,
        lead_id=case.lead_id,
        reference=case.reference,
        year=year,
        measured_on=date(year, 12, 31),
        available_sek=case.granted_sek,
        spent_sek=case.granted_sek - 1_000,
        to_repay_sek=1_000,
        carried_from=None,
    )


def _number(prefix: str, serial: int) -> str:
    from stdnum import luhn

    digits = f"{prefix}{serial:06d}"
    digits += luhn.calc_check_digit(digits)
    return f"{digits[:6]}-{digits[6:]}"


def main() -> None:
    """Fill the database that DATABASE_URL names, and print what to ask for as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection

    filled = fill(int(sys.argv[1]))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    print(json.dumps(asdict(filled)))


if __name__ == "__main__":
    main()
