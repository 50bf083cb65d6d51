"""Sending in what has been written: the checks that were shown, one immutable document."""

from typing import Any

from django.db import transaction

from applicants.models import User
from core.checks import canonical_json, sha256_text
from core.definitions import Answers
from grants.checks import Finding, Severity
from grants.enums import Direction, NoticeKind
from reporting.checks import ReportRefused
from reporting.enums import ReportStatus
from reporting.models import Report, ReportDocument, ReportVersion
from reporting.selectors.plan import record_for
from reporting.selectors.writing import ReportRoom, room_of_report
from reporting.workflow import TABLE, ReportAction

from .registering import register, register_certificates, tell
from .reports import locked_report, permitted, receive
from .signing import ask_the_second, bind_signatures, sign

type Json = dict[str, Any]


class ReportNotReady(ReportRefused):
    """The checks stop the report from being sent in; `findings` are all of them."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(ReportAction.SEND_IN, "blocking_findings")
        self.findings = findings


class ReportChanged(ReportRefused):
    """The report has changed since it was shown to the one who sends it in."""

    def __init__(self) -> None:
        super().__init__(ReportAction.SEND_IN, "changed")


class SecondSignatureMissing(Exception):
    """The one who signs does so jointly with another, who has not signed this content."""


def document_of(room: ReportRoom) -> Json:
    """Exactly what is sent in, as JSON values, without clocks. Amounts are whole SEK;
    applications and organisations are ids."""
    plan, draft = room.plan, room.draft
    record = record_for(room.report, room.applications)
    return {
        "report": room.report.code,
        "year": room.report.year,
        "kind": str(room.report.kind),
        "definition": {"code": record.code, "version": record.version, "sha256": record.sha256},
        "areas": [
            {
                "area": each.code,
                "status": draft.answers.areas.get(each.code),
                "answers": _answers(draft.answers, each.code),
            }
            for each in plan.areas
        ],
        "answers": _answers(draft.answers, ""),
        "grants": [
            {
                "application": grant.application,
                "number": grant.number,
                "year": grant.year,
                "available_sek": grant.available_sek,
                "spent_sek": draft.spent_of(grant.application),
                "lines": [
                    {
                        "number": each.line.number,
                        "title": each.line.title,
                        "area": each.line.area,
                        "organisation": each.line.organisation,
                        "approved_sek": each.line.approved_sek,
                        "spent_sek": each.spent_sek,
                        "why": each.why,
                    }
                    for each in draft.lines_of(grant.application)
                ],
            }
            for grant in plan.grants
        ],
        "parts": [
            {
                "organisation": each.organisation,
                "name": each.name,
                "answers": _answers(draft.part(each.organisation), ""),
                "spent_sek": draft.spent_by(each.organisation),
                "done": each.is_lead or each.organisation in room.done,
            }
            for each in plan.takers
        ],
        "files": [
            {"place": each.place, "name": each.file.name, "sha256": each.file.sha256}
            for each in room.files
        ],
    }


def _answers(answers: Answers, area: str) -> Json:
    chosen = {key: sorted(codes) for (at, key), codes in answers.choices.items() if at == area}
    return chosen | {key: text for (at, key), text in answers.values.items() if at == area}


def content_sha256(room: ReportRoom) -> str:
    """What the one who sends in has seen."""
    return sha256_text(canonical_json(document_of(room)))


@transaction.atomic
def send_report(
    *, report: Report, actor: User, seen: str | None = None, assurance: str = ""
) -> ReportVersion:
    """Send in what has been written. Raises as `sign_report`, and SecondSignatureMissing where
    another must sign before it is sent in: then nothing is signed."""
    version = sign_report(report=report, actor=actor, seen=seen, assurance=assurance)
    if version is None:
        raise SecondSignatureMissing
    return version


@transaction.atomic
def sign_report(
    *, report: Report, actor: User, seen: str | None = None, assurance: str = ""
) -> ReportVersion | None:
    """Sign what has been written, and send it in when all have signed that it takes; None when
    the second of two who sign jointly has yet to do so, who is told. `seen` is the checksum of
    what was shown (None: not asked), `assurance` how the person signed in.

    An overdue report is received all the same and marked; the first date of receipt (UTC) is
    kept. A second click gives the same version. Raises PermissionDenied, ReportNotReady,
    ReportChanged, TransitionNotAllowed.
    """
    report, applications = locked_report(report)
    permitted(ReportAction.SEND_IN, actor, report)
    latest = report.versions.select_related("document").order_by("-number").first()
    room = room_of_report(report, actor)
    text = canonical_json(document_of(room))
    sha256 = sha256_text(text)
    kept = getattr(latest, "document", None)
    if report.status == ReportStatus.RECEIVED and kept is not None and kept.sha256 == sha256:
        assert latest is not None  # noqa: S101
        return latest
    if seen is not None and seen != sha256:
        raise ReportChanged
    findings = room.findings
    if any(each.blocks for each in findings) and room.is_open:
        raise ReportNotReady(findings)
    if report.status in TABLE[ReportAction.SEND_IN].sources and not sign(
        report, applications, sha256=sha256, actor=actor, assurance=assurance
    ):
        ask_the_second(report, applications, sha256=sha256, actor=actor)
        return None
    looked_at = sum(each.severity is Severity.LOOKED_AT for each in findings)
    version = receive(
        report, applications, latest, actor=actor, answers=room.draft.answers, blocking=0
    )
    ReportDocument.objects.create(
        version=version,
        document=text,
        sha256=sha256,
        sent_by=actor,
        assurance=assurance,
        looked_at=looked_at,
    )
    report.needs_look = looked_at > 0
    report.save(update_fields=["needs_look"])
    bind_signatures(version, sha256)
    register(report, applications, Direction.IN, f"report_version:{version.pk}", actor=actor)
    register_certificates(report, applications, room.files, actor=actor)
    key = f"v{version.number}"
    tell(report, applications, NoticeKind.REPORT_RECEIVED, key, officers=True)
    return version
