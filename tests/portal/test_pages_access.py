"""Who may open which page: everyone tries every address, also with somebody else's cases."""

import base64
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from grants.enums import Status
from portal.urls import ROUTES
from portal.views.access import Access
from reporting.enums import ReportStatus
from tests.factories import (
    ApplicationFactory,
    CallFactory,
    EditionBuildFactory,
    EditionFactory,
    ReportFactory,
    staff,
)
from tests.portal.everyone import ALL, ASKER, LEAD, PARTNER, SIGNED_IN, SIGNED_OUT, Everyone
from tests.portal.world import CUTOFF, World, edition_address

OPEN, LED_ON, DENIED, NOTHING, NOT_TAKEN, MET, GONE = 200, 302, 403, 404, 405, 409, 410

DECIDER = Role.DECISION_MAKER
OFFICER, ANALYST, REGISTRAR = Role.CASE_OFFICER, Role.ANALYST, Role.REGISTRAR
RATING = (Role.CONTROLLER, Role.ADMINISTRATOR)
TRAINING = (OFFICER, ANALYST, Role.COUNTY_BOARD)
LOOKING = (OFFICER, Role.DECISION_MAKER, REGISTRAR, Role.CONTROLLER, ANALYST)
ANSWERING = (OFFICER, REGISTRAR)
MAILING = (OFFICER, REGISTRAR, Role.ADMINISTRATOR)
BOARD = ("county_board elsewhere",)
HANDLING = (OFFICER, Role.DECISION_MAKER, REGISTRAR)
SEEING_ROUNDS = (*HANDLING, ANALYST, Role.CONTROLLER)
PARTAKING = (OFFICER, Role.DECISION_MAKER)
READING = (*PARTAKING, ANALYST, REGISTRAR)
MAKING_CALLS = (*PARTAKING, Role.ADMINISTRATOR)
TAKING_PART = (*LEAD, *PARTNER)
LEAD_WRITERS = ("lead administrator", "lead writer", "lead signatory")
ADMINISTRATOR = ("lead administrator",)


def anywhere(*roles: str) -> tuple[str, ...]:
    """Those roles at the agency and at another one."""
    return (*roles, *(f"{role} elsewhere" for role in roles))


# Whom a rule in the list of routes lets past; what they then find is each page's own matter.
LET_PAST: Mapping[Access, tuple[str, ...]] = {
    Access.PUBLIC: ALL,
    Access.SIGNED_IN: SIGNED_IN,
    Access.LOOK_AROUND: anywhere(*LOOKING),
    Access.TAKE_PART: anywhere(*PARTAKING),
    Access.READ_CASES: anywhere(*READING),
    Access.ADMINISTER: anywhere(Role.ADMINISTRATOR),
    Access.KEEP_REGISTER: anywhere(REGISTRAR),
    Access.DISCLOSE: anywhere(*HANDLING),
    Access.MAKE_EDITIONS: anywhere(ANALYST),
    Access.ANSWER_REQUESTS: anywhere(*ANSWERING),
    Access.SEE_MAIL: anywhere(*MAILING),
    Access.SEE_WORKLIST: anywhere(*HANDLING),
    Access.SEE_ROUNDS: anywhere(*SEEING_ROUNDS),
    Access.READ_LETTERS: anywhere(*HANDLING),
    Access.GIVE_OPINIONS: anywhere(Role.COUNTY_BOARD),
    Access.DECIDE: anywhere(DECIDER),
    Access.MAKE_CALLS: anywhere(*MAKING_CALLS),
    Access.HANDLE_MONEY: anywhere(Role.CONTROLLER),
    Access.KEEP_RATES: anywhere(*RATING),
    Access.KEEP_TRAININGS: anywhere(*TRAINING),
}


@dataclass(frozen=True)
class Line:
    """Who finds something at an address, and what a GET and an empty POST are answered with.

    `posting` are those who get another answer to a POST.
    """

    who: tuple[str, ...]
    get: int = OPEN
    post: int = NOT_TAKEN
    posting: Mapping[str, int] = field(default_factory=dict)


def _writes(post: int = LED_ON, **posting: int) -> Line:
    return Line(TAKING_PART, get=NOT_TAKEN, post=post, posting=posting)


LINES: Mapping[str, Line] = {
    "call-making": Line(anywhere(*MAKING_CALLS)),
    "call-begin": Line(anywhere(OFFICER, Role.ADMINISTRATOR), post=OPEN),
    "call-made": Line(MAKING_CALLS),
    "call-file": Line(MAKING_CALLS),
    "call-change": Line((OFFICER, Role.ADMINISTRATOR), get=NOT_TAKEN, post=LED_ON),
    "call-draft": Line(MAKING_CALLS, post=NOTHING),
    "call-draft-file": Line(MAKING_CALLS),
    "call-draft-part": Line(MAKING_CALLS, post=MET, posting={str(DECIDER): NOTHING}),
    "call-draft-node": Line(MAKING_CALLS, post=MET, posting={str(DECIDER): NOTHING}),
    "call-draft-changes": Line(MAKING_CALLS),
    "call-draft-publish": Line(MAKING_CALLS, post=LED_ON, posting={str(OFFICER): NOTHING}),
    "decision-list": Line(anywhere(DECIDER)),
    "waiver-list": Line(anywhere(DECIDER)),
    "decision-frame": Line(anywhere(DECIDER)),
    "decision-batch": Line((DECIDER,), post=LED_ON),
    "case-decide": Line(HANDLING, post=OPEN),
    "case-decision": Line(HANDLING),
    "decision-correct": Line((DECIDER,), post=OPEN),
    "decision-reconsider": Line((DECIDER,), post=OPEN),
    "decision-revoke": Line((DECIDER,), post=OPEN),
    "appeal-register": Line((OFFICER, REGISTRAR), post=OPEN),
    "case-appeal": Line(HANDLING, post=OPEN),
    "appeal-file": Line(HANDLING),
    "own-appeal": Line(TAKING_PART, post=OPEN),
    "delegation": Line(anywhere(Role.ADMINISTRATOR), post=OPEN),
    "delegation-end": Line((Role.ADMINISTRATOR,), post=LED_ON),
    "distribution-list": Line(anywhere(*PARTAKING)),
    "populations": Line(anywhere(*PARTAKING), post=OPEN),
    "distribution": Line(PARTAKING, post=OPEN),
    "scenario": Line(PARTAKING, post=LED_ON),
    "opinion-list": Line(anywhere(Role.COUNTY_BOARD)),
    "opinion": Line(BOARD, post=OPEN),
    "opinion-pdf": Line(BOARD),
    "opinion-attachment": Line(BOARD),
    "case-opinions": Line(READING, post=NOTHING),
    "round-opinions": Line((OFFICER,), post=OPEN),
    "supervision-list": Line(anywhere(*HANDLING)),
    "supervision-import": Line(anywhere(OFFICER, REGISTRAR), post=OPEN),
    "supervision-enter": Line(anywhere(OFFICER, REGISTRAR), post=OPEN),
    "supervision-detail": Line(HANDLING, post=OPEN, posting={str(Role.DECISION_MAKER): NOTHING}),
    "case-conflict": Line(PARTAKING, post=OPEN),
    "case-findings": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "case-assessment": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "case-assess": Line(PARTAKING, post=LED_ON, posting={Role.DECISION_MAKER: NOTHING}),
    "case-costs": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "case-costs-save": Line(PARTAKING, get=NOT_TAKEN, post=DENIED),
    "case-proposal": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "case-proposal-save": Line(PARTAKING, get=NOT_TAKEN, post=DENIED),
    "library": Line(anywhere(OFFICER), post=OPEN),
    "library-text": Line((OFFICER,), post=OPEN),
    "case-field-save": Line(PARTAKING, get=NOT_TAKEN, post=DENIED),
    "case-field-history": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "case-history": Line(LOOKING),
    "case-outside": Line(LOOKING),
    "case-journal": Line(LOOKING),
    "shut-out-list": Line(anywhere(Role.ADMINISTRATOR)),
    "shut-out-withdraw": Line((Role.ADMINISTRATOR,), post=OPEN),
    "case-communication": Line(READING),
    "communication-send": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "communication-not-needed": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "case-communication-file": Line(READING),
    "own-communication": Line(TAKING_PART, post=OPEN),
    "own-communication-file": Line(TAKING_PART),
    # Following the year up.
    "training-list": Line(anywhere(*TRAINING)),
    # A county board without a county of its own enters in none.
    "training-enter": Line((*anywhere(OFFICER, ANALYST), *BOARD), post=OPEN),
    "training-import": Line((*anywhere(OFFICER, ANALYST), *BOARD), post=OPEN),
    "training": Line((OFFICER, ANALYST, *BOARD), post=OPEN),
    "training-comparison": Line(anywhere(ANALYST)),
    "report-data": Line(anywhere(ANALYST), post=OPEN),
    "report-package": Line((ANALYST,)),
    "report-package-file": Line((ANALYST,)),
    # The money.
    "reference-rates": Line(anywhere(*RATING), post=OPEN),
    "money": Line(anywhere(Role.CONTROLLER)),
    "money-entries": Line(anywhere(Role.CONTROLLER)),
    "money-export": Line(anywhere(Role.CONTROLLER)),
    "payments": Line(anywhere(Role.CONTROLLER), post=OPEN),
    "payment-order": Line((Role.CONTROLLER,), post=NOTHING),
    "payment-order-file": Line((Role.CONTROLLER,)),
    "reconciliations": Line(anywhere(Role.CONTROLLER), post=LED_ON),
    "case-payments": Line(
        LOOKING, post=NOTHING, posting=dict.fromkeys((DECIDER, Role.CONTROLLER), OPEN)
    ),
    "own-money": Line(TAKING_PART, post=NOTHING),
    "own-carry-over": Line(TAKING_PART, post=OPEN),
    "claims": Line(anywhere(Role.CONTROLLER)),
    "money-decisions": Line(anywhere(DECIDER)),
    "case-claims": Line(LOOKING, post=NOTHING),
    "change-list": Line(anywhere(*PARTAKING)),
    "case-changes": Line(LOOKING),
    "case-change": Line(LOOKING, post=OPEN),
    "case-paper-requests": Line((OFFICER, REGISTRAR)),
    "case-paper-request": Line((OFFICER, REGISTRAR), post=OPEN),
    "case-paper-answer": Line((OFFICER, REGISTRAR), post=OPEN),
    "case-paper-withdrawal": Line((OFFICER, REGISTRAR), post=OPEN),
    "case-other-letter": Line(LOOKING),
    "own-changes": Line(TAKING_PART),
    "own-change": Line(TAKING_PART, post=OPEN),
    "own-change-new": Line(TAKING_PART, post=OPEN),
    "own-case-letter": Line(TAKING_PART),
    "my-organisation-money": Line(LEAD),
    # The registry, the case's documents and the public register.
    "diary": Line(ALL),
    "diary-case": Line(ALL),
    "registry": Line(anywhere(REGISTRAR)),
    "paper-calls": Line(anywhere(REGISTRAR)),
    "paper-application": Line((REGISTRAR,), post=OPEN),
    "document-register": Line((REGISTRAR,), post=OPEN),
    "case-documents": Line(READING),
    "case-document": Line(READING, post=OPEN),
    "case-document-file": Line(READING),
    "case-document-pdf": Line(READING),
    "case-secrecy": Line((OFFICER, REGISTRAR), post=OPEN),
    "own-documents": Line(TAKING_PART),
    "own-document": Line(TAKING_PART),
    "own-document-file": Line(TAKING_PART),
    "own-document-pdf": Line(TAKING_PART),
    "disclosures": Line(anywhere(*HANDLING)),
    "disclosure-new": Line(anywhere(OFFICER, REGISTRAR), post=OPEN),
    "disclosure": Line(HANDLING),
    "disclosure-choose": Line((OFFICER, REGISTRAR), post=OPEN),
    "disclosure-review": Line(HANDLING, post=OPEN, posting={Role.DECISION_MAKER: NOTHING}),
    "disclosure-rendition": Line(HANDLING),
    "disclosure-refuse": Line((Role.DECISION_MAKER,), post=OPEN),
    "disclosure-refusal-file": Line(HANDLING),
    "disclosure-finish": Line(
        HANDLING, get=NOT_TAKEN, post=LED_ON, posting={Role.DECISION_MAKER: NOTHING}
    ),
    "case-notes": Line(READING, post=OPEN, posting={ANALYST: NOTHING}),
    "case-admission": Line(PARTAKING, get=LED_ON, post=LED_ON),
    "worklist": Line(anywhere(*HANDLING), post=OPEN),
    "worklist-result": Line(anywhere(*HANDLING), get=LED_ON),
    "worklist-spread": Line(anywhere(*HANDLING), post=LED_ON),
    "worklist-saved": Line(anywhere(*HANDLING), post=OPEN),
    "saved-view-remove": Line((OFFICER,), get=NOT_TAKEN, post=LED_ON),
    "worklist-neighbour": Line(HANDLING, get=LED_ON),
    "leave-list": Line(anywhere(*HANDLING), post=OPEN),
    "leave-cancel": Line(HANDLING, get=NOT_TAKEN, post=LED_ON),
    "leave-hand-over": Line(HANDLING, post=OPEN),
    "round-overview": Line(SEEING_ROUNDS),
    "delay-ask": Line(TAKING_PART, post=LED_ON),
    "delay-answer": Line(HANDLING, post=OPEN),
    "round-decisions": Line(ALL),
    "round-file": Line(ALL),
    "round-publish": Line((Role.DECISION_MAKER,), get=NOT_TAKEN, post=LED_ON),
    "letter-preview": Line(PARTAKING, get=LED_ON),
    "case-letter": Line(HANDLING, post=LED_ON),
    "case-letter-pdf": Line(HANDLING),
    "letter-batches": Line(anywhere(*HANDLING), post=LED_ON),
    "letter-batch": Line(HANDLING),
    "letter-archive": Line(HANDLING),
    "unopened-letters": Line(anywhere(*HANDLING)),
    "unopened-letter": Line(HANDLING, post=OPEN),
    "own-decision": Line(TAKING_PART),
    "own-decision-pdf": Line(TAKING_PART),
    "front-page": Line(ALL),
    "about": Line(ALL),
    "accessibility": Line(ALL),
    "call-list": Line(ALL),
    "call-detail": Line(ALL),
    "call-eligibility": Line(ALL),
    "edition-list": Line(ALL),
    "year-editions": Line(ALL, get=LED_ON),
    "edition-detail": Line(ALL),
    "edition-file": Line(ALL),
    "years-tables": Line(ALL),
    "years-table": Line(ALL),
    "years-pdf": Line(ALL),
    "invitation": Line(ALL, post=OPEN),
    # Staff.
    "application-list": Line(anywhere(*LOOKING)),
    "application-export": Line(anywhere(*LOOKING)),
    "application-detail": Line(LOOKING),
    "organisation-list": Line(anywhere(*LOOKING)),
    "organisation-detail": Line(LOOKING),
    "report-list": Line(anywhere(*LOOKING)),
    "report-detail": Line(LOOKING),
    "report-inbox": Line(anywhere(*PARTAKING), post=OPEN),
    "report-inbox-result": Line(anywhere(*PARTAKING), get=LED_ON),
    "report-review": Line(PARTAKING, post=OPEN),
    "report-file": Line(LOOKING),
    "cell-detail": Line(LOOKING),
    "case-messages": Line(
        LOOKING,
        post=OPEN,
        posting=dict.fromkeys((Role.DECISION_MAKER, REGISTRAR, Role.CONTROLLER, ANALYST), NOTHING),
    ),
    "case-message-file": Line(LOOKING),
    "case-versions": Line(LOOKING),
    "case-pdf": Line(LOOKING),
    "case-attachment": Line(LOOKING),
    "case-assign": Line(
        LOOKING,
        get=NOT_TAKEN,
        post=LED_ON,
        posting=dict.fromkeys((Role.CONTROLLER, ANALYST), NOTHING),
    ),
    "request-completion": Line((OFFICER,), post=OPEN),
    "representation-requests": Line(anywhere(*ANSWERING)),
    "representation-request": Line(ANSWERING, post=OPEN),
    "representation-file": Line(ANSWERING),
    "representation-organisation": Line(ANSWERING, post=OPEN),
    "representation-person": Line(ANSWERING, post=OPEN),
    "mail-list": Line(anywhere(*MAILING)),
    "mail-resend": Line(MAILING, post=OPEN),
    "incident-list": Line(anywhere(*MAILING)),
    "edition-build": Line(anywhere(ANALYST), post=OPEN),
    "build-detail": Line((ANALYST,)),
    "edition-preview": Line((ANALYST,)),
    "call-preview": Line(LOOKING),
    "call-preview-part": Line(LOOKING, post=OPEN),
    "call-preview-section": Line(LOOKING, post=OPEN),
    "call-draft-preview": Line(MAKING_CALLS),
    "call-draft-preview-part": Line(MAKING_CALLS, post=OPEN),
    "call-draft-preview-section": Line(MAKING_CALLS, post=OPEN),
    "missing-reports": Line((ANALYST,)),
    "report-texts": Line((ANALYST,)),
    "report-text": Line((ANALYST,), post=OPEN),
    "report-text-history": Line((ANALYST,), post=NOTHING),
    # Whoever is signed in.
    "my-pages": Line(SIGNED_IN),
    "after-sign-in": Line(SIGNED_IN, get=LED_ON),
    "my-organisations": Line(SIGNED_IN, post=NOTHING),
    "organisation-register": Line(SIGNED_IN, post=OPEN),
    "organisation-register-details": Line(SIGNED_IN, post=OPEN),
    "application-begin": Line(SIGNED_IN, post=OPEN),
    "application-copy": Line(SIGNED_IN, post=NOTHING),
    "partner-invitation": Line(SIGNED_IN, post=OPEN),
    # The one who asks to represent an organisation, and the organisation's own.
    "my-request": Line((ASKER,), post=OPEN),
    "my-request-evidence": Line((ASKER,), post=LED_ON),
    "my-request-file": Line((ASKER,), post=LED_ON),
    "my-organisation": Line(LEAD, post=NOTHING),
    "my-organisation-details": Line(ADMINISTRATOR, post=LED_ON),
    "my-organisation-invite": Line(ADMINISTRATOR, post=OPEN),
    "my-organisation-person": Line(ADMINISTRATOR, post=OPEN),
    "my-organisation-leave": Line(LEAD, post=LED_ON, posting={"lead administrator": OPEN}),
    # Those who take part in the application. What each may do in it, its services say.
    "own-report": Line(TAKING_PART),
    "own-report-section": Line(TAKING_PART, post=LED_ON),
    "own-report-save": _writes(GONE),
    "own-report-history": Line(TAKING_PART, post=NOTHING),
    "own-report-send": Line(TAKING_PART, post=LED_ON),
    "own-report-part-done": Line(
        ("partner writer", "partner signatory"), get=NOT_TAKEN, post=LED_ON
    ),
    "own-report-file": Line(TAKING_PART),
    "own-report-file-add": _writes(),
    "own-report-file-remove": _writes(),
    "application-tasks": Line(TAKING_PART),
    "application-section": Line(TAKING_PART, post=LED_ON),
    "application-partners": Line(TAKING_PART, post=OPEN),
    "application-part": Line(TAKING_PART, post=LED_ON),
    "partner-answer": _writes(),
    "field-save": _writes(DENIED, **dict.fromkeys(LEAD_WRITERS, GONE)),
    "field-history": Line(TAKING_PART, post=NOTHING),
    "row-add": _writes(),
    "row-remove": _writes(),
    "row-restore": _writes(),
    "attachment-add": _writes(),
    "attachment-remove": _writes(),
    "attachment-file": Line(TAKING_PART),
    "application-preview": Line(TAKING_PART),
    "application-submit": Line(
        TAKING_PART, get=LED_ON, post=LED_ON, posting={"lead signatory": OPEN}
    ),
    "application-discard": Line(TAKING_PART, post=LED_ON),
    "application-receipt": Line(TAKING_PART),
    "application-file": Line(TAKING_PART),
    "application-versions": Line(TAKING_PART),
    "application-pdf": Line(TAKING_PART),
    "application-take-back": Line(TAKING_PART, post=LED_ON),
    "application-withdraw": Line(TAKING_PART, post=OPEN),
    "application-complete": Line(TAKING_PART, post=LED_ON),
    "application-messages": Line(TAKING_PART, post=OPEN),
    "message-file": Line(TAKING_PART),
}


def expected(access: Access, line: Line, who: str, method: str) -> int:
    """What the address answers: those signed out sign in, others who may not find nothing."""
    answer = line.get if method == "get" else line.posting.get(who, line.post)
    if who not in LET_PAST[access]:
        return LED_ON if who in SIGNED_OUT else NOTHING
    if answer == NOT_TAKEN or who in line.who:
        return answer
    return NOTHING


@pytest.fixture
def everyone(db: None) -> Iterator[Everyone]:
    logging.disable(logging.WARNING)
    yield Everyone()
    logging.disable(logging.NOTSET)


def answered(client: Client, method: str, address: str) -> Any:
    """The answer; what the request changed is undone."""
    send: Callable[[str], Any] = getattr(client, method)
    with transaction.atomic():
        response = send(address)
        if response.streaming:
            # Read to its end, a file is closed.
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response


@pytest.mark.long
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_answers_those_it_is_for_and_nobody_else(
    everyone: Everyone, method: str
) -> None:
    names = {route.name for route in ROUTES}
    addresses = everyone.addresses()
    assert set(LINES) == names
    assert set(addresses) == names
    wrong = {}
    for who in ALL:
        client = everyone.signed_in(who)
        for route in ROUTES:
            address = addresses[route.name]
            response = answered(client, method, address)
            wanted = expected(route.access, LINES[route.name], who, method)
            if response.status_code != wanted:
                wrong[who, route.name] = (response.status_code, wanted)
            elif who in SIGNED_OUT and route.access is not Access.PUBLIC:
                assert response["Location"].startswith("/konto/login/?next=/"), route.name
    assert not wrong


@pytest.mark.long
def test_no_method_is_met_with_a_failure(everyone: Everyone) -> None:
    addresses = everyone.addresses()
    for who in (str(OFFICER), "lead signatory", "nobody"):
        client = everyone.signed_in(who)
        for method in ("head", "options", "put", "patch", "delete", "trace"):
            for name, address in addresses.items():
                status = answered(client, method, address).status_code
                assert status < 500, (who, method, name)


@pytest.mark.parametrize("name", ["application-list", "organisation-list", "report-list"])
def test_another_agencys_cases_are_not_listed(client: Client, world: World, name: str) -> None:
    world.case()
    client.force_login(world.colleague_elsewhere)
    page = client.get(reverse(name)).content.decode()
    for words in ("K13-0001", "RK13-0001", "Kommun 001"):
        assert words not in page


def test_another_agencys_build_is_not_there(client: Client, world: World) -> None:
    build = EditionBuildFactory(agency=world.agency, cutoff=CUTOFF)
    elsewhere = staff(world.colleague_elsewhere.staff_roles.get().agency, Role.ANALYST)
    client.force_login(elsewhere)
    assert client.get(reverse("build-detail", args=[build.pk])).status_code == NOTHING


def test_another_agencys_year_cannot_be_made(client: Client, world: World) -> None:
    elsewhere = staff(world.colleague_elsewhere.staff_roles.get().agency, Role.ANALYST)
    client.force_login(elsewhere)
    chosen = {"programme_year": f"{world.agency.code}-2013"}
    assert client.post(reverse("edition-build"), chosen).status_code == 200
    assert not world.agency.edition_builds.exists()


def test_those_who_make_no_editions_cannot_ask_for_one(client: Client, world: World) -> None:
    chosen = {"programme_year": f"{world.agency.code}-2013"}
    for person in (world.officer, world.registrar, world.stranger):
        client.force_login(person)
        assert client.post(reverse("edition-build"), chosen).status_code == NOTHING
    assert not world.agency.edition_builds.exists()


def test_staff_never_read_a_draft(client: Client, world: World) -> None:
    client.force_login(world.officer)
    for status in (Status.DRAFT, Status.DISCARDED):
        draft = ApplicationFactory(call=world.call, status=status)
        assert client.get(reverse("application-detail", args=[draft.pk])).status_code == NOTHING
        lead = reverse("organisation-detail", args=[draft.lead_id])
        assert client.get(lead).status_code == NOTHING


@pytest.mark.parametrize("status", [ReportStatus.DUE, ReportStatus.DRAFT])
def test_a_report_that_is_not_sent_in_is_not_there(
    client: Client, world: World, status: ReportStatus
) -> None:
    report = ReportFactory(agency=world.agency, status=status)
    client.force_login(world.officer)
    assert client.get(reverse("report-detail", args=[report.pk])).status_code == NOTHING


@pytest.mark.parametrize(
    "address",
    [
        "/ansokningar/99999999999999999999999/",
        "/organisationer/99999999999999999999999/",
        "/redovisningar/99999999999999999999999/",
        "/rapporter/99999999999999999999999/",
        "/rapporter/provmyndigheten/99999999999999999999999/utgava/1/",
        "/rapporter/bygg/99999999999999999999999/",
        "/utlysningar/saknas/saknas/",
    ],
)
def test_numbers_beyond_all_measure_are_not_there(
    client: Client, world: World, address: str
) -> None:
    client.force_login(world.analyst)
    assert client.get(address).status_code == NOTHING


def test_odd_values_in_an_address_break_no_list(client: Client, world: World) -> None:
    world.case()
    client.force_login(world.officer)
    cursor = base64.urlsafe_b64encode(b'["\\u0000", 1]').decode()
    for name in ("application-list", "organisation-list", "report-list"):
        for query in ("q=%00", "q=%25", "county=%00", "sort=-", f"after={cursor}", "after=%FF"):
            response = client.get(f"{reverse(name)}?{query}&sort=organisation")
            assert response.status_code == 200, (name, query)


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1900, 2014])
def test_a_year_without_an_edition_is_not_there(client: Client, year: int) -> None:
    assert client.get(reverse("year-editions", args=[year])).status_code == NOTHING


def test_a_year_of_several_agencies_is_a_list(client: Client, world: World) -> None:
    first, second = EditionFactory(dataset__agency=world.agency), EditionFactory()
    page = client.get(reverse("year-editions", args=[2013])).content.decode()
    assert edition_address(first) in page
    assert edition_address(second) in page


def test_a_year_of_one_agency_is_its_latest_edition(client: Client, world: World) -> None:
    EditionFactory(dataset__agency=world.agency, number=1)
    latest = EditionFactory(dataset__agency=world.agency, number=2)
    response = client.get(reverse("year-editions", args=[2013]))
    assert response["Location"] == edition_address(latest)


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [(99, "mapping", "completed"), (1, "nothing", "completed"), (1, "mapping", "nothing")],
)
def test_a_cell_that_is_not_in_the_report_is_not_there(
    client: Client, world: World, table: int, row: str, column: str
) -> None:
    world.case()
    client.force_login(world.analyst)
    address = edition_address(world.edition(), "cell-detail", table, row, column)
    assert client.get(address).status_code == NOTHING


def test_a_file_of_another_kind_is_not_there(client: Client, world: World) -> None:
    world.case()
    address = edition_address(world.edition(), "edition-file", "exe")
    assert client.get(address).status_code == NOTHING


@pytest.mark.parametrize("method", ["post", "put", "delete"])
@pytest.mark.parametrize("name", ["application-list", "organisation-list", "report-list"])
def test_pages_to_look_at_take_nothing(
    client: Client, world: World, method: str, name: str
) -> None:
    client.force_login(world.officer)
    send: Callable[[str], object] = getattr(client, method)
    assert getattr(send(reverse(name)), "status_code") == 405  # noqa: B009


def test_calls_of_the_same_code_are_told_apart_by_agency(client: Client, world: World) -> None:
    other = CallFactory(code=world.call.code)
    for call in (world.call, other):
        url = reverse("call-detail", args=[call.agency.code, call.code])
        assert str(call.agency.name_sv) in client.get(url).content.decode()
