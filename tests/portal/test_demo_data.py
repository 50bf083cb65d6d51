"""What a demonstration needs is made once, and kept."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole, Role, Signing
from applicants.models import Mandate, StaffRole, User
from core.enums import OutboxState
from core.models import Agency, County, Event, OutboxMessage
from core.services.journal import Actor
from grants.definitions import built_in_definition
from grants.enums import LetterState, PartState, Status, Stream
from grants.models import (
    Application,
    Call,
    CallDefinitionRecord,
    DecisionLetter,
    Message,
    Reconciliation,
)
from grants.selectors.payments import plan_of
from grants.services.calls import (
    DefinitionChanged,
    load_definitions,
    open_call,
    record_copy,
)
from grants.services.reconciling import reconcile
from portal.services.demo import demo_call, open_call_document
from reporting.enums import ReportStatus
from reporting.models import Edition, Report, Training
from reporting.selectors.trainings import attendance
from reviews.models import Opinion, Proposal


@pytest.fixture
def demo(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", "en helt annan mening")
    call_command("demo_data", verbosity=0)


@pytest.mark.usefixtures("demo")
def test_there_is_an_account_for_each_role() -> None:
    roles = dict(StaffRole.objects.values_list("role", "user__email"))
    assert set(roles) == set(Role)
    assert roles[Role.CASE_OFFICER] == "handlaggare@demo.tilldela.se"
    for user in User.objects.all():
        assert user.check_password("en helt annan mening")
        assert not user.is_staff


@pytest.mark.usefixtures("demo")
def test_the_money_of_the_demonstration_agrees() -> None:
    for agency in Agency.objects.all():
        assert reconcile(agency=agency).faults == []
    assert sum(Reconciliation.objects.values_list("entries", flat=True)) > 0


@pytest.mark.usefixtures("demo")
def test_every_account_signs_in_with_the_password_alone() -> None:
    for user in User.objects.all():
        client = Client()
        client.post("/konto/login/", {"login": user.email, "password": "en helt annan mening"})
        assert client.session["_auth_user_id"] == str(user.pk), user.email


@pytest.mark.usefixtures("demo")
def test_two_municipalities_and_an_association_have_people_who_act_for_them() -> None:
    acting = {
        (
            mandate.user.email.partition("@")[0],
            mandate.organisation.name,
            mandate.role,
            mandate.signing,
        )
        for mandate in Mandate.objects.select_related("user", "organisation")
    }
    administrator, writer = OrganisationRole.ADMINISTRATOR, OrganisationRole.WRITER
    signatory = OrganisationRole.SIGNATORY
    assert acting == {
        ("sokande", "Botkyrka kommun", administrator, ""),
        ("sokande", "Botkyrka kommun", signatory, Signing.SOLE),
        ("medsokande", "Huddinge kommun", writer, ""),
        ("medsokande", "Huddinge kommun", signatory, Signing.SOLE),
        ("kassor", "Alla kvinnors hus", administrator, ""),
        ("kassor", "Alla kvinnors hus", signatory, Signing.SOLE),
        ("ordforande", "Alla kvinnors hus", signatory, Signing.JOINTLY),
    }


@pytest.mark.usefixtures("demo")
def test_there_is_a_year_its_edition_and_a_call_for_each_stream_that_is_open() -> None:
    assert Application.objects.filter(call__year=2013).count() == 279
    assert Edition.objects.get().year == 2013
    today = timezone.localdate()
    calls = Call.objects.filter(opens_on__lte=today, closes_on__gte=today).order_by("code")
    assert [call.definition.follows for call in calls] == ["foreningar-2013", "kommuner-2013"]
    for call in calls:
        definition = call.definition
        assert (call.year, definition.year) == (today.year + 1, today.year + 1)
        assert not call.imported
        assert definition.application is not None
        assert (call.opens_on, call.closes_on) == (definition.dates.opens, definition.dates.closes)
        assert [each.code for each in call.requirements.all()] == [
            each.code for each in definition.requirements
        ]
        assert call.asks_opinion == (call.stream == Stream.MUNICIPALITIES)


@pytest.mark.usefixtures("demo")
def test_the_county_board_is_asked_for_its_opinion() -> None:
    client = Client()
    client.force_login(User.objects.get(email="lansstyrelse@demo.tilldela.se"))
    page = client.get(reverse("opinion-list"))
    assert "Botkyrka kommun" in page.content.decode()
    asked = client.get(reverse("opinion", args=[Opinion.objects.get().pk]))
    assert asked.status_code == 200


@pytest.mark.usefixtures("demo")
def test_work_waits_for_everyone_and_nothing_for_a_worker() -> None:
    cases = Application.objects.exclude(call__imported=True)
    officer = User.objects.get(email="handlaggare@demo.tilldela.se")
    in_hand = cases.filter(assigned_to=officer)
    assert sorted(cases.values_list("status", flat=True)) == [
        Status.ASSESSED, Status.GRANTED, Status.SUBMITTED, Status.SUBMITTED, Status.SUBMITTED,
    ]  # fmt: skip
    assert in_hand.count() == 4
    assert not cases.filter(late=True).exists()
    [proposed] = cases.filter(status=Status.ASSESSED)
    assert Proposal.objects.get(application=proposed).prepared_by == officer
    assert Opinion.objects.filter(given_at__isnull=True).count() == 1
    assert Message.objects.filter(from_agency=False, application__in=in_hand).count() == 1
    [granted] = cases.filter(status=Status.GRANTED)
    plan = plan_of(granted)
    assert plan is not None
    assert [part.state for part in plan.parts] == [PartState.PAYABLE, PartState.INTERIM]
    assert not Report.objects.filter(references__application=granted, due_on=None).exists()
    report = Report.objects.get(references__application=granted, status=ReportStatus.RECEIVED)
    document = report.versions.get().document
    assert document.looked_at > 0  # A line has come out otherwise than planned.
    assert '"why":"Fler frivilliga' in document.document
    assert Report.objects.filter(references__application=granted, status=ReportStatus.DUE).exists()
    assert not OutboxMessage.objects.exclude(state=OutboxState.SENT).exists()
    assert not DecisionLetter.objects.exclude(state=LetterState.MADE).exists()


@pytest.mark.usefixtures("demo")
def test_the_analyst_has_trainings_to_compare_with_the_reports() -> None:
    analyst = User.objects.get(email="utredare@demo.tilldela.se")
    found = attendance(analyst, Agency.objects.get(county=None), 2013)
    assert found.trainings == Training.objects.count() == County.objects.count()
    municipal = found.streams[0]
    assert 0 < municipal.yes_and_listed < municipal.listed < municipal.reports
    absent = {each.organisation.name for each in found.deviations if not each.listed}
    assert {"Huddinge kommun", "Kalmar kommun"} <= absent
    assert len(found.deviations) < 20


@pytest.mark.usefixtures("demo")
def test_a_second_time_changes_nothing_not_even_passwords(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (Event.objects.count(), User.objects.count(), Call.objects.count())
    monkeypatch.setenv("DEMO_PASSWORD", "ett tredje lösenord")
    call_command("demo_data")
    assert (Event.objects.count(), User.objects.count(), Call.objects.count()) == before
    assert User.objects.filter(email="handlaggare@demo.tilldela.se").exists()
    assert not User.objects.all()[0].check_password("ett tredje lösenord")
    told = capsys.readouterr().out
    for account in ("handlaggare", "sokande", "medsokande", "kassor", "ordforande"):
        assert f"{account}@demo.tilldela.se" in told


@pytest.mark.usefixtures("demo")
def test_when_the_demo_call_has_closed_another_one_opens() -> None:
    agency = Agency.objects.get(county=None)
    today = timezone.localdate()
    first = Call.objects.get(closes_on__gte=today, stream=Stream.MUNICIPALITIES)
    day = first.closes_on.replace(year=today.year + 2) if first.closes_on else today
    second = demo_call(agency=agency, definition="kommuner-2013", today=day)
    assert second.pk != first.pk
    assert demo_call(agency=agency, definition="kommuner-2013", today=day) == second


@pytest.mark.usefixtures("demo")
def test_an_open_call_without_a_form_gets_a_successor_with_one() -> None:
    agency, today = Agency.objects.get(county=None), timezone.localdate()
    Call.objects.filter(closes_on__gte=today).update(closes_on=today - timedelta(days=1))
    source = CallDefinitionRecord.objects.get(code="kommuner-2013")
    year = today.year + 2
    bare = record_copy(
        source=source,
        code=f"kommuner-{year}",
        year=year,
        frame_sek=5,
        report_cutoff=date(year + 1, 6, 1),
    )
    there = open_call(
        record=bare,
        agency=agency,
        code="utan-formular",
        actor=Actor.system(),
        opens_on=today,
        closes_on=today,
    )
    made = demo_call(agency=agency, definition="kommuner-2013", today=today)
    assert made != there
    assert made.definition.application is not None
    assert (made.code, made.definition.version) == (f"kommuner-{year}", 2)
    assert demo_call(agency=agency, definition="kommuner-2013", today=today) == made


def test_a_document_that_is_not_there_is_missed() -> None:
    with pytest.raises(FileNotFoundError):
        open_call_document("regioner", built_in_definition("kommuner-2013"), 2030)


# Definitions -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_migrate_alone_leaves_the_definitions_of_2013() -> None:
    assert set(CallDefinitionRecord.objects.values_list("code", "version")) == {
        ("kommuner-2013", 1),
        ("foreningar-2013", 1),
    }
    assert load_definitions() == 0


@pytest.mark.django_db
def test_a_changed_definition_needs_a_new_version() -> None:
    changed = built_in_definition("kommuner-2013").model_copy(update={"frame_sek": 1})
    with pytest.raises(DefinitionChanged):
        load_definitions(definitions=[changed])
    assert load_definitions(definitions=[changed.model_copy(update={"version": 2})]) == 1
    record = CallDefinitionRecord.objects.get(code="kommuner-2013", version=2)
    assert record.definition.frame_sek == 1


@pytest.mark.django_db
def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    call_command("load_definitions", verbosity=0)

    def refuse() -> int:
        raise DefinitionChanged("kommuner-2013", 1)

    monkeypatch.setattr("portal.management.commands.load_definitions.load_definitions", refuse)
    with pytest.raises(CommandError, match="kommuner-2013"):
        call_command("load_definitions")


@pytest.mark.django_db
def test_a_copy_is_made_once_and_never_a_version_of_its_source() -> None:
    source = CallDefinitionRecord.objects.get(code="kommuner-2013")
    until = source.definition.dates.report_cutoff.replace(year=2020)

    def copy(code: str, frame_sek: int = 5) -> CallDefinitionRecord:
        return record_copy(
            source=source, code=code, year=2019, frame_sek=frame_sek, report_cutoff=until
        )

    first = copy("kommuner-2019")
    assert copy("kommuner-2019") == first
    assert (first.code, first.version) == ("kommuner-2019", 1)
    other = copy("kommuner-2019", frame_sek=6)
    assert (other.code, other.version, other.definition.version) == ("kommuner-2019", 2, 2)
    assert copy("kommuner-2019", frame_sek=6) == other
    assert copy("kommuner-2013").code == "kommuner-2013-2019"
    assert first.definition.follows == "kommuner-2013"


@pytest.mark.django_db
def test_a_call_has_the_fields_areas_and_requirements_of_its_definition() -> None:
    agency = Agency.objects.create(code="en", name_sv="En", name_en="One", short="En")
    record = CallDefinitionRecord.objects.get(code="kommuner-2013")
    call = open_call(record=record, agency=agency, code="k", actor=Actor.system())
    definition = record.definition
    assert [area.code for area in call.areas.all()] == list(definition.area_codes)
    assert [field.code for field in call.development_fields.all()] == [
        field.code for field in definition.development_fields
    ]
    assert [each.code for each in call.requirements.all()] == [
        each.code for each in definition.requirements
    ]
    assert (call.opens_on, call.closes_on) == (definition.dates.opens, definition.dates.closes)
    event = Event.objects.get(journal__kind="call", journal__subject=str(call.pk))
    assert event.name == "call.opened"
