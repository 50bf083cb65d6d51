"""Reading a report while it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from applicants.rules import WRITERS, mandates_held
from applicants.selectors import (
    organisation_ids_of,
    organisation_ids_taken_over,
    organisations_acted_for,
)
from grants.checks import Finding
from grants.content.draft import SavedValue
from grants.definitions import CallDefinition
from grants.enums import Approval
from grants.models import Application, Participation
from reporting.checks.answers import ReportSnapshot, run
from reporting.content.draft import ReportDraft, report_draft
from reporting.content.paths import CERTIFICATE, is_open, line_of, organisation_of
from reporting.content.plan import ReportPlan
from reporting.enums import ReportStatus
from reporting.models import (
    Report,
    ReportFile,
    ReportReference,
    ReportReturn,
    ReportSignature,
    ReportValue,
)

from .plan import applications_of, definition_for, plan_of
from .reports import UNSEEN


@dataclass(frozen=True, kw_only=True)
class ReportRoom:
    """A report as one of its writers or readers meets it. `own` are the organisations taking
    part that the person writes for."""

    report: Report
    applications: tuple[Application, ...]
    definition: CallDefinition
    plan: ReportPlan
    values: Mapping[str, SavedValue]
    files: tuple[ReportFile, ...]
    done: frozenset[int]
    asked: ReportReturn | None
    own: frozenset[int]

    def value(self, path: str) -> SavedValue:
        """A field as it now stands; version 0 for one never saved."""
        return self.values.get(path) or SavedValue(path)

    @property
    def writes_for_lead(self) -> bool:
        """Whether the person writes the report as a whole."""
        return self.report.organisation_id in self.own

    @property
    def is_open(self) -> bool:
        """Whether anything of it can be written now."""
        return self.report.status in WRITABLE

    @property
    def questions(self) -> Mapping[str, str]:
        """What the officer asks about each field named, by its path."""
        return dict(self.asked.items) if self.asked else {}

    def may_write(self, path: str) -> bool:
        """Whether the person may write the field now, by the rule that saving goes by."""
        return writes(self.plan, self.own, path) and self.is_unlocked(path)

    def is_unlocked(self, path: str) -> bool:
        """Whether the report's state lets anyone write the field."""
        return unlocked(self.report, self.asked, path)

    @cached_property
    def draft(self) -> ReportDraft:
        """What has been written, put together."""
        texts = {path: value.text for path, value in self.values.items()}
        return report_draft(self.definition, self.plan, texts)

    @cached_property
    def snapshot(self) -> ReportSnapshot:
        """What the checks go by."""
        return ReportSnapshot(
            definition=self.definition,
            plan=self.plan,
            draft=self.draft,
            kind=self.report.kind,
            today=timezone.localdate(),
            due_on=self.report.due_on,
            certificates=sum(each.place == CERTIFICATE for each in self.files),
            done=self.done,
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that the checks say."""
        return run(self.snapshot)

    @property
    def last_saved(self) -> SavedValue | None:
        """The field that was saved last."""
        saved = [each for each in self.values.values() if each.saved_at]
        return max(saved, key=lambda each: (each.saved_at, each.number), default=None)


WRITABLE = frozenset({ReportStatus.DUE, ReportStatus.DRAFT, ReportStatus.RETURNED})


def writes(plan: ReportPlan, own: frozenset[int], path: str) -> bool:
    """Whether one who writes for these organisations writes the field: an organisation's own
    part is its own people's, a budget line also the lead's, the rest the lead's."""
    of = organisation_of(path)
    if of is not None:
        return of in own
    lead = plan.takers[0].organisation in own
    at = line_of(path)
    if at is not None and not lead:
        line = plan.line(*at)
        return line is not None and line.organisation in own
    return lead


def unlocked(report: Report, asked: ReportReturn | None, path: str) -> bool:
    """Whether anyone may write the field now: of a returned report what was asked about."""
    if report.status == ReportStatus.RETURNED:
        names = [name for name, _question in asked.items] if asked else []
        return not names or is_open(path, names)
    return report.status in WRITABLE


def reports_written_by(user: Any) -> QuerySet[Report]:
    """The reports, also those still due, of the organisations that the person acts for, and of
    grants that such an organisation takes part in."""
    return Report.objects.filter(
        _of_those(organisations_acted_for(user).values("pk"))
    ).select_related("agency", "organisation")


def reports_read_by(user: Any) -> QuerySet[Report]:
    """The same, and of the organisations that these have absorbed what has been received."""
    taken_over = organisation_ids_taken_over(user)
    if not taken_over:
        return reports_written_by(user)
    received = _of_those(taken_over) & ~Q(status__in=UNSEEN)
    own = _of_those(organisation_ids_of(user))
    return Report.objects.filter(own | received).select_related("agency", "organisation")


def _of_those(organisations: Any) -> Q:
    parts = Participation.objects.filter(organisation__in=organisations).exclude(
        approval=Approval.DECLINED
    )
    taken_part = ReportReference.objects.filter(application__in=parts.values("application"))
    return Q(organisation__in=organisations) | Q(pk__in=taken_part.values("report"))


def room_of_report(report: Report, user: Any, language: str = "sv") -> ReportRoom:
    """The report with all that its pages need, in half a dozen queries."""
    applications = applications_of(report)
    plan = plan_of(report, applications, language)
    definition = definition_for(report, applications)
    acted_for = {held.organisation_id for held in mandates_held(user) if held.role in WRITERS}
    certified = definition.report_form.certificate_from_sek is not None
    return ReportRoom(
        report=report,
        applications=tuple(applications),
        definition=definition,
        plan=plan,
        values=report_values(report),
        files=tuple(files_of(report)) if certified else (),
        done=frozenset(each.organisation for each in plan.takers if each.done),
        asked=open_return(report),
        own=frozenset(acted_for) & {each.organisation for each in plan.takers},
    )


def report_values(report: Report) -> dict[str, SavedValue]:
    """The fields as they now stand, by path."""
    rows = ReportValue.objects.filter(report=report, current=True).select_related("saved_by")
    return {row.path: saved(row) for row in rows}


def history_of_value(report: Report, path: str) -> list[SavedValue]:
    """Every version of a field, the newest first."""
    rows = ReportValue.objects.filter(report=report, path=path)
    return [saved(row) for row in rows.select_related("saved_by").order_by("-number")]


def earlier_texts(report: Report, bases: Mapping[str, int]) -> dict[str, str]:
    """What the fields said in those versions; those never saved said nothing."""
    rows = ReportValue.objects.filter(report=report, path__in=list(bases))
    return {
        path: text
        for path, number, text in rows.values_list("path", "number", "text")
        if bases[path] == number
    }


def files_of(report: Report) -> QuerySet[ReportFile]:
    """The report's files, but for those removed."""
    files = ReportFile.objects.filter(report=report, removed_at__isnull=True)
    return files.select_related("file").order_by("added_at", "pk")


def open_return(report: Report) -> ReportReturn | None:
    """What the agency asks of a returned report."""
    if report.status != ReportStatus.RETURNED:
        return None
    return report.returns.filter(closed_at__isnull=True).first()


def open_signatures(report: Report) -> list[ReportSignature]:
    """The signatures that are not yet under anything sent in, the earliest first."""
    rows = report.signatures.filter(version=None).select_related("user")
    return list(rows.order_by("signed_at", "pk"))


def signatures_of(report: Report) -> list[ReportSignature]:
    """Those under what was sent in, version by version."""
    rows = report.signatures.filter(version__isnull=False).select_related("user", "version")
    return list(rows.order_by("version__number", "signed_at", "pk"))


def saved(row: ReportValue) -> SavedValue:
    """A version of a field."""
    return SavedValue(
        path=row.path,
        text=row.text,
        number=row.number,
        saved_at=row.saved_at,
        saved_by=str(row.saved_by),
    )
