"""Texts that would be scripts, and keys that nobody asks for: shown as written, never run."""

import csv
import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from applicants.enums import OrganisationRole, Role
from applicants.models import Organisation
from core.models import OutboxMessage
from grants.content.paths import answer_path, part_path, requirement_path, row_path
from grants.enums import RowKind
from grants.services.writing import add_row
from tests.core.sample_files import pdf
from tests.core.tagged_pdf import TaggedPdf
from tests.factories import (
    OrganisationFactory,
    RepresentationRequestFactory,
    acting_for,
    staff,
)
from tests.factories.forms import put
from tests.factories.scenario import fresh
from tests.portal.everyone import Everyone
from tests.portal.own_cases import Own, sign_data, url
from tests.portal.test_uploads import signed_in

pytestmark = pytest.mark.django_db
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}{% now 'Y' %}\u202e"
FORMULA = '=HYPERLINK("https://evil.example","x")'
LINK = "javascript:alert(document.cookie)"
SCHEMES = {"http", "https", "mailto", "tel"}
FOLLOWED = ("href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def harm(page: str) -> list[str]:
    """What in the page would run or lead astray."""
    root = html.document_fromstring(page)
    found = [f"script: {each.text}" for each in root.iter("script") if not _own_script(each)]
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in {"iframe", "object", "embed", "base"} or element.get("src") == "x":
            found.append(element.tag)
        for name, value in element.attrib.items():
            scheme, colon, _rest = str(value).strip().partition(":")
            if name.startswith("on") or name == "srcdoc":
                found.append(f"{element.tag} {name}")
            led = name in FOLLOWED and colon and not scheme.startswith(("/", "?", "#", "."))
            if led and scheme.lower() not in SCHEMES:
                found.append(f"{element.tag} {name}={value}")
    return found


def _own_script(script: Any) -> bool:
    own = str(script.get("src") or "").startswith("/static/") and not (script.text or "").strip()
    return own or script.get("type") == "application/json"


def opened(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    page = str(response.content.decode())
    assert not harm(page), (address, harm(page))
    return page


class Attacked:
    """A case in which every text that somebody writes is an attack."""

    def __init__(self) -> None:
        lead = OrganisationFactory(
            name=f"Ale {ATTACK}",
            street=ATTACK,
            city=ATTACK[:90],
            contact_name=ATTACK,
            contact_email="a@example.se",
        )
        self.own = Own(lead=lead)
        own = self.own
        for person in (own.signatory, own.writer, own.officer):
            person.name = f"Person {ATTACK}"
            person.save(update_fields=["name"])
        self.administrator = acting_for(
            own.lead, OrganisationRole.ADMINISTRATOR, name=f"Adm {ATTACK}"
        )
        self.draft = own.draft()
        self.line = self.draft.rows.filter(kind=RowKind.LINE).earliest("number").number
        self.activity = self.draft.rows.filter(kind=RowKind.ACTIVITY).earliest("number").number
        self._write()

    def _write(self) -> None:
        own, draft = self.own, self.draft
        lead = own.lead.pk
        funding = add_row(application=draft, kind=RowKind.FUNDING, actor=own.writer).number
        code = draft.call.definition.requirements[0].code
        for path, text in {
            answer_path("mapping", "situation"): ATTACK,
            answer_path("mapping", "expected"): FORMULA,
            answer_path("", "leader"): ATTACK,
            part_path(lead, "contact"): ATTACK,
            part_path(lead, "own_work"): ATTACK,
            requirement_path(lead, code, "how"): ATTACK,
            row_path(self.activity, "title"): ATTACK,
            row_path(self.activity, "description"): ATTACK,
            row_path(self.activity, "time"): ATTACK,
            row_path(self.line, "text"): ATTACK,
            row_path(funding, "source"): ATTACK,
            row_path(funding, "purpose"): ATTACK,
            row_path(funding, "state"): "granted",
            row_path(funding, "amount_sek"): "1000",
        }.items():
            put(draft, own.writer, path, text)
        self.client = signed_in(own.writer)
        for name in (f"{ATTACK}.pdf", "x' onload='alert(1).pdf"):
            self.client.post(
                reverse("attachment-add", args=[draft.pk]),
                {"place": "other", "file": SimpleUploadedFile(name.replace('"', ""), pdf())},
            )

    def submit(self) -> None:
        """Send it in, and let both sides write."""
        own, draft = self.own, self.draft
        signatory = signed_in(own.signatory)
        sent = signatory.post(url("application-submit", draft), sign_data(signatory, draft))
        assert sent["Location"] == url("application-receipt", draft)
        self.case = fresh(draft)
        officer = signed_in(own.officer)
        officer.post(url("case-assign", self.case), {"take": "yes"})
        for client, page in ((self.client, "application-messages"), (officer, "case-messages")):
            assert client.post(url(page, self.case), {"body": ATTACK}).status_code == 302


def sections(client: Client, application: Any) -> list[str]:
    """The addresses of the application's parts, as its task list has them."""
    root = html.fromstring(opened(client, url("application-tasks", application)))
    start = f"/mina-ansokningar/{application.pk}/"
    links = {str(each.get("href")).partition("#")[0] for each in root.iter("a")}
    # While it is completed, there is nothing to look through.
    done = {url("application-preview", application)} if application.completion_fields else set()
    return sorted(link for link in links - done if link.startswith(start))


def test_a_script_in_a_draft_is_shown_as_it_was_written() -> None:
    attacked = Attacked()
    draft, client = attacked.draft, attacked.client
    words = ""
    for address in sections(client, draft):
        words += html.fromstring(opened(client, address)).text_content()
    history = f"{url('field-history', draft)}?falt={answer_path('mapping', 'situation')}"
    for address in (
        url("application-preview", draft), url("application-partners", draft),
        url("application-part", draft, attacked.own.lead.pk), history, reverse("my-pages"),
        url("application-discard", draft), reverse("my-organisations"),
        reverse("application-begin", args=[draft.call.agency.code, draft.call.code]),
    ):  # fmt: skip
        words += html.fromstring(opened(client, address)).text_content()
    assert "<script>alert(1)</script>" in words
    assert "{{7*7}}" in words
    assert "{% now 'Y' %}" in words
    saved = client.post(
        url("field-save", draft),
        {"path": answer_path("mapping", "situation"), "base": "1", "text": "Ny"},
    )
    assert saved.headers["Content-Type"] == "application/json"
    assert saved.headers["X-Content-Type-Options"] == "nosniff"


def test_a_script_in_a_case_is_shown_as_it_was_written(settings: Any) -> None:
    attacked = Attacked()
    attacked.submit()
    own, case = attacked.own, attacked.case
    officer, applicant = signed_in(own.officer), signed_in(own.signatory)
    for name in (
        "application-receipt", "application-file", "application-versions", "application-messages",
        "application-take-back", "application-withdraw",
    ):  # fmt: skip
        opened(applicant, url(name, case))
    for name in ("application-detail", "case-messages", "case-versions", "request-completion"):
        assert "&lt;script&gt;" in opened(officer, url(name, case)), name
    for address in (
        reverse("application-list"), f"{reverse('application-list')}?q={ATTACK}",
        reverse("organisation-list"), reverse("organisation-detail", args=[own.lead.pk]),
    ):  # fmt: skip
        opened(officer, address)
    situation = answer_path("mapping", "situation")
    root = html.fromstring(opened(officer, url("request-completion", case)))
    due = root.xpath("//input[@name='due']/@value")[0]
    asked = officer.post(
        url("request-completion", case),
        {"field": situation, f"question:{situation}": ATTACK, "due": due, "message": ATTACK},
    )
    assert asked.status_code == 302
    opened(applicant, url("application-complete", case))
    for address in sections(attacked.client, fresh(case)):
        opened(attacked.client, address)
    export = b"".join(officer.get(reverse("application-export")).streaming_content)
    assert "<script>" in export.decode()
    response = applicant.get(url("application-pdf", case, 1))
    document = b"".join(response.streaming_content)
    text = TaggedPdf(document).document.text
    assert "<script>alert(1)</script>" in text.replace("\xad", "")
    assert "{{7*7}}" in text
    for action in (b"/JavaScript", b"/Launch", b"/OpenAction"):
        assert action not in document


def test_a_script_in_what_is_said_of_an_organisation_is_shown_as_written() -> None:
    own = Own()
    lead, administrator = own.lead, acting_for(own.lead, OrganisationRole.ADMINISTRATOR)
    client = signed_in(administrator)
    details = {
        "street": ATTACK, "city": ATTACK[:90], "contact_name": ATTACK, "contact_phone": "<b>1</b>",
        "contact_email": "a@example.se",
    }  # fmt: skip
    changed = client.post(reverse("my-organisation-details", args=[lead.pk]), details)
    assert changed.status_code == 302
    for address in (
        reverse("my-organisation", args=[lead.pk]),
        reverse("my-organisation-details", args=[lead.pk]),
    ):
        assert "&lt;script&gt;" in opened(client, address)
    asked = RepresentationRequestFactory(
        organisation=lead, agency=own.agency, message=ATTACK, user__name=ATTACK
    )
    officer = signed_in(own.officer)
    page = reverse("representation-request", args=[asked.pk])
    assert "&lt;script&gt;" in opened(officer, page)
    opened(officer, reverse("representation-requests"))
    assert officer.post(page, {"answer": "refuse", "reason": ATTACK}).status_code == 302
    person = signed_in(asked.user)
    assert "&lt;script&gt;" in opened(person, reverse("my-request", args=[asked.pk]))
    opened(person, reverse("my-organisations"))
    opened(signed_in(staff(own.agency, Role.ADMINISTRATOR)), reverse("mail-list"))


def test_a_formula_in_a_name_is_no_formula_in_the_export() -> None:
    own = Own()
    case = own.received()
    for name in (FORMULA, "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r=1"):
        Organisation.objects.filter(pk=own.lead.pk).update(name=name)
        response = signed_in(own.officer).get(reverse("application-export"))
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not cell.lstrip().startswith(("=", "+", "-", "@")), (name, cell)
    assert case.pk


def test_an_address_of_evidence_becomes_no_link_that_runs() -> None:
    own = Own()
    draft = own.draft()
    client = signed_in(own.writer)
    code = draft.call.definition.requirements[0].code
    path = requirement_path(own.lead.pk, code, "link")
    for text in (LINK, "JaVaScRiPt:alert(1)", "data:text/html,<script>", "vbscript:x", "  " + LINK):
        number = draft.values.filter(path=path).count()
        client.post(url("field-save", draft), {"path": path, "text": text, "base": str(number)})
        opened(client, url("application-section", draft, "requirements"))
        opened(client, url("application-preview", draft))


def test_no_mail_takes_a_header_or_a_script_from_a_name(settings: Any) -> None:
    own = Own()
    Organisation.objects.filter(pk=own.lead.pk).update(name=f"Ale {ATTACK}")
    own.writer.name = "Sven\r\nBcc: alla@example.se"
    own.writer.save(update_fields=["name"])
    draft = own.draft()
    page = url("application-partners", draft)
    signed_in(own.writer).post(page, {"action": "mail", "email": "ny@example.se"})
    message = OutboxMessage.objects.get(recipient="ny@example.se")
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    made = mail.EmailMessage(message.subject, message.body, to=[message.recipient])
    assert made.message().get_content_type() == "text/plain"


@pytest.mark.parametrize("name", ["A\r\nBcc: alla@example.se", "A\nB", "A\x00B", "A\u2028B"])
def test_a_name_has_one_line(name: str) -> None:
    own = Own()
    client = signed_in(acting_for(own.lead, OrganisationRole.ADMINISTRATOR))
    client.post(reverse("my-organisation-details", args=[own.lead.pk]), {"contact_name": name})
    own.lead.refresh_from_db()
    assert len(own.lead.contact_name.splitlines()) <= 1
    assert "\0" not in own.lead.contact_name


# What comes of anything at all -------------------------------------------------------------------

_steps = st.sampled_from(
    ["answer", "areas", "part", "requirement", "row", "mapping", "-", "situation", "1", "2", "0",
     "title", "text", "state", "link", "how", "amount_sek", "", "9" * 30, "\0", "å", ".", "budget"]
)  # fmt: skip
_paths = st.lists(_steps, max_size=5).map(".".join) | st.text(max_size=40)
_texts = st.text(max_size=60) | st.sampled_from(["1,5", "yes,no", "9" * 400, "2026-13-45", "\0"])
_keys = st.sampled_from(
    ["then", "theirs", "section", "row", "page", "action", "which", "answer", "seen", "place"]
)


@pytest.fixture
def fuzzed() -> tuple[Client, Any]:
    own = Own()
    return signed_in(own.writer), own.draft()


@given(path=_paths, text=_texts, base=_texts, page=_texts)
@settings(max_examples=50)
def test_any_field_and_text_is_saved_or_refused(
    fuzzed: tuple[Client, Any], path: str, text: str, base: str, page: str
) -> None:
    client, draft = fuzzed
    data = {"path": path, "text": text, "base": base, "page": page}
    assert client.post(url("field-save", draft), data).status_code < 500
    assert client.get(url("field-history", draft), {"falt": path}).status_code < 500


@given(
    name=st.sampled_from(
        ["areas", "area-mapping", "budget", "funding", "requirements", "leadership", "check", "x"]
    ),
    data=st.dictionaries(
        _keys | _paths.map("b:{}".format) | _paths.map("v:{}".format), _texts, max_size=6
    ),
)
@settings(max_examples=20)
def test_any_page_takes_any_keys(
    fuzzed: tuple[Client, Any], name: str, data: dict[str, str]
) -> None:
    client, draft = fuzzed
    addresses = [url("application-section", draft, name)]
    addresses += [
        url(page, draft)
        for page in ("row-add", "row-remove", "row-restore", "application-partners",
                     "attachment-add", "application-messages")
    ]  # fmt: skip
    for address in addresses:
        assert client.post(address, data).status_code < 500, address


ODD = ("\0", "9" * 5000, "-1", "x\r\ny", "\ud83d", "2026-02-31", "'\";--")
"""What no field asks for. A lone half of a character is what some browsers send."""


def filled_with(form: Any, odd: str) -> dict[str, list[str]]:
    """What the form posts with that in each of its fields, hidden ones and buttons too."""
    names = {str(each.get("name")) for each in form.xpath(".//*[@name]")}
    names |= {f"question:{odd}", "field"} if "due" in names else set()
    return {name: [odd] for name in sorted(names - {"csrfmiddlewaretoken"})}


@pytest.mark.long
def test_no_form_fails_for_anything_in_its_fields() -> None:
    everyone = Everyone()
    case, situation = everyone.case.application, answer_path("mapping", "situation")
    asking = {"field": situation, f"question:{situation}": "\0", "due": "2999-01-04"}
    officer = everyone.signed_in(str(Role.CASE_OFFICER))
    assert officer.post(url("request-completion", case), asking).status_code < 500
    addresses = everyone.addresses()
    for who in (Role.CASE_OFFICER, Role.ANALYST, "lead administrator", "lead signatory"):
        client = everyone.signed_in(str(who))
        tried: set[tuple[str, ...]] = set()
        for name, address in addresses.items():
            with transaction.atomic():
                page = client.get(address)
                transaction.set_rollback(True)
            if page.status_code != 200 or "text/html" not in page.headers["Content-Type"]:
                continue
            for form in html.document_fromstring(page.content.decode()).iter("form"):
                place = str(form.get("action") or address)
                if "/konto/" in place or (place, *filled_with(form, "")) in tried:
                    continue
                tried.add((place, *filled_with(form, "")))
                for odd in ODD:
                    send = client.post if form.get("method") == "post" else client.get
                    data = filled_with(form, odd.encode("utf-8", "replace").decode())
                    with transaction.atomic():
                        answer = send(place, data)
                        transaction.set_rollback(True)
                    assert answer.status_code < 500, (who, name, odd)
