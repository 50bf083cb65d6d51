"""A report among the documents of its cases, and in mails."""

from collections.abc import Iterable, Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from applicants.models import User
from grants.enums import Direction, DocumentKind, NoticeKind
from grants.models import Application, CaseDocument
from grants.selectors.people import people_of
from grants.services.notices import notify
from grants.services.register import register_document
from reporting.content.paths import CERTIFICATE
from reporting.enums import ReportKind
from reporting.models import Report, ReportFile

_KINDS: Mapping[str, DocumentKind] = {
    ReportKind.INTERIM: DocumentKind.INTERIM_REPORT,
    ReportKind.FINAL: DocumentKind.FINAL_REPORT,
}


def register(
    report: Report,
    applications: Iterable[Application],
    direction: Direction,
    source: str,
    *,
    actor: User,
) -> None:
    """Number the document among those of each locked case. Its title is in the register's
    language, Swedish."""
    with translation.override("sv"):
        named = {"report": report.get_kind_display(), "year": report.year}
        if direction == Direction.IN:
            title = _("%(report)s for %(year)s") % named
        else:
            title = _("Questions on: %(report)s for %(year)s") % named
    received = direction == Direction.IN
    for application in applications:
        register_document(
            application=application,
            direction=direction,
            kind=_KINDS[report.kind] if received else DocumentKind.REPORT_QUESTIONS,
            source=source,
            actor=actor,
            party=report.organisation.name,
            title=title,
            held=True,
        )


def register_certificates(
    report: Report,
    applications: Sequence[Application],
    files: Iterable[ReportFile],
    *,
    actor: User,
) -> None:
    """Number each auditor's certificate that came with the report as a document of its own in
    each locked case; one that was sent in before has its number."""
    sources = {f"{CERTIFICATE}:{each.pk}": each for each in files if each.place == CERTIFICATE}
    if not sources:
        return
    there = set(
        CaseDocument.objects.filter(
            application__in=[each.pk for each in applications], source__in=list(sources)
        ).values_list("application_id", "source")
    )
    with translation.override("sv"):
        title = _("To: %(report)s for %(year)s") % {
            "report": report.get_kind_display(),
            "year": report.year,
        }
    for application in applications:
        for source, attached in sources.items():
            if (application.pk, source) not in there:
                register_document(
                    application=application,
                    direction=Direction.IN,
                    kind=DocumentKind.CERTIFICATE,
                    source=source,
                    actor=actor,
                    party=report.organisation.name,
                    title=title,
                    file=attached.file,
                    held=True,
                )


def tell(
    report: Report,
    applications: Iterable[Application],
    kind: NoticeKind,
    key: str,
    *,
    officers: bool = False,
) -> None:
    """Mail those who write for the organisation, and the officer of the first case."""
    first = next(iter(applications))
    name = f"{report.pk}:{key}"
    notify(application=first, people=people_of(first, lead_only=True), kind=kind, key=name)
    if officers and first.assigned_to is not None:
        people = [first.assigned_to]
        notify(application=first, people=people, kind=kind, key=name, to_agency=True)
