"""Reading the texts of a year's report, and those of an edition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation

from core.checks import canonical_json, sha256_text
from core.models import Agency
from grants.models import Call
from reporting.content.texts import (
    FIGURES,
    METHOD,
    SUMMARY,
    TABLE,
    Confirmed,
    Figures,
    Place,
    Sentence,
    read,
)
from reporting.models import Edition, EditionText, ReportText
from reporting.selectors.figures import STREAMS, table_definitions
from reporting.selectors.report_texts import stream_title


def versions_of(*, agency: Agency, year: int, place: str, language: str) -> QuerySet[ReportText]:
    """Every version of one text, the newest first."""
    found = ReportText.objects.filter(agency=agency, year=year, place=place, language=language)
    return found.select_related("written_by").order_by("-number")


def newest_of(*, agency: Agency, year: int, place: str, language: str) -> ReportText | None:
    """The version that holds, also where it is empty; None where nothing was ever written."""
    return versions_of(agency=agency, year=year, place=place, language=language).first()


def texts_of(*, agency: Agency, year: int) -> list[ReportText]:
    """The newest version of each text of the year, also those that were emptied."""
    later = ReportText.objects.filter(
        agency=OuterRef("agency"),
        year=OuterRef("year"),
        place=OuterRef("place"),
        language=OuterRef("language"),
        number__gt=OuterRef("number"),
    )
    found = ReportText.objects.filter(~Exists(later), agency=agency, year=year)
    return list(found.select_related("written_by").order_by("place", "language"))


def bodies(texts: Iterable[ReportText], language: str) -> Mapping[str, str]:
    """The texts of one language by place, but for empty ones."""
    return {each.place: each.body for each in texts if each.language == language and each.body}


def bodies_of_edition(edition: Edition, language: str) -> Mapping[str, str]:
    """The texts that the edition was made with, by place."""
    found = EditionText.objects.filter(edition=edition, language=language)
    return dict(found.values_list("place", "body"))


def places_of_year(*, agency: Agency, year: int, language: str) -> tuple[Place, ...]:
    """Every place of the year's report, from its calls alone: those that `places_of` finds in the
    report itself, which takes computing the year."""
    calls = list(Call.objects.filter(agency=agency, year=year).select_related("definition_record"))
    calls.sort(key=lambda call: (STREAMS.index(call.stream), call.code))
    tables = table_definitions({call.code: call.definition for call in calls}).values()
    found = [Place(SUMMARY, ""), Place(METHOD, "")]
    with translation.override(language):
        for stream in dict.fromkeys(call.stream for call in calls):
            found.append(Place(f"{FIGURES}{stream}", stream_title(stream)))
            found += [
                Place(f"{TABLE}{table.number}", table.title_in(language, definition.year))
                for definition, table in tables
                if table.stream == stream
            ]
    return tuple(found)


def checksum(texts: Iterable[ReportText]) -> str:
    """What tells the texts of two editions apart; empty where there are none."""
    said = sorted([each.place, each.language, each.body] for each in texts if each.body)
    return sha256_text(canonical_json(said)) if said else ""


@dataclass(frozen=True, slots=True)
class DoubtedText:
    """A text with sentences that may not fit the figures."""

    text: ReportText
    sentences: tuple[Sentence, ...]


def doubted(texts: Iterable[ReportText], figures: Figures) -> list[DoubtedText]:
    """The texts with a sentence that does not fit these figures."""
    found = []
    for text in texts:
        confirmed: Confirmed = text.confirmed
        sentences = read(text.body, confirmed, figures).doubted
        if sentences:
            found.append(DoubtedText(text, sentences))
    return found
