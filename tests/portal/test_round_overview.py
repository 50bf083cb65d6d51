"""The round at any moment; the round of 2013 is read off it."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from core.checks import sha256_text
from core.formats import amount, number
from grants.content.basis import DecisionBasis, LineOutcome
from grants.enums import Outcome, Status
from grants.models import Call, CaseArea
from grants.selectors.rounds import outcome_counts
from portal.selectors.round_overview import round_overview
from tests.factories import (
    AgencyFactory,
    DecisionFactory,
    OrganisationFactory,
    ProposalFactory,
    staff,
)
from tests.portal.desks import shut_out
from tests.portal.html import Page
from tests.portal.test_worklist import Office
from tests.reporting.years import bring_in, expected_2013

pytestmark = pytest.mark.django_db

type Get = Callable[..., Page]

APPLICATIONS, JOINT, ASKED, GRANTED, IN_HAND, ASSESSED = range(1, 7)
PROPOSED, FULL, PART, REJECTED, DISMISSED, WITHDRAWN = range(7, 13)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_round_of_2013_is_read_off_the_page(get: Get) -> None:
    agency = bring_in()
    officer = staff(agency, Role.CASE_OFFICER)
    expected = expected_2013()["key_figures"]
    for stream, figures in expected.items():
        call = Call.objects.get(year=2013, stream=stream)
        page = get(reverse("round-overview", args=[call.pk]), officer)
        assert page.faults() == []
        (row,) = page.rows("outcomes")
        assert row[APPLICATIONS] == number(figures["applications"]).replace("\xa0", " ")
        assert row[JOINT] == str(figures["joint_applications"])
        assert row[ASKED] == plain(amount(figures["requested_sek"]))
        assert int(row[FULL]) + int(row[PART]) == figures["granted"]
        assert row[REJECTED] == str(figures["rejected"])
        assert row[WITHDRAWN] == str(figures["withdrawn"])
        assert row[GRANTED] == plain(amount(figures["granted_sek"]))
        assert (row[IN_HAND], row[DISMISSED]) == ("0", "0")
        assert int(row[ASSESSED]) == figures["granted"] + figures["rejected"]
        key = page.figures()
        assert key["Left of the frame"] == plain(amount(call.frame_sek - figures["granted_sek"]))
        for table in ("counties", "kinds"):
            foot = [each.text_content().strip() for each in page.all(f"#{table} tfoot :is(th, td)")]
            assert [plain(each) for each in foot[1:]] == row[1:]
            for column in range(1, 13):
                values = [digits(each[column]) for each in page.rows(table)]
                assert sum(values) == digits(row[column]), (table, column)
        assert "not recorded" in page.text("section[aria-labelledby=areas-heading]")
    municipalities = Call.objects.get(year=2013, stream="municipalities")
    page = get(reverse("round-overview", args=[municipalities.pk]), officer)
    (row,) = page.rows("outcomes")
    assert row[APPLICATIONS:GRANTED] == ["127", "42", "135 000 000 kr"]
    assert row[REJECTED] == "21"
    assert row[GRANTED] == "53 687 000 kr"
    assert page.figures()["Left of the frame"] == "16 313 000 kr"
    associations = Call.objects.get(year=2013, stream="associations")
    (row,) = get(reverse("round-overview", args=[associations.pk]), officer).rows("outcomes")
    assert row[APPLICATIONS:GRANTED] == ["152", "14", "86 700 000 kr"]
    assert (int(row[FULL]) + int(row[PART]), row[REJECTED], row[WITHDRAWN]) == (100, "51", "1")


def digits(text: str) -> int:
    return int("".join(each for each in text if each.isdigit()))


def test_proposals_above_what_is_left_are_told(get: Get) -> None:
    office = Office()
    Call.objects.filter(pk=office.call.pk).update(frame_sek=50)
    case = office.case("Föreslaget", requested_sek=100, status=Status.ASSESSED)
    ProposalFactory(application=case, amount_sek=60)
    page = get(reverse("round-overview", args=[office.call.pk]), office.officer)
    assert "to grant 60 kr, which is 10 kr more than what is left" in plain(page.text("main"))


def test_each_outcome_and_what_is_proposed_is_told_apart(get: Get) -> None:
    office = Office()
    full = office.case("Helt", requested_sek=100, status=Status.GRANTED, granted_sek=100)
    office.case("Delvis", requested_sek=100, status=Status.FINAL_REPORTED, granted_sek=40)
    office.case("Avslag", requested_sek=100, status=Status.REJECTED)
    office.case("Avvisat", requested_sek=100, status=Status.DISMISSED)
    office.case("Återkallat", requested_sek=100, status=Status.WITHDRAWN)
    closed = office.case("Avslutat avslag", requested_sek=100, status=Status.CLOSED)
    DecisionFactory(
        application=closed, outcome=Outcome.REJECTED, amount_sek=None, decided_on=date(2026, 1, 1)
    )
    office.case("Avslutat återkallat", requested_sek=100, status=Status.CLOSED)
    office.case("I handen", requested_sek=100)
    office.case("Utkast", requested_sek=100, status=Status.DRAFT)
    proposed = office.case("Föreslaget", requested_sek=100, status=Status.ASSESSED)
    ProposalFactory(application=proposed, amount_sek=60)
    CaseArea.objects.create(application=full, code="mapping", requested_sek=90)
    CaseArea.objects.create(application=proposed, code="mapping", requested_sek=10)
    basis = DecisionBasis(lines=(LineOutcome(1, "Rad", "x", "mapping", "", None, 90, 90, 80),))
    DecisionFactory(application=full, amount_sek=100, **stored(basis))
    page = get(reverse("round-overview", args=[office.call.pk]), office.officer)
    assert page.faults() == []
    (row,) = page.rows("outcomes")
    assert row[1:] == [
        "9", "0", "900 kr", "140 kr", "1", "5", "1", "1", "1", "2", "1", "2",
    ]  # fmt: skip
    assert page.rows("areas")[0][1:] == ["2", "100 kr", "1", "80 kr"]
    key = page.figures()
    left = office.call.frame_sek - 140
    assert key["Left of the frame"] == plain(amount(left))
    assert "left then" in page.text(".key-figures")
    assert plain(amount(left - 60)) in plain(page.text(".key-figures"))
    # The call's page, the decided round's and this one count the same.
    counts, shown = outcome_counts(office.call), round_overview(office.call)
    for name in (
        "applications", "joint", "full", "part", "rejected", "dismissed", "withdrawn",
        "requested_sek", "granted_sek",
    ):  # fmt: skip
        assert getattr(counts, name) == getattr(shown.total, name), name
    assert counts.undecided == 2


def test_what_is_proposed_where_one_is_shut_out_is_not_told_by_the_sums(get: Get) -> None:
    office = Office()
    for name, amount_sek in (("Synligt", 60), ("Dolt", 30)):
        case = office.case(name, requested_sek=100, status=Status.ASSESSED)
        ProposalFactory(application=case, amount_sek=amount_sek)
    shut_out(case, office.officer)
    for person, proposed in ((office.officer, ["1", "60 kr"]), (office.colleague, ["2", "90 kr"])):
        page = get(reverse("round-overview", args=[office.call.pk]), person)
        assert page.figures()["Proposed"] == proposed[0]
        assert f"to grant {proposed[1]};" in plain(page.text("main"))


def test_an_area_counts_the_grants_that_the_sums_count(get: Get) -> None:
    office = Office()
    revoked = office.case("Upphävt", requested_sek=100, status=Status.REVOKED, granted_sek=50)
    anew = office.case("Omprövas", requested_sek=100, status=Status.ASSESSED)
    for case, sek in ((revoked, 50), (anew, 70)):
        CaseArea.objects.create(application=case, code="mapping", requested_sek=100)
        basis = DecisionBasis(lines=(LineOutcome(1, "Rad", "x", "mapping", "", None, 90, 90, sek),))
        DecisionFactory(application=case, amount_sek=sek, **stored(basis))
    nothing = DecisionBasis(lines=(LineOutcome(1, "Rad", "x", "mapping", "", None, 90, 90, 0),))
    DecisionFactory(
        application=revoked,
        outcome=Outcome.REVOKED,
        amount_sek=None,
        supersedes=revoked.decisions.get(),
        **stored(nothing),
    )
    page = get(reverse("round-overview", args=[office.call.pk]), office.officer)
    (row,) = page.rows("outcomes")
    assert row[GRANTED] == "50 kr"
    assert page.rows("areas")[0][1:] == ["2", "200 kr", "1", "50 kr"]


def stored(basis: DecisionBasis) -> dict[str, Any]:
    text = json.dumps(basis.document())
    return {"basis": text, "basis_sha256": sha256_text(text)}


def test_counties_and_kinds_are_the_leads(get: Get) -> None:
    office = Office()
    office.case("A", county="14", requested_sek=100)
    office.case("B", lead=OrganisationFactory(kind="region", county_id="01"), requested_sek=200)
    page = get(reverse("round-overview", args=[office.call.pk]), office.decider)
    counties = {row[0]: row[ASKED] for row in page.rows("counties")}
    assert set(counties.values()) == {"100 kr", "200 kr"}
    assert [row[0] for row in page.rows("kinds")] == ["Municipality", "Region"]


def test_another_agencys_round_is_not_there(client: Client) -> None:
    office = Office()
    client.force_login(staff(AgencyFactory(), Role.DECISION_MAKER))
    assert client.get(reverse("round-overview", args=[office.call.pk])).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_the_round_asks_as_often_however_many_there_are(
    client: Client, django_assert_num_queries: Any, rows: int
) -> None:
    office = Office()
    for each in range(rows):
        case = office.case(f"K{each}", county=f"{(1, 3, 4, 5, 6, 7)[each % 6]:02}")
        CaseArea.objects.create(application=case, code="mapping", requested_sek=1)
    client.force_login(office.officer)
    address = reverse("round-overview", args=[office.call.pk])
    assert client.get(address).status_code == 200
    with django_assert_num_queries(8):
        client.get(address)


def test_a_round_without_applications_is_empty(get: Get) -> None:
    office = Office()
    page = get(reverse("round-overview", args=[office.call.pk]), office.registrar)
    assert page.faults() == []
    assert page.rows("outcomes")[0][APPLICATIONS] == "0"
