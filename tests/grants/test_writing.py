"""Writing an application field by field: versions, what is refused, what a change brings."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import OrganisationRole, Signing
from core.definitions import ProblemCode, UnfitValueError
from core.enums import JournalKind
from core.selectors.journal import events_of
from grants.checks import Severity
from grants.content.draft import draft_from
from grants.content.paths import (
    answer_path,
    area_path,
    is_open,
    part_path,
    requirement_path,
    row_path,
)
from grants.enums import Approval, RowKind, Status
from grants.models import Application, Participation
from grants.selectors.draft import draft_of, field_of, history_of_value, saved_value
from grants.selectors.submission import document_of, snapshot_of
from grants.services import drafts, handling, submission, writing
from grants.services.writing import ValueChanged, add_row, remove_row, restore_row, save_value
from tests.core.concurrency import in_threads
from tests.factories import MandateFactory, OrganisationFactory, UserFactory, acting_for, staff
from tests.factories.forms import attach, begun, fill_part, filled, form_call, put, stored_file

pytestmark = pytest.mark.django_db

SITUATION = answer_path("mapping", "situation")


class Desk:
    """An open call, a lead with a signatory and a writer, and a draft."""

    def __init__(self, **call: Any) -> None:
        self.call = form_call(**call)
        self.lead = OrganisationFactory()
        self.signatory = acting_for(self.lead)
        self.writer = acting_for(self.lead, OrganisationRole.WRITER)
        self.case = begun(self.call, self.lead, self.signatory)

    def with_partner(self) -> tuple[Participation, Any]:
        """A partner that takes part, and its signatory."""
        partner = OrganisationFactory()
        person = acting_for(partner)
        drafts.write_application(application=self.case, actor=self.signatory, partners=[partner])
        return self.case.participations.get(organisation=partner), person

    def fresh(self) -> Application:
        return Application.objects.get(pk=self.case.pk)


def codes(application: Application) -> set[str]:
    return {finding.code for finding in snapshot_of(application)[1]}


def test_every_save_is_a_version_and_the_same_text_is_none() -> None:
    desk = Desk()
    put(desk.case, desk.writer, SITUATION, "Först")
    put(desk.case, desk.signatory, SITUATION, "Sedan")
    again = save_value(
        application=desk.case, path=SITUATION, text=" Sedan\r\n", base=0, actor=desk.writer
    )
    assert (again.number, again.saved_by) == (2, str(desk.signatory))
    assert [each.text for each in history_of_value(desk.case, SITUATION)] == ["Sedan", "Först"]


def test_a_save_over_a_newer_text_is_told_and_loses_nothing() -> None:
    desk = Desk()
    put(desk.case, desk.writer, SITUATION, "Skribentens text")
    with pytest.raises(ValueChanged) as caught:
        save_value(
            application=desk.case, path=SITUATION, text="Min text", base=0, actor=desk.signatory
        )
    assert (caught.value.mine, caught.value.theirs.text) == ("Min text", "Skribentens text")
    assert caught.value.theirs.saved_by == str(desk.writer)
    assert saved_value(desk.case, SITUATION).text == "Skribentens text"
    kept = save_value(
        application=desk.case,
        path=SITUATION,
        text="Min text",
        base=caught.value.theirs.number,
        actor=desk.signatory,
    )
    assert kept.number == 2


def test_one_fast_typist_never_meets_a_conflict() -> None:
    desk = Desk()
    for text in ("K", "Ka", "Kar", "Kart"):
        save_value(
            application=desk.case, path=SITUATION, text=text, base=0, actor=desk.writer, page="p1"
        )
    assert saved_value(desk.case, SITUATION).text == "Kart"
    with pytest.raises(ValueChanged):
        save_value(
            application=desk.case, path=SITUATION, text="Ny", base=0, actor=desk.writer, page="p2"
        )


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_writers_at_once_one_is_told() -> None:
    desk = Desk()

    def save(actor: Any, text: str) -> str:
        try:
            save_value(application=desk.case, path=SITUATION, text=text, base=0, actor=actor)
        except ValueChanged as changed:
            return f"told of {changed.theirs.text}"
        return text

    outcomes = in_threads(lambda: save(desk.writer, "Ett"), lambda: save(desk.signatory, "Två"))
    kept = saved_value(desk.case, SITUATION).text
    assert sorted(outcomes) == sorted([kept, f"told of {kept}"])
    assert len(history_of_value(desk.case, SITUATION)) == 1


@given(st.text(max_size=300))
def test_whatever_is_typed_is_kept_as_it_is_or_refused(text: str) -> None:
    desk = Desk()
    spec = field_of(desk.case, SITUATION, "sv")
    assert spec is not None
    kept = spec.canonical(text)
    assert spec.canonical(kept) == kept
    assert kept == text.strip().replace("\r\n", "\n") or not text.strip()


def test_what_a_field_does_not_take_is_refused_and_nothing_is_cut() -> None:
    desk = Desk()
    put(desk.case, desk.writer, SITUATION, "Kvar")
    cases = {
        SITUATION: ("x" * 4001, ProblemCode.TOO_LONG),
        answer_path("mapping", "target_groups"): (
            "women,everyone",
            ProblemCode.EXCLUSIVE_WITH_OTHERS,
        ),
        answer_path("", "has_leader"): ("yes,no", ProblemCode.SEVERAL_IN_ONE_CHOICE),
        answer_path("", "starts"): ("i vår", ProblemCode.NOT_A_DATE),
        answer_path("", "people"): ("många", ProblemCode.NOT_A_NUMBER),
        area_path("mapping"): ("kanske", ProblemCode.UNKNOWN_OPTION),
    }
    for path, (text, code) in cases.items():
        with pytest.raises(UnfitValueError) as caught:
            put(desk.case, desk.writer, path, text)
        assert caught.value.code is code
    assert saved_value(desk.case, SITUATION).text == "Kvar"


@pytest.mark.parametrize(
    "path",
    [
        "answer.mapping.nothing",
        "answer.nowhere.situation",
        "areas.nowhere",
        "row.99.title",
        "requirement.0.knowledge.state",
        "requirement.x.knowledge.state",
        "part.0.contact",
        "status",
        "",
    ],
)
def test_a_field_that_is_not_there_cannot_be_saved(path: str) -> None:
    desk = Desk()
    with pytest.raises((writing.UnknownField, PermissionDenied)):
        put(desk.case, desk.signatory, path, "yes")
    assert not desk.case.values.exists()


def test_each_writes_its_own_and_a_stranger_nothing() -> None:
    desk = Desk()
    part, partner = desk.with_partner()
    reader = acting_for(desk.lead, OrganisationRole.READER)
    ours = part_path(desk.lead.pk, "contact")
    theirs = part_path(part.organisation_id, "contact")
    put(desk.case, partner, theirs, "Pia Partner")
    put(desk.case, desk.writer, ours, "Lisa Ledare")
    for actor, path in [
        (partner, ours),
        (partner, SITUATION),
        (partner, area_path("mapping")),
        (desk.writer, theirs),
        (desk.writer, requirement_path(part.organisation_id, "knowledge", "state")),
        (reader, SITUATION),
        (UserFactory(), SITUATION),
        (staff(desk.call.agency), SITUATION),
    ]:
        with pytest.raises(PermissionDenied):
            put(desk.case, actor, path, "yes")
    with pytest.raises(PermissionDenied):
        add_row(application=desk.case, kind=RowKind.ACTIVITY, actor=partner, area="mapping")
    line = add_row(application=desk.case, kind=RowKind.LINE, actor=partner)
    found = draft_of(desk.case).lines[0]
    assert (found.number, found.organisation) == (line.number, part.organisation_id)


def test_a_removed_row_comes_back_as_it_was() -> None:
    desk = Desk()
    filled(desk.case, desk.writer)
    before = document_of(desk.fresh())
    number = draft_of(desk.case).lines[0].number
    remove_row(application=desk.case, number=number, actor=desk.writer)
    assert desk.fresh().requested_sek is None
    assert "amount_missing" in codes(desk.fresh())
    restore_row(application=desk.case, number=number, actor=desk.writer)
    assert document_of(desk.fresh()) == before
    assert desk.fresh().requested_sek == 250_000


def test_the_amount_asked_for_is_the_sum_of_the_lines() -> None:
    desk = Desk()
    for amount in ("100 000 kr", "1", "0"):
        line = add_row(application=desk.case, kind=RowKind.LINE, actor=desk.writer)
        put(desk.case, desk.writer, row_path(line.number, "amount_sek"), amount)
    assert desk.fresh().requested_sek == 100_001
    with pytest.raises(drafts.FieldLocked):
        drafts.write_application(application=desk.case, actor=desk.writer, requested_sek=5)


def test_a_filled_draft_can_be_sent_in_and_says_what_was_written() -> None:
    desk = Desk()
    filled(desk.case, desk.writer)
    receipt = submission.submit_application(application=desk.case, actor=desk.signatory)
    said = document_of(desk.fresh())
    assert receipt.register_number
    assert not receipt.late
    assert said["areas"][0]["answers"]["target_groups"] == ["women"]
    assert said["lines"][0]["amount_sek"] == said["requested_sek"] == 250_000
    assert said["parts"][0]["answers"]["contact"] == "Svar på contact"
    assert said["requirements"][0]["state"] == "yes"
    with pytest.raises(drafts.FieldLocked):
        put(desk.case, desk.writer, SITUATION, "För sent")


@pytest.mark.parametrize(
    ("break_it", "code", "severity"),
    [
        (lambda d: put(d.case, d.writer, SITUATION, ""), "answer_missing", Severity.BLOCKING),
        (lambda d: put(d.case, d.writer, area_path("mapping"), ""), "no_area", Severity.BLOCKING),
        (
            lambda d: put(d.case, d.writer, area_path("training"), "yes"),
            "area_without_activity",
            Severity.BLOCKING,
        ),
        (
            lambda d: put(d.case, d.writer, row_path(2, "activity"), ""),
            "line_without_activity",
            Severity.BLOCKING,
        ),
        (
            lambda d: put(d.case, d.writer, row_path(2, "category"), "bought_housing"),
            "not_payable",
            Severity.BLOCKING,
        ),
        (
            lambda d: put(d.case, d.writer, row_path(2, "category"), "salary"),
            "above_ceiling",
            Severity.LOOKED_AT,
        ),
        (
            lambda d: put(d.case, d.writer, row_path(2, "category"), "salary"),
            "limited",
            Severity.LOOKED_AT,
        ),
        (
            lambda d: put(
                d.case, d.writer, requirement_path(d.lead.pk, "knowledge", "state"), "no"
            ),
            "requirement_not_met",
            Severity.LOOKED_AT,
        ),
        (
            lambda d: put(d.case, d.writer, requirement_path(d.lead.pk, "knowledge", "state"), ""),
            "requirement_missing",
            Severity.BLOCKING,
        ),
        (
            lambda d: put(d.case, d.writer, requirement_path(d.lead.pk, "knowledge", "how"), ""),
            "requirement_not_described",
            Severity.LOOKED_AT,
        ),
        (
            lambda d: put(d.case, d.writer, part_path(d.lead.pk, "contact"), ""),
            "part_missing",
            Severity.BLOCKING,
        ),
        (lambda d: d.case.attachments.all().delete(), "attachment_missing", Severity.BLOCKING),
        (
            lambda d: attach(
                d.case, d.writer, "other", file=stored_file(sha256=f"{0:064x}", name="igen.pdf")
            ),
            "file_twice",
            Severity.ADVICE,
        ),
        (
            lambda d: add_row(
                application=d.case, kind=RowKind.ACTIVITY, actor=d.writer, area="mapping"
            ),
            "activity_unnamed",
            Severity.BLOCKING,
        ),
        (
            lambda d: add_row(application=d.case, kind=RowKind.LINE, actor=d.writer),
            "line_empty",
            Severity.ADVICE,
        ),
        (lambda d: d.with_partner(), "partner_not_answered", Severity.BLOCKING),
        (lambda d: d.with_partner(), "no_own_work", Severity.LOOKED_AT),
        (lambda d: d.with_partner(), "partner_without_money", Severity.LOOKED_AT),
    ],
)
def test_what_is_wrong_is_found_by_the_check_for_it(
    break_it: Any, code: str, severity: Severity
) -> None:
    desk = Desk()
    filled(desk.case, desk.writer)
    assert code not in codes(desk.fresh())
    break_it(desk)
    found = [each for each in snapshot_of(desk.fresh())[1] if each.code == code]
    assert [each.severity for each in found] == [severity] * len(found)
    assert found


def test_an_activity_with_no_money_is_pointed_out() -> None:
    desk = Desk()
    filled(desk.case, desk.writer)
    activity = add_row(
        application=desk.case, kind=RowKind.ACTIVITY, actor=desk.writer, area="mapping"
    )
    put(desk.case, desk.writer, row_path(activity.number, "title"), "Utan pengar")
    assert "activity_without_money" in codes(desk.fresh())


def test_a_partners_approval_falls_when_its_own_part_changes_and_only_then() -> None:
    desk = Desk()
    part, partner = desk.with_partner()
    filled(desk.case, desk.writer)
    fill_part(desk.case, part.organisation, partner)

    def approve() -> None:
        drafts.answer_participation(participation=part, actor=partner, approve=True)

    def approval() -> str:
        return str(Participation.objects.get(pk=part.pk).approval)

    approve()
    put(desk.case, desk.writer, SITUATION, "Ledarens egen text")
    assert approval() == Approval.APPROVED
    put(desk.case, partner, part_path(part.organisation_id, "contact"), "En annan")
    assert approval() == Approval.WAITING
    approve()
    line = add_row(application=desk.case, kind=RowKind.LINE, actor=desk.writer)
    put(desk.case, desk.writer, row_path(line.number, "amount_sek"), "1000")
    assert approval() == Approval.APPROVED
    put(
        desk.case,
        desk.writer,
        row_path(line.number, "organisation"),
        str(part.organisation_id),
    )
    assert approval() == Approval.WAITING
    approve()
    remove_row(application=desk.case, number=line.number, actor=desk.writer)
    assert approval() == Approval.WAITING
    assert Participation.objects.get(pk=part.pk).asked_again == 3


def test_two_sign_jointly_under_the_same_content() -> None:
    desk = Desk()
    filled(desk.case, desk.writer)
    organisation = desk.lead
    desk.signatory.mandates.update(signing=Signing.JOINTLY)
    other = MandateFactory(organisation=organisation, signing=Signing.JOINTLY).user
    first = submission.sign_application(application=desk.case, actor=desk.signatory)
    again = submission.sign_application(application=desk.case, actor=desk.signatory)
    assert (first, again, desk.fresh().status) == (None, None, Status.DRAFT)
    put(desk.case, desk.writer, SITUATION, "Ändrat efter den första underskriften")
    assert submission.sign_application(application=desk.case, actor=other) is None
    receipt = submission.sign_application(
        application=desk.case, actor=desk.signatory, assurance="passkey"
    )
    assert receipt is not None
    signatures = desk.case.versions.get().signatures.order_by("signed_at")
    assert [each.user for each in signatures] == [other, desk.signatory]
    assert [each.assurance for each in signatures] == ["", "passkey"]


def test_one_who_signs_must_have_seen_what_is_signed() -> None:
    desk = Desk()
    filled(desk.case, desk.writer)
    with pytest.raises(submission.ContentChanged):
        submission.sign_application(application=desk.case, actor=desk.signatory, seen="0" * 64)
    assert desk.fresh().status == Status.DRAFT


def test_only_what_was_asked_for_opens_for_completion() -> None:
    desk = Desk()
    filled(desk.case, desk.writer)
    submission.submit_application(application=desk.case, actor=desk.signatory)
    officer = staff(desk.call.agency)
    with pytest.raises(writing.UnknownField):
        handling.request_completion(
            application=desk.case,
            actor=officer,
            fields=["answer.nowhere"],
            due=timezone.localdate(),
        )
    handling.request_completion(
        application=desk.case,
        actor=officer,
        fields=[SITUATION, "budget"],
        questions={SITUATION: "Vad bygger ni det på?"},
        due=timezone.localdate() + timedelta(days=7),
    )
    asked = desk.case.completion_requests.get()
    assert asked.items == [[SITUATION, "Vad bygger ni det på?"], ["budget", ""]]
    put(desk.case, desk.writer, SITUATION, "En enkät från i våras")
    put(desk.case, desk.writer, row_path(2, "amount_sek"), "240 000")
    for path in (answer_path("mapping", "expected"), row_path(1, "title")):
        with pytest.raises(drafts.FieldLocked):
            put(desk.case, desk.writer, path, "Nej")
    submission.complete_application(application=desk.case, actor=desk.writer)
    asked.refresh_from_db()
    assert (asked.answered, asked.late, asked.closed_at is not None) == (True, False, True)
    assert desk.case.versions.count() == 2
    assert desk.fresh().requested_sek == 240_000


@given(
    st.lists(st.sampled_from(["answer.mapping", "part.7", "budget", "row.3", "funding"])),
    st.sampled_from(
        ["answer.mapping.situation", "part.7.contact", "part.77.contact", "row.3.text"]
    ),
)
def test_a_name_opens_what_is_below_it_and_nothing_else(named: list[str], path: str) -> None:
    kind = RowKind.LINE if path.startswith("row") else ""
    below = any(path.startswith(f"{name}.") for name in named)
    assert is_open(path, named, kind=kind) == (below or (kind != "" and "budget" in named))


def test_a_draft_is_empty_before_anything_is_written() -> None:
    draft = draft_from(form_call().definition, {}, [])
    assert (draft.areas, draft.requested_sek, draft.activities) == ((), 0, ())


def test_the_journal_knows_nothing_of_autosaves() -> None:
    desk = Desk()
    before = events_of(kind=JournalKind.CASE, subject=str(desk.case.pk)).count()
    put(desk.case, desk.writer, SITUATION, "En text")
    assert events_of(kind=JournalKind.CASE, subject=str(desk.case.pk)).count() == before
