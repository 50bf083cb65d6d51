"""What an application form asks and what a call says of itself, as texts to read."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from applicants.enums import OrganisationKind
from core.definitions import LocalText, SectionText, describe
from grants.definitions import ApplicationForm, CallDefinition, Contact


@dataclass(frozen=True, slots=True)
class Item:
    """Something with a name, what it means, and a remark."""

    title: str
    text: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ContactText:
    """Whom to ask; `phone_link` is what a telephone dials."""

    name: str
    email: str
    phone: str
    phone_link: str
    hours: str


@dataclass(frozen=True, slots=True)
class ApplicationTexts:
    """A call's application form in one language, to read before one begins. `areas`: how many
    there are to apply for."""

    areas: int
    sections: tuple[SectionText, ...]
    part: tuple[SectionText, ...]
    activity_help: str
    budget_help: str
    categories: tuple[Item, ...]
    rules: tuple[Item, ...]
    requirements_help: str
    evidence: bool
    attachments: tuple[Item, ...]
    funding_help: str
    declaration: tuple[str, ...]
    payable: tuple[str, ...]
    not_payable: tuple[str, ...]
    judging: tuple[str, ...]
    who_note: str
    contacts: tuple[ContactText, ...]
    has_check: bool


def application_texts(definition: CallDefinition, language: str) -> ApplicationTexts:
    """The form as it is read. Raises ValueError for a call without one."""
    form = definition.application
    if form is None:
        raise ValueError(definition.code)

    def said(text: LocalText | None) -> str:
        return text.in_(language) if text else ""

    def all_said(texts: Iterable[LocalText]) -> tuple[str, ...]:
        return tuple(text.in_(language) for text in texts)

    titles = definition.area_titles(language)
    return ApplicationTexts(
        areas=len(titles),
        sections=describe(form.questionnaire, language, area_titles=titles),
        part=describe(form.part, language, area_titles=titles) if form.part else (),
        activity_help=said(form.activity_help),
        budget_help=said(form.budget.help),
        categories=tuple(
            Item(each.title.in_(language), said(each.help)) for each in form.budget.categories
        ),
        rules=tuple(
            Item(each.title.in_(language), each.reason.in_(language)) for each in form.budget.rules
        ),
        requirements_help=said(form.requirements.help),
        evidence=form.requirements.evidence,
        attachments=_attachments(form, language),
        funding_help=said(form.funding_help),
        declaration=all_said(form.declaration),
        payable=all_said(form.payable),
        not_payable=all_said(form.not_payable),
        judging=all_said(form.judging),
        who_note=said(form.who_note),
        contacts=tuple(_contact(each, language) for each in form.contacts),
        has_check=bool(form.eligibility),
    )


def _attachments(form: ApplicationForm, language: str) -> tuple[Item, ...]:
    found = []
    for each in form.attachments:
        note = _("required") if each.required else _("if you have it")
        if each.kinds:
            kinds = ", ".join(str(OrganisationKind(kind).label) for kind in each.kinds)
            note = f"{note}; {kinds}"
        help_text = each.help.in_(language) if each.help else ""
        found.append(Item(each.title.in_(language), help_text, note))
    return tuple(found)


def _contact(contact: Contact, language: str) -> ContactText:
    return ContactText(
        name=contact.name.in_(language),
        email=contact.email,
        phone=contact.phone,
        phone_link="".join(char for char in contact.phone if char.isdigit() or char == "+"),
        hours=contact.hours.in_(language) if contact.hours else "",
    )
