"""County boards' opinions: who is asked, who answers, more time, reminders."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.enums import JournalKind
from core.models import Agency, OutboxMessage
from core.selectors.journal import events_of
from grants.enums import DocumentKind, Status
from grants.models import Application, Call
from reviews.checks import ReviewRefused
from reviews.enums import Recommendation
from reviews.models import Opinion
from reviews.selectors.opinions import opinions_awaited, opinions_visible_to
from reviews.services.opinions import (
    answer_more_time,
    ask_more_time,
    ask_opinions,
    ask_round,
    give_opinion,
    save_opinion_draft,
)
from reviews.tasks import remind_of_opinions
from tests.core.concurrency import in_threads
from tests.factories import (
    AgencyFactory,
    ApplicationFactory,
    ConflictDeclarationFactory,
    CountyFactory,
    OrganisationFactory,
    staff,
)
from tests.factories.assessing import assessed_call

pytestmark = pytest.mark.django_db


class Asking:
    """A call that asks for opinions, a case of two counties, and the boards of both."""

    def __init__(self) -> None:
        self.call: Call = assessed_call(asks_opinion=True)
        self.officer: User = staff(self.call.agency, Role.CASE_OFFICER)
        self.here, self.there = CountyFactory(code="14"), CountyFactory(code="12")
        self.board: Agency = AgencyFactory(county=self.here)
        self.person: User = staff(self.board, Role.COUNTY_BOARD)
        self.other: User = staff(AgencyFactory(county=self.there), Role.COUNTY_BOARD)
        self.case = self.another()

    def another(self) -> Application:
        case: Application = ApplicationFactory(
            call=self.call,
            lead=OrganisationFactory(county=self.here),
            partners=[OrganisationFactory(county=self.there)],
            received_at=timezone.now(),
            assigned_to=self.officer,
        )
        return case

    def asked(self, days: int = 10) -> list[Opinion]:
        return ask_opinions(application=self.case, actor=self.officer, due_on=in_days(days))

    def one(self) -> Opinion:
        """The one asked of the board here."""
        return next(each for each in self.asked() if each.county == self.here)


@pytest.fixture
def asking() -> Asking:
    return Asking()


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ReviewRefused) as found:
        act()
    return found.value.code


def given(asking: Asking, opinion: Opinion, **changes: Any) -> Opinion:
    arguments = {
        "actor": asking.person,
        "recommendation": Recommendation.RECOMMENDED,
        "reasons": "Behovet är stort i länet.",
    }
    return give_opinion(opinion=opinion, **{**arguments, **changes})


def test_the_boards_of_all_participants_counties_are_asked_once(asking: Asking) -> None:
    opinions = asking.asked()
    assert {each.county for each in opinions} == {asking.here, asking.there}
    assert asking.asked() == []
    assert OutboxMessage.objects.filter(recipient=asking.person.email).count() == 1
    kinds = list(asking.case.documents.values_list("kind", flat=True))
    assert kinds == [DocumentKind.OPINION_REQUEST] * 2


def test_the_deciding_agency_is_never_asked(asking: Asking) -> None:
    agency = asking.call.agency
    agency.county = asking.here
    agency.save(update_fields=["county"])
    own = staff(agency, Role.COUNTY_BOARD)
    opinions = asking.asked()
    assert [each.county for each in opinions] == [asking.there]
    assert not opinions_visible_to(own).exists()


def test_a_board_sees_exactly_what_it_is_asked_about(asking: Asking) -> None:
    asking.another()
    mine, theirs = sorted(asking.asked(), key=lambda each: each.county != asking.here)
    assert list(opinions_visible_to(asking.person)) == [mine]
    assert list(opinions_visible_to(asking.other)) == [theirs]
    assert not opinions_visible_to(asking.officer).exists()
    assert not opinions_visible_to(staff(AgencyFactory(), Role.COUNTY_BOARD)).exists()


def test_one_mail_a_day_tells_of_all_the_cases_of_a_round(asking: Asking) -> None:
    for _each in range(3):
        asking.another()
    done = ask_round(call=asking.call, actor=asking.officer, due_on=in_days(21))
    assert (done.asked, done.refused, done.left) == (4, (), 0)
    assert OutboxMessage.objects.filter(recipient=asking.person.email).count() == 1
    assert ask_round(call=asking.call, actor=asking.officer, due_on=in_days(21)).asked == 0


def test_a_round_is_asked_for_in_pieces_and_says_what_is_left(asking: Asking) -> None:
    asking.another()
    hidden = asking.another()
    ConflictDeclarationFactory(application=hidden, user=asking.officer, has_conflict=True)
    done = ask_round(call=asking.call, actor=asking.officer, due_on=in_days(21), most=2)
    # Of the case that the officer is shut out of nothing is said, not even its number.
    assert (done.asked, done.left) == (2, 0)
    done = ask_round(call=asking.call, actor=asking.officer, due_on=in_days(21))
    assert (done.asked, done.refused, done.left) == (0, (), 0)
    assert not hidden.opinions.exists()


def test_nobody_is_asked_to_answer_by_a_day_that_has_been(asking: Asking) -> None:
    assert refused(lambda: asking.asked(-1)) == "date"


def test_an_opinion_is_given_once_with_reasons_and_answers(asking: Asking) -> None:
    opinion = asking.one()
    assert refused(lambda: given(asking, opinion, reasons=" ")) == "reasons"
    done = given(asking, opinion, answers={"knowledge": "Många söker stöd."})
    assert (done.answers, done.given_by) == ({"knowledge": "Många söker stöd."}, asking.person)
    assert refused(lambda: given(asking, opinion)) == "given"
    document = asking.case.documents.get(kind=DocumentKind.OPINION)
    assert document.party == f"Länsstyrelsen, {asking.here.name}"
    last = events_of(kind=JournalKind.CASE, subject=str(asking.case.pk)).last()
    assert last is not None
    assert last.name == "opinion.given"


def test_a_board_without_an_opinion_says_so_without_reasons(asking: Asking) -> None:
    done = given(asking, asking.one(), recommendation=Recommendation.NO_OPINION, reasons="")
    assert done.given_at is not None
    assert opinions_awaited(asking.case) == 1


def test_another_countys_board_neither_reads_nor_answers(asking: Asking) -> None:
    opinion = asking.one()
    with pytest.raises(PermissionDenied):
        given(asking, opinion, actor=asking.other)
    with pytest.raises(PermissionDenied):
        save_opinion_draft(opinion=opinion, actor=asking.other, values={"reasons": "x"})


def test_what_is_written_is_kept_until_it_is_given(asking: Asking) -> None:
    opinion = asking.one()
    save_opinion_draft(
        opinion=opinion,
        actor=asking.person,
        values={"reasons": "Halva", "knowledge": "En del", "csrfmiddlewaretoken": "x"},
    )
    opinion.refresh_from_db()
    assert opinion.draft == {"reasons": "Halva", "knowledge": "En del"}
    assert opinion.recommendation == Recommendation.WAITING
    given(asking, opinion)
    opinion.refresh_from_db()
    assert opinion.draft == {}


def test_late_answers_are_received_until_the_decision(asking: Asking) -> None:
    opinion = asking.one()
    Opinion.objects.filter(pk=opinion.pk).update(due_on=in_days(-3))
    Application.objects.filter(pk=asking.case.pk).update(status=Status.ASSESSED)
    assert given(asking, opinion).given_at is not None
    other = Opinion.objects.get(county=asking.there)
    Application.objects.filter(pk=asking.case.pk).update(status=Status.REJECTED)
    assert refused(lambda: given(asking, other, actor=asking.other)) == "status"


def test_more_time_is_asked_for_and_given_or_not(asking: Asking) -> None:
    opinion = asking.one()
    assert (
        refused(
            lambda: ask_more_time(
                opinion=opinion, actor=asking.person, until=opinion.due_on, reason="Semester"
            )
        )
        == "date"
    )
    for until, due in ((None, opinion.due_on), (in_days(20), in_days(20))):
        ask_more_time(opinion=opinion, actor=asking.person, until=in_days(20), reason="Semester")
        opinion = answer_more_time(opinion=opinion, actor=asking.officer, until=until)
        assert (opinion.due_on, opinion.more_time_until) == (due, None)
    assert (
        refused(lambda: answer_more_time(opinion=opinion, actor=asking.officer, until=None))
        == "status"
    )


def test_boards_are_reminded_before_and_after_the_date_and_not_every_hour(asking: Asking) -> None:
    asking.asked(days=2)
    assert remind_of_opinions() == 2
    assert remind_of_opinions() == 0
    mails = OutboxMessage.objects.filter(dedupe_key__startswith="opinion_reminder:")
    assert mails.count() == 2
    Opinion.objects.update(due_on=in_days(-8), reminded_at=timezone.now() - timedelta(days=10))
    assert remind_of_opinions() == 2
    Opinion.objects.update(reminded_at=None)
    Application.objects.update(status=Status.WITHDRAWN, decided_on=timezone.localdate())
    assert remind_of_opinions() == 0


def test_mail_to_a_board_says_nothing_of_the_case(asking: Asking) -> None:
    asking.asked()
    mail = OutboxMessage.objects.get(recipient=asking.person.email)
    assert asking.case.lead.name not in mail.subject + mail.body
    assert asking.case.number not in mail.subject + mail.body


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_at_a_board_who_answer_at_once_one_does() -> None:
    asking = Asking()
    opinion = asking.one()
    colleague = staff(asking.board, Role.COUNTY_BOARD)

    def give(actor: User) -> str:
        try:
            given(asking, opinion, actor=actor)
        except ReviewRefused as error:
            return error.code
        return "given by me"

    results = in_threads(lambda: give(asking.person), lambda: give(colleague))
    assert sorted(results) == ["given", "given by me"]
