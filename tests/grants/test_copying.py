"""Beginning from an earlier application: what goes along, what is pointed out."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from applicants.enums import OrganisationRole
from grants.content.paths import answer_path, part_path, row_path
from grants.enums import RowKind
from grants.selectors.draft import copied_from, draft_of, saved_value
from grants.services.copying import copy_application
from grants.services.writing import add_row, remove_row
from tests.factories import OrganisationFactory, UserFactory, acting_for
from tests.factories.definitions import both
from tests.factories.forms import FORM, begun, filled, form_call, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer() -> Any:
    return acting_for(OrganisationFactory(), OrganisationRole.WRITER)


def earlier(writer: Any) -> Any:
    organisation = writer.mandates.get().organisation
    return filled(begun(form_call(year=2025), organisation, writer), writer)


def changed_form() -> dict[str, Any]:
    """The form of a later year: one question gone, one new, one shorter."""
    sections = [dict(each) for each in FORM["questionnaire"]["sections"]]
    area = [q for q in sections[0]["questions"] if q["key"] != "expected"]
    area[0] = {**area[0], "max_length": 3}
    area.append({"key": "risks", "kind": "text", "text": both("Vilka risker finns?")})
    sections[0]["questions"] = area
    return {**FORM, "questionnaire": {**FORM["questionnaire"], "sections": sections}}


def test_everything_that_still_fits_goes_along(writer: Any) -> None:
    source = earlier(writer)
    copied = copy_application(source=source, call=form_call(), actor=writer)
    before, after = draft_of(source), draft_of(copied.application)
    assert (after.areas, after.activities, after.lines) == (
        before.areas,
        before.activities,
        before.lines,
    )
    assert after.answers == before.answers
    assert copied.application.requested_sek == source.requested_sek == 250_000
    assert copied_from(copied.application) == source.pk
    assert not after.requirements
    assert (copied.left_out, copied.new) == ((), ())
    assert saved_value(copied.application, part_path(source.lead_id, "contact")).text


def test_what_changed_in_the_call_is_pointed_out(writer: Any) -> None:
    source = earlier(writer)
    call = form_call(changes={"application": changed_form()})
    copied = copy_application(source=source, call=call, actor=writer)
    assert copied.new == ("Vilka risker finns?",)
    assert set(copied.left_out) == {
        ("Vilka resultat väntar ni er?", "Svar på expected"),
        ("Hur ser det ut i dag?", "Svar på situation"),
    }
    assert saved_value(copied.application, answer_path("mapping", "situation")).number == 0


def test_only_one_who_may_read_the_one_and_write_the_other_copies(writer: Any) -> None:
    source = earlier(writer)
    reader = acting_for(source.lead, OrganisationRole.READER)
    for actor in (reader, UserFactory(), acting_for(OrganisationFactory())):
        with pytest.raises(PermissionDenied):
            copy_application(source=source, call=form_call(), actor=actor)


def test_what_its_people_had_removed_is_not_pointed_out(writer: Any) -> None:
    source = earlier(writer)
    row = add_row(application=source, kind=RowKind.FUNDING, actor=writer)
    put(source, writer, row_path(row.number, "source"), "Länsstyrelsen")
    remove_row(application=source, number=row.number, actor=writer)
    copied = copy_application(source=source, call=form_call(), actor=writer)
    assert copied.left_out == ()
    assert not saved_value(copied.application, row_path(row.number, "source")).text
