"""Everyone around one call and its applications, and an address of every page there is."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Evidence, Invitation, Organisation, User
from core.models import Agency, StoredFile
from core.services.files import store_upload
from grants.content.paths import area_path
from grants.models import Application, Attachment, Call, Message, PartnerInvitation
from grants.services.drafts import write_application
from grants.services.messages import send_message
from reviews.checks.scenarios import Method, Rules
from reviews.models import Opinion, Scenario, SupervisionDecision
from reviews.services.scenarios import make_scenario
from reviews.services.supervision import Entered, enter_supervision
from tests.core.sample_files import pdf
from tests.factories import (
    AgencyFactory,
    DecisionFactory,
    EditionBuildFactory,
    InvitationFactory,
    MandateFactory,
    OpinionFactory,
    OrganisationFactory,
    RepresentationRequestFactory,
    UserFactory,
    acting_for,
    staff,
)
from tests.factories.assessing import assessed_call
from tests.factories.forms import attach
from tests.factories.scenario import fresh
from tests.portal.call_addresses import call_making_addresses
from tests.portal.change_addresses import change_addresses
from tests.portal.deciders import decide_addresses
from tests.portal.desks import worklist_addresses
from tests.portal.edition_addresses import year_addresses
from tests.portal.fair import fair_addresses
from tests.portal.follow_up_addresses import follow_up_addresses
from tests.portal.letter_addresses import letter_addresses
from tests.portal.mails import mailed
from tests.portal.money_addresses import money_addresses
from tests.portal.open_calls import check_address, open_today
from tests.portal.own_cases import Own
from tests.portal.preview_addresses import preview_addresses
from tests.portal.registering import registry_addresses
from tests.portal.report_addresses import report_addresses
from tests.portal.world import CUTOFF, World, edition_address, make_world
from tests.reviews.distributing import Round

LEAD = tuple(f"lead {role}" for role in OrganisationRole.values)
PARTNER = tuple(f"partner {role}" for role in ("writer", "signatory", "reader"))
STAFF = tuple(str(role) for role in Role)
ELSEWHERE = tuple(f"{role} elsewhere" for role in Role)
NOBODYS = ("another organisation's", "stranger", "mandate ended")
ASKER = "asks to represent"
SIGNED_IN = (*STAFF, *ELSEWHERE, *LEAD, *PARTNER, *NOBODYS, ASKER)
SIGNED_OUT = ("inactive", "nobody")
ALL = (*SIGNED_IN, *SIGNED_OUT)


def uploaded(by: User, name: str = "plan.pdf", content: bytes | None = None) -> StoredFile:
    """A file that is there, with its bytes."""
    upload = SimpleUploadedFile(name, pdf(name) if content is None else content)
    return store_upload(upload=upload, uploaded_by=by.pseudonym)


@dataclass
class Papers:
    """What stands under one application: a file, one of a message, and an open invitation."""

    application: Application
    attachment: Attachment
    message: Message | None = None
    invitation: PartnerInvitation | None = None

    @property
    def message_file(self) -> StoredFile:
        assert self.message is not None
        return self.message.files.get()


@dataclass
class Everyone:
    """One agency with a call; a lead and a partner with a draft, a case, and one to complete.

    `other` is the same once more, of another lead at the same agency.
    """

    world: World = field(default_factory=make_world)
    agency: Agency = field(init=False)
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.agency = self.world.agency
        self.own = Own(agency=self.agency)
        self.call: Call = self.own.call
        self.lead: Organisation = self.own.lead
        self._make_people()
        self.draft = self._draft(self.own)
        self.partner: Organisation = self.draft.application.participations.get(
            role="partner"
        ).organisation
        for role in ("writer", "signatory", "reader"):
            person = acting_for(self.partner, OrganisationRole(role))
            self.people[f"partner {role}"] = person
        self.case = self._case(self.own)
        self.completing = self._completing(self.own)
        other = Own(agency=self.agency, lead=OrganisationFactory(name="Tibro kommun"))
        self.other = other
        self.other_draft = self._draft(other)
        self.other_case = self._case(other)
        self._make_organisation_papers()

    def _make_people(self) -> None:
        elsewhere = AgencyFactory(county=self.lead.county)
        for role in Role:
            self.people[str(role)] = staff(self.agency, role)
            self.people[f"{role} elsewhere"] = staff(elsewhere, role)
        for mandate in OrganisationRole:
            self.people[f"lead {mandate}"] = acting_for(self.lead, mandate)
        self.people["another organisation's"] = acting_for(OrganisationFactory())
        self.people["stranger"] = UserFactory()
        yesterday = timezone.localdate() - timedelta(days=1)
        ended = MandateFactory(organisation=self.lead, ends_on=yesterday)
        self.people["mandate ended"] = ended.user
        inactive = acting_for(self.lead, is_active=False)
        self.people["inactive"] = inactive
        self.people[ASKER] = UserFactory()

    def _draft(self, own: Own) -> Papers:
        """A joint draft with a file and an invitation that waits."""
        application, _partner, _person = own.joint_draft()
        attachment = attach(application, own.writer, "other", file=uploaded(own.writer))
        invitation = PartnerInvitation.objects.create(
            application=application,
            email="inbjuden@example.se",
            token_sha256=f"{application.pk:064x}",
            invited_at=timezone.now(),
            invited_by=own.writer,
            expires_at=timezone.now() + timedelta(days=30),
        )
        return Papers(application, attachment, invitation=invitation)

    def _case(self, own: Own) -> Papers:
        """A case that an officer has, with a file that was sent in and one of a message."""
        from grants.services import handling, submission

        draft = own.draft()
        write_application(application=draft, actor=own.writer, partners=[own_partner(own)])
        _approved(draft, own)
        attachment = attach(draft, own.writer, "other", file=uploaded(own.writer, "bilaga.pdf"))
        submission.submit_application(
            application=fresh(draft), actor=own.signatory, assurance="password+code"
        )
        officer = self.people[str(Role.CASE_OFFICER)]
        handling.assign_officer(application=fresh(draft), officer=officer, actor=officer)
        message = send_message(
            application=fresh(draft),
            actor=own.writer,
            body="Vi undrar en sak.",
            from_agency=False,
            files=[uploaded(own.writer, "fråga.pdf")],
        )
        return Papers(fresh(draft), attachment, message)

    def _completing(self, own: Own) -> Papers:
        from grants.services import handling

        found = self._case(own)
        handling.request_completion(
            application=found.application,
            actor=self.people[str(Role.CASE_OFFICER)],
            fields=["answer.mapping.situation", "attachments.other"],
            due=timezone.localdate() + timedelta(days=14),
            message="Vi behöver veta mer.",
            questions={"answer.mapping.situation": "Hur menar ni?"},
        )
        found.application = fresh(found.application)
        return found

    def _make_organisation_papers(self) -> None:
        self.asked = RepresentationRequestFactory(
            user=self.people[ASKER], agency=self.agency, files=0, organisation=self.lead
        )
        self.evidence = Evidence.objects.create(
            request=self.asked, file=uploaded(self.people[ASKER], "protokoll.pdf")
        )
        self.invitation: Invitation = InvitationFactory(
            organisation=self.lead,
            invited_by=self.people["lead administrator"],
            token="hemlig",
        )

    @property
    def colleague(self) -> User:
        """Who has a page of their own among the lead's people."""
        return self.people["lead writer"]

    def addresses(self) -> dict[str, str]:
        """An address of something that is there, for every route of the portal."""
        world = self.world
        reported = world.case()
        edition = world.edition()
        build = EditionBuildFactory(agency=world.agency, cutoff=CUTOFF)
        call = [self.agency.code, self.call.code]
        draft, case, done = self.draft.application, self.case.application, self.completing
        own, asked = [self.lead.pk], [self.asked.pk]
        scenario = self.a_scenario()
        opinion = self.an_opinion()

        def at(name: str, *values: Any) -> str:
            return reverse(name, args=values)

        return {
            **{name: at(name) for name in PLAIN},
            "call-detail": at("call-detail", *call),
            "call-eligibility": check_address(open_today(self.agency)),
            "application-begin": at("application-begin", *call),
            "application-copy": at("application-copy", *call),
            "application-detail": at("application-detail", reported.pk),
            "organisation-detail": at("organisation-detail", reported.lead_id),
            "report-detail": at("report-detail", world.agency.reports.get().pk),
            "mail-resend": at("mail-resend", mailed(reported).pk),
            "build-detail": at("build-detail", build.pk),
            "year-editions": at("year-editions", 2013),
            "edition-detail": edition_address(edition),
            **year_addresses(world),
            "edition-file": edition_address(edition, "edition-file", "json"),
            "cell-detail": edition_address(edition, "cell-detail", 1, "mapping", "completed"),
            **{name: at(name, *own) for name in OF_ORGANISATION},
            "my-organisation-person": at("my-organisation-person", *own, self.colleague.pk),
            "organisation-register-details": f"{at('organisation-register-details')}?without=on",
            "my-request": at("my-request", *asked),
            "my-request-evidence": at("my-request-evidence", *asked),
            "my-request-file": at("my-request-file", *asked, self.evidence.pk),
            "representation-request": at("representation-request", *asked),
            "representation-organisation": at("representation-organisation", *asked),
            "representation-file": at("representation-file", *asked, self.evidence.pk),
            "representation-person": at("representation-person", *asked, self.colleague.pk),
            "invitation": at("invitation", "hemlig"),
            **{name: at(name, draft.pk) for name in OF_DRAFT},
            "application-section": at("application-section", draft.pk, "areas"),
            "field-history": f"{at('field-history', draft.pk)}?falt={area_path('mapping')}",
            "application-part": at("application-part", draft.pk, self.partner.pk),
            "partner-answer": at("partner-answer", draft.pk, self.partner.pk),
            "attachment-add": f"{at('attachment-add', draft.pk)}?place=other",
            "attachment-file": at("attachment-file", draft.pk, self.draft.attachment.pk),
            "attachment-remove": at("attachment-remove", draft.pk, self.draft.attachment.pk),
            "partner-invitation": at("partner-invitation", self.partner_token()),
            **{name: at(name, case.pk) for name in OF_CASE},
            "library-text": at("library-text", self._library_text()),
            "application-complete": at("application-complete", done.application.pk),
            "application-pdf": at("application-pdf", case.pk, 1),
            "case-pdf": at("case-pdf", case.pk, 1),
            "message-file": at("message-file", case.pk, self.case.message_file.pk),
            "case-message-file": at("case-message-file", case.pk, self.case.message_file.pk),
            "case-attachment": at("case-attachment", case.pk, self.case.attachment.pk),
            **fair_addresses(case),
            **decide_addresses(self.agency, self.people[str(Role.DECISION_MAKER)]),
            "own-appeal": self.appealed(),
            **registry_addresses(
                case, self.people[str(Role.REGISTRAR)], self.people[str(Role.DECISION_MAKER)]
            ),
            **worklist_addresses(case, self.people[str(Role.CASE_OFFICER)]),
            **letter_addresses(self),
            **money_addresses(self),
            **change_addresses(self),
            "opinion": at("opinion", opinion.pk),
            "opinion-pdf": at("opinion-pdf", opinion.pk, 1),
            "opinion-attachment": at("opinion-attachment", opinion.pk, self.case.attachment.pk),
            "round-opinions": at("round-opinions", opinion.application.call_id),
            "supervision-detail": at("supervision-detail", self.supervised().pk),
            "supervision-enter": at("supervision-enter", self.lead.pk),
            "distribution": at("distribution", scenario.call_id),
            "scenario": at("scenario", scenario.call_id, scenario.pk),
            **report_addresses(self),
            **call_making_addresses(self),
            **preview_addresses(self),
            **follow_up_addresses(self),
        }

    def appealed(self) -> str:
        """Where the case's own parties appeal a decision in it, which cannot be appealed."""
        decision = DecisionFactory(application=self.case.application, outcome="rejected")
        return reverse("own-appeal", args=[self.case.application.pk, decision.pk])

    def an_opinion(self) -> Opinion:
        """One asked of the county board elsewhere, on the case."""
        call = self.case.application.call
        Call.objects.filter(pk=call.pk).update(asks_opinion=True)
        found: Opinion = OpinionFactory(
            application=self.case.application,
            county=self.lead.county,
            due_on=timezone.localdate() + timedelta(days=10),
        )
        return found

    def supervised(self) -> SupervisionDecision:
        """A supervision decision about the lead, as the agency entered it."""
        return enter_supervision(
            agency=self.agency,
            actor=self.people[str(Role.CASE_OFFICER)],
            entered=Entered(self.lead, "IVO", "1/2026", date(2026, 1, 30), True, "Brister."),
        )

    def a_scenario(self) -> Scenario:
        """A distribution that was tried."""
        round_ = Round(call=assessed_call(agency=self.agency))
        round_.case(100_000)
        rules = Rules(method=Method.RANKING)
        return make_scenario(
            call=round_.call, actor=round_.officer, name="Rangordning", rules=rules
        )

    def _library_text(self) -> int:
        """A text of the agency's library."""
        from reviews.models import AgencyText

        officer = self.people[str(Role.CASE_OFFICER)]
        return AgencyText.objects.create(
            agency=self.agency, use="reject", title="Drift", text="Kostnaden är drift.",
            changed_by=officer, changed_at=timezone.now(),
        ).pk  # fmt: skip

    def signed_in(self, who: str) -> Client:
        """A browser in which that one is signed in."""
        client = Client()
        if who != "nobody":
            client.force_login(self.people[who])
        return client

    def partner_token(self) -> str:
        """A token that opens the draft's invitation to take part."""
        from applicants.selectors import token_digest

        assert self.draft.invitation is not None
        token = "medsokande-hemlig"
        PartnerInvitation.objects.filter(pk=self.draft.invitation.pk).update(
            token_sha256=token_digest(token)
        )
        return token


PLAIN = (
    "distribution-list",
    "populations",
    "opinion-list",
    "library",
    "supervision-list",
    "supervision-import",
    "front-page", "about", "accessibility", "call-list", "application-list", "application-export",
    "organisation-list", "report-list", "mail-list", "incident-list", "edition-list",
    "edition-build", "my-organisations", "organisation-register", "representation-requests",
    "my-pages", "after-sign-in",
)  # fmt: skip
OF_ORGANISATION = (
    "my-organisation", "my-organisation-details", "my-organisation-invite",
    "my-organisation-leave",
)  # fmt: skip
OF_DRAFT = (
    "application-tasks", "application-partners", "application-preview", "application-submit",
    "application-discard", "field-save", "row-add", "row-remove", "row-restore",
)  # fmt: skip
OF_CASE = (
    "case-opinions",
    "application-receipt", "application-file", "application-versions", "application-take-back",
    "application-withdraw", "application-messages", "case-messages", "case-versions",
    "case-assign", "request-completion", "case-findings", "case-assessment", "case-assess",
    "case-costs", "case-costs-save", "case-proposal", "case-proposal-save",
    "case-field-save", "case-field-history", "case-history", "case-journal", "case-outside",
)  # fmt: skip


def own_partner(own: Own) -> Organisation:
    """A partner with a signatory, the same one each time."""
    found = Organisation.objects.filter(
        participations__application__lead=own.lead, participations__role="partner"
    ).first()
    if found is not None:
        return found
    partner: Organisation = OrganisationFactory(name="Bjuvs kommun")
    acting_for(partner)
    return partner


def _approved(draft: Application, own: Own) -> None:
    from grants.services.drafts import answer_participation
    from tests.factories.forms import fill_part

    part = draft.participations.select_related("organisation").get(role="partner")
    signatory = part.organisation.mandates.filter(role="signatory").earliest("pk").user
    fill_part(draft, part.organisation, signatory)
    answer_participation(participation=part, actor=signatory, approve=True, assurance="passkey")


__all__ = ["ALL", "Everyone", "Papers", "uploaded"]
