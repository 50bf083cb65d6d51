"""Decision letters: what they say, frozen, made once; deliveries, batches and publishing."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pdfua
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.checks import sha256_text
from core.enums import JournalKind
from core.formats import NBSP
from core.models import OutboxMessage
from core.selectors.files import file_path
from core.selectors.journal import events_of
from grants.content.basis import DecisionBasis, FindingOutcome, LineOutcome, Share
from grants.content.letter import LetterContent, LetterFacts, letter_content
from grants.definitions import CallDefinition, DecisionKind
from grants.documents import letter_pdf
from grants.enums import BatchState, DeliveryHow, LetterState, Outcome, Status
from grants.models import Call, DecisionLetter, LetterBatch
from grants.selectors.deliveries import not_opened
from grants.selectors.letters import batch_path, content_of
from grants.selectors.rounds import outcome_counts
from grants.services import letter_batches, letters, publishing
from grants.services.deliveries import DeliveryRefused, delivered, open_deliveries, remind_party
from grants.tasks import make_due_letters, make_letter, render_letter, resume_letter_batches
from tests.core.concurrency import in_threads
from tests.core.tagged_pdf import TaggedPdf
from tests.factories import ApplicationFactory, DecisionFactory, OrganisationFactory, acting_for
from tests.factories.assessing import assessed_call
from tests.factories.letters import Deciding, told_days_ago

pytestmark = pytest.mark.django_db


def letter_for(definition: CallDefinition, **facts: Any) -> LetterContent:
    assert definition.assessment is not None
    assert definition.assessment.letter is not None
    values: dict[str, Any] = {
        "kind": DecisionKind.GRANTED,
        "agency": "Provmyndigheten",
        "register_number": "801-17-2027",
        "lead": "Ale kommun",
        "lead_org_no": "212000-1439",
        "received_on": date(2026, 11, 20),
        "asked_sek": 500_000,
        "decided_on": date(2027, 3, 14),
        "reasons": "Kraven är prövade.",
        "decider": "Bo Beslutsfattare",
        "preparer": "Hanna Handläggare",
    }
    found = LetterFacts(**values | facts)
    return letter_content(found, definition, definition.assessment.letter)


def said(content: LetterContent) -> str:
    """Everything that the letter says, with plain spaces."""
    found: list[str] = [content.title, content.matter, *content.address, *content.recipient]
    for section in content.sections:
        found += [section.title, *section.paragraphs, *section.items, *section.after]
        if section.table:
            found += [cell for row in (*section.table.rows, section.table.total) for cell in row]
    return "\n".join(found).replace(NBSP, " ")


@pytest.fixture(scope="module")
def definition(django_db_setup: Any, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), transaction.atomic():
        yield assessed_call().definition
        transaction.set_rollback(True)


JOINT = DecisionBasis(
    shares=(
        Share(1, "Ale kommun", "212000-1439", 300_000, 200_000),
        Share(2, "Bjuvs kommun", "212000-1066", 200_000, 0),
    ),
    lines=(
        LineOutcome(
            1, "Projektledare", "Lön", "mapping", "Kartlägga", 1, 300_000, 250_000, 200_000,
            "bought_housing", "Tre platser drivs av en annan.",
        ),
        LineOutcome(
            2, "Boende", "Boende", "training", "Skydd", 2, 200_000, 0, 0, "requirement_not_met"
        ),
    ),
    findings=(
        FindingOutcome("knowledge", 1, "met", satisfied=True),
        FindingOutcome("knowledge", 2, "not_met", False, False, "Inget underlag."),
    ),
    purpose=("mapping",),
    use_from=date(2027, 4, 1),
    use_until=date(2028, 4, 30),
    interim_due=date(2028, 1, 31),
    final_due=date(2028, 6, 1),
    conditions=("Särskild redovisning.",),
)  # fmt: skip


# What a letter says -------------------------------------------------------------------------------


def test_a_grant_says_amount_period_purpose_conditions_and_reports(
    definition: CallDefinition,
) -> None:
    basis = DecisionBasis(
        shares=(Share(1, "Ale kommun", "212000-1439", 500_000, 500_000),),
        purpose=("mapping",),
        use_from=date(2027, 4, 1),
        use_until=date(2028, 4, 30),
        interim_due=date(2028, 1, 31),
        final_due=date(2028, 6, 1),
        conditions=("Särskild redovisning.",),
    )
    text = said(letter_for(definition, granted_sek=500_000, basis=basis))
    for wanted in (
        "Ansökan beviljas", "Provmyndigheten bifaller ansökan. Ale kommun beviljas 500 000 kr.",
        "från och med 2027-04-01 till och med 2028-04-30", "Kartläggning",
        "Pengarna får bara användas till insatserna.", "Särskild redovisning.",
        "Bidraget kan krävas tillbaka.", "Delredovisning senast 2028-01-31",
        "Slutredovisning senast 2028-06-01", "fattats av Bo Beslutsfattare",
        "Hanna Handläggare har varit föredragande", "Beslutet får inte överklagas.",
        "Kraven är prövade.",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_a_part_says_why_for_each_requirement_line_and_organisation(
    definition: CallDefinition,
) -> None:
    content = letter_for(definition, kind=DecisionKind.PART, granted_sek=200_000, basis=JOINT)
    text = said(content)
    for wanted in (
        "beviljas 200 000 kr av sökta 500 000 kr", "I övrigt avslås ansökan",
        "Inget underlag.", "Platser som någon annan driver betalas inte.",
        "Kostnadsregel: Boendeplatser hos andra.", "Tre platser drivs av en annan.",
        "Av posten godtogs 250 000 kr.", "Organisationen uppfyller inte kraven.",
        "Ale kommun: 200 000 kr av 300 000 kr. Minskade poster: Projektledare.",
        "Bjuvs kommun: 0 kr av 200 000 kr. Uppfyller inte:",
    ):  # fmt: skip
        assert wanted in text, wanted
    amounts = content.section("amounts")
    assert amounts is not None
    assert amounts.table is not None
    assert [row[0] for row in amounts.table.rows] == ["Ale kommun", "Bjuvs kommun"]
    assert [cell.replace(NBSP, " ") for cell in amounts.table.total] == [
        "Summa", "", "500 000 kr", "200 000 kr",
    ]  # fmt: skip


def test_a_rejection_grants_nothing_and_can_be_appealed_here(definition: CallDefinition) -> None:
    # As it is frozen: nothing is allotted, whatever the cost check accepted.
    basis = replace(
        JOINT,
        shares=tuple(replace(each, granted_sek=0) for each in JOINT.shares),
        lines=tuple(replace(each, allotted_sek=0) for each in JOINT.lines),
        conditions=(),
    )
    content = letter_for(definition, kind=DecisionKind.REJECTED, basis=basis)
    keys = {section.key for section in content.sections}
    assert not keys & {"amounts", "purpose", "conditions", "repayment", "reports"}
    text = said(content)
    assert "avslår ansökan från Ale kommun om 500 000 kr" in text
    assert "Inget underlag." in text
    assert "Platser som någon annan driver betalas inte." in text
    assert "Av posten godtogs" not in text
    assert "Ni kan överklaga inom tre veckor." in text
    assert "Skriv diarienummer 801-17-2027 i överklagandet." in text


def test_a_dismissal_says_its_ground_and_does_not_weigh_the_case(
    definition: CallDefinition,
) -> None:
    content = letter_for(
        definition, kind=DecisionKind.DISMISSED, ground="late", late=True, basis=JOINT
    )
    text = said(content)
    assert "avvisar ansökan" in text
    assert text.count("Ansökan kom in efter sista ansökningsdag.") == 1
    assert "Inget underlag." not in text


def test_a_revocation_names_the_decision_it_revokes_and_what_is_claimed(
    definition: CallDefinition,
) -> None:
    ground = definition.revocation_grounds[0]
    content = letter_for(
        definition,
        kind=DecisionKind.REVOKED,
        ground=ground.code,
        replaces=date(2027, 3, 14),
        earlier_sek=400_000,
        claimed_sek=150_000,
    )
    text = said(content)
    assert "upphäver beslutet den 2027-03-14, då Ale kommun beviljades 400 000 kr" in text
    assert "Ale kommun ska betala tillbaka 150 000 kr." in text
    assert ground.text.sv in text


def test_a_kind_that_cannot_be_appealed_says_so(definition: CallDefinition) -> None:
    for kind in DecisionKind:
        text = said(letter_for(definition, kind=kind, granted_sek=500_000))
        assert ("överklaga inom tre veckor" in text) == (
            kind in (DecisionKind.REJECTED, DecisionKind.DISMISSED, DecisionKind.REVOKED)
        ), kind
        assert ("Beslutet får inte överklagas." in text) == (
            kind in (DecisionKind.GRANTED, DecisionKind.PART)
        ), kind


def test_every_grant_has_conditions_and_the_reservation_for_repayment(
    definition: CallDefinition,
) -> None:
    for kind in (DecisionKind.GRANTED, DecisionKind.PART):
        content = letter_for(definition, kind=kind, granted_sek=1)
        assert content.section("conditions").items  # type: ignore[union-attr]
        assert content.section("repayment").paragraphs == (  # type: ignore[union-attr]
            "Bidraget kan krävas tillbaka.",
        )


def test_a_waiver_is_a_waiver_and_not_a_met_requirement(definition: CallDefinition) -> None:
    waived = FindingOutcome("knowledge", 0, "not_met", True, True, "Övergångstid.")
    content = letter_for(definition, granted_sek=500_000, basis=DecisionBasis(findings=(waived,)))
    text = said(content)
    assert "Undantag har getts från kravet." in text
    assert "Övergångstid." in text
    assert "Ale kommun uppfyller utlysningens prestationskrav." not in text


def test_others_who_took_part_and_a_dissent_are_in_it(definition: CallDefinition) -> None:
    content = letter_for(
        definition, granted_sek=1, took_part=("Cia Controller",), dissent="Jag är oenig."
    )
    assert "har också deltagit: Cia Controller" in said(content)
    assert "Avvikande mening\nJag är oenig." in said(content)


def test_it_is_swedish_whatever_the_reader_reads(definition: CallDefinition) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert "bifaller ansökan" in said(letter_for(definition, granted_sek=1))


def test_it_is_read_back_as_it_was_frozen(definition: CallDefinition) -> None:
    content = letter_for(definition, kind=DecisionKind.PART, granted_sek=200_000, basis=JOINT)
    assert LetterContent.of(json.loads(json.dumps(content.document()))) == content


# The PDF ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(DecisionKind))
def test_the_checker_of_accessibility_finds_nothing(
    definition: CallDefinition, tmp_path: Path, kind: DecisionKind
) -> None:
    content = letter_for(definition, kind=kind, granted_sek=200_000, basis=JOINT)
    path = tmp_path / "letter.pdf"
    path.write_bytes(letter_pdf(content, sha256="a" * 64))
    assert pdfua.validate(str(path)).findings == ()


def test_the_pdf_says_what_the_letter_says(definition: CallDefinition) -> None:
    content = letter_for(definition, kind=DecisionKind.PART, granted_sek=200_000, basis=JOINT)
    pdf = TaggedPdf(letter_pdf(content, sha256="a" * 64))
    read = "".join(pdf.document.text.split())
    for section in content.sections:
        for text in (section.title, *section.paragraphs, *section.items, *section.after):
            assert "".join(text.split()) in read, text
    assert str(pdf.pdf.Root.Lang) == "sv"
    assert [each.tag for each in pdf.document.find("H1")] == ["H1"]
    assert any("a" * 64 in text for _page, text in pdf.artifacts)


def test_the_same_letter_gives_the_same_bytes(definition: CallDefinition) -> None:
    content = letter_for(definition, granted_sek=1)
    assert letter_pdf(content, sha256="a" * 64) == letter_pdf(content, sha256="a" * 64)


def test_a_draft_is_marked_on_every_page(definition: CallDefinition) -> None:
    content = letter_for(
        definition, kind=DecisionKind.PART, granted_sek=1, basis=JOINT, decided_on=None
    )
    data = letter_pdf(content, sha256="", drafted_on=date(2027, 3, 1))
    pdf = TaggedPdf(data)
    marked = {page for page, text in pdf.artifacts if "UTKAST" in text}
    assert marked == set(range(len(pdf.pdf.pages)))
    with pytest.raises(ValueError, match="draft"):
        letter_pdf(content, sha256="")


# Frozen, and made once ----------------------------------------------------------------------------


def test_a_decision_freezes_its_letter(django_capture_on_commit_callbacks: Any) -> None:
    decision = Deciding().decided()
    letter = decision.letter
    assert letter.sha256 == sha256_text(letter.document)
    assert (letter.state, letter.file) == (LetterState.WAITING, None)
    content = content_of(letter)
    assert content.kind == DecisionKind.PART
    assert "Ale kommun beviljas 400 000 kr" in said(content)
    assert letters.freeze_letter(decision=decision) == letter


@pytest.mark.parametrize("change", ["document", "sha256"])
def test_the_database_refuses_another_letter(change: str) -> None:
    letter = Deciding().decided().letter
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionLetter.objects.filter(pk=letter.pk).update(**{change: "x"})
    with pytest.raises(IntegrityError), transaction.atomic():
        letter.delete()


def test_what_is_renamed_after_does_not_change_the_letter() -> None:
    deciding = Deciding()
    letter = deciding.decided().letter
    deciding.lead.name = "Nytt namn"
    deciding.lead.save()
    deciding.decider.name = "Någon annan"
    deciding.decider.save()
    assert make_letter(letter.pk)
    letter.refresh_from_db()
    assert letter.file is not None
    words = TaggedPdf(file_path(letter.file).read_bytes()).document.text
    assert "Nytt namn" not in words
    assert "Någon annan" not in words


def test_old_and_letterless_decisions_have_none() -> None:
    imported = DecisionFactory(imported=True, decider=None, preparer=None, reasons="")
    assert letters.freeze_letter(decision=imported) is None
    without = DecisionFactory()
    assert letters.freeze_letter(decision=without) is None


def test_the_worker_makes_it_once_and_the_register_has_it() -> None:
    decision = Deciding().decided()
    assert make_letter(decision.letter.pk) is True
    assert make_letter(decision.letter.pk) is False
    letter = DecisionLetter.objects.get(decision=decision)
    assert letter.state == LetterState.MADE
    assert letter.file is not None
    made = file_path(letter.file).read_bytes()
    assert made == letter_pdf(content_of(letter), sha256=letter.sha256)
    document = decision.application.documents.get(source=f"decision:{decision.pk}")
    assert document.file == letter.file
    names = [
        event.name
        for event in events_of(kind=JournalKind.CASE, subject=str(decision.application_id))
    ]
    assert names.count("decision.letter_made") == 1


def test_a_letter_of_a_killed_worker_is_taken_over() -> None:
    letter = Deciding().decided().letter
    killed = letters.claim_letter(letter_id=letter.pk)
    assert killed is not None
    assert make_due_letters() == 0
    DecisionLetter.objects.filter(pk=letter.pk).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert make_due_letters() == 1
    # It woke up late: what it made is thrown away.
    assert letters.make_claimed(letter=killed, render=render_letter) is False
    letter.refresh_from_db()
    assert letter.state == LetterState.MADE


def test_a_letter_that_cannot_be_made_waits_and_is_given_up_at_last() -> None:
    letter = Deciding().decided().letter

    def broken(content: LetterContent, sha256: str) -> bytes:
        raise RuntimeError("no paper")

    for _attempt in range(letters.MAX_ATTEMPTS):
        DecisionLetter.objects.filter(pk=letter.pk).update(next_attempt_at=timezone.now())
        claimed = letters.claim_letter(letter_id=letter.pk)
        assert claimed is not None
        assert letters.make_claimed(letter=claimed, render=broken) is False
    letter.refresh_from_db()
    assert (letter.state, letter.last_error) == (LetterState.FAILED, "RuntimeError: no paper")
    assert letters.try_again(letter=letter) is True
    assert make_due_letters() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_pdf() -> None:
    letter = Deciding().decided().letter
    made = in_threads(*[lambda: make_letter(letter.pk)] * 4)
    assert sorted(made) == [False, False, False, True]


# Telling the parties ------------------------------------------------------------------------------


def test_everyone_concerned_is_told_once_that_there_is_news() -> None:
    deciding = Deciding()
    partner = OrganisationFactory(name="Bjuvs kommun")
    other = acting_for(partner)
    decision = deciding.decided(partners=(partner,))
    told = set(OutboxMessage.objects.values_list("recipient", flat=True))
    # Whoever may only read is told nothing by mail.
    assert told == {deciding.signatory.email, other.email}
    for message in OutboxMessage.objects.all():
        assert "400" not in message.body
        assert decision.application.number in message.subject
    open_deliveries(decision=decision)
    assert OutboxMessage.objects.count() == 2
    assert {each.organisation_id for each in decision.deliveries.all()} == {
        deciding.lead.pk,
        partner.pk,
    }


def test_the_first_opening_is_kept_for_each_organisation() -> None:
    deciding = Deciding()
    decision = deciding.decided()
    first = delivered(
        decision=decision,
        organisation=deciding.lead,
        how=DeliveryHow.OPENED,
        actor=deciding.signatory,
    )
    again = delivered(
        decision=decision, organisation=deciding.lead, how=DeliveryHow.OPENED, actor=deciding.reader
    )
    assert (again.opened_at, again.opened_by) == (first.opened_at, deciding.signatory)
    assert again.received_on == timezone.localdate()
    names = [
        event.name
        for event in events_of(kind=JournalKind.CASE, subject=str(decision.application_id))
    ]
    assert names.count("decision.opened") == 1


def test_nobody_else_opens_it_for_the_party() -> None:
    deciding = Deciding()
    decision = deciding.decided()
    stranger = acting_for(OrganisationFactory())
    for actor in (stranger, deciding.officer):
        with pytest.raises(PermissionDenied):
            delivered(
                decision=decision,
                organisation=deciding.lead,
                how=DeliveryHow.OPENED,
                actor=actor,
            )
    assert decision.deliveries.get().opened_at is None


def test_paper_counts_from_the_day_it_was_received() -> None:
    deciding = Deciding()
    decision = deciding.decided(decided_on=timezone.localdate() - timedelta(days=20))
    day = timezone.localdate() - timedelta(days=3)
    row = delivered(
        decision=decision,
        organisation=deciding.lead,
        how=DeliveryHow.PAPER,
        on=day,
        actor=deciding.registrar,
    )
    assert (row.paper_on, row.paper_by, row.received_on) == (day, deciding.registrar, day)


@pytest.mark.parametrize(("days", "code"), [(1, "in_future"), (-21, "before_decision")])
def test_paper_on_an_impossible_day_is_refused(days: int, code: str) -> None:
    deciding = Deciding()
    decision = deciding.decided(decided_on=timezone.localdate() - timedelta(days=20))
    with pytest.raises(DeliveryRefused) as refused:
        delivered(
            decision=decision,
            organisation=deciding.lead,
            how=DeliveryHow.PAPER,
            on=timezone.localdate() + timedelta(days=days),
            actor=deciding.registrar,
        )
    assert refused.value.code == code


def test_an_applicant_does_not_say_that_paper_came() -> None:
    deciding = Deciding()
    with pytest.raises(PermissionDenied):
        delivered(
            decision=deciding.decided(),
            organisation=deciding.lead,
            how=DeliveryHow.PAPER,
            actor=deciding.signatory,
        )


def test_a_week_without_an_opening_is_on_the_list_until_something_is_done() -> None:
    deciding = Deciding()
    decision = deciding.decided()
    now = timezone.now()
    told_days_ago(decision, 6)
    assert not not_opened(deciding.officer, now).exists()
    told_days_ago(decision, 8)
    assert not_opened(deciding.officer, now).get().organisation == deciding.lead
    assert not_opened(deciding.decider, now).count() == 1
    assert not not_opened(Deciding().officer, now).exists()
    delivered(
        decision=decision,
        organisation=deciding.lead,
        how=DeliveryHow.PAPER,
        actor=deciding.officer,
    )
    assert not not_opened(deciding.officer, now).exists()


def test_a_party_is_reminded_once_a_day() -> None:
    deciding = Deciding()
    decision = deciding.decided()
    before = OutboxMessage.objects.count()
    arguments: dict[str, Any] = {"decision": decision, "organisation": deciding.lead}
    assert remind_party(**arguments, actor=deciding.officer) is True
    remind_party(**arguments, actor=deciding.officer)
    assert OutboxMessage.objects.count() == before + 1
    with pytest.raises(PermissionDenied):
        remind_party(**arguments, actor=deciding.signatory)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_open_at_once_leave_one_opening() -> None:
    deciding = Deciding()
    decision = deciding.decided()

    def opened() -> None:
        delivered(
            decision=decision,
            organisation=deciding.lead,
            how=DeliveryHow.OPENED,
            actor=deciding.signatory,
        )

    in_threads(*[opened] * 4)
    names = [
        event.name
        for event in events_of(kind=JournalKind.CASE, subject=str(decision.application_id))
    ]
    assert names.count("decision.opened") == 1


# A call's letters as an archive -------------------------------------------------------------------


def test_a_batch_makes_what_is_not_made_and_archives_all() -> None:
    deciding = Deciding()
    decisions = [deciding.decided(lead=OrganisationFactory()) for _ in range(3)]
    make_letter(decisions[0].letter.pk)
    batch = letter_batches.request_batch(call=deciding.call, actor=deciding.officer)
    assert (batch.total, batch.state) == (3, BatchState.QUEUED)
    assert resume_letter_batches() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.total) == (BatchState.DONE, 3, 3)
    path = batch_path(batch)
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        index = archive.read("innehall.csv").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(index), delimiter=";"))
        for row, decision in zip(rows, decisions, strict=True):
            content = archive.read(row["fil"])
            letter = DecisionLetter.objects.get(decision=decision)
            assert letter.file is not None
            assert row["sha256"] == letter.file.sha256
            assert row["diarienummer"] == decision.application.number
            assert content == letter_pdf(content_of(letter), sha256=letter.sha256)
    assert len(names) == 4


def test_a_batch_that_is_under_way_is_not_begun_twice() -> None:
    deciding = Deciding()
    deciding.decided()
    first = letter_batches.request_batch(call=deciding.call, actor=deciding.officer)
    assert letter_batches.request_batch(call=deciding.call, actor=deciding.decider) == first
    with pytest.raises(PermissionDenied):
        letter_batches.request_batch(call=deciding.call, actor=deciding.signatory)


def test_a_call_without_letters_has_no_archive() -> None:
    deciding = Deciding()
    with pytest.raises(letter_batches.NoLetters):
        letter_batches.request_batch(call=deciding.call, actor=deciding.officer)


def test_a_batch_of_a_killed_worker_goes_on_where_it_was() -> None:
    deciding = Deciding()
    for _ in range(4):
        deciding.decided(lead=OrganisationFactory())
    batch = letter_batches.request_batch(call=deciding.call, actor=deciding.officer)

    class Killed(BaseException):
        """As a worker that is killed in the middle of a letter."""

    made = 0

    def dying(content: LetterContent, sha256: str) -> bytes:
        nonlocal made
        if made == 2:
            raise Killed
        made += 1
        return render_letter(content, sha256)

    with pytest.raises(Killed):
        letter_batches.run_batch(batch_id=batch.pk, render=dying)
    batch.refresh_from_db()
    assert (batch.state, batch.done) == (BatchState.RUNNING, 2)
    assert resume_letter_batches() == 0
    past = timezone.now() - timedelta(seconds=1)
    LetterBatch.objects.update(lease_until=past)
    DecisionLetter.objects.filter(state=LetterState.LEASED).update(lease_until=past)
    assert resume_letter_batches() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.done) == (BatchState.DONE, 4)


# How the round ended ------------------------------------------------------------------------------


def test_full_part_rejected_dismissed_and_withdrawn_are_told_apart() -> None:
    deciding = Deciding()
    deciding.decided(amount_sek=500_000)
    deciding.decided(amount_sek=400_000)
    deciding.decided(amount_sek=300_000)
    for outcome in (Outcome.REJECTED, Outcome.DISMISSED):
        deciding.decided(outcome, amount_sek=None)
    ApplicationFactory(call=deciding.call, status=Status.WITHDRAWN)
    ApplicationFactory(call=deciding.call, status=Status.SUBMITTED)
    ApplicationFactory(call=deciding.call, status=Status.DRAFT)
    counts = outcome_counts(deciding.call)
    found = (counts.full, counts.part, counts.rejected, counts.dismissed, counts.withdrawn)
    assert found == (1, 2, 1, 1, 1)
    assert (counts.applications, counts.undecided, counts.granted) == (7, 1, 3)
    assert counts.granted_sek == 1_200_000


def test_a_closed_case_counts_by_its_last_outcome() -> None:
    call: Call = Deciding().call
    for outcome in (Outcome.REJECTED, Outcome.DISMISSED):
        closed = ApplicationFactory(call=call, status=Status.CLOSED, granted_sek=None)
        DecisionFactory(application=closed, outcome=outcome, amount_sek=None)
    ApplicationFactory(call=call, status=Status.CLOSED, granted_sek=None)
    ApplicationFactory(call=call, status=Status.CLOSED, granted_sek=100_000)
    counts = outcome_counts(call)
    assert (counts.rejected, counts.dismissed, counts.withdrawn) == (1, 1, 1)
    assert (counts.part, counts.undecided) == (1, 0)


def test_a_decision_maker_publishes_the_round_once() -> None:
    deciding = Deciding()
    with pytest.raises(publishing.NothingToPublish):
        publishing.publish_round(call=deciding.call, actor=deciding.decider)
    deciding.decided()
    for actor in (deciding.officer, deciding.signatory):
        with pytest.raises(PermissionDenied):
            publishing.publish_round(call=deciding.call, actor=actor)
    published = publishing.publish_round(call=deciding.call, actor=deciding.decider)
    assert published.is_published
    again = publishing.publish_round(call=deciding.call, actor=deciding.decider)
    assert again.decisions_published_at == published.decisions_published_at
    names = [
        event.name for event in events_of(kind=JournalKind.CALL, subject=str(deciding.call.pk))
    ]
    assert names.count("call.decisions_published") == 1
