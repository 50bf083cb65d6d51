"""A document as it is given out: what is secret is not in the file at all, and where something
has been left out that is said, with the provision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from reportlab.lib.styles import ParagraphStyle
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
    data_table,
    theme,
)
from core.formats import iso_date
from grants.content.parts import LEFT_OUT, Part, without

BAR = ParagraphStyle(
    "left-out",
    parent=theme.BODY,
    textColor=theme.WHITE,
    backColor=theme.INK,
    borderPadding=(2, 4, 3, 4),
    leftIndent=4,
    rightIndent=4,
    spaceBefore=3,
    spaceAfter=9,
)
COURTS = (
    "Kammarrätten i Stockholm",
    "Kammarrätten i Göteborg",
    "Kammarrätten i Sundsvall",
    "Kammarrätten i Jönköping",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """What is given out. `left_out` are provisions by the key of the part, `phrases` words left
    out wherever they stand, by `phrase_provision`. Dates are Swedish."""

    agency: str
    register_number: str
    document: str
    dated_on: date
    given_out_on: date
    parts: Sequence[Part]
    left_out: Mapping[str, str]
    phrases: Sequence[str] = ()
    phrase_provision: str = ""
    language: str = "sv"


def rendition_pdf(rendition: Rendition) -> bytes:
    """The rendition as PDF/UA-1; the same rendition, the same bytes."""
    with override(rendition.language):
        title = f"{rendition.document}, {rendition.register_number}"
        return build_pdf(
            story=lambda _layout: _story(rendition),
            metadata=Metadata(
                title=title,
                author=rendition.agency,
                subject=_("Given out with parts left out"),
                language=rendition.language,
                created=rendition.given_out_on,
            ),
            running=RunningHead(
                left=rendition.agency[:60],
                right=rendition.register_number,
                foot=_("Given out %(day)s with parts left out")
                % {"day": iso_date(rendition.given_out_on)},
                page_of=lambda page, pages: (
                    _("Page %(page)d (%(pages)d)") % {"page": page, "pages": pages}
                ),
            ),
        )


def _story(rendition: Rendition) -> list[Flowable]:
    kept = without(
        [part for part in rendition.parts if part.key not in rendition.left_out],
        rendition.phrases,
    )
    by_key = {part.key: part for part in kept}
    story: list[Flowable] = [
        Heading(rendition.document, 1),
        Text(
            _("Register number %(number)s, dated %(day)s")
            % {"number": rendition.register_number, "day": iso_date(rendition.dated_on)},
            theme.LEAD,
        ),
        *_what_is_left_out(rendition),
    ]
    heading = ""
    for part in rendition.parts:
        shown = by_key.get(part.key)
        above = without([part], rendition.phrases)[0]
        if above.heading != heading:
            heading = above.heading
            story.append(Heading(heading, 2))
        story.append(Text(above.label, theme.CAPTION))
        if shown is None:
            provision = rendition.left_out[part.key]
            story.append(Text(_("Left out: %(provision)s") % {"provision": provision}, BAR))
        else:
            story.append(Text(shown.text))
    return story


def _what_is_left_out(rendition: Rendition) -> list[Flowable]:
    """First what the reader should know: how much is missing, by which provision, and that a
    decision that can be appealed can be had (6 kap. 3 § OSL)."""
    counts: dict[str, int] = {}
    for part in rendition.parts:
        if part.key in rendition.left_out:
            provision = rendition.left_out[part.key]
            counts[provision] = counts.get(provision, 0) + 1
    story: list[Flowable] = [Heading(_("What has been left out"), 2)]
    rows = [
        Row((provision, ngettext("%(count)d field", "%(count)d fields", count) % {"count": count}))
        for provision, count in counts.items()
    ]
    if rendition.phrases:
        words = _("Words in the text, shown as %(sign)s") % {"sign": LEFT_OUT}
        rows.append(Row((rendition.phrase_provision, words)))
    if rows:
        columns = (
            Column(_("Provision"), 200, heads_row=True),
            Column(_("What"), theme.TEXT_WIDTH - 200),
        )
        story.append(data_table(TableSpec(columns, rows, _("What has been left out"))))
    story.append(
        Text(
            _(
                "OSL is the Public Access to Information and Secrecy Act (2009:400). You may ask "
                "for a written decision on what has been left out. The decision can be appealed "
                "to the administrative court of appeal."
            ),
            theme.NOTE,
        )
    )
    return story


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A decision not to give out documents. `documents` are what each is called; `left_out` are
    those of them that are given out in part."""

    agency: str
    register_number: str
    decided_on: date
    received_on: date
    wording: str
    documents: Sequence[str]
    provision: str
    reasons: str
    decider: str
    court: str
    language: str = "sv"


def refusal_pdf(refusal: Refusal) -> bytes:
    """The decision as a tagged PDF, with how to appeal (33 § förvaltningslagen, 6 kap. 7 § OSL)."""
    with override(refusal.language):
        title = _("Decision not to give out documents")
        return build_pdf(
            story=lambda _layout: _refusal(refusal, title),
            metadata=Metadata(
                title=f"{title}, {refusal.register_number}",
                author=refusal.agency,
                subject=title,
                language=refusal.language,
                created=refusal.decided_on,
            ),
            running=RunningHead(
                left=refusal.agency[:60],
                right=refusal.register_number,
                foot=_("Decision %(day)s") % {"day": iso_date(refusal.decided_on)},
                page_of=lambda page, pages: (
                    _("Page %(page)d (%(pages)d)") % {"page": page, "pages": pages}
                ),
            ),
        )


def _refusal(refusal: Refusal, title: str) -> list[Flowable]:
    names = {"agency": refusal.agency, "court": refusal.court, "day": iso_date(refusal.received_on)}
    story: list[Flowable] = [
        Heading(title, 1),
        Text(
            _("Register number %(number)s, decided %(day)s")
            % {"number": refusal.register_number, "day": iso_date(refusal.decided_on)},
            theme.LEAD,
        ),
        Heading(_("Decision"), 2),
        Text(_("%(agency)s does not give out the following.") % names),
        *[Text(f"– {each}") for each in refusal.documents],
        Heading(_("The request"), 2),
        Text(_("The request was received %(day)s:") % names),
        Text(refusal.wording),
        Heading(_("Reasons"), 2),
        Text(refusal.reasons),
        Text(
            _(
                "The decision rests on %(provision)s. OSL is the Public Access to Information and "
                "Secrecy Act (2009:400)."
            )
            % {"provision": refusal.provision}
        ),
        Heading(_("How to appeal"), 2),
        Text(
            _(
                "You may appeal the decision to %(court)s. Write which decision you appeal, with "
                "its register number, how you want it changed, and why. Sign the letter and give "
                "your name, address and telephone number."
            )
            % names
        ),
        Text(
            _(
                "Address the letter to %(court)s, but send it to %(agency)s. It must have reached "
                "%(agency)s within three weeks from the day you received the decision. We hand it "
                "over to the court unless we change the decision as you want."
            )
            % names
        ),
        Text(_("Decided by %(name)s.") % {"name": refusal.decider}),
    ]
    return story
