"""The pages of performance requirements and of attachments."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from core.content import FileItem, Tag, Text, Tone
from grants.content.fields import field_spec
from grants.content.paths import ATTACHMENTS, REQUIREMENT_FIELDS, requirement_path
from portal.views.applying_fields import FormField, Note, notes_at_fields
from portal.views.applying_page import Page
from portal.views.applying_sections import Section, address, field_id
from portal.views.files import file_item
from portal.views.labels import language


@dataclass(frozen=True, slots=True)
class Files:
    """The files at a place: a list, and a box to add more where one may."""

    id: str
    place: str
    label: Text
    items: tuple[FileItem, ...]
    notes: tuple[Note, ...] = ()
    upload_url: str = ""


@dataclass(frozen=True, slots=True)
class RequirementCard:
    """A requirement as an organisation answers it."""

    id: str
    title: str
    text: str
    fields: tuple[FormField, ...]
    files: Files | None


@dataclass(frozen=True, slots=True)
class OrganisationCards:
    """What is asked of an organisation; `own` where the reader writes for it."""

    name: str
    id: str
    own: bool
    cards: tuple[RequirementCard, ...]
    answered: int


@dataclass(frozen=True, slots=True)
class AttachmentCard:
    """A document that the call asks for."""

    id: str
    title: str
    help: str
    tag: Tag | None
    files: Files


def requirements(page: Page, section: Section) -> dict[str, Any]:
    """Each requirement for each organisation taking part, one's own first."""
    room = page.room
    snapshot, _findings = room.checked
    form = room.form.requirements
    organisations = []
    for part in snapshot.participants:
        own = part.organisation in room.own
        cards = tuple(
            requirement_card(page, part.organisation, each.code)
            for each in snapshot.requirements_of(part)
        )
        if cards:
            answered = sum(
                bool(room.draft.requirement(part.organisation, each.code).state)
                for each in snapshot.requirements_of(part)
            )
            organisations.append(
                OrganisationCards(
                    page.words.organisation(part.organisation),
                    f"organisation-{part.organisation}",
                    own,
                    cards,
                    answered,
                )
            )
    organisations.sort(key=lambda each: not each.own)
    return {
        "organisations": organisations,
        "help": form.help.in_(language()) if form.help else "",
        "joint": len(organisations) > 1,
    }


def requirement_card(page: Page, organisation: int, code: str) -> RequirementCard:
    """A requirement as that organisation answers it, with its evidence."""
    room, here = page.room, language()
    requirement = room.definition.requirement(code)
    title = requirement.title.in_(here) if requirement else code
    fields = []
    for name in REQUIREMENT_FIELDS:
        if name == "link" and not room.form.requirements.evidence:
            continue
        path = requirement_path(organisation, code, name)
        spec = field_spec(room.definition, path, room.around, here)
        if spec is not None:
            fields.append(page.drawing.field(spec))
    place = f"requirement.{organisation}.{code}"
    return RequirementCard(
        id=field_id(place),
        title=title,
        text=requirement.text.in_(here) if requirement else "",
        fields=tuple(_without_help(each) for each in fields),
        files=files_at(page, place, _("Attach evidence: %(title)s") % {"title": title})
        if room.form.requirements.evidence
        else None,
    )


def _without_help(drawn: FormField) -> FormField:
    """The requirement's words stand above its fields, and not as help to the first as well."""
    return replace(drawn, help="") if drawn.path.endswith(".state") else drawn


def files_at(page: Page, place: str, label: Text) -> Files:
    """The files at that place, and where to send more if one may."""
    room = page.room
    writable = room.may_write(place)
    items = []
    for each in room.files:
        if each.place == place:
            url = address("attachment-file", page.pk, each.pk)
            remove = address("attachment-remove", page.pk, each.pk) if writable else ""
            items.append(file_item(each.file, url=url, remove_url=remove))
    found = [finding for finding in room.findings if finding.field == place]
    return Files(
        id=f"files-{place.replace('.', '-')}",
        place=place,
        label=label,
        items=tuple(items),
        notes=notes_at_fields(found, page.words).get(place, ()),
        upload_url=f"{address('attachment-add', page.pk)}?place={place}" if writable else "",
    )


def attachments(page: Page, section: Section) -> dict[str, Any]:
    """What the call asks to be attached, and other documents."""
    form, here = page.room.form, language()
    cards = [
        AttachmentCard(
            id=field_id(f"{ATTACHMENTS}.{kind.code}"),
            title=kind.title.in_(here),
            help=kind.help.in_(here) if kind.help else "",
            tag=Tag(_("Required"), Tone.INFO) if kind.required else Tag(_("Optional")),
            files=files_at(
                page,
                f"{ATTACHMENTS}.{kind.code}",
                _("Attach: %(title)s") % {"title": kind.title.in_(here)},
            ),
        )
        for kind in form.attachments_for(page.room.lead.kind)
    ]
    other = AttachmentCard(
        id="f-other",
        title=_("Other documents"),
        help=_("Documents that you want the agency to have, and that nothing above is about."),
        tag=Tag(_("Optional")),
        files=files_at(page, "other", _("Attach other documents")),
    )
    return {"cards": [*cards, other]}
