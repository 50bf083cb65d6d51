"""The applicants' guide: its pictures are there, and the pages still look as it says.

With GUIDE_PICTURES set the pictures are made anew (`make pictures`).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation
from core.definitions import WHOLE
from grants.content.paths import answer_path
from grants.enums import Status
from grants.models import Application
from grants.services.handling import assign_officer, lapse_completion, request_completion
from grants.services.messages import send_message
from grants.services.partners import invite_partner
from grants.services.submission import submit_application
from portal.services.demo import demo_call
from reviews import services
from reviews.enums import FindingValue, ProposedOutcome, SourceKind
from reviews.models import Communication
from reviews.selectors import demands_of
from reviews.services.communication import Source
from reviews.services.deciding import decide_as_proposed
from tests.e2e.album import LARGEST, PICTURES, SIZE, Album, named, worded
from tests.e2e.journeys import ASSOCIATIONS, MUNICIPALITIES, Person, may_we_apply
from tests.factories import AgencyFactory, MandateFactory, OrganisationFactory, acting_for, staff
from tests.factories.costs import check_costs
from tests.factories.forms import begun, filled, put


@pytest.fixture
def eva(transactional_db: None) -> Any:
    lead = OrganisationFactory(name="Kvinnojouren Månen", kind="association")
    person = acting_for(lead, name="Eva Ek", email="eva.ek@example.se")
    MandateFactory(organisation=lead, user=person, role=OrganisationRole.ADMINISTRATOR)
    return person


def _told(case: Application, officer: Any) -> Communication:
    """The agency has found something that speaks against the application."""
    services.declare_conflict(application=case, actor=officer, has_conflict=False)
    return services.send_communication(
        application=case,
        actor=officer,
        text="Hyran kan komma att räknas som löpande drift, och beloppet bli lägre.",
        due=timezone.localdate() + timedelta(days=14),
        organisations=[case.lead],
        sources=[
            Source(
                kind=SourceKind.OWN,
                title="Föreningens årsredovisning",
                text="Lokalen hyrdes redan förra året, enligt årsredovisningen.",
            )
        ],
    )


def _decided(case: Application, officer: Any) -> Any:
    """Granted in part, as the officer proposed."""
    requirements = {each.pk: each for each in case.call.requirements.all()}
    for demand in demands_of(case):
        services.record_finding(
            application=case,
            requirement=requirements[demand.requirement],
            organisation=case.lead,
            actor=officer,
            finding=FindingValue.MET,
        )
    check_costs(
        case, officer, 200_000, reason="running_costs",
        text="Kostnaden hör till den löpande driften.",
    )  # fmt: skip
    services.propose(
        application=case,
        actor=officer,
        outcome=ProposedOutcome.GRANT,
        reasons="Ansökan uppfyller kraven. En del av hyran är löpande drift och betalas inte.",
    )
    Application.objects.filter(pk=case.pk).update(status=Status.ASSESSED)
    decider = staff(case.call.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")
    services.declare_conflict(application=case, actor=decider, has_conflict=False)
    return decide_as_proposed(application=case, actor=decider)


def test_the_guide_shows_the_pages_as_they_are(
    eva: Any, new_page: Callable[..., Any], signed_in_page: Callable[..., Any]
) -> None:
    album = Album("applicants")
    agency = AgencyFactory(code="myndigheten", name_sv="Myndigheten", short="Myndigheten")
    today = timezone.localdate()
    associations = demo_call(agency=agency, definition="foreningar-2013", today=today)
    municipalities = demo_call(agency=agency, definition="kommuner-2013", today=today)
    officer = staff(agency, Role.CASE_OFFICER, name="Hanna Handläggare")
    lead = Organisation.objects.get(name="Kvinnojouren Månen")

    visitor = Person(new_page(**SIZE), looks=False)
    visitor.page.goto(reverse("call-detail", args=[agency.code, associations.code]))
    may_we_apply(visitor, ASSOCIATIONS)
    album.shoot(visitor.page, "far-vi-soka")
    visitor.follow("Ansök", "main")
    visitor.at("Logga in")
    album.shoot(visitor.page, "logga-in")

    page = signed_in_page(eva, **SIZE)

    def show(name: str, address: str, *args: object, **how: Any) -> None:
        page.goto(reverse(address, args=args))
        album.shoot(page, name, **how)

    show("mina-organisationer", "my-organisations")
    empty = begun(associations, lead, eva)
    put(empty, eva, "areas.support_children", "yes")
    for question in ("project_title", "project_summary"):
        put(empty, eva, answer_path(WHOLE, question), "Stöd till barn i jouren")
    show("uppgiftslista", "application-tasks", empty.pk)
    show("granska", "application-section", empty.pk, "check")
    full = filled(empty, eva, area="support_children")
    worded(full, eva, "support_children")
    show("omrade", "application-section", full.pk, "area-support-children")
    show("budget", "application-section", full.pk, "budget", part="#f-budget", above=40)
    show("bilagor", "application-section", full.pk, "attachments", tallest=560)
    show("skicka-in", "application-preview", full.pk, part="#sign-heading", above=40)
    submit_application(application=full, actor=eva, assurance="passkey")
    show("kvitto", "application-receipt", full.pk)

    case = Application.objects.get(pk=full.pk)
    assign_officer(application=case, officer=officer, actor=officer)
    send_message(application=case, actor=eva, body="När får vi besked?", from_agency=False)
    answer = "Myndigheten beslutar i mitten av mars."
    send_message(application=case, actor=officer, body=answer, from_agency=True)
    show("meddelanden", "application-messages", case.pk)
    case = Application.objects.get(pk=full.pk)
    asked = answer_path("support_children", "follow_up")
    request_completion(
        application=case,
        actor=officer,
        fields=[asked],
        questions={asked: "Hur tar ni reda på om barnen mår bättre?"},
        due=today.replace(year=today.year + 1, month=2, day=12),
        message="Vi behöver veta mer om uppföljningen.",
    )
    show("komplettera", "application-complete", case.pk)
    begun(associations, lead, eva)
    show("mina-sidor", "my-pages")

    lapse_completion(application=Application.objects.get(pk=case.pk), actor=officer)
    sent = _told(case, officer)
    show("underlag", "own-communication", case.pk, sent.pk, tallest=860)
    decision = _decided(Application.objects.get(pk=case.pk), officer)
    show("beslut", "own-decision", case.pk, decision.pk)

    first = OrganisationFactory(name="Ale kommun")
    writer = acting_for(first, name="Eva i Ale")
    joint = begun(municipalities, first, writer)
    for name in ("Bengtsfors kommun", "Dals-Eds kommun"):
        partner = OrganisationFactory(name=name)
        acting_for(partner)
        invite_partner(application=joint, organisation=partner, actor=writer)
    page = signed_in_page(writer, **SIZE)
    show("medsokande", "application-partners", joint.pk)
    assert MUNICIPALITIES in page.locator("main").inner_text()
    album.whole()


GUIDES = (
    "analysts",
    "applicants",
    "call-makers",
    "case-officers",
    "controllers",
    "county-boards",
    "decision-makers",
    "grantees",
    "registrars",
)


@pytest.mark.parametrize("guide", GUIDES)
def test_every_picture_is_there_and_small(guide: str) -> None:
    there = {path.stem: path.stat().st_size for path in (PICTURES / guide).glob("*.png")}
    assert set(there) == set(named(guide))
    assert {name for name, size in there.items() if size > LARGEST} == set()
