"""Who is told of changes of a grant and of claims: the partners concerned, until they have left."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from applicants.models import Organisation, User
from core.models import OutboxMessage
from grants.content.basis import DecisionBasis, LineOutcome
from grants.content.changes import (
    BudgetChange,
    LeavingRow,
    MergerChange,
    PartnerChange,
    TimeChange,
    touched_by,
)
from grants.enums import EntryKind, NoticeKind, Status
from grants.models import Application, CaseLetter, GrantChange
from grants.selectors import own_applications
from grants.selectors.letters import parties_of
from grants.selectors.people import people_of, people_of_participation
from grants.services import claims
from grants.services.changes import ask_about_change
from grants.services.deliveries import open_deliveries, remind_party
from grants.services.ledger import book_payment
from grants.services.messages import send_message
from portal.services.changes import decide
from tests.factories import (
    ApplicationFactory,
    OrganisationFactory,
    ParticipationFactory,
    acting_for,
)
from tests.factories.changing import Changing

MOVED = BudgetChange(((1, 250_000), (2, 150_000)))


def mails(case: Application, person: User, kind: str = "") -> list[str]:
    """What the person was told of the case, by the keys of the mails."""
    begins = f"{kind}:{case.pk}:" if kind else ""
    found = OutboxMessage.objects.filter(recipient=person.email, dedupe_key__startswith=begins)
    return [mail.dedupe_key for mail in found if f":{case.pk}:" in mail.dedupe_key]


def test_whom_a_change_is_about() -> None:
    lines = tuple(
        LineOutcome(at, f"Rad {at}", "Lön", "mapping", "Kartlägga", org, sek, sek, sek)
        for at, org, sek in ((1, 1, 100), (2, 2, 50), (3, 3, 40), (4, None, 10))
    )
    basis, day = DecisionBasis(lines=lines), timezone.localdate()
    for change, whom in (
        (BudgetChange(((1, 90), (2, 60), (3, 40))), {1, 2}),
        (BudgetChange(((3, 30), (4, 20))), {3}),
        (TimeChange("use_until", day), set()),
        (PartnerChange(2, (LeavingRow(2, 0, 50, 3),)), {2, 3}),
        (PartnerChange(2, (LeavingRow(2, 10, 0, 3),)), {2}),
        (MergerChange(2, 9, day), {2, 9}),
    ):
        assert touched_by(change, basis) == whom  # type: ignore[arg-type]


class Joint(Changing):
    """A grant to the lead and two partners, the second without a line of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.third: Organisation = OrganisationFactory(name="Ceders kommun")
        self.thirds_writer: User = acting_for(self.third, name="Cim Ceder")

    def shared(self) -> Application:
        case = self.granted(joint=True)
        ParticipationFactory(application=case, organisation=self.third)
        return case

    def leaving(self, **row: Any) -> PartnerChange:
        return PartnerChange(self.partner.pk, (LeavingRow(2, **{"kept_sek": 0, **row}),))


@pytest.mark.django_db
def test_a_partner_whose_line_changes_is_told_from_the_request_to_the_decision() -> None:
    desk = Joint()
    case = desk.shared()
    asked = desk.asked(case, MOVED)
    assert len(mails(case, desk.partners_writer)) == 1
    # The lead has asked itself, and the other partner is not concerned.
    assert mails(case, desk.signatory) == mails(case, desk.thirds_writer) == []
    question = ask_about_change(change=asked, actor=desk.officer, text="Varför?")
    assert f"change:{case.pk}:question:{question.pk}:{desk.partners_writer.pk}" in mails(
        case, desk.partners_writer
    )
    GrantChange.objects.filter(pk=asked.pk).update(state="asked")
    asked.refresh_from_db()
    decide(change=desk.propose(asked, MOVED), actor=desk.decider)
    for person in (desk.partners_writer, desk.signatory):
        key = f"change:{case.pk}:decided:{asked.pk}:{person.pk}"
        assert key in mails(case, person)
    assert mails(case, desk.thirds_writer) == []


@pytest.mark.django_db
def test_a_longer_time_is_the_leads_news() -> None:
    desk = Joint()
    case = desk.shared()
    desk.decided(case, TimeChange("use_until", desk.call.spend_by))
    assert mails(case, desk.signatory)
    assert mails(case, desk.partners_writer) == mails(case, desk.thirds_writer) == []


@pytest.mark.django_db
def test_a_partner_that_leaves_is_told_of_that_and_of_nothing_after_it(client: Any) -> None:
    desk = Joint()
    case = desk.shared()
    change = desk.decided(case, desk.leaving(moved_sek=40_000, to=desk.third.pk))
    gone = desk.partners_writer
    told = mails(case, gone)
    assert f"change:{case.pk}:decided:{change.pk}:{gone.pk}" in told
    assert f"change:{case.pk}:decided:{change.pk}:{desk.thirds_writer.pk}" in mails(
        case, desk.thirds_writer
    )
    # It reads the decision and its letter, as all that was until then.
    assert case in own_applications(gone)
    client.force_login(gone)
    letter = CaseLetter.objects.get(source=f"change_decision:{change.pk}")
    page = client.get(reverse("own-change", args=[case.pk, change.pk]))
    address = reverse("own-case-letter", args=[case.pk, letter.pk])
    assert address in page.content.decode()
    assert client.get(address).content[:5] == b"%PDF-"

    case = Application.objects.get(pk=case.pk)
    part = case.participations.get(organisation=desk.partner)
    parts = list(case.participations.all())
    assert gone not in people_of(case)
    assert gone not in people_of(case, known=parts)
    assert desk.thirds_writer in people_of(case)
    assert people_of_participation(part) == []
    assert parties_of(case) == [case.lead_id, desk.third.pk]
    send_message(application=case, actor=desk.officer, body="Till er alla.", from_agency=True)
    decision = case.decisions.get()
    open_deliveries(decision=decision)
    assert not remind_party(decision=decision, organisation=desk.partner, actor=desk.officer)
    desk.decided(case, BudgetChange(((1, 290_000), (3, 50_000))))
    assert mails(case, gone) == told
    assert len(mails(case, desk.thirds_writer)) >= 3


@pytest.mark.django_db
def test_one_that_was_to_leave_and_does_not_is_told_of_that_too() -> None:
    desk = Joint()
    case = desk.shared()
    asked = desk.asked(case, desk.leaving())
    decide(change=desk.propose(asked, None), actor=desk.decider)
    assert len(mails(case, desk.partners_writer)) == 2
    assert desk.partners_writer in people_of(case)


@pytest.mark.django_db
def test_of_a_merger_those_are_told_who_act_after_it_in_every_case_that_follows() -> None:
    desk = Joint()
    case, other = (
        desk.shared(),
        ApplicationFactory(
            call=desk.call, lead=desk.third, partners=[desk.partner], status=Status.SUBMITTED
        ),
    )
    successor = desk.successor()
    made = MergerChange(desk.partner.pk, successor.pk, desk.today, successor.name, successor.org_no)
    change = desk.decided(case, made)
    followed = GrantChange.objects.get(follows=change)
    for where, which, people in (
        (case, change, [desk.signatory, desk.partners_writer, desk.successors_signatory]),
        (other, followed, [desk.thirds_writer, desk.partners_writer, desk.successors_signatory]),
    ):
        for person in people:
            assert f"change:{where.pk}:decided:{which.pk}:{person.pk}" in mails(where, person)
    assert mails(case, desk.thirds_writer) == []
    assert {case, other} <= set(own_applications(desk.successors_signatory))


@pytest.mark.django_db
def test_partners_are_told_of_a_claim_and_its_reminder_unless_they_have_left() -> None:
    desk = Joint()
    case = desk.shared()
    desk.decided(case, desk.leaving(kept_sek=20_000))
    case = Application.objects.get(pk=case.pk)
    for person in (desk.signatory, desk.thirds_writer, desk.partners_writer):
        assert mails(case, person, NoticeKind.CLAIM) == []
    entry = case.ledger_entries.get(kind=EntryKind.GRANTED)
    book_payment(
        application=case, actor=desk.controller, kind=EntryKind.PAID, year=entry.year,
        amount_sek=400_000, key="1",
    )  # fmt: skip
    claim = claims.send_claim(application=case, actor=desk.controller, text="Betala.")
    assert claim is not None
    with pytest.MonkeyPatch.context() as patched:
        late = claim.due_on + timedelta(days=1)
        patched.setattr(timezone, "localdate", lambda *_args: late)
        assert claims.remind_of_claims() == 1
    wanted = {str(claim.pk), f"reminder:{claim.pk}"}
    for person in (desk.signatory, desk.thirds_writer):
        keys = {f"claim:{case.pk}:{key}:{person.pk}" for key in wanted}
        assert set(mails(case, person, NoticeKind.CLAIM)) == keys
    assert mails(case, desk.partners_writer, NoticeKind.CLAIM) == []
