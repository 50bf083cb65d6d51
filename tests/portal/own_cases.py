"""An open call with a form, a lead that can apply, and the ways its application goes."""

from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.urls import reverse

from applicants.enums import OrganisationRole, Role, Signing
from applicants.models import Organisation, User
from core.models import Agency
from grants.models import Application, Call
from grants.services import handling, submission
from grants.services.drafts import answer_participation
from tests.factories import (
    AgencyFactory,
    MandateFactory,
    OrganisationFactory,
    UserFactory,
    acting_for,
    staff,
)
from tests.factories.forms import begun, fill_part, filled, form_call, put
from tests.factories.scenario import fresh


@dataclass
class Own:
    """The people around one lead applicant and the agency it applies at."""

    closes_in: int = 30
    agency: Agency = field(default_factory=AgencyFactory)
    lead: Organisation = field(
        default_factory=lambda: OrganisationFactory(name="Ale kommun", kind="municipality")
    )

    def __post_init__(self) -> None:
        self.call: Call = form_call(closes_in=self.closes_in, agency=self.agency)
        self.signatory: User = acting_for(self.lead, name="Siv Signerare")
        self.writer: User = acting_for(self.lead, OrganisationRole.WRITER, name="Sven Skrivare")
        self.reader: User = acting_for(self.lead, OrganisationRole.READER, name="Lo Läsare")
        self.officer: User = staff(self.agency, Role.CASE_OFFICER, name="Hanna Handläggare")
        self.elsewhere: User = staff(AgencyFactory(), Role.CASE_OFFICER)
        self.stranger: User = acting_for(OrganisationFactory())

    def jointly(self) -> tuple[User, User]:
        """Two who sign for the lead together, instead of the one who signs alone."""
        self.lead.mandates.filter(user=self.signatory).delete()
        first, second = UserFactory(name="Eva Ett"), UserFactory(name="Tor Två")
        for person in (first, second):
            MandateFactory(user=person, organisation=self.lead, signing=Signing.JOINTLY)
        return first, second

    def draft(self) -> Application:
        """A draft in which everything is filled in."""
        return fresh(filled(begun(self.call, self.lead, self.writer), self.writer))

    def joint_draft(self) -> tuple[Application, Organisation, User]:
        """One with a partner that has approved its part, and the partner's signatory."""
        from grants.services.drafts import write_application

        draft = begun(self.call, self.lead, self.writer)
        partner = OrganisationFactory(name="Bjuvs kommun", kind="municipality")
        person = acting_for(partner, name="Berit Bjuv")
        write_application(application=draft, actor=self.writer, partners=[partner])
        filled(draft, self.writer)
        fill_part(draft, partner, person)
        for part in draft.participations.filter(role="partner"):
            answer_participation(
                participation=part, actor=person, approve=True, assurance="passkey"
            )
        return fresh(draft), partner, person

    def received(self) -> Application:
        """A case."""
        draft = self.draft()
        submission.submit_application(
            application=draft, actor=self.signatory, assurance="password+code"
        )
        return fresh(draft)

    def assigned(self) -> Application:
        """A case that the officer has taken."""
        case = self.received()
        handling.assign_officer(application=case, officer=self.officer, actor=self.officer)
        return fresh(case)

    def completing(self, *names: str, **fields: Any) -> Application:
        """A case of which the named fields are to be completed."""
        from datetime import timedelta

        from django.utils import timezone

        case = self.assigned()
        handling.request_completion(
            application=case,
            actor=self.officer,
            fields=names or ("answer.mapping.situation",),
            due=timezone.localdate() + timedelta(days=14),
            message="Vi behöver veta mer.",
            questions=dict.fromkeys(names or ("answer.mapping.situation",), "Vad menar ni?"),
            **fields,
        )
        return fresh(case)


def url(name: str, application: Application, *more: object) -> str:
    """The address of a page of the application."""
    return reverse(name, args=[application.pk, *more])


def shown(client: Client, address: str) -> str:
    """The page's HTML; it opens."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code, response.headers)
    return str(response.content.decode())


def sign_data(client: Client, application: Application, **more: str) -> dict[str, str]:
    """What the form of the preview posts, with every point ticked."""
    from lxml import html

    page = html.fromstring(shown(client, url("application-preview", application)))
    form = page.xpath("//form[.//input[@name='seen']]")[0]
    found = {
        each.get("name"): each.get("value") or ""
        for each in form.xpath(".//input[@type='hidden']")
        if each.get("name") != "csrfmiddlewaretoken"
    }
    found |= {each.get("name"): "on" for each in form.xpath(".//input[@type='checkbox']")}
    return found | more


__all__ = ["Own", "fresh", "put", "shown", "sign_data", "url"]
