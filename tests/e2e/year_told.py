"""The year 2013 as those see it who make the national report of it, and a part of 2014."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.enums import JournalKind
from core.models import OutboxMessage
from grants.enums import EntryKind, NoticeKind, Status
from grants.models import Application, Call
from portal.imports import bring_in_year
from reporting.enums import AreaStatus, ReportStatus
from reporting.models import Edition, Report
from reporting.selectors.texts import newest_of
from reporting.services.previews import preview
from reporting.services.texts import confirm_sentences, write_text
from reporting.services.trainings import Held, enter_training
from tests.e2e.office import municipality
from tests.factories import (
    ApplicationFactory,
    DecisionFactory,
    LedgerEntryFactory,
    ReportAnswerFactory,
    ReportAreaFactory,
    ReportFactory,
    ReportVersionFactory,
    staff,
)
from tests.portal.year_factory import Tables, copy_of
from tests.reporting.years import YEAR_2013, bring_in, edition_of

YEAR, NEXT, CUTOFF_OF_NEXT = 2013, 2014, date(2015, 6, 1)
REPORTS_OF_NEXT = 50
DUE = date(2014, 4, 30)
REMINDERS = (date(2014, 4, 16), date(2014, 4, 29), date(2014, 5, 5))
AGAIN = datetime(2014, 5, 12, 12, tzinfo=UTC)
BODY = (
    "År {year} kom det in {applications.municipalities} ansökningar från kommuner. "
    "{granted.municipalities} av dem beviljades, tillsammans {granted_sek.municipalities}."
    "\n\n"
    "{reports.municipalities} redovisningar kom in i tid. I {table6.mapping.largely} av dem som "
    "redovisar en kartläggning motsvarar resultaten i stor utsträckning de förväntade."
)
TRAININGS = ("Våld i nära relationer, grundutbildning", "Att fråga om våld", "Bemötande av barn")
BETTER = {"partly": "largely", "slightly": "partly", "not_at_all": "slightly"}


def next_year(tables: Tables) -> None:
    """2014: new grants to municipalities that reported in 2013, a third of which say that their
    results came out better than then."""
    reports = [
        row
        for row in tables["reports"]
        if row["stream"] == "municipalities" and "K13" in row["references"]
    ][:REPORTS_OF_NEXT]
    anew = {
        row["report"]: (row["report"].replace("13", "14", 1), row["references"][-4:])
        for row in reports
    }
    leads = {row["report"]: row["organisation"] for row in reports}
    tables.rows["calls"] = [
        {
            "call": "kommuner-2014",
            "definition": "kommuner-2013",
            "year": str(NEXT),
            "frame_sek": "60000000",
            "report_cutoff": CUTOFF_OF_NEXT.isoformat(),
        }
    ]
    tables.rows["applications"] = [
        {
            "reference": f"K14-{number}",
            "call": "kommuner-2014",
            "lead": leads[before],
            "received_at": "2013-11-20T10:00:00+01:00",
            "requested_sek": "600000",
            "outcome": "granted",
            "granted_sek": "450000",
            "decided_at": "2014-03-13",
        }
        for before, (_, number) in anew.items()
    ]
    tables.rows["funds"] = [
        {
            "reference": f"K14-{number}",
            "year": str(NEXT),
            "available_sek": "450000",
            "spent_sek": "320000",
            "to_repay_sek": "0",
        }
        for _, number in anew.values()
    ]
    tables.rows["reports"] = [
        row
        | {
            "report": anew[row["report"]][0],
            "year": str(NEXT),
            "references": f"K14-{anew[row['report']][1]}",
            "received_at": "2015-04-20T12:00:00+02:00",
        }
        for row in reports
    ]
    tables.rows["partners"] = []
    for name in ("areas", "answers"):
        tables.rows[name] = [
            row | {"report": anew[row["report"]][0]}
            for row in tables[name]
            if row["report"] in anew
        ]
    for row in tables["answers"][::3]:
        row["option"] = BETTER.get(row["option"], row["option"])
    there = set(leads.values())
    tables.rows["organisations"] = [
        row for row in tables["organisations"] if row["organisation"] in there
    ]


class YearTold:
    """The agency whose year it is, and an analyst there."""

    def __init__(self) -> None:
        self.agency = bring_in()
        self.analyst: User = staff(self.agency, Role.ANALYST, name="Ulf Utredare")
        self.call = Call.objects.get(code="kommuner-2013")

    def edition(self) -> Edition:
        return edition_of(self.agency)

    def written(self) -> None:
        """A summary of the year, confirmed at its figures."""
        write_text(body=BODY, base=0, **self._text())

    def confirmed(self) -> None:
        """Its sentences, confirmed at the figures of now."""
        text = newest_of(agency=self.agency, year=YEAR, place="summary", language="sv")
        assert text is not None
        confirm_sentences(
            text=text,
            sentences=frozenset(text.confirmed),
            figures=self._text()["figures"],
            actor=self.analyst,
        )

    def _text(self) -> dict[str, Any]:
        found = preview(agency=self.agency, year=YEAR, language="sv")
        return {
            "agency": self.agency,
            "year": YEAR,
            "place": "summary",
            "language": "sv",
            "figures": found.figures,
            "actor": self.analyst,
        }

    # What comes in afterwards -------------------------------------------------------------------

    def came_in(self) -> None:
        """Two cases of which the edition knows nothing, one reported; three more reports are
        missing, and a report was sent in anew."""
        self._reported(self._case("K13-0901", "1885", 420_000))
        waiting = (("2321", 380_000), ("1730", 250_000), ("0140", 510_000))
        for serial, (code, amount_sek) in enumerate(waiting, start=902):
            case = self._case(f"K13-{serial:04}", code, amount_sek)
            report = ReportFactory(
                agency=self.agency, code=f"RK13-{serial:04}", organisation=case.lead,
                applications=[case], due_on=DUE,
            )  # fmt: skip
            self._reminded(report, case, REMINDERS[: serial - 900])
        self._anew(Report.objects.get(code="RK13-0009"))

    def _case(self, reference: str, code: str, amount_sek: int) -> Application:
        case: Application = ApplicationFactory(
            call=self.call,
            lead=municipality(code),
            reference=reference,
            status=Status.INTERIM_REPORTED,
            requested_sek=amount_sek + 100_000,
            granted_sek=amount_sek,
        )
        DecisionFactory(
            application=case, amount_sek=amount_sek, imported=True, decider=None, preparer=None,
            reasons="",
        )  # fmt: skip
        for kind, amount in ((EntryKind.GRANTED, amount_sek), (EntryKind.SPENT, amount_sek // 2)):
            LedgerEntryFactory(application=case, kind=kind, amount_sek=amount)
        return case

    @staticmethod
    def _anew(report: Report) -> None:
        """Sent in again, with better results of the mapping."""
        before = report.versions.get()
        version = ReportVersionFactory(report=report, number=2, received_at=AGAIN)
        for area in before.areas.all():
            ReportAreaFactory(version=version, area=area.area, status=area.status)
        for answer in before.answers.all():
            better = (answer.area, answer.question) == ("mapping", "expected_results")
            ReportAnswerFactory(
                version=version,
                area=answer.area,
                question=answer.question,
                option="fully" if better else answer.option,
            )

    @staticmethod
    def _reported(case: Application) -> None:
        """An accepted report of the case, which came in time."""
        report = ReportFactory(
            agency=case.call.agency, code="RK13-0901", organisation=case.lead,
            status=ReportStatus.ACCEPTED, applications=[case], first_received_at=AGAIN,
        )  # fmt: skip
        version = ReportVersionFactory(report=report, received_at=AGAIN)
        ReportAreaFactory(version=version, area="mapping", status=AreaStatus.COMPLETED)
        ReportAnswerFactory(
            version=version, area="mapping", question="expected_results", option="fully"
        )
        ReportAnswerFactory(
            version=version, area="", question="attended_regional_training", option="yes"
        )

    def _reminded(self, report: Report, case: Application, days: Iterable[date]) -> None:
        for step, day in enumerate(days):
            OutboxMessage.objects.create(
                recipient="registrator@kommunen.example", language="sv",
                subject="Det finns nytt i ett ärende", body="Logga in för att läsa.",
                state="sent", next_attempt_at=timezone.now(), created_at=timezone.now(),
                dedupe_key=f"{NoticeKind.REPORT_REMINDER}:{case.pk}:{report.pk}:{DUE}:{step}:1",
                sent_at=datetime(day.year, day.month, day.day, 6, tzinfo=UTC),
                journal_kind=JournalKind.CASE, journal_subject=str(case.pk),
            )  # fmt: skip

    def next_year(self, folder: Path) -> None:
        """Some reports of the year after, and an edition of them."""
        bring_in_year(path=copy_of(YEAR_2013, folder, next_year), agency=None, dry_run=False)
        edition_of(self.agency, year=NEXT, cutoff=CUTOFF_OF_NEXT)

    def trained(self) -> None:
        """A training in each county, with those there that say that they took part in one, all
        but a few; and in one county with those too that say that they did not."""
        reports = Report.objects.filter(year=YEAR, first_received_at__isnull=False).select_related(
            "organisation__county"
        )
        no = set(
            reports.filter(
                versions__answers__question="attended_regional_training",
                versions__answers__option="no",
            ).values_list("organisation", flat=True)
        )
        by_county: dict[str, list[Any]] = {}
        for report in reports.order_by("code"):
            by_county.setdefault(report.organisation.county_id, []).append(report.organisation)
        for serial, (_, organisations) in enumerate(sorted(by_county.items())):
            there = [each for each in organisations if each.pk not in no]
            if serial in (3, 9, 14):
                there.remove(next(each for each in there if "rekonstruerad" not in each.name))
            if serial == 5:
                there += [each for each in organisations if each.pk in no]
            enter_training(
                agency=self.agency,
                held=Held(
                    organisations[0].county,
                    date(YEAR, 3 + serial % 8, 4 + serial),
                    TRAININGS[serial % 3],
                    tuple(dict.fromkeys(there)),
                ),
                actor=self.analyst,
            )
