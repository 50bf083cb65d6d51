"""A decision letter as a tagged PDF, in the agency's letterhead. Always in Swedish."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext
from reportlab.platypus import Flowable

from core.documents import (
    Column,
    Heading,
    Metadata,
    Row,
    RunningHead,
    TableSpec,
    Text,
    build_pdf,
    bullets,
    data_table,
    theme,
)
from core.formats import DASH
from grants.content.claim_letter import CLAIM, REMINDER
from grants.content.letter import LetterContent
from grants.content.letter_parts import LANGUAGE, LetterSection, LetterTable

_GAP = 18


def letter_pdf(content: LetterContent, *, sha256: str, drafted_on: date | None = None) -> bytes:
    """The letter as PDF/UA-1. The same letter, the same bytes.

    `sha256` is the frozen document's checksum, which stands at the foot. `drafted_on`: it is a
    draft of that Swedish date, marked so on every page, without a checksum.
    """
    day = date.fromisoformat(content.dated) if content.dated else drafted_on
    if day is None:
        raise ValueError("neither the day of the decision nor that of the draft")
    is_draft = drafted_on is not None
    with override(LANGUAGE):
        title = f"{_named(content)}. {content.title}. {content.register_number}"
        return build_pdf(
            story=lambda _layout: _story(content, is_draft=is_draft),
            metadata=Metadata(
                title=title,
                author=content.agency,
                subject=content.matter,
                language=LANGUAGE,
                created=day,
                keywords=() if is_draft else (sha256,),
            ),
            running=RunningHead(
                left=content.agency,
                right=content.register_number,
                foot=_("Draft. No decision has been made.") if is_draft else f"SHA-256 {sha256}",
                page_of=lambda page, pages: (
                    _("Page %(page)d (%(pages)d)") % {"page": page, "pages": pages}
                ),
                mark=pgettext("letter", "DRAFT") if is_draft else "",
                from_page=2,
            ),
        )


def _named(content: LetterContent) -> str:
    """What the document is, in its title."""
    if content.kind == CLAIM:
        return _("Claim for repayment")
    return _("Reminder") if content.kind == REMINDER else _("Decision")


def _headed(content: LetterContent) -> str:
    """The same at the top of the letter."""
    if content.kind == CLAIM:
        return pgettext("letter", "CLAIM")
    return pgettext("letter", "REMINDER") if content.kind == REMINDER else pgettext(
        "letter", "DECISION"
    )  # fmt: skip


class _Letterhead(Flowable):
    """The agency to the left, what the letter is to the right, and to whom below."""

    def __init__(self, content: LetterContent, *, is_draft: bool) -> None:
        super().__init__()
        agency = [Text(content.agency, theme.LETTERHEAD)]
        lines = [each for each in content.address if each != content.agency]
        if content.agency_org_no:
            lines.append(_("Org. no. %(number)s") % {"number": content.agency_org_no})
        if content.contact:
            lines.append(content.contact)
        agency += [Text(each, theme.LETTER_SMALL) for each in lines]
        dated = content.dated or (_("The day of the decision") if is_draft else DASH)
        facts = [
            Text(_headed(content), theme.LETTER_KIND),
            *self._fact(_("Date"), dated),
            *self._fact(_("Register number"), content.register_number),
        ]
        self.columns: list[Sequence[Text]] = [agency, facts]
        self.recipient = [Text(each, theme.LETTER_TO) for each in content.recipient]
        self.spaceAfter = 26

    @staticmethod
    def _fact(label: str, value: str) -> list[Text]:
        return [Text(label, theme.LETTER_LABEL), Text(value, theme.LETTER_TO)]

    def wrap(self, avail_width: float, avail_height: float) -> tuple[float, float]:
        self.width = avail_width
        self.split_at = avail_width * 0.62
        widths = (self.split_at - _GAP, avail_width - self.split_at)
        heights = []
        for texts, width in zip(self.columns, widths, strict=True):
            heights.append(_stacked(texts, width))
        self.top = max(heights)
        self.below = _stacked(self.recipient, avail_width)
        self.height = self.top + 34 + self.below
        return self.width, self.height

    def draw(self) -> None:
        canvas = self.canv
        for texts, x in zip(self.columns, (0.0, self.split_at), strict=True):
            _draw_down(texts, canvas, x, self.height)
        with canvas.artifact():
            canvas.setStrokeColor(theme.PRIMARY)
            canvas.setLineWidth(1.1)
            y = self.height - self.top - 10
            canvas.line(0, y, self.width, y)
        _draw_down(self.recipient, canvas, 0.0, self.below)


def _stacked(texts: Sequence[Text], width: float) -> float:
    height = 0.0
    for text in texts:
        height += text.wrap(width, theme.TEXT_HEIGHT)[1]
        height += text.getSpaceBefore() + text.getSpaceAfter()
    return height


def _draw_down(texts: Sequence[Text], canvas: object, x: float, top: float) -> None:
    for text in texts:
        top -= text.getSpaceBefore() + text.height
        text.drawOn(canvas, x, top)
        top -= text.getSpaceAfter()


def _story(content: LetterContent, *, is_draft: bool) -> list[Flowable]:
    story: list[Flowable] = [_Letterhead(content, is_draft=is_draft)]
    if is_draft:
        story.append(
            Text(
                _("This is a draft. It shows what the letter will say if the decision is made."),
                theme.LETTER_DRAFT,
            )
        )
    story += [Heading(content.title, 1), Text(content.matter, theme.LEAD)]
    for section in content.sections:
        story += _section(section)
    return story


def _section(section: LetterSection) -> list[Flowable]:
    story: list[Flowable] = [Heading(section.title, 2)]
    story += [Text(each) for each in section.paragraphs]
    if section.items:
        story += bullets([((each, False),) for each in section.items])
    if section.table is not None:
        story.append(_table(section.table))
    story += [Text(each, theme.LETTER_AFTER) for each in section.after]
    return story


def _table(table: LetterTable) -> Flowable:
    columns = tuple(
        Column(
            each.heading,
            theme.TEXT_WIDTH * each.percent / 100,
            "right" if each.numeric else "left",
            heads_row=index == 0,
        )
        for index, each in enumerate(table.columns)
    )
    rows = [Row(row) for row in table.rows]
    if table.total:
        rows.append(Row(table.total, "total"))
    return data_table(TableSpec(columns, rows, table.caption))
