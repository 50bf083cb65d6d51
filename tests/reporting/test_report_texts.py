"""The texts of a report: figures put in, sentences that no longer fit, versions, and editions."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from applicants.enums import Role
from applicants.models import User
from core.models import Agency, Event
from grants.enums import Stream
from grants.models import CallDefinitionRecord
from reporting.content import Unit
from reporting.content.texts import (
    DoubtKind,
    TextFigure,
    WritingFault,
    cleaned,
    confirmed_anew,
    faults,
    figures_of,
    paragraphs_of,
    places_of,
    read,
    with_texts,
)
from reporting.documents.renderings import RENDERINGS
from reporting.enums import BuildState
from reporting.models import Edition, FrozenDataset, ReportText
from reporting.selectors.edition_content import edition_content
from reporting.selectors.editions import TextsDoubted
from reporting.selectors.texts import places_of_year
from reporting.services.editions import request_build, run_build
from reporting.services.previews import preview
from reporting.services.texts import (
    TextChanged,
    TextRefused,
    confirm_sentences,
    take_back,
    write_text,
)
from tests.core.concurrency import in_threads
from tests.factories import (
    AgencyFactory,
    CallDefinitionRecordFactory,
    CallFactory,
    UserFactory,
    staff,
)
from tests.factories.definitions import both
from tests.portal.world import CUTOFF, World, make_world
from tests.reporting.content_factory import build_content

FIGURES = {
    each.name: each
    for each in (
        TextFigure("granted.all", "Beviljade", Unit.COUNT, 1250),
        TextFigure("granted_sek.all", "Beviljat", Unit.SEK, 53_687_000),
        TextFigure("granted.all.share", "Andel", Unit.PERCENT, 52),
        TextFigure("table6.housing.fully", "Boende: helt", Unit.PERCENT, None),
        TextFigure("year", "2013", Unit.COUNT, 2013, "2013"),
    )
}


def shown(body: str) -> tuple[str, ...]:
    return read(body, {}, FIGURES).shown


def test_figures_are_written_as_in_swedish() -> None:
    said = shown("Av {granted.all} fick {granted_sek.all}, {granted.all.share}, år {year}.\n\nSå.")
    assert said == ("Av 1\u00a0250 fick 53\u00a0687\u00a0000\u00a0kr, 52\u00a0%, år 2013.", "Så.")
    assert shown("Ingen svarade: {table6.housing.fully}.") == ("Ingen svarade: –.",)


def test_what_is_typed_is_plain_text() -> None:
    assert cleaned(" a\r\n\r\n\tb\x00 <b>\u200b ") == "a\n\nb <b>"
    assert shown("<script>{granted.all}</script>") == ("<script>1\u00a0250</script>",)


def test_sentences_end_where_another_begins() -> None:
    text = "T.ex. fick {granted.all} stöd. Det är fler. {granted.all} är många!\nRad två\n\nNytt."
    assert [len(each) for each in paragraphs_of(text)] == [4, 1]


def doubts(body: str, confirmed: Any) -> list[tuple[str, str]]:
    read_text = read(body, confirmed, FIGURES)
    return [(str(d.kind), d.name) for s in read_text.doubted for d in s.doubts]


def test_a_sentence_is_doubted_when_its_figure_is_another() -> None:
    body = "Det var {granted.all} ärenden. Ett år till, {year}."
    confirmed = confirmed_anew(body, FIGURES, {})
    assert doubts(body, confirmed) == []
    sentence = "Det var {granted.all} ärenden."
    assert doubts(body, {sentence: {"granted.all": 1249}}) == [("changed", "granted.all")]
    assert doubts(body, {}) == [("changed", "granted.all")], "never confirmed"
    found = read(body, {sentence: {"granted.all": 1249}}, FIGURES).doubted[0]
    assert found.may_be_confirmed
    assert (found.doubts[0].before, found.doubts[0].now) == ("1\u00a0249", "1\u00a0250")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("> 50 %", True), (">= 52", True), ("= 52 %", True), ("<= 52%", True),
        ("> 52 %", False), ("< 50 %", False), ("= 51", False), (">=-1", True),
    ],
)  # fmt: skip
def test_comparing_words_rest_on_a_condition(condition: str, holds: bool) -> None:
    body = f"Mer än hälften {{? granted.all.share {condition} }} fick stöd, {{granted.all.share}}."
    assert faults(body, FIGURES) == ()
    assert shown(body) == ("Mer än hälften fick stöd, 52\u00a0%.",)
    # The figure has a condition, and may change as long as it holds.
    other = {paragraphs_of(body)[0][0]: {"granted.all.share": 60}}
    assert doubts(body, other) == ([] if holds else [("unmet", "granted.all.share")])
    if not holds:
        assert not read(body, other, FIGURES).doubted[0].may_be_confirmed


def test_a_condition_on_what_nobody_answered_does_not_hold() -> None:
    assert doubts("Få {? table6.housing.fully < 10 %}.", {}) == [("unmet", "table6.housing.fully")]


def test_a_figure_that_the_report_no_longer_has() -> None:
    body = "Det var {spent.all}, mer än {? spent.all > 1 000 kr}."
    assert {kind for kind, _name in doubts(body, {})} == {DoubtKind.GONE}
    assert shown(body) == ("Det var –, mer än.",)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("{granted.all} {x.y}", ((WritingFault.UNKNOWN, "x.y"),)),
        ("{? x.y > 1}", ((WritingFault.UNKNOWN, "x.y"),)),
        ("{Granted}", ((WritingFault.BRACES, "{Granted}"),)),
        ("{granted.all", ((WritingFault.BRACES, "{"),)),
        ("{? granted.all 50}", ((WritingFault.BRACES, "{? granted.all 50}"),)),
        ("{}", ((WritingFault.BRACES, "{}"),)),
    ],
)
def test_what_stands_in_braces_must_be_a_figure(body: str, found: Any) -> None:
    assert faults(body, FIGURES) == found


def test_a_number_too_long_to_be_one_is_refused() -> None:
    body = "{? table6.x.y > " + "9" * 5_000 + " %}"
    assert [kind for kind, _piece in faults(body, {})] == [WritingFault.BRACES]


def test_an_unchanged_sentence_keeps_what_it_was_confirmed_at() -> None:
    kept = {"Det var {granted.all}.": {"granted.all": 7}}
    body = "Det var {granted.all}. Nu {granted.all}."
    assert confirmed_anew(body, FIGURES, kept) == {
        "Det var {granted.all}.": {"granted.all": 7},
        "Nu {granted.all}.": {"granted.all": 1250},
    }
    again = confirmed_anew(body, FIGURES, kept, again=frozenset(kept))
    assert again["Det var {granted.all}."] == {"granted.all": 1250}


@given(st.text(max_size=200), st.sampled_from(sorted(FIGURES)), st.text(max_size=40))
def test_whatever_is_typed_is_shown_and_confirmed(before: str, name: str, after: str) -> None:
    body = cleaned(f"{before} {{{name}}} {after}")
    confirmed = confirmed_anew(body, FIGURES, {})
    found = read(body, confirmed, FIGURES)
    assert cleaned(body) == body
    assert "".join("".join(found.shown).split()) or not body
    if not faults(body, FIGURES):
        assert "{" not in "".join(found.shown)
        assert all(d.kind is not DoubtKind.CHANGED for s in found.doubted for d in s.doubts)


# In the report ----------------------------------------------------------------------------------


def test_each_place_has_its_figures_and_takes_its_text() -> None:
    content = build_content()
    figures = figures_of(content)
    table = content.streams[0].tables[0]
    row = table.rows[0]
    cell = figures[f"table{table.number}.{row.code}.{table.column_codes[0]}"]
    assert cell.value == row.values[0]
    bodies = {place.code: f"Om {place.code}: {cell.code}." for place in places_of(content)}
    told = with_texts(content, bodies)
    assert told.summary == (f"Om summary: {cell.text}.",)
    assert told.method == (f"Om method: {cell.text}.", *content.method)
    for stream in told.streams:
        assert stream.comment == (f"Om figures-{stream.code}: {cell.text}.",)
        for each in stream.tables:
            assert each.comment == (f"Om table-{each.number}: {cell.text}.",)
    assert with_texts(content, {}) is content
    assert b'"comment"' not in RENDERINGS["json"].render(content)
    for rendering in RENDERINGS.values():
        assert rendering.render(told) == rendering.render(with_texts(content, bodies))
    assert b'"comment"' in RENDERINGS["json"].render(told)


# Written, and frozen ----------------------------------------------------------------------------


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def write(
    world: World, body: str, *, place: str = "summary", base: int = 0, actor: User | None = None,
    language: str = "sv",
) -> ReportText:  # fmt: skip
    found = preview(agency=world.agency, year=2013, language="sv", cutoff=CUTOFF)
    return write_text(
        agency=world.agency, year=2013, place=place, language=language, body=body, base=base,
        figures=found.figures, actor=actor or world.analyst,
    )  # fmt: skip


def test_every_version_is_kept_with_who_and_when(world: World) -> None:
    world.case()
    first = write(world, "Ett.")
    second = write(world, "Två {granted.all}.", base=1)
    third = take_back(text=first, base=2, actor=world.analyst)
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
    assert (third.body, third.taken_from) == ("Ett.", 1)
    assert write(world, "Ett.", base=3) == third, "the same words are no new version"
    names = list(
        Event.objects.filter(name__startswith="edition.text")
        .order_by("pk")
        .values_list("name", flat=True)
    )
    assert names == ["edition.text_written", "edition.text_written", "edition.text_taken_back"]
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportText.objects.filter(pk=first.pk).update(body="Annat.")


def test_what_was_written_meanwhile_is_not_written_over(world: World) -> None:
    world.case()
    write(world, "Ett.")
    colleague = staff(world.agency, Role.ANALYST)
    with pytest.raises(TextChanged) as changed:
        write(world, "Mitt.", base=0, actor=colleague)
    assert changed.value.newest is not None
    assert changed.value.newest.body == "Ett."
    assert ReportText.objects.count() == 1


def test_a_code_that_is_no_figure_is_refused(world: World) -> None:
    world.case()
    with pytest.raises(TextRefused):
        write(world, "Det var {granted.everywhere}.")
    assert not ReportText.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ANALYST])
def test_nobody_but_an_analyst_of_the_agency_writes(world: World, role: Role) -> None:
    world.case()
    for person in (
        staff(world.agency, role), staff(AgencyFactory(), Role.ANALYST), UserFactory(),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            write(world, "Ett.", actor=person)


def test_an_edition_keeps_the_texts_that_it_was_made_with(world: World) -> None:
    world.case()
    write(world, "Beviljade: {granted.all}.")
    write(world, "In English: {granted.all}.", language="en")
    first = world.edition()
    content = edition_content(first, "sv")
    assert content.summary == ("Beviljade: 1.",)
    assert edition_content(first, "en").summary == ("In English: 1.",)
    before = RENDERINGS["pdf"].render(content)
    assert world.edition() == first, "nothing has changed"
    write(world, "Nya ord: {granted.all}.", base=1)
    second = world.edition()
    assert (second.number, second.dataset) == (2, first.dataset)
    assert FrozenDataset.objects.count() == 1
    assert edition_content(second, "sv").summary == ("Nya ord: 1.",)
    again = edition_content(Edition.objects.get(pk=first.pk), "sv")
    assert RENDERINGS["pdf"].render(again) == before
    write(world, "", base=2)
    assert world.edition().number == 3, "a text that was taken away is not there"
    write(world, "Nya ord: {granted.all}.", base=3)
    assert world.edition().number == 4, "what was taken back is not the edition of then"


def test_no_edition_is_made_of_a_sentence_that_does_not_fit(world: World) -> None:
    world.case(1)
    text = write(world, "Det var {granted.all} ärende.")
    world.case(2)
    with pytest.raises(TextsDoubted):
        world.edition()
    build = request_build(agency=world.agency, year=2013, requested_by=world.analyst, cutoff=CUTOFF)
    assert not run_build(build_id=build.pk)
    build.refresh_from_db()
    assert build.state == BuildState.FAILED
    assert "1" in build.error
    assert not Edition.objects.exists()
    found = preview(agency=world.agency, year=2013, language="sv", cutoff=CUTOFF)
    confirm_sentences(
        text=text, sentences=frozenset({"Det var {granted.all} ärende."}),
        figures=found.figures, actor=world.analyst,
    )  # fmt: skip
    assert edition_content(world.edition(), "sv").summary == ("Det var 2 ärende.",)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_years_places_are_known_without_computing_it(world: World, language: str) -> None:
    world.case()
    records = CallDefinitionRecord.objects.all()
    said = dict(world.call.definition_record.document)
    del said["code"]
    tables = [{**said["tables"][number], "title": both(f"Annan {number}")} for number in (0, 1)]
    tables[1]["number"] = 40
    CallFactory(
        agency=world.agency, code="annan-2013",
        definition_record=CallDefinitionRecordFactory(changes={**said, "tables": tables}),
    )  # fmt: skip
    CallFactory(
        agency=world.agency, code="foreningar-2013", stream=Stream.ASSOCIATIONS,
        definition_record=records.filter(code="foreningar-2013").latest("version"),
    )  # fmt: skip
    CallFactory(agency=world.agency, year=2014)
    found = preview(agency=world.agency, year=2013, language=language, cutoff=CUTOFF)
    places = places_of_year(agency=world.agency, year=2013, language=language)
    assert places == places_of(found.content)
    titles = {place.code: place.title for place in places}
    assert (titles["table-1"], titles["table-40"]) == ("Annan 0", "Annan 1")


def test_a_preview_leaves_nothing(world: World, data_dir: Any) -> None:
    world.case()
    events = Event.objects.count()
    found = preview(agency=world.agency, year=2013, language="sv", cutoff=date(2014, 1, 1))
    assert found.content.streams[0].tables[0].n == 0, "nothing had come in by then"
    assert not Edition.objects.exists()
    assert not FrozenDataset.objects.exists()
    assert Event.objects.count() == events
    assert list((data_dir / "datasets").iterdir()) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_write_at_once_one_is_told() -> None:
    world = make_world()
    world.case()
    colleague = staff(world.agency, Role.ANALYST)
    agency = Agency.objects.get(pk=world.agency.pk)

    def by(actor: User, body: str) -> Any:
        def act() -> ReportText | None:
            try:
                return write_text(
                    agency=agency, year=2013, place="summary", language="sv", body=body, base=0,
                    figures={}, actor=actor,
                )  # fmt: skip
            except TextChanged as changed:
                told.append(changed.newest)
                return None

        return act

    told: list[ReportText | None] = []
    written = in_threads(by(world.analyst, "Ett."), by(colleague, "Två."))
    kept = ReportText.objects.get()
    assert told == [kept], "the later one is told what the earlier wrote"
    assert written.count(None) == 1
