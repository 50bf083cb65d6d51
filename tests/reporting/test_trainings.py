"""Trainings that county boards held: who enters them, and the lists beside the reports."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Agency, County, Event
from portal.imports.trainings import read_trainings
from reporting.models import Report, Training
from reporting.selectors.trainings import (
    Deviation,
    Said,
    Why,
    agencies_entering,
    attendance,
    organisations_by,
    trainings_visible_to,
)
from reporting.services import trainings
from reporting.services.trainings import Held, TrainingRefused
from tests.core.concurrency import in_threads
from tests.factories import (
    AgencyFactory,
    ConflictDeclarationFactory,
    CountyFactory,
    OrganisationFactory,
    ReportAnswerFactory,
    ReportFactory,
    ReportVersionFactory,
    staff,
)
from tests.portal.world import CUTOFF, RECEIVED, World, make_world, municipality

QUESTION = "attended_regional_training"
HELD_ON = date(2013, 5, 14)


@dataclass
class Boards:
    """An agency with its people, and the boards of two counties."""

    world: World = field(default_factory=make_world)

    def __post_init__(self) -> None:
        self.here: County = CountyFactory(code="14")
        self.there: County = CountyFactory(code="01")
        self.board: Agency = AgencyFactory(code="lansstyrelsen-14", county=self.here)
        self.elsewhere: Agency = AgencyFactory(code="lansstyrelsen-01", county=self.there)
        self.person: User = staff(self.board, Role.COUNTY_BOARD)
        self.neighbour: User = staff(self.elsewhere, Role.COUNTY_BOARD)
        self.stranger = AgencyFactory()
        self.outside: User = staff(self.stranger, Role.ANALYST)

    @property
    def analyst(self) -> User:
        return self.world.analyst

    def held(self, *organisations: Organisation, title: str = "Bemötande") -> Held:
        return Held(self.here, HELD_ON, title, organisations)

    def enter(self, *organisations: Organisation, **more: Any) -> Training:
        return trainings.enter_training(
            agency=self.board, held=self.held(*organisations, **more), actor=self.person
        )

    def reported(self, number: int, option: str | None, *, late: bool = False) -> Report:
        """A report of a municipality with a grant that answers so, None: not at all."""
        case = self.world.case(number, reported=False)
        report: Report = ReportFactory(
            agency=self.world.agency, code=f"RK13-{number:04}", organisation=case.lead,
            status="accepted", applications=[case],
            first_received_at=RECEIVED + timedelta(days=400 * late),
        )  # fmt: skip
        version = ReportVersionFactory(report=report, received_at=report.first_received_at)
        if option is not None:
            ReportAnswerFactory(version=version, area="", question=QUESTION, option=option)
        return report


@pytest.fixture
def boards(db: None) -> Boards:
    return Boards()


# Who enters them --------------------------------------------------------------------------------


def test_a_county_board_keeps_its_own_countys_and_nobody_elses(boards: Boards) -> None:
    training = boards.enter()
    assert list(trainings_visible_to(boards.person)) == [training]
    assert not trainings_visible_to(boards.neighbour).exists()
    with pytest.raises(PermissionDenied):
        trainings.change_training(
            training=training, actor=boards.neighbour, held_on=HELD_ON, title="Nej", seen=1
        )
    with pytest.raises(PermissionDenied):
        trainings.enter_training(
            agency=boards.elsewhere, held=boards.held(), actor=boards.neighbour
        )
    assert set(agencies_entering(boards.person)) == {"14"}


def test_what_an_agency_enters_is_its_own_and_the_countys(boards: Boards) -> None:
    training = trainings.enter_training(
        agency=boards.world.agency, held=boards.held(), actor=boards.world.officer
    )
    for person, sees in (
        (boards.analyst, True), (boards.person, True), (boards.neighbour, False),
        (boards.outside, False), (boards.world.registrar, False), (boards.world.stranger, False),
    ):  # fmt: skip
        assert trainings_visible_to(person).exists() is sees, person
        if not sees:
            with pytest.raises(PermissionDenied):
                trainings.withdraw_training(training=training, actor=person, reason="Fel")


def test_what_a_county_board_enters_every_agency_goes_by_and_none_changes(boards: Boards) -> None:
    one = municipality("Ale kommun")
    training = boards.enter(one)
    boards_officer = staff(boards.board, Role.CASE_OFFICER)
    for person in (boards.outside, boards.analyst, boards.world.officer):
        assert training in trainings_visible_to(person)
        for change in (
            lambda who: trainings.withdraw_training(training=training, actor=who, reason="Fel"),
            lambda who: trainings.change_training(
                training=training, actor=who, held_on=HELD_ON, title="Nej", seen=1
            ),
            lambda who: trainings.add_participants(
                training=training, organisations=[OrganisationFactory()], actor=who
            ),
            lambda who: trainings.remove_participant(
                training=training, organisation=one.pk, actor=who
            ),
        ):
            with pytest.raises(PermissionDenied):
                change(person)
    training.refresh_from_db()
    assert (training.title, training.withdrawn_at) == ("Bemötande", None)
    assert training.participants.get().organisation == one
    # The board's own case officer is of those who hold it.
    trainings.withdraw_training(training=training, actor=boards_officer, reason="Fel dag")


@pytest.mark.parametrize(
    ("held_on", "title", "code"),
    [(date(2099, 1, 1), "Bemötande", "date"), (HELD_ON, "  ", "title")],
)
def test_what_cannot_be_is_refused(boards: Boards, held_on: date, title: str, code: str) -> None:
    with pytest.raises(TrainingRefused) as caught:
        trainings.enter_training(
            agency=boards.board, held=Held(boards.here, held_on, title), actor=boards.person
        )
    assert caught.value.code == code


def test_the_same_is_entered_once_and_anew_when_it_was_withdrawn(boards: Boards) -> None:
    training = boards.enter()
    with pytest.raises(TrainingRefused):
        boards.enter()
    trainings.withdraw_training(training=training, actor=boards.person, reason="Fel dag")
    with pytest.raises(TrainingRefused):
        trainings.add_participants(
            training=training, organisations=[OrganisationFactory()], actor=boards.person
        )
    boards.enter()


def test_participants_come_and_go_and_the_journal_tells(boards: Boards) -> None:
    one, two = municipality("Ale kommun"), municipality("Bjuvs kommun")
    training = boards.enter(one)
    found = [
        trainings.add_participants(training=training, organisations=[one, two], actor=boards.person)
        for _again in range(2)
    ]
    assert found == [1, 0]
    trainings.remove_participant(training=training, organisation=one.pk, actor=boards.person)
    assert [each.organisation for each in training.participants.all()] == [two]
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == [
        "training.entered", "training.participants_added", "training.participant_removed",
    ]  # fmt: skip


def test_who_changes_what_somebody_else_has_changed_is_told(boards: Boards) -> None:
    training = boards.enter()
    for title, seen, code in (("Ett", 1, ""), ("Två", 1, "changed"), ("Två", 2, "")):
        found = ""
        try:
            trainings.change_training(
                training=training, actor=boards.person, held_on=HELD_ON, title=title, seen=seen
            )
        except TrainingRefused as refused:
            found = refused.code
        assert found == code
    assert Training.objects.get().title == "Två"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_enters_and_both_add() -> None:
    boards = Boards()
    one, two = municipality("Ale kommun"), municipality("Bjuvs kommun")

    def enter() -> str:
        try:
            boards.enter()
        except TrainingRefused as refused:
            return refused.code
        return ""

    assert sorted(in_threads(enter, enter)) == ["", "entered"]
    training = Training.objects.get()

    def add() -> int:
        return trainings.add_participants(
            training=training, organisations=[one, two], actor=boards.person
        )

    assert sorted(in_threads(add, add)) == [0, 2]


def test_an_organisation_that_has_only_a_draft_is_not_found(boards: Boards) -> None:
    OrganisationFactory(name="Utkast kommun")
    boards.world.case(1)
    assert organisations_by("utkast") == []
    assert [each.name for each in organisations_by("kommun 001")] == ["Kommun 001"]


# From a file ------------------------------------------------------------------------------------


def test_a_file_gives_trainings_and_what_they_lack(boards: Boards) -> None:
    one, two = (boards.world.case(number).lead for number in (1, 2))
    boards.enter(one)
    text = (
        "county;held_on;title;org_no;unit\r\n"
        f"14;2013-05-14;Bemötande;{two.org_no};\r\n"
        f"14;2013-05-14;Bemötande;{one.org_no};\r\n"
        f"14;2013-09-01;Hedersvåld;{one.org_no.replace('-', '')};\r\n"
        "14;2013-10-01;Utan deltagare;;\r\n"
    )
    found, faults = read_trainings("\ufeff" + text, counties=["14"])
    assert faults == []
    agencies = agencies_entering(boards.person)
    brought = trainings.bring_in(agency_of=agencies, several=found, actor=boards.person)
    assert (brought.trainings, brought.participants) == (2, 2)
    again = trainings.bring_in(agency_of=agencies, several=found, actor=boards.person)
    assert (again.trainings, again.participants) == (0, 0)
    assert Training.objects.count() == 3


def test_all_that_is_wrong_with_a_file_is_told(boards: Boards) -> None:
    text = (
        "county,held_on,title,org_no,unit\n"
        "99,2013-05-14,Bemötande,,\n"
        "01,2013-05-14,Bemötande,,\n"
        "14,14 maj,Bemötande,,\n"
        "14,2013-05-14,,,\n"
        f"14,2013-05-14,{'x' * 201},,\n"
        "14,2013-05-14,Bemötande,212000-9999,\n"
    )
    _found, faults = read_trainings(text, counties=["14"])
    assert [(each.line, each.code) for each in faults] == [
        (2, "county"), (3, "county"), (4, "date"), (5, "empty"), (6, "long"), (7, "organisation"),
    ]  # fmt: skip
    assert read_trainings("a,b\n1,2\n", counties=["14"])[1][0].code == "columns"


@pytest.mark.django_db
@given(text=st.text(max_size=300))
def test_no_text_brings_the_reading_down(text: str) -> None:
    read_trainings(text, counties=["14"])
    read_trainings(f"county,held_on,title,org_no,unit\n{text}", counties=["14"])


# Beside the reports -----------------------------------------------------------------------------


def told(deviations: tuple[Deviation, ...]) -> list[tuple[str, str, bool, str | None]]:
    return [
        (each.organisation.name, str(each.said), each.listed, each.why and str(each.why))
        for each in deviations
    ]


def test_where_reports_and_lists_differ(boards: Boards) -> None:
    reports = {
        number: boards.reported(number, option, late=number == 6)
        for number, option in enumerate(["yes", "yes", "no", "no", None, "yes"], 1)
    }
    without, awaited = municipality("Utan bidrag"), boards.world.case(7, reported=False)
    listed = [reports[number].organisation for number in (1, 3, 5, 6)]
    boards.enter(*listed, without)
    ReportFactory(
        agency=boards.world.agency, code="RK13-0007", organisation=awaited.lead,
        applications=[awaited],
    )  # fmt: skip
    boards.enter(awaited.lead, listed[0], title="En till")
    trainings.enter_training(
        agency=boards.board, actor=boards.person,
        held=Held(boards.here, date(2012, 5, 1), "Året före", (reports[4].organisation,)),
    )  # fmt: skip
    found = attendance(boards.analyst, boards.world.agency, 2013)
    (sums,) = found.streams
    assert (sums.reports, sums.said[Said.YES], sums.listed, sums.yes_and_listed) == (5, 2, 3, 1)
    assert (found.trainings, found.participants) == (2, 6)
    assert told(found.deviations) == [
        ("Kommun 002", "yes", False, None),
        ("Kommun 003", "no", True, None),
        ("Kommun 005", "not_answered", True, None),
        ("Kommun 006", "nothing", True, Why.LATE),
        ("Kommun 007", "nothing", True, Why.AWAITED),
        ("Utan bidrag", "nothing", True, Why.NOT_TO_REPORT),
    ]


def test_a_report_stands_for_those_who_take_part_in_its_grants(boards: Boards) -> None:
    partner = municipality("Partner 001")
    case = boards.world.case(1, reported=False, partners=[partner])
    report = ReportFactory(
        agency=boards.world.agency, code="R1", organisation=case.lead, status="accepted",
        applications=[case], first_received_at=RECEIVED,
    )  # fmt: skip
    version = ReportVersionFactory(report=report, received_at=RECEIVED)
    ReportAnswerFactory(version=version, area="", question=QUESTION, option="yes")
    boards.enter(partner)
    assert attendance(boards.analyst, boards.world.agency, 2013).deviations == ()


def test_the_reported_answer_is_the_national_reports_own(boards: Boards) -> None:
    for number, option in enumerate(["yes", "no", None, "yes"], 1):
        boards.reported(number, option, late=number == 4)
    edition = boards.world.edition()
    figures = edition.key_figures["municipalities"]
    (sums,) = attendance(boards.analyst, boards.world.agency, 2013).streams
    assert (sums.reports, sums.said[Said.YES]) == (
        figures["reports"],
        figures["attended_regional_training"],
    )
    assert edition.cutoff == CUTOFF


def test_what_the_reader_is_shut_out_of_is_counted_and_not_told(boards: Boards) -> None:
    report = boards.reported(1, "yes")
    ConflictDeclarationFactory(
        application=report.references.get().application, user=boards.analyst, has_conflict=True
    )
    found = attendance(boards.analyst, boards.world.agency, 2013)
    assert (found.deviations, found.hidden, found.streams[0].reports) == ((), 1, 1)


@pytest.mark.parametrize("rows", [1, 30])
def test_the_comparison_asks_as_often_with_thirty_reports_as_with_one(
    boards: Boards, rows: int, django_assert_num_queries: Any
) -> None:
    boards.enter(*(boards.reported(number, "no").organisation for number in range(1, rows + 1)))
    attendance(boards.analyst, boards.world.agency, 2013)
    with django_assert_num_queries(9):
        found = attendance(boards.analyst, boards.world.agency, 2013)
    assert len(found.deviations) == rows
