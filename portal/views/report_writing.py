"""The texts of a year's report: what is written, with figures, and what was written before."""

import difflib
import re
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import formats
from core.checks import canonical_json, sha256_text
from core.content import Cell, Column, Crumb, Row, Table, Tag, Tone
from portal.forms.editions import ReportTextForm
from portal.views.access import person_of
from portal.views.labels import agency_name, language, moment
from portal.views.previewing import Basis, basis_of, doubts_text, only_shows, previewed
from reporting.content.texts import (
    FIGURES,
    METHOD,
    SUMMARY,
    TABLE,
    Doubt,
    DoubtKind,
    FigureGroup,
    Place,
    ReadText,
    Sentence,
    WritingFault,
    confirmed_anew,
    figure_groups,
    places_of,
    read,
)
from reporting.enums import TextLanguage
from reporting.models import ReportText
from reporting.selectors.texts import places_of_year, versions_of
from reporting.services.previews import Preview
from reporting.services.texts import (
    TextChanged,
    TextRefused,
    confirm_sentences,
    take_back,
    write_text,
)


def place_title(place: Place) -> str:
    """What the place is called: `Table 6. …`."""
    if place.code == SUMMARY:
        return _("Summary")
    if place.code == METHOD:
        return _("Method")
    if place.code.startswith(FIGURES):
        return _("Key figures: %(stream)s") % {"stream": place.title}
    return _("Table %(number)d. %(title)s") % {
        "number": int(place.code.removeprefix(TABLE)),
        "title": place.title,
    }


@never_cache
@require_safe
def report_texts(request: HttpRequest, *, agency: str, year: int) -> HttpResponse:
    """Every place where a text can stand, and how it is with each text."""
    basis = basis_of(request, agency=agency, year=year)
    found = previewed(basis, kept=only_shows(request))
    texts = {(each.place, each.language): each for each in found.texts}
    figures = found.figures
    rows = []
    doubts = 0
    for place in places_of(found.content):
        cells = []
        for lang in TextLanguage.values:
            text = texts.get((place.code, lang))
            doubted = len(read(text.body, text.confirmed, figures).doubted) if text else 0
            doubts += doubted
            cells.append(_state(basis, place, lang, text, doubted))
        rows.append(Row(Cell(place_title(place)), tuple(cells)))
    context = {
        "crumbs": [*basis.crumbs, basis.preview_crumb, Crumb(_("Texts of the report"))],
        "agency_name": agency_name(basis.agency),
        "basis": basis,
        "computed_at": moment(found.computed_at),
        "doubts": doubts,
        "doubts_text": doubts_text(doubts),
        "table": Table(
            id="texts",
            caption=_("Texts of the report"),
            columns=(
                Column(_("Place")),
                *(Column(label) for _code, label in TextLanguage.choices),
            ),
            rows=tuple(rows),
            stack=True,
            caption_hidden=True,
        ),
    }
    return render(request, "portal/texts/list.html", context)


def _state(
    basis: Basis, place: Place, language: str, text: ReportText | None, doubted: int
) -> Cell:
    url = basis.url("report-text", place.code, language)
    named = {"place": place_title(place), "language": TextLanguage(language).label}
    if text is None or not text.body:
        label = _("Write: %(place)s, %(language)s") % named
        return Cell(pgettext("text", "Write"), url=url, label=label)
    label = _("Change: %(place)s, %(language)s") % named
    note = f"{text.written_by}, {moment(text.written_at)}"
    if doubted:
        return Cell(
            doubts_text(doubted), url=url, label=f"{label}. {doubts_text(doubted)}", note=note
        )
    return Cell(pgettext("text", "Written"), url=url, label=label, note=note)


@dataclass(frozen=True, slots=True)
class DoubtedSentence:
    """A sentence that does not fit, with the reasons in words."""

    sentence: Sentence
    reasons: tuple[str, ...]


def _doubted(text: ReadText) -> tuple[DoubtedSentence, ...]:
    return tuple(
        DoubtedSentence(each, tuple(_reason(doubt) for doubt in each.doubts))
        for each in text.doubted
    )


def _reason(doubt: Doubt) -> str:
    named = {"figure": doubt.label, "before": doubt.before, "now": doubt.now, "code": doubt.name}
    if doubt.kind is DoubtKind.GONE:
        return _("The report has no figure %(code)s.") % named
    if doubt.kind is DoubtKind.UNMET:
        return _("%(figure)s is %(now)s. The sentence asks for %(before)s.") % named
    if doubt.before:
        return _("%(figure)s was %(before)s when the sentence was confirmed, and is %(now)s.") % (
            named
        )
    return _("%(figure)s is %(now)s. The sentence has not been confirmed.") % named


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a text stands: in which language, at which place of the report."""

    basis: Basis
    place: Place
    language: str

    def url(self, name: str = "report-text") -> str:
        """The address of the text's page."""
        return self.basis.url(name, self.place.code, self.language)


@dataclass(frozen=True, slots=True)
class _Room(_Spot):
    """One text with all that its page needs."""

    found: Preview
    newest: ReportText | None

    @property
    def number(self) -> int:
        """The version there is; 0 for none."""
        return self.newest.number if self.newest else 0

    @property
    def body(self) -> str:
        """What it says."""
        return self.newest.body if self.newest else ""

    @property
    def figures_shown(self) -> str:
        """A short checksum of what the text's sentences would be confirmed at."""
        return sha256_text(canonical_json(confirmed_anew(self.body, self.found.figures, {})))[:24]


def _room(request: HttpRequest, *, agency: str, year: int, place: str, lang: str) -> _Room:
    basis = basis_of(request, agency=agency, year=year)
    found = previewed(basis, kept=only_shows(request))
    where = _among(places_of(found.content), place, lang)
    texts = {(each.place, each.language): each for each in found.texts}
    return _Room(basis, where, lang, found, texts.get((place, lang)))


def _among(places: tuple[Place, ...], place: str, lang: str) -> Place:
    where = next((each for each in places if each.code == place), None)
    if where is None or lang not in TextLanguage.values:
        raise Http404
    return where


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_text(
    request: HttpRequest, *, agency: str, year: int, place: str, lang: str
) -> HttpResponseBase:
    """One text: written, confirmed, with the figures to choose from."""
    person = person_of(request)
    room = _room(request, agency=agency, year=year, place=place, lang=lang)
    if request.headers.get("HX-Request") and request.method != "POST":
        return render(request, "portal/texts/figures.html", _figures_context(request, room))
    if request.method != "POST":
        form = ReportTextForm(initial={"body": room.body, "base": room.number})
        return _text_page(request, room, form)
    form = ReportTextForm(request.POST)
    if "figures-show" in request.POST or not form.is_valid():
        return _text_page(request, room, form)
    try:
        if sentence := request.POST.get("confirm"):
            return _confirm(request, room, form, sentence)
        write_text(
            agency=room.basis.agency,
            year=year,
            place=place,
            language=lang,
            body=form.cleaned_data["body"],
            base=form.cleaned_data["base"],
            figures=room.found.figures,
            actor=person,
        )
    except PermissionDenied:
        raise Http404 from None
    except TextRefused as refused:
        for kind, what in refused.faults:
            form.add_error("body", _fault(kind, what))
        return _text_page(request, room, form)
    except TextChanged as changed:
        return _text_page(request, room, _changed(request, form, changed.newest), changed.newest)
    messages.success(request, _("The text is saved."))
    return redirect(room.url())


def _confirm(
    request: HttpRequest, room: _Room, form: ReportTextForm, sentence: str
) -> HttpResponseBase:
    typed = form.cleaned_data["body"].replace("\r\n", "\n").strip()
    if room.newest is None or typed != room.body:
        form.add_error("body", _("Save the text before you confirm a sentence of it."))
        return _text_page(request, room, form)
    if room.number != form.cleaned_data["base"]:
        raise TextChanged(room.newest)
    if request.POST.get("at") != room.figures_shown:
        form.add_error(
            None, _("The figures have changed since you opened the page. Read the sentence again.")
        )
        return _text_page(request, room, form)
    doubted = read(room.body, room.newest.confirmed, room.found.figures).doubted
    chosen = {each.source for each in doubted if each.may_be_confirmed and each.source == sentence}
    if not chosen:
        form.add_error(None, _("The sentence is not there any more, or has to be rewritten."))
        return _text_page(request, room, form)
    confirm_sentences(
        text=room.newest,
        sentences=frozenset(chosen),
        figures=room.found.figures,
        actor=person_of(request),
    )
    messages.success(request, _("The sentence is confirmed at today's figures."))
    return redirect(room.url())


def _fault(kind: WritingFault, what: str) -> str:
    if kind is WritingFault.UNKNOWN:
        return _("The report has no figure %(code)s. Choose one from the list.") % {"code": what}
    return _(
        "%(what)s is neither a figure nor a condition. Braces are for codes such as {granted.all}."
    ) % {"what": what}


def _changed(
    request: HttpRequest, form: ReportTextForm, newest: ReportText | None
) -> ReportTextForm:
    if newest is not None:
        said = {"who": str(newest.written_by), "when": moment(newest.written_at)}
        form.add_error(
            None,
            _(
                "%(who)s has written the text meanwhile, %(when)s. It stands below. What you wrote "
                "is still in the field: put the two together and save."
            )
            % said,
        )
        # Saved again, it is saved over what the page shows.
        form.data = {**request.POST.dict(), "base": str(newest.number)}
    return form


def _text_page(
    request: HttpRequest, room: _Room, form: ReportTextForm, meanwhile: ReportText | None = None
) -> HttpResponse:
    said = room.newest
    shown = read(said.body, said.confirmed, room.found.figures) if said else ReadText(())
    title = place_title(room.place)
    context = {
        "crumbs": [
            *room.basis.crumbs,
            room.basis.preview_crumb,
            Crumb(_("Texts of the report"), room.basis.url("report-texts")),
            Crumb(title),
        ],
        "title": title,
        "written_in": TextLanguage(room.language).label,
        "lang": room.language,
        "basis": room.basis,
        "form": form,
        "action": room.url(),
        "written": bool(room.body),
        "at": room.figures_shown,
        "said": said,
        "said_at": moment(said.written_at) if said else "",
        "shown": shown.shown,
        "doubted": _doubted(shown),
        "meanwhile": meanwhile.body if meanwhile else "",
        "history_url": room.url("report-text-history") if said else "",
        "texts_url": room.basis.url("report-texts"),
        **_figures_context(request, room),
    }
    return render(request, "portal/texts/text.html", context)


def _figures_context(request: HttpRequest, room: _Room) -> dict[str, object]:
    """The figures to choose from: those of the place's own table first."""
    groups = {each.code: each for each in figure_groups(room.found.content)}
    asked = request.POST.get("figures") or request.GET.get("figures") or room.place.code
    group = groups.get(asked) or groups["report"]
    facts = {"year": _("Reporting year"), "cutoff": _("Reports received up to and including")}
    return {
        "groups": [(each.code, _group_title(each)) for each in groups.values()],
        "group": group.code,
        "group_title": _group_title(group),
        "figures": [
            {"label": facts.get(each.name, each.label), "text": each.text, "code": each.code}
            for each in group.figures
        ],
        "figures_url": room.url(),
        "computed_at": moment(room.found.computed_at),
    }


def _group_title(group: FigureGroup) -> str:
    if group.code == "report":
        return _("The whole report")
    return place_title(Place(group.code, group.title))


# Versions ----------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_text_history(
    request: HttpRequest, *, agency: str, year: int, place: str, lang: str
) -> HttpResponseBase:
    """Every version of a text: who wrote it and when, how two differ, and taking one back."""
    person = person_of(request)
    basis = basis_of(request, agency=agency, year=year)
    places = places_of_year(agency=basis.agency, year=year, language=language())
    spot = _Spot(basis, _among(places, place, lang), lang)
    versions = list(versions_of(agency=basis.agency, year=year, place=place, language=lang))
    if not versions:
        raise Http404
    by_number = {each.number: each for each in versions}
    if request.method == "POST":
        chosen = by_number.get(_whole(request.POST.get("version")))
        if chosen is None:
            raise Http404
        try:
            take_back(text=chosen, base=_whole(request.POST.get("base")), actor=person)
        except PermissionDenied:
            raise Http404 from None
        except TextChanged:
            messages.error(
                request, _("The text has been written meanwhile. Look at the newest version first.")
            )
            return redirect(spot.url("report-text-history"))
        messages.success(request, _("Version %(number)s holds again.") % {"number": chosen.number})
        return redirect(spot.url())
    new = by_number.get(_whole(request.GET.get("new")), versions[0])
    older = [each for each in versions if each.number < new.number]
    old = by_number.get(_whole(request.GET.get("old")), older[0] if older else None)
    title = place_title(spot.place)
    context = {
        "crumbs": [
            *basis.crumbs,
            basis.preview_crumb,
            Crumb(_("Texts of the report"), basis.url("report-texts")),
            Crumb(title, spot.url()),
            Crumb(_("Versions")),
        ],
        "title": title,
        "lang": lang,
        "action": spot.url("report-text-history"),
        "cutoff": basis.cutoff.isoformat() if basis.query else "",
        "versions": versions,
        "newest": versions[0],
        "table": _versions_table(versions),
        "new": new,
        "old": old,
        "pieces": _pieces(old.body if old else "", new.body),
        "may_take_back": new.number != versions[0].number and new.body != versions[0].body,
    }
    return render(request, "portal/texts/history.html", context)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else -1


def _versions_table(versions: list[ReportText]) -> Table:
    rows = []
    for index, each in enumerate(versions):
        before = versions[index + 1] if index + 1 < len(versions) else None
        rows.append(
            Row(
                Cell(formats.number(each.number)),
                (
                    Cell(moment(each.written_at)),
                    Cell(str(each.written_by)),
                    Cell(_what_happened(each, before)),
                    Cell(tag=Tag(_("Holds now"), Tone.SUCCESS)) if not index else Cell(),
                ),
            )
        )
    return Table(
        id="versions",
        caption=_("Versions"),
        columns=(
            Column(_("Version")),
            Column(_("When"), nowrap=True),
            Column(_("Who")),
            Column(_("What")),
            Column(_("State")),
        ),
        rows=tuple(rows),
        stack=True,
        caption_hidden=True,
    )


def _what_happened(text: ReportText, before: ReportText | None) -> str:
    if text.taken_from is not None:
        return _("Version %(number)s was taken back") % {"number": text.taken_from}
    if not text.body:
        return _("The text was taken away")
    if before is not None and before.body == text.body:
        count = sum(before.confirmed.get(key) != value for key, value in text.confirmed.items())
        return ngettext(
            "%(number)s sentence was confirmed", "%(number)s sentences were confirmed", count
        ) % {"number": count}
    return _("The text was written") if before is None else _("The text was changed")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of two texts: in both, only in the older, or only in the newer."""

    kind: str
    text: str


def _pieces(old: str, new: str) -> tuple[Piece, ...]:
    """What was taken away and added, word by word."""
    a, b = re.findall(r"\s+|[^\s]+", old), re.findall(r"\s+|[^\s]+", new)
    found: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(b[k:m])))
            continue
        if i < j:
            found.append(Piece("gone", "".join(a[i:j])))
        if k < m:
            found.append(Piece("new", "".join(b[k:m])))
    return tuple(found)
