"""The staff's guides: the pages still look as they say. The pictures are made as those of the
applicants' guide."""

from collections.abc import Callable
from typing import Any

import pytest

from applicants.enums import Role
from grants.enums import Outcome
from grants.services.delegation import add_rule
from reviews.checks.scenarios import Method, PotKey, PotWeight, Rules
from reviews.services.deciding import decide_as_proposed
from reviews.services.scenarios import make_scenario
from tests.e2e.album import SIZE, Album, Shown
from tests.e2e.office import Office
from tests.factories import staff
from tests.factories.scenario import fresh

type SignedIn = Callable[..., Any]
TRIES = {
    "Efter poäng": Rules(method=Method.RANKING),
    "Lika för alla": Rules(method=Method.PROPORTIONAL, floor_sek=100_000),
    "Pott per län": Rules(
        method=Method.PROPORTIONAL, pots=PotKey.COUNTY, weight=PotWeight.POPULATION
    ),
}


@pytest.fixture
def office(transactional_db: None) -> Office:
    return Office()


def test_the_guides_show_the_staffs_pages_as_they_are(
    office: Office, signed_in_page: SignedIn
) -> None:
    officers, deciders = Album("case-officers"), Album("decision-makers")
    boards, registrars = Album("county-boards"), Album("registrars")
    case, call = office.case.pk, office.call.pk

    show = Shown(boards, signed_in_page(office.board, **SIZE))
    show("lista", "opinion-list")
    show("yttrande", "opinion", office.case.opinions.get().pk)
    office.advised_against()

    show = Shown(officers, signed_in_page(office.hanna, **SIZE))
    office.others()
    show("arbetslista", "worklist")
    show("omgang", "round-overview", call)
    office.found()
    show("arende", "application-detail", case)
    show("prestationskrav", "case-findings", case)
    office.checked()
    show("kostnader", "case-costs", case)
    office.drafted()
    show("forslag", "case-proposal", case, tallest=740)
    reasons = "[aria-labelledby=outcome-heading]"
    show("forslag-skal", "case-proposal", case, part=reasons, above=20, tallest=900)
    show("kommunicering", "case-communication", case)

    office.found(all_of_them=True)
    office.assessed()
    for name, rules in TRIES.items():
        make_scenario(call=office.call, actor=office.ove, name=name, rules=rules)
    show("fordelning", "distribution", call, tallest=760)
    show("fordelning-karta", "distribution", call, part="#counties-heading", above=20, tallest=650)

    show = Shown(deciders, signed_in_page(office.decider, **SIZE))
    show("lista", "decision-list")
    show("arende", "case-decide", case)
    decision = decide_as_proposed(application=fresh(office.case), actor=office.decider)
    show("brev", "case-letter", case, decision.pk)
    administrator = staff(office.agency, Role.ADMINISTRATOR, name="Adam Administratör")
    for outcomes, most in (
        ([Outcome.GRANTED], 2_000_000),
        ([Outcome.REJECTED, Outcome.DISMISSED], None),
    ):
        add_rule(
            agency=office.agency,
            actor=administrator,
            role=Role.DECISION_MAKER,
            outcomes=outcomes,
            max_sek=most,
            reference="4 § delegationsordningen",
        )
    show = Shown(deciders, signed_in_page(administrator, **SIZE))
    show("delegation", "delegation")
    registrar = staff(office.agency, Role.REGISTRAR, name="Rut Registrator")
    show = Shown(registrars, signed_in_page(registrar, **SIZE))
    show("registratur", "registry")
    show("handlingar", "case-documents", case)
    for album in (officers, deciders, boards, registrars):
        album.whole()
