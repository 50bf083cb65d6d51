"""Files in a case: who puts what where, and when."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from applicants.enums import OrganisationRole
from core.checks.files import FileRefused
from grants.enums import Approval
from grants.selectors.draft import attachments_of, draft_of, part_sha256
from grants.selectors.submission import document_of
from grants.services import drafts, submission
from grants.services.attachments import attach_file, remove_attachment
from grants.services.drafts import FieldLocked, write_application
from grants.services.moving import UnknownField
from tests.factories import OrganisationFactory, UserFactory, acting_for, staff
from tests.factories.forms import begun, filled, form_call, stored_file

pytestmark = pytest.mark.django_db
PLAN = "attachments.plan"


@pytest.fixture
def case() -> Any:
    lead = OrganisationFactory()
    application = begun(form_call(), lead, acting_for(lead))
    return application


def writer_of(organisation: Any) -> Any:
    return acting_for(organisation, OrganisationRole.WRITER)


def test_a_writer_attaches_and_removes(case: Any) -> None:
    writer = writer_of(case.lead)
    kept = attach_file(application=case, file=stored_file(), place=PLAN, actor=writer)
    assert attachments_of(case) == [kept]
    remove_attachment(attachment=kept, actor=writer)
    assert attachments_of(case) == []


def test_a_partner_attaches_evidence_for_itself_only(case: Any) -> None:
    partner = OrganisationFactory()
    write_application(application=case, actor=writer_of(case.lead), partners=[partner])
    theirs = writer_of(partner)
    own = f"requirement.{partner.pk}.knowledge"
    assert attach_file(
        application=case, file=stored_file(), place=own, actor=theirs
    ).organisation == (partner)
    for place, actor in [
        (f"requirement.{case.lead_id}.knowledge", theirs),
        (own, writer_of(case.lead)),
        (PLAN, acting_for(case.lead, OrganisationRole.READER)),
        (PLAN, UserFactory()),
        (PLAN, staff(case.call.agency)),
    ]:
        with pytest.raises(PermissionDenied):
            attach_file(application=case, file=stored_file(), place=place, actor=actor)


def test_a_partner_approves_its_evidence_too(case: Any) -> None:
    """What was approved is approved anew once evidence of that organisation comes or goes, and a
    signatory is never taken to have read evidence that came after the page was shown."""
    partner = OrganisationFactory()
    lead_writer = writer_of(case.lead)
    write_application(application=case, actor=lead_writer, partners=[partner])
    signatory = acting_for(partner)
    part = case.participations.get(organisation=partner)
    own = f"requirement.{partner.pk}.knowledge"

    def shown() -> str:
        return part_sha256(draft_of(case), partner.pk, attachments_of(case))

    def approve(seen: str) -> None:
        drafts.answer_participation(participation=part, actor=signatory, approve=True, seen=seen)

    def approval() -> str:
        part.refresh_from_db()
        return str(part.approval)

    before = shown()
    kept = attach_file(application=case, file=stored_file(), place=own, actor=signatory)
    with pytest.raises(drafts.PartChanged):
        approve(before)
    approve(shown())
    assert approval() == Approval.APPROVED
    attach_file(application=case, file=stored_file(), place=PLAN, actor=lead_writer)
    assert approval() == Approval.APPROVED
    remove_attachment(attachment=kept, actor=signatory)
    assert approval() == Approval.WAITING
    approve(shown())
    attach_file(application=case, file=stored_file(), place=own, actor=signatory)
    assert approval() == Approval.WAITING


@pytest.mark.parametrize(
    "place", ["", "attachments.nothing", "requirement.0.knowledge", "kind.plan", "../plan"]
)
def test_a_place_that_the_form_does_not_have_takes_nothing(case: Any, place: str) -> None:
    with pytest.raises((UnknownField, PermissionDenied)):
        attach_file(application=case, file=stored_file(), place=place, actor=writer_of(case.lead))


def test_there_is_a_limit(case: Any, settings: Any) -> None:
    settings.FILES_PER_CASE = 2
    writer = writer_of(case.lead)
    first = attach_file(application=case, file=stored_file(), place=PLAN, actor=writer)
    attach_file(application=case, file=stored_file(), place="other", actor=writer)
    with pytest.raises(FileRefused, match="too_many"):
        attach_file(application=case, file=stored_file(), place="other", actor=writer)
    remove_attachment(attachment=first, actor=writer)
    attach_file(application=case, file=stored_file(), place="other", actor=writer)


def test_what_was_sent_in_keeps_its_files_and_takes_no_more(case: Any) -> None:
    signatory = acting_for(case.lead)
    filled(case, signatory)
    submission.submit_application(application=case, actor=signatory)
    kept = list(attachments_of(case))
    said = [each["sha256"] for each in document_of(case)["attachments"]]
    assert said == [each.file.sha256 for each in kept]
    with pytest.raises(FieldLocked):
        remove_attachment(attachment=kept[0], actor=signatory)
    with pytest.raises(FieldLocked):
        attach_file(application=case, file=stored_file(), place="other", actor=signatory)
