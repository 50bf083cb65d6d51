"""What those who guess, forge and hurry come to: nothing found, nothing changed, no failure."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from applicants.enums import OrganisationRole, Role
from applicants.models import User
from core.checks import sha256_text
from core.checks.working_days import working_day_from
from grants.content.paths import part_path, requirement_path, row_path
from grants.enums import RowKind
from grants.models import Participation
from grants.selectors.draft import saved_value
from grants.services.writing import add_row, remove_row
from portal.urls import ROUTES
from portal.views.access import Access
from reporting.enums import DataFormat
from reporting.services.packages import request_package
from reporting.tasks import make_report_package
from tests.core import sample_files as sample
from tests.factories import (
    PASSWORD,
    EditionBuildFactory,
    InvitationFactory,
    MandateFactory,
    OrganisationFactory,
    RepresentationRequestFactory,
    UserFactory,
    acting_for,
)
from tests.factories.forms import begun, put
from tests.factories.scenario import fresh
from tests.portal.everyone import ALL, LEAD, PARTNER, Everyone
from tests.portal.own_cases import Own, sign_data
from tests.portal.world import CUTOFF

pytestmark = pytest.mark.django_db
NOTHING, NOT_TAKEN = 404, 405
SITUATION = "answer.mapping.situation"
OFFICER = str(Role.CASE_OFFICER)
EVERY_ROLE = "every role of the lead"
NOT_COMPARED = {
    "sessions.Session", "contenttypes.ContentType", "auth.Permission", "core.Municipality",
    "core.County",
}  # fmt: skip
LONG = "9" * 5000


@pytest.fixture
def everyone() -> Iterator[Everyone]:
    """All of them, and one person who may do everything for the lead."""
    logging.disable(logging.WARNING)
    made = Everyone()
    person = UserFactory()
    for role in OrganisationRole:
        MandateFactory(user=person, organisation=made.lead, role=role)
    made.people[EVERY_ROLE] = person
    yield made
    logging.disable(logging.NOTSET)


def everything() -> str:
    """A digest of all that the database holds, but for sessions and registers."""
    rows = [
        (model._meta.label, sorted(map(repr, model._default_manager.values_list())))
        for model in apps.get_models()
        if model._meta.label not in NOT_COMPARED
    ]
    return sha256_text(repr(rows))


def answered(client: Client, method: str, address: str, data: Any = None) -> Any:
    """The answer, read to its end."""
    send: Callable[..., Any] = getattr(client, method)
    response = send(address, data or {})
    if response.streaming:
        b"".join(response.streaming_content)
    return response


# Ids that are guessed ----------------------------------------------------------------------------


def elsewhere(everyone: Everyone) -> list[tuple[str, tuple[object, ...]]]:
    """Addresses with the ids of what is another's, or stands under something else."""
    my, their = everyone.draft, everyone.other_draft
    case, other = everyone.case, everyone.other_case
    asked = RepresentationRequestFactory(organisation=everyone.other.lead, agency=everyone.agency)
    evidence = asked.evidence_rows.get()
    own_request, own_evidence = everyone.asked, everyone.evidence
    draft, theirs = my.application.pk, their.application.pk
    mine, others = case.application.pk, other.application.pk
    lead, stranger = everyone.lead.pk, everyone.other.lead.pk
    found: list[tuple[str, tuple[object, ...]]] = [
        (route.name, (pk,))
        for route in ROUTES
        if route.route.startswith("mina-ansokningar/<int:pk>/") and route.route.count("<") == 1
        for pk in (theirs, others, 10**30)
    ]
    found += [
        (route.name, (pk,))
        for route in ROUTES
        if route.route.startswith("mina-organisationer/<int:pk>/") and route.route.count("<") == 1
        for pk in (stranger, 10**30)
    ]
    found += [
        ("application-section", (theirs, "budget")),
        ("application-part", (theirs, stranger)),
        ("application-part", (draft, stranger)),
        ("partner-answer", (draft, stranger)),
        ("attachment-file", (draft, their.attachment.pk)),
        ("attachment-file", (theirs, their.attachment.pk)),
        ("attachment-file", (theirs, my.attachment.pk)),
        ("attachment-file", (mine, my.attachment.pk)),
        ("attachment-remove", (draft, their.attachment.pk)),
        ("attachment-remove", (theirs, their.attachment.pk)),
        ("attachment-remove", (theirs, my.attachment.pk)),
        ("attachment-remove", (mine, my.attachment.pk)),
        ("message-file", (mine, other.message_file.pk)),
        ("message-file", (others, other.message_file.pk)),
        ("message-file", (others, case.message_file.pk)),
        ("message-file", (mine, case.attachment.file_id)),
        ("message-file", (draft, case.message_file.pk)),
        ("application-pdf", (others, 1)),
        ("application-pdf", (mine, 2)),
        ("my-organisation-person", (lead, everyone.other.writer.pk)),
        ("my-organisation-person", (stranger, everyone.other.writer.pk)),
        ("my-organisation-person", (stranger, everyone.colleague.pk)),
        ("my-request", (asked.pk,)),
        ("my-request", (own_request.pk,)),
        ("my-request-evidence", (asked.pk,)),
        ("my-request-file", (asked.pk, evidence.pk)),
        ("my-request-file", (own_request.pk, own_evidence.pk)),
        ("invitation", ("gissad",)),
        ("partner-invitation", ("gissad",)),
    ]
    return found


def test_ids_that_are_guessed_lead_nowhere_and_change_nothing(everyone: Everyone) -> None:
    addresses = elsewhere(everyone)
    client = everyone.signed_in(EVERY_ROLE)
    before = everything()
    for name, values in addresses:
        try:
            address = reverse(name, args=values)
        except NoReverseMatch:
            continue
        for method in ("get", "post"):
            status = answered(client, method, address).status_code
            assert status in {NOTHING, NOT_TAKEN}, (name, values, method, status)
    assert everything() == before


def test_what_staff_guess_leads_nowhere_either(everyone: Everyone) -> None:
    case, other, draft = everyone.case, everyone.other_case, everyone.draft
    asked = RepresentationRequestFactory(agency=everyone.agency)
    mine = case.application.pk
    client = everyone.signed_in(OFFICER)
    build = EditionBuildFactory(cutoff=CUTOFF)
    package = request_package(
        call=everyone.world.call,
        actor=everyone.people[str(Role.ANALYST)],
        kind=DataFormat.CSV,
        texts=False,
    )
    make_report_package(package.pk)
    addresses = [
        ("case-attachment", (mine, other.attachment.pk)),
        ("case-attachment", (mine, draft.attachment.pk)),
        ("case-attachment", (draft.application.pk, draft.attachment.pk)),
        ("attachment-file", (mine, case.attachment.pk)),
        ("case-message-file", (mine, other.message_file.pk)),
        ("case-message-file", (mine, case.attachment.file_id)),
        ("case-pdf", (mine, 2)),
        ("representation-file", (everyone.asked.pk, asked.evidence_rows.get().pk)),
        ("representation-person", (everyone.asked.pk, everyone.other.writer.pk)),
        ("build-detail", (build.pk,)),
        ("report-package", (package.pk,)),
        ("report-package-file", (package.pk,)),
        *((name, (draft.application.pk,)) for name in CASE_PAGES),
    ]
    before = everything()
    for name, values in addresses:
        for method in ("get", "post"):
            status = answered(client, method, reverse(name, args=values)).status_code
            assert status in {NOTHING, NOT_TAKEN}, (name, values, method, status)
    assert everything() == before


CASE_PAGES = (
    "application-detail", "case-messages", "case-versions", "case-assign", "request-completion",
)  # fmt: skip


def test_a_file_added_to_a_completion_is_not_the_agencys_until_it_is_sent_in(
    everyone: Everyone,
) -> None:
    from tests.factories.forms import attach
    from tests.portal.everyone import uploaded

    case = everyone.completing.application
    added = attach(case, everyone.own.writer, "other", file=uploaded(everyone.own.writer, "b.pdf"))
    officer = everyone.signed_in(OFFICER)
    for name in ("attachment-file", "case-attachment"):
        address = reverse(name, args=[case.pk, added.pk])
        assert answered(officer, "get", address).status_code == NOTHING
    address = reverse("attachment-file", args=[case.pk, added.pk])
    assert answered(everyone.signed_in("lead reader"), "get", address).status_code == 200


# Fields that are forged --------------------------------------------------------------------------


def forged_paths(everyone: Everyone) -> list[tuple[str, str]]:
    """Paths and texts that the lead's writer may not save, or that are no fields."""
    lead, partner, stranger = everyone.lead.pk, everyone.partner.pk, everyone.other.lead.pk
    line = everyone.draft.application.rows.filter(kind=RowKind.LINE).earliest("number").number
    theirs = everyone.other_draft.application
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(lead))
    return [
        (part_path(partner, "contact"), "Kapad"),
        (part_path(stranger, "contact"), "Kapad"),
        (requirement_path(partner, "work_begun", "how"), "Kapad"),
        (requirement_path(stranger, "work_begun", "how"), "Kapad"),
        (f"part.0{lead}.contact", "Kapad"),
        (f"part.{arabic}.contact", "Kapad"),
        (f"part.+{lead}.contact", "Kapad"),
        (f"part.{LONG}.contact", "Kapad"),
        (f"requirement.{LONG}.work_begun.how", "Kapad"),
        (f"row.0{line}.text", "Kapad"),
        (f"row.{LONG}.text", "Kapad"),
        ("row.999.text", "Kapad"),
        (row_path(line, "organisation"), str(stranger)),
        (row_path(line, "organisation"), f"0{lead}"),
        (row_path(line, "activity"), "999"),
        (row_path(line, "category"), "bribes"),
        (row_path(line, "amount_sek"), "-1"),
        (row_path(line, "amount_sek"), LONG),
        (row_path(line, "amount_sek"), "1e9"),
        (row_path(line, "granted_sek"), "1"),
        ("status", "granted"),
        ("requested_sek", "1"),
        ("areas.unknown", "yes"),
        ("areas.mapping", "no"),
        ("answer.mapping.unknown", "Kapad"),
        ("answer.unknown.situation", "Kapad"),
        (f"{SITUATION}.", "Kapad"),
        (f"{SITUATION}\0", "Kapad" * 2000),
        ("", "Kapad"),
        (f"../{theirs.pk}/{SITUATION}", "Kapad"),
    ]


def test_forged_fields_are_not_saved(everyone: Everyone) -> None:
    client = everyone.signed_in("lead writer")
    pk = everyone.draft.application.pk
    save = reverse("field-save", args=[pk])
    section = reverse("application-section", args=[pk, "budget"])
    part = reverse("application-part", args=[pk, everyone.partner.pk])
    history = reverse("field-history", args=[pk])
    theirs = str(everyone.other_draft.application.pk)
    before = everything()
    for path, text in forged_paths(everyone):
        base = saved_value(everyone.draft.application, path.replace("\0", "")).number
        forged = {"path": path, "text": text, "base": base, "application": theirs, "pk": theirs}
        status = client.post(save, forged).status_code
        assert status in {403, 410, 422}, (path[:40], status)
        whole = {f"b:{path}": base, f"v:{path}": text, "application": theirs}
        for address in (section, part):
            # A name that long is more than a request may hold.
            assert client.post(address, whole).status_code in {200, 302, 400}, path[:40]
        assert client.get(history, {"falt": path}).status_code in {200, NOTHING}, path[:40]
    assert everything() == before


def test_forged_versions_rows_and_places_change_nothing(everyone: Everyone) -> None:
    client = everyone.signed_in("lead writer")
    pk = everyone.draft.application.pk
    before = everything()
    for base in ("-1", "999999", LONG, "٣", "", "x"):
        data = {"path": SITUATION, "text": "Kapad", "base": base}
        assert client.post(reverse("field-save", args=[pk]), data).status_code == 409, base
    for kind in ("activity", "line:mapping", "activity:unknown", "x", "", LONG):
        data = {"row": kind, "section": "../../admin"}
        assert client.post(reverse("row-add", args=[pk]), data).status_code == 302, kind
    for name in ("row-remove", "row-restore"):
        for row in ("999", LONG, "-1", "x"):
            assert client.post(reverse(name, args=[pk]), {"row": row}).status_code == 302, row
    partner, stranger = everyone.partner.pk, everyone.other.lead.pk
    address = reverse("attachment-add", args=[pk])
    for place in (
        f"requirement.{partner}.work_begun", f"requirement.{stranger}.work_begun",
        f"requirement.0{everyone.lead.pk}.work_begun", f"requirement.{LONG}.work_begun",
        "attachments.unknown", "attachments", "part", "", "../other", "other\0",
    ):  # fmt: skip
        file = SimpleUploadedFile("plan.pdf", sample.pdf())
        assert client.post(address, {"file": file, "place": place}).status_code == NOTHING, place
    assert everything() == before


def test_what_was_not_shown_is_not_signed(everyone: Everyone) -> None:
    draft = everyone.draft.application
    lead, partner = everyone.signed_in("lead signatory"), everyone.signed_in("partner signatory")
    signed = sign_data(lead, draft)
    part = Participation.objects.get(application=draft, organisation=everyone.partner)
    for seen in ("", "0" * 64, "x", LONG):
        lead.post(reverse("application-submit", args=[draft.pk]), {**signed, "seen": seen})
        assert fresh(draft).status == "draft", seen
    put(draft, everyone.people["partner writer"], part_path(everyone.partner.pk, "contact"), "Ny")
    address = reverse("partner-answer", args=[draft.pk, everyone.partner.pk])
    for seen in ("", "0" * 64, "x", LONG):
        partner.post(address, {"answer": "approve", "seen": seen})
        part.refresh_from_db()
        assert part.approval == "waiting", seen
    assert not draft.signatures.filter(version=None, purpose="submit").exists()


def test_unknown_actions_do_nothing(everyone: Everyone) -> None:
    draft, asked = everyone.draft.application.pk, everyone.asked.pk
    lead = everyone.lead.pk
    their_part = everyone.other_draft.application.participations.get(role="partner").pk
    invitation = everyone.other_draft.invitation
    assert invitation is not None
    colleagues = InvitationFactory(organisation=everyone.other.lead)
    tries: list[tuple[str, str, list[object], dict[str, object], int]] = [
        ("lead writer", "application-partners", [draft], {"action": "delete", "which": 1}, 200),
        ("lead writer", "application-partners", [draft], {"action": "remind"}, 404),
        ("lead writer", "application-partners", [draft],
         {"action": "remove", "which": their_part}, 404),
        ("lead writer", "application-partners", [draft], {"action": "remove", "which": LONG}, 404),
        ("lead writer", "application-partners", [draft],
         {"action": "withdraw", "which": invitation.pk}, 404),
        ("lead writer", "application-partners", [draft],
         {"action": "withdraw", "which": LONG}, 404),
        ("lead administrator", "my-organisation", [lead], {"invitation": colleagues.pk}, 404),
        ("lead administrator", "my-organisation", [lead], {"invitation": LONG}, 404),
        ("lead administrator", "my-organisation-person", [lead, everyone.colleague.pk],
         {"action": "promote", "roles": "administrator"}, 200),
        (OFFICER, "representation-request", [asked], {"answer": "maybe", "reason": "x"}, 200),
        ("lead writer", "my-organisations", [], {"organisation": everyone.other.lead.pk}, 404),
        ("lead writer", "application-begin", [everyone.agency.code, everyone.call.code],
         {"organisation": everyone.other.lead.pk}, 200),
        ("lead writer", "application-copy", [everyone.agency.code, everyone.call.code],
         {"source": LONG}, 404),
        ("lead writer", "application-copy", [everyone.agency.code, everyone.call.code],
         {"source": everyone.other_case.application.pk}, 404),
    ]  # fmt: skip
    clients = {who: everyone.signed_in(who) for who, *_rest in tries}
    before = everything()
    for who, name, values, data, wanted in tries:
        status = clients[who].post(reverse(name, args=values), data).status_code
        assert status == wanted, (name, data)
        assert everything() == before, (name, data)


OFF_THE_SITE = (
    "https://evil.example/", "//evil.example/", r"\\evil.example", "https:evil.example",
    "javascript:alert(1)", "http:///evil.example", "/\\evil.example",
)  # fmt: skip


def leads(client: Client, own: dict[str, Any], away: str) -> list[Any]:
    """What answers to a `next` off the site."""
    user = UserFactory()
    signing_in = {"login": user.email, "password": PASSWORD, "next": away}
    return [
        client.post(reverse("my-organisations"), {**own, "next": away}),
        client.post(reverse("set_language"), {"language": "en", "next": away}),
        client.get(reverse("after-sign-in"), {"next": away}),
        client.get(reverse("account_login"), {"next": away}),
        client.post(reverse("account_logout"), {"next": away}),
        Client().post(reverse("account_login"), signing_in),
        Client().post(f"{reverse('account_login')}?next={away}", signing_in),
    ]


def test_no_address_leads_off_the_site(everyone: Everyone) -> None:
    own = {"organisation": everyone.lead.pk}
    for away in OFF_THE_SITE:
        for response in leads(everyone.signed_in("lead signatory"), own, away):
            assert response.status_code == 302
            place = response["Location"]
            assert place.startswith("/"), (away, place)
            assert not place.startswith(("//", "/\\")), (away, place)
        page = everyone.signed_in(OFFICER).get(reverse("account_second_factor"), {"next": away})
        assert away not in page.content.decode(), away


# Those who may read and not write ----------------------------------------------------------------


def writes(everyone: Everyone) -> dict[str, tuple[str, str, dict[str, Any], tuple[str, ...]]]:
    """By route: an address, who changes something there, with what, and who else may."""
    own, lead, partner = everyone.own, everyone.lead.pk, everyone.partner.pk
    draft, case = everyone.draft.application, everyone.case.application
    done = everyone.completing.application.pk
    put(draft, own.writer, SITUATION, "En andra version")
    removed = add_row(application=draft, kind=RowKind.LINE, actor=own.writer).number
    remove_row(application=draft, number=removed, actor=own.writer)
    contact = part_path(partner, "contact")
    free = own.received().pk
    later = (timezone.localdate() + timedelta(days=100)).isoformat()
    due = working_day_from(timezone.localdate() + timedelta(days=14)).isoformat()
    invitation = InvitationFactory(organisation=everyone.lead, invited_by=own.writer)
    lead_writers = ("lead writer", "lead administrator", "lead signatory")
    writers = (*lead_writers, "partner writer", "partner signatory")

    def at(name: str, *values: object) -> str:
        return reverse(name, args=values)

    signed = sign_data(everyone.signed_in("lead signatory"), draft)
    answering = (str(Role.REGISTRAR),)
    call = [everyone.agency.code, everyone.call.code]
    return {
        "field-save": (at("field-save", draft.pk), "lead writer",
            {"path": SITUATION, "text": "Ny", "base": 2}, lead_writers),
        "field-history": (f"{at('field-history', draft.pk)}?falt={SITUATION}", "lead writer",
            {"version": "1", "base": "2"}, lead_writers),
        "application-section": (at("application-section", draft.pk, "area-mapping"), "lead writer",
            {f"b:{SITUATION}": "2", f"v:{SITUATION}": "Ny"}, lead_writers),
        "application-part": (at("application-part", draft.pk, partner), "partner writer",
            {f"b:{contact}": "1", f"v:{contact}": "Ny"}, ("partner signatory",)),
        "partner-answer": (at("partner-answer", draft.pk, partner), "partner signatory",
            {"answer": "decline"}, ()),
        "application-partners": (at("application-partners", draft.pk), "lead writer",
            {"action": "mail", "email": "ny@example.se"}, lead_writers),
        "row-add": (at("row-add", draft.pk), "partner writer", {"row": "line"}, writers),
        "row-remove": (at("row-remove", draft.pk), "lead writer", {"row": "1"}, lead_writers),
        "row-restore": (at("row-restore", draft.pk), "lead writer", {"row": removed}, writers),
        "attachment-add": (at("attachment-add", draft.pk), "lead writer",
            {"place": "other", "file": "plan.pdf"}, writers),
        "attachment-remove": (at("attachment-remove", draft.pk, everyone.draft.attachment.pk),
            "lead writer", {}, lead_writers),
        "application-submit": (at("application-submit", draft.pk), "lead signatory", signed, ()),
        "application-discard": (at("application-discard", draft.pk), "lead writer", {},
            lead_writers),
        "application-take-back": (at("application-take-back", free), "lead signatory", {}, ()),
        "application-withdraw": (at("application-withdraw", case.pk), "lead signatory",
            {"reasons": "Vi orkar inte."}, ()),
        "application-complete": (at("application-complete", done), "lead writer", {},
            lead_writers),
        "application-messages": (at("application-messages", case.pk), "lead writer",
            {"body": "Hej"}, writers),
        "my-organisation": (at("my-organisation", lead), "lead administrator",
            {"invitation": invitation.pk}, ()),
        "my-organisation-details": (at("my-organisation-details", lead), "lead administrator",
            {"city": "Ny stad"}, ()),
        "my-organisation-invite": (at("my-organisation-invite", lead), "lead administrator",
            {"email": "n@example.se", "roles": "writer", "ends_on": later}, ()),
        "my-organisation-person": (at("my-organisation-person", lead, everyone.colleague.pk),
            "lead administrator", {"action": "remove"}, ()),
        "application-begin": (at("application-begin", *call), "lead writer",
            {"organisation": lead, "another": "yes"}, lead_writers),
        "case-messages": (at("case-messages", case.pk), OFFICER, {"body": "Hej"}, ()),
        "case-assign": (
            at("case-assign", free), OFFICER, {"take": "yes"},
            (str(Role.DECISION_MAKER), str(Role.REGISTRAR)),
        ),
        "request-completion": (at("request-completion", case.pk), OFFICER,
            {"field": SITUATION, f"question:{SITUATION}": "Hur?", "due": due, "message": "x"}, ()),
        "representation-request": (at("representation-request", everyone.asked.pk), OFFICER,
            {"answer": "refuse", "reason": "Fel"}, answering),
        "representation-person": (
            at("representation-person", everyone.asked.pk, everyone.colleague.pk), OFFICER,
            {"reason": "Har slutat"}, answering),
    }  # fmt: skip


def posted(client: Client, address: str, data: dict[str, Any]) -> Any:
    """The answer to the form, with a real file where one is named."""
    if "file" in data:
        data = {**data, "file": SimpleUploadedFile(data["file"], sample.pdf())}
    return client.post(address, data)


def test_those_who_may_not_write_change_nothing_however_they_post(everyone: Everyone) -> None:
    forms = writes(everyone)
    clients = {who: everyone.signed_in(who) for who in ALL}
    before = everything()
    for name, (address, writer, data, also) in forms.items():
        for who in ALL:
            if who == writer or who in also:
                continue
            status = posted(clients[who], address, data).status_code
            assert status < 500, (name, who)
            if who not in {*LEAD, *PARTNER, str(Role.ANALYST)}:
                accepted = {NOTHING, 302} if who in {"nobody", "inactive"} else {NOTHING}
                if name != "application-begin":
                    assert status in accepted, (name, who, status)
        # Opening the messages marks them as read; a POST does not, whoever makes it.
        assert everything() == before, name
        with transaction.atomic():
            status = posted(clients[writer], address, data).status_code
            assert everything() != before, (name, writer, status)
            transaction.set_rollback(True)


# Tokens, sessions, headers -----------------------------------------------------------------------


def test_every_post_without_its_token_is_refused(everyone: Everyone) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(everyone.people[EVERY_ROLE])
    addresses = {**everyone.addresses(), "login": reverse("account_login")}
    before = everything()
    for name, address in addresses.items():
        assert client.post(address).status_code == 403, name
    assert everything() == before


def test_a_session_from_before_sign_in_is_not_the_one_after() -> None:
    user = UserFactory()
    client = Client()
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    assert planted is not None
    client.cookies["sessionid"] = planted
    done = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert done.status_code == 302
    assert client.cookies["sessionid"].value != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(reverse("my-pages")).status_code == 302
    old = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    thief.cookies["sessionid"] = old
    assert thief.get(reverse("my-pages")).status_code == 302


def test_every_page_keeps_scripts_frames_and_caches_out(everyone: Everyone) -> None:
    addresses = everyone.addresses()
    for who in ("lead signatory", OFFICER, "nobody"):
        client = everyone.signed_in(who)
        for name, address in addresses.items():
            response = answered(client, "get", address)
            headers, policy = response.headers, response.headers["Content-Security-Policy"]
            assert "unsafe" not in policy, name
            assert "'none'" in policy, name
            if response.status_code == 200 and "text/html" in headers["Content-Type"]:
                for part in ("script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
                    assert part in policy, name
            assert headers["X-Frame-Options"] == "DENY", name
            assert headers["X-Content-Type-Options"] == "nosniff", name
            assert headers["Referrer-Policy"] in {"same-origin", "strict-origin"}, name
            kept = headers.get("Cache-Control", "")
            if who != "nobody":
                assert "no-store" in kept, name
                assert "private" in kept or name == "call-eligibility", name


def test_public_pages_may_be_kept_by_those_between(everyone: Everyone) -> None:
    addresses = everyone.addresses()
    for route in ROUTES:
        if route.access is Access.PUBLIC and route.name not in {"invitation", "call-eligibility"}:
            response = answered(Client(), "get", addresses[route.name])
            assert "no-store" not in response.headers.get("Cache-Control", ""), route.name
            assert not response.cookies, route.name


def test_cookies_stay_on_https_and_out_of_reach_of_scripts(tmp_path: Path) -> None:
    names = [
        "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
        "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE",
        "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "ACCOUNT_DEFAULT_HTTP_PROTOCOL",
    ]  # fmt: skip
    code = (
        "import json; from config import settings as s;"
        f"print(json.dumps([getattr(s, n) for n in {names}]))"
    )
    environment = {**os.environ, "HTTPS": "true", "DATA_DIR": str(tmp_path / "https")}
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(said.stdout) == [
        True, True, "Lax", True, True, "Lax", True, 31_536_000, "https",
    ]  # fmt: skip


def test_a_persons_pages_end_with_the_account_and_the_mandate() -> None:
    own = Own()
    draft = begun(own.call, own.lead, own.writer)
    address = reverse("application-tasks", args=[draft.pk])
    signatory, writer = Client(), Client()
    signatory.force_login(own.signatory)
    writer.force_login(own.writer)
    assert signatory.get(address).status_code == 200
    User.objects.filter(pk=own.signatory.pk).update(is_active=False)
    assert signatory.get(address).status_code == 302
    yesterday = timezone.localdate() - timedelta(days=1)
    own.lead.mandates.filter(user=own.writer).update(ends_on=yesterday)
    assert writer.get(address).status_code == NOTHING


def test_whom_one_acts_for_is_forgotten_with_the_mandate() -> None:
    lead = OrganisationFactory(name="Ale kommun")
    person = acting_for(lead, OrganisationRole.WRITER)
    MandateFactory(user=person, organisation=OrganisationFactory())
    client = Client()
    client.force_login(person)
    chosen = {"organisation": lead.pk}
    assert client.post(reverse("my-organisations"), chosen).status_code == 302
    assert lead.name in client.get(reverse("my-pages")).content.decode()
    lead.mandates.filter(user=person).update(ended_at=timezone.now())
    assert lead.name not in client.get(reverse("my-pages")).content.decode()
