"""Completion on pages: what the officer asks for, and what opens for the applicant."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from applicants.enums import Role
from core.checks.working_days import easter_sunday, is_working_day, working_day_from
from grants.enums import Status
from grants.models import Application, CompletionRequest
from grants.selectors.draft import saved_value
from grants.services.drafts import FieldLocked
from tests.factories import staff
from tests.factories.forms import put
from tests.portal.html import Page, text
from tests.portal.own_cases import Own, fresh, url

pytestmark = pytest.mark.django_db
SITUATION = "answer.mapping.situation"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ask(own: Own, case: Application, questions: dict[str, str], **more: Any) -> Any:
    data = {
        "field": list(questions),
        **{f"question:{name}": said for name, said in questions.items()},
        "due": working_day_from(timezone.localdate() + timedelta(days=7)).isoformat(),
        "message": "Vi behöver veta mer.",
    }
    return signed_in(own.officer).post(url("request-completion", case), data | more)


def complete_page(user: Any, case: Application) -> Page:
    page = Page(signed_in(user).get(url("application-complete", case)))
    assert page.faults() == []
    return page


def test_the_officer_ticks_fields_by_section_and_asks() -> None:
    own = Own()
    case = own.assigned()
    page = Page(signed_in(own.officer).get(url("request-completion", case)))
    assert page.faults() == []
    names = {each.get("value") for each in page.all("input[name=field]")}
    assert {SITUATION, "budget", f"part.{own.lead.pk}.contact", "attachments.plan"} <= names
    assert f"requirement.{own.lead.pk}.knowledge" in names
    response = ask(own, case, {SITUATION: "Hur många gäller det?", "budget": "Räkna om lönen."})
    assert response.headers["Location"] == url("application-detail", case)
    assert fresh(case).status == Status.COMPLETION_REQUESTED
    assert CompletionRequest.objects.get().items == [
        [SITUATION, "Hur många gäller det?"],
        ["budget", "Räkna om lönen."],
    ]


def test_every_name_offered_can_be_asked_for() -> None:
    own = Own()
    case = own.assigned()
    page = Page(signed_in(own.officer).get(url("request-completion", case)))
    names = {each.get("value") for each in page.all("input[name=field]")}
    assert ask(own, case, dict.fromkeys(names, "Varför?")).status_code == 302
    assert set(fresh(case).completion_fields) == names
    items = complete_page(own.writer, fresh(case)).texts(".asked__item h3")
    assert len(items) == len(names)
    assert not names & set(items)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"field": []}, "Kryssa i minst en sak"),
        ({f"question:{SITUATION}": " "}, "vad som saknas"),
        ({"due": "2020-01-07"}, "Dagen har passerat"),
        ({"due": "2031-06-06"}, "Välj en arbetsdag"),
        ({"due": "i morgon"}, "Sista dag att svara"),
    ],
)
def test_what_is_asked_has_to_make_sense(changes: dict[str, Any], expected: str) -> None:
    own = Own()
    case = own.assigned()
    page = Page(ask(own, case, {SITUATION: "Hur många gäller det?"}, **changes))
    assert page.faults() == []
    assert expected in page.text(".ds-error-summary")
    assert fresh(case).status == Status.SUBMITTED


def test_only_what_is_named_opens_with_the_question_and_the_date() -> None:
    own = Own()
    case = own.completing(SITUATION)
    page = complete_page(own.writer, case)
    assert str(case.completion_due) in text(page.root)
    (item,) = page.texts(".asked__item")
    assert "Vad menar ni?" in item
    assert "Svar på situation" in item
    put(case, own.writer, SITUATION, "Fyra hundra om året")
    with pytest.raises(FieldLocked):
        put(case, own.writer, "answer.mapping.expected", "Något annat")
    assert "Fyra hundra om året" in complete_page(own.writer, case).text(".asked__item")


def test_what_is_empty_is_said() -> None:
    own = Own()
    case = own.completing(SITUATION, "answer.mapping.expected")
    put(case, own.writer, SITUATION, "")
    page = complete_page(own.writer, case)
    assert page.texts(".asked__item .ds-tag").count("Tomt") == 1
    assert "En sak som begärdes är fortfarande tom." in text(page.root)


def test_sending_in_makes_a_version_with_its_differences() -> None:
    own = Own()
    case = own.completing(SITUATION)
    put(case, own.writer, SITUATION, "Fyra hundra om året")
    client = signed_in(own.writer)
    for _click in range(2):
        response = client.post(url("application-complete", case))
        assert response.headers["Location"] == url("application-receipt", case)
    assert fresh(case).status == Status.SUBMITTED
    assert fresh(case).versions.count() == 2
    assert CompletionRequest.objects.get().answered
    page = Page(signed_in(own.officer).get(url("case-versions", case)))
    assert page.rows("differences") == [
        ["Kartläggning", "Hur ser det ut i dag?", "Svar på situation", "Fyra hundra om året"]
    ]
    assert "Besvarad" in text(Page(client.get(url("application-file", case))).root)


def test_the_officer_does_not_see_what_is_not_sent_in() -> None:
    own = Own()
    case = own.completing(SITUATION)
    put(case, own.writer, SITUATION, "Inte klart än")
    page = Page(signed_in(own.officer).get(url("application-detail", case)))
    assert "Inte klart än" not in text(page.root)
    assert "Svar på situation" in text(page.root)


def test_a_late_answer_is_received_marked_and_said() -> None:
    own = Own()
    case = own.completing(SITUATION)
    yesterday = timezone.localdate() - timedelta(days=1)
    Application.objects.filter(pk=case.pk).update(completion_due=yesterday)
    CompletionRequest.objects.update(due=yesterday)
    assert "märks som sent" in text(complete_page(own.writer, case).root)
    put(case, own.writer, SITUATION, "Sent svar")
    signed_in(own.writer).post(url("application-complete", case))
    assert CompletionRequest.objects.get().late
    words = text(Page(signed_in(own.officer).get(url("application-detail", case))).root)
    assert "efter den dag som angavs" in words


def test_who_may_ask_and_who_may_answer() -> None:
    own = Own()
    case = own.assigned()
    analyst = staff(own.agency, Role.ANALYST)
    for person in (analyst, own.elsewhere, own.signatory, own.stranger):
        assert signed_in(person).get(url("request-completion", case)).status_code == 404
    case = own.completing(SITUATION)
    page = complete_page(own.reader, case)
    assert not page.all("form[method=post]:not([action])")
    signed_in(own.reader).post(url("application-complete", case))
    assert fresh(case).status == Status.COMPLETION_REQUESTED
    for person in (own.officer, own.stranger):
        assert signed_in(person).get(url("application-complete", case)).status_code == 404


def test_an_officer_takes_the_case_and_leaves_it() -> None:
    own = Own()
    case = own.received()
    client = signed_in(own.officer)
    client.post(url("case-assign", case), {"take": "yes"})
    assert fresh(case).assigned_to == own.officer
    client.post(url("case-assign", case), {"take": "no"})
    assert fresh(case).assigned_to is None
    analyst = signed_in(staff(own.agency, Role.ANALYST))
    analyst.post(url("case-assign", case), {"take": "yes"})
    assert fresh(case).assigned_to is None
    assert signed_in(own.elsewhere).post(url("case-assign", case)).status_code == 404


def test_a_case_without_an_open_request_has_nothing_to_complete() -> None:
    own = Own()
    case = own.assigned()
    response = signed_in(own.writer).get(url("application-complete", case))
    assert response.headers["Location"] == url("application-file", case)
    assert saved_value(case, SITUATION).number == 1


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 4, 3), False),
        (date(2026, 4, 6), False),
        (date(2026, 5, 14), False),
        (date(2026, 6, 19), False),
        (date(2025, 6, 20), False),
        (date(2025, 6, 19), True),
        (date(2025, 6, 6), False),
        (date(2026, 12, 24), False),
        (date(2026, 12, 23), True),
    ],
)
def test_working_days_in_sweden(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_easter_as_the_almanac_has_it() -> None:
    known = [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25)]
    assert [easter_sunday(day.year) for day in known] == known
