"""Who asks for documents gets what is not secret: whole, with parts left out, or a decision."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applicants.enums import Role
from applicants.models import User
from core.enums import JournalKind
from core.selectors.files import file_path
from core.selectors.journal import events_of
from grants.content.parts import LEFT_OUT, Part, suggestion_for, without, words_to_leave_out
from grants.documents.rendition import Rendition, rendition_pdf
from grants.enums import DisclosureOutcome
from grants.models import DisclosureRequest
from grants.services.disclosure import (
    DisclosureRefused,
    choose_documents,
    decide_refusal,
    finish_request,
    review_document,
    review_mark,
)
from grants.services.messages import send_message
from grants.services.register import mark_document, mark_fields
from portal.selectors.document_texts import text_of
from reviews.enums import SourceKind
from reviews.services import declare_conflict, write_note
from reviews.services.communication import Source
from tests.core.concurrency import in_threads
from tests.factories import AgencyFactory, staff
from tests.portal.fair import sent_to_all
from tests.portal.own_cases import Own, shown
from tests.portal.registering import asked, chosen, reviewed, scan
from tests.portal.test_application_pdf import words

pytestmark = pytest.mark.django_db
BODY = "Vi nås på Storgatan 12, 070-123 45 67 eller eva@exempel.se. Larmkoden byts ofta."


@pytest.fixture
def own() -> Own:
    return Own()


@pytest.fixture
def registrar(own: Own) -> User:
    return staff(own.agency, Role.REGISTRAR, name="Rut Registrator")


@pytest.fixture
def decider(own: Own) -> User:
    return staff(own.agency, Role.DECISION_MAKER, name="Bo Beslutsfattare")


def said(pdf: bytes) -> str:
    """The PDF's text on one line."""
    return " ".join(words(pdf).split())


# What is left out --------------------------------------------------------------------------------


def test_addresses_contacts_and_accounts_are_found() -> None:
    text = (
        "Storgatan 12 A, 123 45 Ale, tel 08-123 45 67, eva@exempel.se, bankgiro 5050-1055, "
        "800101-1234. Åren 2013-2014 gav 250 000 kr till 222013-0013."
    )
    found = words_to_leave_out([Part("a", "", "", text)])
    assert set(found) >= {
        "Storgatan 12 A", "08-123 45 67", "eva@exempel.se", "5050-1055", "800101-1234",
    }  # fmt: skip
    for kept in ("2013-2014", "222013-0013", "250 000"):
        assert not any(kept in each for each in found), kept


@pytest.mark.parametrize(
    ("part", "provision"),
    [
        (Part("a", "", "Kontaktpersonens telefon", "070"), "21 kap. 3 § OSL"),
        (Part("a", "", "Skydd", "Överfallslarm och portkod finns."), "18 kap. 8 § OSL"),
        (Part("a", "", "Läget", "x", provision="26 kap. 1 § OSL"), "26 kap. 1 § OSL"),
    ],
)
def test_what_is_left_out_beforehand(part: Part, provision: str) -> None:
    found = suggestion_for(part)
    assert found is not None
    assert found.provision == provision


def test_plain_text_is_given_out() -> None:
    assert suggestion_for(Part("a", "", "Behovet", "Vi behöver fler platser.")) is None


def test_words_are_left_out_wherever_they_stand() -> None:
    parts = without([Part("a", "Eva", "EVA", "eva och Evas bror")], ["Eva"])
    assert parts == (Part("a", LEFT_OUT, LEFT_OUT, f"{LEFT_OUT} och {LEFT_OUT}s bror"),)


def test_what_is_left_out_is_not_in_the_file() -> None:
    parts = (Part("a", "Svar", "Fråga", "Öppet svar av Eva."), Part("b", "Svar", "Läge", "Hemligt"))
    pdf = rendition_pdf(
        Rendition(
            agency="Myndigheten", register_number="7-2026", document="1. Ansökan",
            dated_on=timezone.localdate(), given_out_on=timezone.localdate(), parts=parts,
            left_out={"b": "26 kap. 1 § OSL"}, phrases=("Eva",), phrase_provision="21 kap. 3 § OSL",
        )
    )  # fmt: skip
    text = said(pdf)
    assert "Öppet svar av" in text
    assert "Utelämnat: 26 kap. 1 § OSL" in text
    assert "21 kap. 3 § OSL" in text
    assert "kammarrätten" in text
    for secret in ("Hemligt", "Eva"):
        assert secret not in text


def test_what_an_activity_is_called_heads_nothing_in_the_file(own: Own, registrar: User) -> None:
    case = own.received()
    parts = text_of(case.documents.get(), "sv")
    ((path, title),) = [
        (part.key, part.text) for part in parts if part.text == "Kartlägga våldets omfattning"
    ]
    pdf = rendition_pdf(
        Rendition(
            agency="Myndigheten", register_number="7-2026", document="1. Ansökan",
            dated_on=timezone.localdate(), given_out_on=timezone.localdate(), parts=parts,
            left_out={path: "26 kap. 1 § OSL"},
        )
    )  # fmt: skip
    text = said(pdf)
    assert "Aktivitet 1" in text
    assert title not in text


def test_what_a_note_or_material_is_called_can_be_left_out(own: Own) -> None:
    case = own.received()
    declare_conflict(application=case, actor=own.officer, has_conflict=False)
    write_note(
        application=case, actor=own.officer, title="Samtal med Eva Hemlig", body="Hon ringde."
    )
    sent_to_all(
        case, own.officer,
        sources=[Source(kind=SourceKind.OWN, title="Om Eva Hemlig", text="Hon är anställd.")],
    )  # fmt: skip
    for document in case.documents.filter(number__gt=1):
        parts = text_of(document, "sv")
        assert any("Eva Hemlig" in part.text for part in parts), document.kind
        for part in parts:
            assert "Eva Hemlig" not in part.heading + part.label


# The services ------------------------------------------------------------------------------------


def test_a_request_has_a_number_and_may_be_anonymous(own: Own, registrar: User) -> None:
    first, second = asked(own.agency, registrar), asked(own.agency, registrar)
    assert first.register_number != second.register_number
    assert first.asker == ""


def test_who_registers_reviews_and_decides(own: Own, registrar: User, decider: User) -> None:
    case = own.received()
    elsewhere = staff(AgencyFactory(), Role.REGISTRAR)
    for person in (elsewhere, decider, own.signatory):
        with pytest.raises(PermissionDenied):
            asked(own.agency, person)
    request = chosen(case, registrar)
    item = request.items.get()
    for person in (elsewhere, decider):
        with pytest.raises(PermissionDenied):
            reviewed(item, person, DisclosureOutcome.FULL)
    reviewed(item, registrar, DisclosureOutcome.REFUSED)
    for person in (registrar, own.officer, staff(AgencyFactory(), Role.DECISION_MAKER)):
        with pytest.raises(PermissionDenied):
            _refuse(request, person)


def _refuse(request: DisclosureRequest, person: User, **fields: Any) -> Any:
    items = list(request.items.select_related("document"))
    known: dict[str, Any] = {
        "items": items,
        "shown": {each.pk: review_mark(each) for each in items},
        "provision": "21 kap. 3 § OSL",
        "reasons": "Rör enskilds bostad.",
        "court": "Kammarrätten i Stockholm",
        "file": scan(person),
    }
    return decide_refusal(request=request, actor=person, **known | fields)


def test_each_step_is_in_the_cases_journal_and_its_list(
    own: Own, registrar: User, decider: User
) -> None:
    case = own.received()
    send_message(application=case, actor=own.writer, body=BODY, from_agency=False)
    request = chosen(case, registrar)
    first, second = request.items.order_by("document__number")
    reviewed(first, registrar, DisclosureOutcome.FULL)
    reviewed(second, registrar, DisclosureOutcome.REFUSED)
    refusal = _refuse(request, decider, items=[second])
    finish_request(request=request, actor=registrar)
    names = [each.name for each in events_of(kind=JournalKind.CASE, subject=str(case.pk))]
    assert [name for name in names if name.startswith("disclosure.")] == [
        "disclosure.asked", "disclosure.reviewed", "disclosure.reviewed", "disclosure.refused",
        "disclosure.given_out",
    ]  # fmt: skip
    assert [each.kind for each in case.documents.order_by("number")][2:] == [
        "disclosure_request", "disclosure", "disclosure",
    ]  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        type(refusal).objects.filter(pk=refusal.pk).update(reasons="Annat.")


def test_nothing_is_finished_before_everything_is_reviewed_and_decided(
    own: Own, registrar: User, decider: User
) -> None:
    request = chosen(own.received(), registrar)
    with pytest.raises(DisclosureRefused, match="not_reviewed"):
        finish_request(request=request, actor=registrar)
    item = reviewed(request.items.get(), registrar, DisclosureOutcome.REFUSED)
    with pytest.raises(DisclosureRefused, match="decision_missing"):
        finish_request(request=request, actor=registrar)
    _refuse(request, decider)
    with pytest.raises(DisclosureRefused, match="decided_already"):
        reviewed(item, registrar, DisclosureOutcome.FULL)
    finish_request(request=request, actor=registrar)
    with pytest.raises(DisclosureRefused, match="finished"):
        choose_documents(request=request, actor=registrar, documents=[item.document])


def test_what_is_given_out_whole_is_not_refused(own: Own, registrar: User, decider: User) -> None:
    request = chosen(own.received(), registrar)
    reviewed(request.items.get(), registrar, DisclosureOutcome.FULL)
    with pytest.raises(DisclosureRefused, match="not_to_be_refused"):
        _refuse(request, decider)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"outcome": DisclosureOutcome.PART}, "nothing_left_out"),
        ({"outcome": DisclosureOutcome.REFUSED, "reasons": "x"}, "provision_missing"),
        ({"outcome": DisclosureOutcome.REFUSED, "provision": "x"}, "reasons_missing"),
    ],
)
def test_a_review_says_what_its_outcome_needs(
    own: Own, registrar: User, fields: dict[str, Any], code: str
) -> None:
    item = chosen(own.received(), registrar).items.get()
    with pytest.raises(DisclosureRefused, match=code):
        review_document(item=item, actor=registrar, **fields)


def test_no_document_of_a_case_one_is_shut_out_of(own: Own, registrar: User) -> None:
    case = own.received()
    request = chosen(case, registrar)
    officer = staff(own.agency, Role.CASE_OFFICER)
    declare_conflict(application=case, actor=officer, has_conflict=True, reason="Min syster.")
    with pytest.raises(PermissionDenied):
        reviewed(request.items.get(), User.objects.get(pk=officer.pk), DisclosureOutcome.FULL)


def test_one_shut_out_of_a_case_sees_nothing_of_it_and_finishes_nothing(
    client: Client, own: Own, registrar: User, decider: User
) -> None:
    case = own.received()
    request = chosen(case, registrar)
    reviewed(request.items.get(), registrar, DisclosureOutcome.REFUSED)
    refusal = _refuse(request, decider)
    officer = staff(own.agency, Role.CASE_OFFICER)
    declare_conflict(application=case, actor=officer, has_conflict=True, reason="Min syster.")
    officer = User.objects.get(pk=officer.pk)
    client.force_login(officer)
    page = shown(client, reverse("disclosure", args=[request.pk]))
    assert "Ett ärende som du inte ser" in page
    of_case = page.replace(request.wording, "")
    for text in (case.number, "Ale kommun", "21 kap.", "Lämnas inte ut", "beslut.pdf"):
        assert text not in of_case, text
    file = reverse("disclosure-refusal-file", args=[request.pk, refusal.pk])
    assert file not in page
    assert client.get(file).status_code == 404
    assert client.post(reverse("disclosure-finish", args=[request.pk])).status_code == 404
    with pytest.raises(PermissionDenied):
        finish_request(request=request, actor=officer)
    client.force_login(registrar)
    assert client.get(file).status_code == 200


def test_what_was_reviewed_anew_since_it_was_read_is_not_refused(
    client: Client, own: Own, registrar: User, decider: User
) -> None:
    request = chosen(own.received(), registrar)
    item = reviewed(request.items.get(), registrar, DisclosureOutcome.REFUSED)
    mark = review_mark(item)
    reviewed(item, registrar, DisclosureOutcome.REFUSED)
    client.force_login(decider)
    posted = {
        "item": [str(item.pk)], "provision": "26 kap. 1 § OSL", "reasons": "Mina skäl.",
        "court": "Kammarrätten i Göteborg", f"mark-{item.pk}": mark,
    }  # fmt: skip
    address = reverse("disclosure-refuse", args=[request.pk])
    page = client.post(address, posted, headers={"accept-language": "sv"}).content.decode()
    assert "ändrad sedan du öppnade sidan" in page
    assert "Mina skäl." in page
    assert not request.refusals.exists()
    now = review_mark(request.items.get())
    assert now in page
    assert client.post(address, posted | {f"mark-{item.pk}": now}).status_code == 302
    assert request.refusals.count() == 1


# The pages ---------------------------------------------------------------------------------------


def test_from_request_to_handing_out(
    client: Client, own: Own, registrar: User, decider: User
) -> None:
    case = own.received()
    send_message(application=case, actor=own.writer, body=BODY, from_agency=False)
    client.force_login(registrar)
    response = client.post(reverse("disclosure-new"), {
        "received_at": "2026-01-15 09:30", "wording": "Ansökan från Ale.",
    })  # fmt: skip
    request = DisclosureRequest.objects.get()
    assert response["Location"] == reverse("disclosure", args=[request.pk])
    choose = reverse("disclosure-choose", args=[request.pk])
    assert "1. Ansökan" in shown(client, f"{choose}?number={case.register_number}")
    ids = [str(pk) for pk in case.documents.values_list("pk", flat=True)]
    client.post(choose, {"number": case.register_number, "document": ids})
    first, second = request.items.order_by("document__number")
    review = reverse("disclosure-review", args=[request.pk, second.pk])
    page = shown(client, review)
    for word in ("Storgatan 12", "070-123 45 67", "eva@exempel.se", "säkerhetsåtgärder"):
        assert word in page
    client.post(review, {
        "outcome": "part", "phrases": "Storgatan 12\n070-123 45 67\neva@exempel.se",
        "provision": "21 kap. 3 § OSL",
    })  # fmt: skip
    second.refresh_from_db()
    assert second.outcome == DisclosureOutcome.PART
    text = said(file_path(second.rendition).read_bytes())  # type: ignore[arg-type]
    assert "Larmkoden byts ofta" in text
    for word in ("Storgatan", "070-123", "eva@"):
        assert word not in text
    refuse = reverse("disclosure-review", args=[request.pk, first.pk])
    client.post(refuse, {
        "outcome": "refused", "provision": "26 kap. 1 § OSL", "reasons": "Rör enskilda.",
    })  # fmt: skip
    page = shown(client, reverse("disclosure", args=[request.pk]))
    assert "1 handling väntar på en beslutsfattare." in page
    client.force_login(decider)
    decide = reverse("disclosure-refuse", args=[request.pk])
    page = shown(client, decide)
    assert "Rör enskilda." in page
    mark = {f"mark-{first.pk}": review_mark(request.items.get(pk=first.pk))}
    assert mark[f"mark-{first.pk}"] in page
    client.post(decide, mark | {
        "item": [str(first.pk)], "provision": "26 kap. 1 § OSL", "reasons": "Rör enskilda.",
        "court": "Kammarrätten i Göteborg",
    })  # fmt: skip
    refusal = request.refusals.get()
    text = said(file_path(refusal.file).read_bytes())
    for word in (
        "Kammarrätten i Göteborg", "inom tre veckor", "26 kap. 1 § OSL", "Rör enskilda.",
        "Bo Beslutsfattare", request.register_number,
    ):  # fmt: skip
        assert word in text, word
    client.force_login(registrar)
    client.post(reverse("disclosure-finish", args=[request.pk]))
    request.refresh_from_db()
    assert request.finished_by == registrar
    assert "Klart" in shown(client, reverse("disclosures"))


def test_a_marked_document_is_not_given_out_whole_without_being_tried(
    client: Client, own: Own, registrar: User
) -> None:
    case = own.received()
    mark_document(document=case.documents.get(), actor=registrar, provision="26 kap. 1 § OSL")
    request = chosen(case, registrar)
    item = request.items.get()
    client.force_login(registrar)
    address = reverse("disclosure-review", args=[request.pk, item.pk])
    page = client.post(address, {"outcome": "full"}).content.decode()
    assert "Kryssa i att du har prövat den." in page
    assert client.post(address, {"outcome": "full", "tried": "on"}).status_code == 302


def test_a_marked_field_is_left_out_beforehand(client: Client, own: Own, registrar: User) -> None:
    from lxml import html

    case = own.received()
    mark_fields(
        application=case, actor=own.officer, paths=["answer.mapping.situation"],
        provision="18 kap. 8 § OSL",
    )  # fmt: skip
    request = chosen(case, registrar)
    client.force_login(registrar)
    page = html.fromstring(
        shown(client, reverse("disclosure-review", args=[request.pk, request.items.get().pk]))
    )
    ticked = page.xpath("//input[@name='part'][@checked]/@value")
    assert "answer.mapping.situation" in ticked


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_cost_the_same_however_much(
    client: Client, own: Own, registrar: User, rows: int, django_assert_num_queries: Any
) -> None:
    case = own.received()
    for _each in range(rows):
        send_message(application=case, actor=own.writer, body="Hej.", from_agency=False)
        asked(own.agency, registrar)
    request = chosen(case, registrar)
    client.force_login(registrar)
    choose = reverse("disclosure-choose", args=[request.pk])
    for address, number in (
        (reverse("disclosures"), 6),
        (reverse("disclosure", args=[request.pk]), 8),
        (f"{choose}?number={case.register_number}", 10),
    ):
        shown(client, address)
        with django_assert_num_queries(number):
            client.get(address)


# At once ------------------------------------------------------------------------------------------


def tried(act: Any, **fields: Any) -> str:
    try:
        act(**fields)
    except DisclosureRefused as refused:
        return refused.code
    return "done"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_choose_or_finish_at_once_do_it_once() -> None:
    own = Own()
    case = own.received()
    people = [staff(own.agency, Role.REGISTRAR) for _each in range(2)]
    request = asked(own.agency, people[0])
    documents = list(case.documents.order_by("number"))
    new = in_threads(
        *[
            lambda who=who: choose_documents(request=request, actor=who, documents=documents)
            for who in people
        ]
    )
    assert sorted(new) == [0, len(documents)]
    assert request.items.count() == len(documents)
    assert case.documents.filter(source=f"disclosure_request:{request.pk}").count() == 1
    for item in request.items.select_related("document"):
        reviewed(item, people[0], DisclosureOutcome.FULL)
    done = in_threads(
        *[lambda who=who: tried(finish_request, request=request, actor=who) for who in people]
    )
    assert sorted(done) == ["done", "finished"]
    assert case.documents.filter(source=f"disclosure:{request.pk}").count() == 1
    names = [event.name for event in events_of(kind=JournalKind.CASE, subject=str(case.pk))]
    assert names.count("disclosure.given_out") == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_on_a_document_at_once_one_is_made() -> None:
    own = Own()
    case = own.received()
    registrar = staff(own.agency, Role.REGISTRAR)
    deciders = [staff(own.agency, Role.DECISION_MAKER) for _each in range(2)]
    request = chosen(case, registrar)
    item = request.items.select_related("document").order_by("pk")[0]
    item = reviewed(item, registrar, DisclosureOutcome.REFUSED)

    def refuse(who: User) -> str:
        return tried(
            decide_refusal,
            request=request,
            actor=who,
            items=[item],
            provision="21 kap. 3 § OSL",
            reasons="Uppgifterna rör en enskilds bostad.",
            court="Kammarrätten",
            shown={item.pk: review_mark(item)},
            file=files[who.pk],
        )

    files = {who.pk: scan(who) for who in deciders}
    review = {
        "item": item, "actor": registrar, "outcome": DisclosureOutcome.FULL,
    }  # fmt: skip
    results = in_threads(
        lambda: refuse(deciders[0]),
        lambda: refuse(deciders[1]),
        lambda: tried(review_document, **review),
    )
    item.refresh_from_db()
    refusals = list(request.refusals.all())
    if results[2] == "done":
        # Found to be given out after all before anyone decided: then nothing is refused.
        assert results[:2] == ["not_to_be_refused"] * 2
        assert (refusals, item.outcome) == ([], DisclosureOutcome.FULL)
    else:
        assert sorted(results[:2]) == ["decided_already", "done"]
        assert results[2] == "decided_already"
        assert item.refusal == refusals[0]
        assert item.outcome == DisclosureOutcome.REFUSED
    assert len(refusals) == results[:2].count("done")
    papers = case.documents.filter(source__startswith="disclosure_refusal:")
    assert papers.count() == len(refusals)
