"""An application as a tagged PDF: exactly what was sent in, with its number and its checksum."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext
from reportlab.platypus import Flowable, PageBreak

from applicants.content import assurance_label
from core.definitions import AnswerState
from core.documents import (
    Column,
    Heading,
    Layout,
    Metadata,
    Row,
    RunningHead,
    TableSpec,
    Text,
    build_pdf,
    data_table,
    theme,
)
from core.formats import DASH, NBSP, amount, number
from grants.content.application_parts import (
    ApplicationContent,
    BudgetSum,
    ContentLine,
    ContentSection,
    OrganisationContent,
)
from grants.models import ApplicationVersion
from grants.selectors.sent_in import (
    Signed,
    content_of_version,
    document_of_version,
    signatures_of,
)

FOLDER = "applications"


def application_pdf(version: ApplicationVersion, language: str) -> bytes:
    """The version as PDF/UA-1, in Swedish or English. The same version, the same bytes.

    Made from what was kept when it was sent in; the names of those who signed are as they now
    stand in the register of people.
    """
    application = version.application
    content = content_of_version(version, application.definition, language)
    signed = signatures_of(version)
    with override(language):
        agency = application.call.agency
        author = agency.name_en if language == "en" else agency.name_sv
        lead = content.lead
        title = _("Application %(number)s") % {"number": application.register_number}
        return build_pdf(
            story=lambda layout: _story(version, content, signed, layout),
            metadata=Metadata(
                title=f"{title}. {lead.name if lead else ''}",
                author=author,
                subject=content.call,
                language=language,
                created=timezone.localtime(version.submitted_at).date(),
                keywords=(version.sha256,),
            ),
            running=RunningHead(
                left=_fit(content.call, 60),
                right=title,
                foot=_("Version %(version)d, received %(time)s")
                % {"version": version.number, "time": _moment(version)},
                page_of=lambda page, pages: (
                    _("Page %(page)d (%(pages)d)") % {"page": page, "pages": pages}
                ),
            ),
        )


def kept_application_pdf(version: ApplicationVersion, language: str) -> Path:
    """The PDF as a file of its own, made if it is not there: whole, synced, then named."""
    folder = Path(settings.DATA_DIR) / FOLDER
    path = folder / f"{version.pk}-{version.sha256[:16]}-{language}.pdf"
    if path.exists():
        return path
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = application_pdf(version, language)
    # A name of its own: several threads and processes may be at it.
    partial = folder / f".{path.name}.{secrets.token_hex(8)}.partial"
    try:
        with partial.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _fit(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _moment(version: ApplicationVersion) -> str:
    return f"{timezone.localtime(version.submitted_at):%Y-%m-%d %H:%M:%S}"


def _story(
    version: ApplicationVersion,
    content: ApplicationContent,
    signed: Sequence[Signed],
    layout: Layout,
) -> list[Flowable]:
    lead = content.lead
    story: list[Flowable] = [
        Heading(lead.name if lead else content.call, 1),
        Text(content.call, theme.LEAD),
        _facts(version, content),
        *_signatures(version, signed),
    ]
    if layout.pages > 3:
        story += [
            Heading(pgettext("report", "Contents"), 2, listed=False),
            *layout.contents(levels=2),
        ]
    story.append(PageBreak())
    story.append(Heading(_("What was sent in"), 1))
    for organisation in content.organisations:
        story += _organisation(organisation)
    for area in content.areas:
        story.append(Heading(area.title, 2))
        for section in area.sections:
            story += _section(section, 3)
        for activity in area.activities:
            story.append(Heading(_("Activity: %(name)s") % {"name": activity.title}, 3))
            story += _lines(activity.lines)
            story.append(_said(_("Sum of the budget lines"), amount(activity.amount_sek)))
    for section in content.sections:
        story += _section(section, 2)
    if content.has_form:
        story += _budget(content)
        story += _funding(content)
        story += _attachments(content)
    return story


def _facts(version: ApplicationVersion, content: ApplicationContent) -> Flowable:
    application = version.application
    late = application.late and version.submitted_at == application.received_at
    received = _moment(version)
    if late:
        received += f" ({_('after the last day to apply')})"
    requested = DASH if content.requested_sek is None else amount(content.requested_sek)
    rows = [
        (_("Register number"), application.register_number or application.number),
        (_("Received"), received),
        (_("Version"), number(version.number)),
        (_("Amount applied for"), requested),
        (_("Checksum (SHA-256)"), version.sha256),
    ]
    return _pairs(rows, _("About the application"))


def _pairs(rows: Sequence[tuple[str, str]], summary: str) -> Flowable:
    columns = (
        Column(_("Information"), 150, heads_row=True),
        Column(_("Content"), theme.TEXT_WIDTH - 150),
    )
    return data_table(TableSpec(columns, [Row(row) for row in rows], summary))


def _signatures(version: ApplicationVersion, signed: Sequence[Signed]) -> list[Flowable]:
    story: list[Flowable] = [Heading(_("Signatures"), 2)]
    paper = document_of_version(version).get("paper")
    if paper is not None:
        signer = paper.get("signed_by") or _("nobody: the paper is not signed")
        return [*story, Text(_("Received on paper, signed by %(name)s.") % {"name": signer})]
    if not signed:
        sender = str(version.submitted_by) if version.submitted_by else _("Not recorded")
        text = _("Sent in by %(name)s, without a new signature.") % {"name": sender}
        return [*story, Text(text)]
    columns = (
        Column(_("Name"), 105, heads_row=True),
        Column(_("For"), 130),
        Column(_("Signed"), 95),
        Column(_("Signed in with"), theme.TEXT_WIDTH - 330),
    )
    rows = [
        Row(
            (
                each.name,
                each.organisation,
                f"{timezone.localtime(each.signed_at):%Y-%m-%d %H:%M:%S}",
                str(assurance_label(each.assurance)),
            )
        )
        for each in signed
    ]
    return [*story, data_table(TableSpec(columns, rows, _("Signatures")))]


def _organisation(organisation: OrganisationContent) -> list[Flowable]:
    story: list[Flowable] = [
        Heading(organisation.name, 2),
        _pairs(organisation.facts, organisation.name),
    ]
    for section in organisation.sections:
        story += _section(section, 3)
    for requirement in organisation.requirements:
        title = _("Performance requirement: %(title)s") % {"title": requirement.title}
        story.append(Heading(title, 3))
        story += _lines(requirement.lines)
    return story


def _section(section: ContentSection, level: int) -> list[Flowable]:
    return [Heading(section.title, level), *_lines(section.lines)]


def _lines(lines: Sequence[ContentLine]) -> list[Flowable]:
    story: list[Flowable] = []
    for line in lines:
        story.append(Text(line.question, theme.CAPTION))
        if line.state is AnswerState.ANSWERED:
            story += [_answer(value) for value in line.values]
        else:
            story.append(Text(line.missing, theme.META))
    return story


def _answer(value: str) -> Flowable:
    return Text(value)


def _said(label: str, value: str) -> Flowable:
    return Text(None, parts=[(f"{label}: ", True), (value, False)])


def _money(value: int | None) -> str:
    return DASH if value is None else amount(value)


def _budget(content: ApplicationContent) -> list[Flowable]:
    story: list[Flowable] = [Heading(_("Budget"), 2)]
    if not content.budget.rows:
        return [*story, Text(_("There are no budget lines."))]
    joint = len(content.organisations) > 1
    columns = (
        Column(_("What the money is for"), theme.TEXT_WIDTH - 260, heads_row=True),
        Column(_("Kind of cost"), 110),
        Column(pgettext("amount", "Requested"), 75, "right"),
        Column(_("Paid by others"), 75, "right"),
    )
    rows: list[Row] = []
    for row in content.budget.rows:
        where = [row.area, row.activity, row.organisation if joint else ""]
        text = "\n".join([row.text or _("Not answered"), ". ".join(each for each in where if each)])
        rows.append(
            Row(
                (
                    text,
                    row.category or _("Not answered"),
                    _money(row.amount_sek),
                    _money(row.other_sek),
                )
            )
        )
    sums = (_("Sum"), "", amount(content.budget.amount_sek), amount(content.budget.other_sek))
    rows.append(Row(sums, "total"))
    story.append(data_table(TableSpec(columns, rows, _("Budget lines"))))
    story += _sums(_("Sums by area"), _("Area"), content.budget.by_area)
    if joint:
        story += _sums(_("Sums by organisation"), _("Organisation"), content.budget.by_organisation)
    return story


def _sums(title: str, heading: str, sums: Sequence[BudgetSum]) -> list[Flowable]:
    columns = (
        Column(heading, theme.TEXT_WIDTH - 180, heads_row=True),
        Column(pgettext("amount", "Requested"), 90, "right"),
        Column(_("Paid by others"), 90, "right"),
    )
    rows = [Row((each.label, amount(each.amount_sek), amount(each.other_sek))) for each in sums]
    return [Heading(title, 3), data_table(TableSpec(columns, rows, title))]


def _funding(content: ApplicationContent) -> list[Flowable]:
    title = _("Other grants and co-funding")
    story: list[Flowable] = [Heading(title, 2)]
    if not content.funding:
        return [*story, Text(_("No other grants or co-funding are given."))]
    columns = (
        Column(_("Who pays"), 130, heads_row=True),
        Column(_("Where it stands"), 90),
        Column(pgettext("funding", "Amount (SEK)"), 80, "right"),
        Column(_("What for"), theme.TEXT_WIDTH - 300),
    )
    missing = _("Not answered")
    rows = [
        Row(
            (
                each.source or missing,
                each.state or missing,
                _money(each.amount_sek),
                each.purpose or missing,
            )
        )
        for each in content.funding
    ]
    return [*story, data_table(TableSpec(columns, rows, title))]


def _attachments(content: ApplicationContent) -> list[Flowable]:
    title = _("Attachments")
    story: list[Flowable] = [Heading(title, 2)]
    if not content.attachments:
        return [*story, Text(_("No documents are attached."))]
    columns = (
        Column(_("File"), 130, heads_row=True),
        Column(_("What it is"), 110),
        Column(_("Size"), 70, "right"),
        Column(_("Checksum (SHA-256)"), theme.TEXT_WIDTH - 310),
    )
    rows = [
        Row((each.name, each.title, f"{number(each.size)}{NBSP}byte", each.sha256))
        for each in content.attachments
    ]
    return [*story, data_table(TableSpec(columns, rows, title))]
