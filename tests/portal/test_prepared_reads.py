"""What is put together once a process gives what Django gives when it is put together anew: an
application on its way from draft to completed case, and an old case with reports, read by both."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from core.selectors.prepared import Prepared
from grants.enums import Outcome
from grants.models import DelegationRule
from grants.rules import delegation_held
from grants.services.submission import complete_application
from reporting.content.paths import status_path
from tests.factories import RequirementFindingFactory, staff
from tests.factories.reports import Reporting
from tests.portal.own_cases import Own, fresh, shown, sign_data, url
from tests.portal.world import World

pytestmark = pytest.mark.django_db


def every_one() -> dict[str, Prepared[Any]]:
    """All that the project has, by module and name."""
    return {
        f"{module.__name__}.{name}": value
        for module in list(sys.modules.values())
        if module.__name__.partition(".")[0] not in {"tests", "__main__"}
        for name, value in vars(module).items()
        if type(value) is Prepared
    }


def told(row: Any, *within: int) -> Any:
    """All that is at hand of a row: its fields, what is annotated, and its related objects, but
    for those that it was reached by."""
    if not isinstance(row, Model) or id(row) in within:
        return row
    state = row._state
    known = {name: value for name, value in vars(row).items() if name != "_state"}
    cache = state.fields_cache
    related = {name: told(value, id(row), *within) for name, value in cache.items()}
    return type(row), known, related, state.db, state.adding


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[Prepared[Any], int]]:
    """How many rows each has given, each row the same as Django's own."""
    seen: dict[Prepared[Any], int] = {}
    answer = Prepared.__call__

    def checked(self: Prepared[Any], *values: Any) -> list[Any]:
        rows = answer(self, *values)
        assert [told(row) for row in rows] == [told(row) for row in self.queryset(*values)]
        seen[self] = seen.get(self, 0) + len(rows)
        return rows

    monkeypatch.setattr(Prepared, "__call__", checked)
    return seen


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_each_gives_what_django_gives(compared: dict[Prepared[Any], int], world: World) -> None:
    own = Own()
    draft, _partner, person = own.joint_draft()
    applicant, officer = client_of(own.signatory), client_of(own.officer)
    shown(client_of(person), reverse("my-pages"))
    shown(applicant, url("application-tasks", draft))
    applicant.post(url("application-submit", draft), sign_data(applicant, draft))
    case = fresh(draft)
    shown(applicant, url("application-receipt", case))
    shown(officer, url("application-detail", case))
    complete_application(application=own.completing(), actor=own.writer)
    old = world.case(1)
    RequirementFindingFactory(application=old)
    shown(client_of(world.officer), url("application-detail", old))
    decider = staff(world.agency, Role.DECISION_MAKER)
    DelegationRule.objects.create(
        agency=world.agency, user=decider, outcomes=[str(Outcome.GRANTED)], max_sek=1,
        valid_from=timezone.localdate(), created_at=timezone.now(), created_by=decider,
    )  # fmt: skip
    assert delegation_held(world.agency.pk, decider, timezone.localdate())
    reporting = Reporting()
    reporting.put(reporting.required(), status_path("mapping"), "ongoing")
    not_asked = sorted(name for name, each in every_one().items() if each not in compared)
    assert not_asked == []
    assert sum(1 for rows in compared.values() if rows) > 30
