"""Supervision decisions: entered, withdrawn, and beside the case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from applicants.enums import Role
from applicants.models import Organisation, User
from core.models import Agency
from portal.imports.supervision import read_supervision
from reviews.checks import ReviewRefused
from reviews.models import SupervisionDecision
from reviews.selectors.adverse import adverse_material
from reviews.selectors.supervision import supervision_beside
from reviews.services.supervision import (
    Entered,
    enter_several,
    enter_supervision,
    withdraw_supervision,
)
from tests.factories import AgencyFactory, ApplicationFactory, OrganisationFactory, staff
from tests.factories.assessing import assessed_call

pytestmark = pytest.mark.django_db
HEADER = "org_no,unit,authority,number,decided_on,adverse,summary,url\n"


@pytest.fixture
def agency() -> Agency:
    found: Agency = AgencyFactory()
    return found


@pytest.fixture
def officer(agency: Agency) -> User:
    return staff(agency, Role.CASE_OFFICER)


def decision(organisation: Organisation, **changes: Any) -> Entered:
    values = {
        "authority": "IVO",
        "number": "3.5.1-1/2026",
        "decided_on": timezone.localdate(),
        "adverse": True,
        "summary": "Handläggningen brister.",
    }
    return Entered(organisation=organisation, **{**values, **changes})


def test_it_stands_beside_the_case_and_is_material_to_communicate() -> None:
    call = assessed_call()
    officer = staff(call.agency, Role.CASE_OFFICER)
    partner = OrganisationFactory()
    case = ApplicationFactory(call=call, partners=[partner])
    enter_supervision(agency=call.agency, actor=officer, entered=decision(partner))
    enter_supervision(
        agency=call.agency, actor=officer, entered=decision(case.lead, number="2", adverse=False)
    )
    assert supervision_beside(case).count() == 2
    assert [each.organisation for each in adverse_material(case)] == [partner.pk]


def test_another_agencys_entry_is_not_seen(officer: User, agency: Agency) -> None:
    lead = OrganisationFactory()
    enter_supervision(agency=agency, actor=officer, entered=decision(lead))
    assert not supervision_beside(ApplicationFactory(lead=lead)).exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (lambda: {"decided_on": timezone.localdate() + timedelta(days=1)}, "date"),
        (lambda: {"summary": " "}, "reasons"),
    ],
)
def test_what_cannot_be_is_refused(
    officer: User, agency: Agency, changes: Callable[[], dict[str, Any]], code: str
) -> None:
    with pytest.raises(ReviewRefused, match=code):
        enter_supervision(
            agency=agency, actor=officer, entered=decision(OrganisationFactory(), **changes())
        )


def test_only_the_agencys_officers_and_registrars_enter(agency: Agency) -> None:
    lead = OrganisationFactory()
    for stranger in (staff(agency, Role.ANALYST), staff(AgencyFactory(), Role.CASE_OFFICER)):
        with pytest.raises(PermissionDenied):
            enter_supervision(agency=agency, actor=stranger, entered=decision(lead))


def test_the_same_is_entered_once_and_again_after_it_was_withdrawn(
    officer: User, agency: Agency
) -> None:
    entered = decision(OrganisationFactory())
    row = enter_supervision(agency=agency, actor=officer, entered=entered)
    with pytest.raises(ReviewRefused, match="entered"):
        enter_supervision(agency=agency, actor=officer, entered=entered)
    withdraw_supervision(row=row, actor=officer, reason="Fel organisation")
    enter_supervision(agency=agency, actor=officer, entered=entered)
    assert SupervisionDecision.objects.count() == 2


def test_several_are_entered_together_or_not_at_all(officer: User, agency: Agency) -> None:
    lead = OrganisationFactory()
    with pytest.raises(ReviewRefused):
        enter_several(
            agency=agency,
            actor=officer,
            several=[decision(lead, number="1"), decision(lead, number="1")],
        )
    assert not SupervisionDecision.objects.exists()


def test_a_file_is_read_with_every_fault_in_it() -> None:
    lead = OrganisationFactory()
    good = f"{lead.org_no},,IVO,1,2026-01-31,ja,Brister,https://example.se/1\n"
    found, wrong = read_supervision(HEADER + good)
    assert wrong == []
    assert (found[0].organisation, found[0].adverse) == (lead, True)
    bad = "000000-0000,,IVO,,31 januari,kanske,Brister,ftp://x\n"
    found, wrong = read_supervision(HEADER + good + bad)
    assert {each.code for each in wrong} == {"empty", "organisation", "date", "adverse", "link"}
    assert {each.line for each in wrong} == {3}
    assert read_supervision("org_no,number\n1,2\n")[1][0].code == "columns"
    long = f"{lead.org_no},,IVO,1,2026-01-31,ja,Brister,https://example.se/{'x' * 500}\n"
    found, (fault,) = read_supervision(HEADER + good + long)
    assert (fault.line, fault.code, fault.value) == (3, "long", "url")
    unreadable = f"{lead.org_no},,IVO,1,2026-01-31,ja,{'x' * 131_073},\n"
    found, (fault,) = read_supervision(HEADER + good + unreadable)
    assert (found, fault.line, fault.code) == ([], 3, "unreadable")
    found, wrong = read_supervision(HEADER + good.replace("Brister", "Bri\0ster"))
    assert (found[0].summary, wrong) == ("Brister", [])
