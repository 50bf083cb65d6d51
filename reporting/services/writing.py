"""Writing a report, field by field: nothing that was saved is lost or silently replaced.

Lock order as `reporting.services.reports`. A report that nobody has begun is begun by its first
saved field.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from applicants.models import User
from applicants.rules import WRITERS
from applicants.selectors import acts_for
from core.checks.files import FileRefused
from core.models import StoredFile
from core.selectors.prepared import Prepared
from grants.content.draft import SavedValue
from grants.models import Application
from grants.services.drafts import FieldLocked
from grants.services.moving import UnknownField, record
from grants.services.versions import canonical_over, keep_version
from reporting.content.fields import report_field
from reporting.content.paths import CERTIFICATE, line_of, organisation_of
from reporting.content.plan import ReportPlan
from reporting.enums import ReportStatus
from reporting.models import Report, ReportFile, ReportPart, ReportValue
from reporting.selectors.plan import definition_for, plan_of
from reporting.selectors.writing import files_of, open_return, saved, unlocked, writes

from .reports import begin, locked_report

WRITE = "reporting.write_report"


def _written_for(actor: User, plan: ReportPlan) -> frozenset[int]:
    return acts_for(actor, WRITERS) & {each.organisation for each in plan.takers}


def _may_write(report: Report, plan: ReportPlan, path: str, actor: User) -> frozenset[int]:
    """The organisations that the actor writes for. Raises PermissionDenied, FieldLocked."""
    own = _written_for(actor, plan)
    if not own or not writes(plan, own, path):
        raise PermissionDenied(WRITE)
    if not unlocked(report, open_return(report), path):
        raise FieldLocked
    return own


_newest = Prepared(
    lambda report, path: ReportValue.objects.filter(
        report=report, path=path, current=True
    ).select_related("saved_by")
)


@transaction.atomic
def save_value(
    *,
    report: Report,
    path: str,
    text: str,
    base: int,
    actor: User,
    page: str = "",
    language: str = "sv",
) -> SavedValue:
    """Save one field over its version `base` (0: never saved), and give it as it now stands.

    As `grants.services.writing.save_value`. Raises PermissionDenied, FieldLocked, UnknownField,
    grants.services.versions.ValueChanged, and core.definitions.UnfitValueError.
    """
    report, applications = locked_report(report)
    plan = plan_of(report, applications, language)
    spec = report_field(definition_for(report, applications), plan, path, language)
    if spec is None:
        raise UnknownField(path)
    _may_write(report, plan, path, actor)
    row = _newest.first(report.pk, path)
    there = SavedValue(path) if row is None else saved(row)
    canonical = canonical_over(
        report.values, spec=spec, text=text, base=base, there=there, actor=actor, page=page
    )
    if canonical is None:
        return there
    if report.status == ReportStatus.DUE:
        begin(report, applications, actor=actor)
    kept = keep_version(
        ReportValue,
        of={"report": report},
        path=path,
        text=canonical,
        number=there.number + 1,
        by=actor,
        page=page,
    )
    _undo_done(report, plan, path)
    return kept


def _undo_done(report: Report, plan: ReportPlan, path: str) -> None:
    """A part that is changed is no longer done."""
    of = organisation_of(path)
    at = line_of(path)
    if of is None and at is not None and (line := plan.line(*at)) is not None:
        of = line.organisation
    if of is not None:
        ReportPart.objects.filter(report=report, organisation=of).delete()


@transaction.atomic
def say_part_done(*, report: Report, organisation: int, actor: User) -> ReportPart:
    """One who writes for an organisation of a joint grant says that its part is done. Raises
    PermissionDenied, FieldLocked, UnknownField for one that takes no part."""
    report, applications = locked_report(report)
    plan = plan_of(report, applications)
    if not any(each.organisation == organisation for each in plan.partners):
        raise UnknownField(str(organisation))
    _may_write(report, plan, f"part.{organisation}", actor)
    if report.status == ReportStatus.DUE:
        begin(report, applications, actor=actor)
    part, is_new = ReportPart.objects.get_or_create(
        report=report,
        organisation_id=organisation,
        defaults={"done_at": timezone.now(), "done_by": actor},
    )
    if is_new:
        for application in applications:
            record(
                application,
                "report.part_done",
                actor=actor,
                payload={"report": report.code, "organisation": organisation},
            )
    return part


@transaction.atomic
def attach_certificate(*, report: Report, file: StoredFile, actor: User) -> ReportFile:
    """Put a received file in the report. Raises PermissionDenied for others than those who
    write for the lead, FieldLocked, FileRefused `too_many`."""
    report, applications = locked_report(report)
    _may_change_files(report, applications, actor)
    if files_of(report).count() >= settings.FILES_PER_CASE:
        raise FileRefused("too_many", limit=settings.FILES_PER_CASE)
    if report.status == ReportStatus.DUE:
        begin(report, applications, actor=actor)
    return ReportFile.objects.create(
        report=report,
        file=file,
        place=CERTIFICATE,
        organisation=report.organisation,
        added_at=timezone.now(),
        added_by=actor,
    )


def _may_change_files(report: Report, applications: list[Application], actor: User) -> None:
    _may_write(report, plan_of(report, applications), CERTIFICATE, actor)


@transaction.atomic
def remove_file(*, attached: ReportFile, actor: User) -> ReportFile:
    """Take a file out of a report that is being written. A version that was sent in with it
    keeps its name. Raises PermissionDenied, FieldLocked."""
    report, applications = locked_report(attached.report)
    _may_change_files(report, applications, actor)
    attached = ReportFile.objects.select_related("file").get(pk=attached.pk)
    if attached.removed_at is None:
        attached.removed_at, attached.removed_by = timezone.now(), actor
        attached.save(update_fields=["removed_at", "removed_by"])
    return attached
