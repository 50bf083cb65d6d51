"""An agency's year as the pages show it: a call of 2013, cases, money, reports, an edition."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from applicants.enums import Role
from applicants.models import Organisation, User
from core.enums import JournalKind
from core.models import Agency
from core.services.journal import Actor, NewEvent, append_many
from grants.enums import EntryKind, Outcome, Status
from grants.models import Application, Call, CallDefinitionRecord
from reporting.enums import AreaStatus, ReportStatus
from reporting.models import Edition, Report
from reporting.services.editions import build_edition
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    CallFactory,
    CountyFactory,
    DecisionFactory,
    EditionBuildFactory,
    LedgerEntryFactory,
    OrganisationFactory,
    ReportAnswerFactory,
    ReportAreaFactory,
    ReportFactory,
    ReportVersionFactory,
    RequirementFindingFactory,
    UserFactory,
    staff,
)

RECEIVED = datetime(2014, 4, 20, 12, tzinfo=UTC)
CUTOFF = date(2014, 6, 1)


@dataclass
class World:
    """The people around an agency, and its call of 2013 for municipalities."""

    agency: Agency
    call: Call
    officer: User
    analyst: User
    registrar: User
    colleague_elsewhere: User
    stranger: User

    def case(self, number: int = 1, *, reported: bool = True, **fields: Any) -> Application:
        """A reported grant from an old register; `reported`: with its report."""
        lead = fields.pop("lead", None) or municipality(f"Kommun {number:03}")
        application: Application = ApplicationFactory(
            call=self.call,
            lead=lead,
            reference=f"K13-{number:04}",
            status=Status.INTERIM_REPORTED,
            requested_sek=500_000,
            granted_sek=300_000,
            **fields,
        )
        DecisionFactory(
            application=application,
            outcome=Outcome.GRANTED,
            amount_sek=300_000,
            imported=True,
            decider=None,
            preparer=None,
            reasons="",
        )
        book(application, EntryKind.GRANTED, 300_000)
        book(application, EntryKind.SPENT, 120_000)
        tell(application)
        if reported:
            self.report(application, f"RK13-{number:04}")
        return application

    def report(self, application: Application, code: str, **fields: Any) -> Report:
        """An accepted report: mapping is completed, to its largest part as expected."""
        report: Report = ReportFactory(
            **{
                "agency": self.agency,
                "code": code,
                "organisation": application.lead,
                "status": ReportStatus.ACCEPTED,
                "first_received_at": RECEIVED,
                "applications": [application],
            }
            | fields
        )
        version = ReportVersionFactory(report=report, received_at=report.first_received_at)
        ReportAreaFactory(version=version, area="mapping", status=AreaStatus.COMPLETED)
        answer = {"version": version, "area": "mapping"}
        ReportAnswerFactory(**answer, question="expected_results", option="largely")
        ReportAnswerFactory(
            version=version, area="", question="attended_regional_training", option="yes"
        )
        return report

    def edition(self) -> Edition:
        """An edition of what has been reported, made as a worker makes it."""
        return build_edition(
            agency=self.agency, year=2013, cutoff=CUTOFF, actor=Actor.system()
        ).edition


def make_world() -> World:
    agency = AgencyFactory(code="provmyndigheten", short="Provmyndigheten")
    record = CallDefinitionRecord.objects.filter(code="kommuner-2013").latest("version")
    call = CallFactory(
        agency=agency, code="kommuner-2013", definition_record=record, frame_sek=70_000_000
    )
    return World(
        agency=agency,
        call=call,
        officer=staff(agency, Role.CASE_OFFICER),
        analyst=staff(agency, Role.ANALYST),
        registrar=staff(agency, Role.REGISTRAR),
        colleague_elsewhere=staff(AgencyFactory(), Role.CASE_OFFICER),
        stranger=UserFactory(),
    )


def municipality(name: str, county: str = "01", **fields: Any) -> Organisation:
    """A municipality in a county of the register."""
    found: Organisation = OrganisationFactory(
        name=name, county=CountyFactory(code=county), **fields
    )
    return found


def book(application: Application, kind: EntryKind, amount_sek: int, year: int = 2013) -> None:
    """An entry in the case's ledger, past the services."""
    LedgerEntryFactory(
        application=application,
        organisation=application.lead,
        kind=kind,
        year=year,
        amount_sek=amount_sek,
    )


def tell(application: Application, times: int = 1) -> None:
    """The event of a grant in an old register, of which two things are not recorded."""
    event = NewEvent(
        kind=JournalKind.CASE,
        subject=str(application.pk),
        name="application.granted",
        payload={"amount_sek": 300_000, "not_recorded": ["four_eyes", "made_by"]},
        actor=Actor.importer(),
        occurred_at=datetime(2013, 3, 13, 23, tzinfo=UTC),
    )
    with transaction.atomic():
        append_many([event] * times)


def edition_address(edition: Edition, name: str = "edition-detail", *more: object) -> str:
    return reverse(name, args=[edition.agency.code, edition.year, edition.number, *more])


def everywhere(world: World) -> dict[str, str]:
    """An address of every kind of page, with something on each."""
    case = world.case(1, partners=[municipality("Partner 001", "14")])
    RequirementFindingFactory(
        application=case,
        requirement=world.call.requirements.first(),
        organisation=case.lead,
        reason="K",
    )
    edition = world.edition()
    late = world.case(2, reported=False)
    world.report(late, "RK13-0002")
    second = world.edition()
    build = EditionBuildFactory(agency=world.agency, cutoff=CUTOFF)
    report = world.agency.reports.get(code="RK13-0001")
    return {
        "front": "/",
        "about": reverse("about"),
        "accessibility": reverse("accessibility"),
        "sign-in": reverse("account_login"),
        "calls": reverse("call-list"),
        "call": reverse("call-detail", args=[world.agency.code, world.call.code]),
        "applications": f"{reverse('application-list')}?status={case.status}&sort=-granted",
        "nothing found": f"{reverse('application-list')}?q=saknas",
        "application": reverse("application-detail", args=[case.pk]),
        "organisations": reverse("organisation-list"),
        "organisation": reverse("organisation-detail", args=[case.lead_id]),
        "reports": reverse("report-list"),
        "report": reverse("report-detail", args=[report.pk]),
        "editions": reverse("edition-list"),
        "edition": edition_address(edition),
        "second edition": edition_address(second),
        "cell": edition_address(edition, "cell-detail", 1, "mapping", "completed"),
        "build": reverse("edition-build"),
        "building": reverse("build-detail", args=[build.pk]),
    }
