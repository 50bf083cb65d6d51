"""What was granted in a round, for everybody: who, where, how much, for what."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from applicants.enums import OrganisationKind
from applicants.rules import remember_work
from core import formats
from core.content import Cell, Column, Crumb, Figure, Row, Table, Tag, Tone
from core.models import County
from grants.definitions import CallDefinition
from grants.models import Call
from grants.selectors import calls_visible_to
from grants.selectors.rounds import (
    CountySum,
    OutcomeCounts,
    county_sums,
    grants_of,
    outcome_counts,
)
from grants.services.publishing import NothingToPublish, publish_round
from portal.exports.rounds import RoundData, round_csv, round_json
from portal.forms.letters import GrantFilter
from portal.selectors.definitions import definition_of
from portal.selectors.listing import counties
from portal.selectors.rounds import GRANT_KEYS, Grant, area_titles, grants_found, rows_of
from portal.views.access import person_of
from portal.views.calls import call_url, calls_crumb
from portal.views.county_map import CountyMap, CountyValue, county_map, steps
from portal.views.labels import agency_name, call_title, day, language, money
from portal.views.lists import Heading, listing

HEADINGS = (
    Heading(gettext_lazy("Organisation"), "organisation"),
    Heading(gettext_lazy("County"), "county"),
    Heading(gettext_lazy("Areas")),
    Heading(pgettext_lazy("amount", "Requested"), "requested", numeric=True),
    Heading(pgettext_lazy("amount", "Granted"), "granted", numeric=True),
    Heading(gettext_lazy("Decided"), nowrap=True),
)
ENDINGS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def published_round(request: HttpRequest, agency: str, code: str) -> Call:
    """The call whose decisions are published; before that, for those who publish them. Raises
    Http404."""
    call = get_object_or_404(calls_visible_to(request.user), agency__code=agency, code=code)
    remember_work(request.user)
    if not call.is_published and not rules.has_perm("grants.publish_round", request.user, call):
        raise Http404
    return call


@require_safe
def round_decisions(request: HttpRequest, *, agency: str, code: str) -> HttpResponse:
    """The round after the decision day: sums, county map, and every grant."""
    call = published_round(request, agency, code)
    definition = definition_of(call)
    places = list(counties())
    form = GrantFilter(request.GET, counties=places)
    counts = outcome_counts(call)
    grants = grants_of(call)
    sums = county_sums(grants)
    page = listing(
        request,
        grants_found(grants, form.chosen).select_related("lead", "lead__county"),
        form=form,
        headings=HEADINGS,
        keys=GRANT_KEYS,
        default="organisation",
    )
    rows = rows_of(page.rows, call)
    title = call_title(call)
    query = f"?{urlencode(form.chosen)}" if form.chosen else ""
    context = {
        "crumbs": [calls_crumb(), Crumb(title, call_url(call)), Crumb(_("Decisions"))],
        "call": call,
        "title": title,
        "agency": agency_name(call.agency),
        "published": call.is_published,
        "undecided": counts.undecided,
        "figures": _figures(counts),
        "map": _map(places, sums),
        "county_table": _county_table(places, sums, counts),
        "form": form,
        "page": page,
        "table": Table(
            id="grants",
            caption=_("What was granted"),
            columns=page.columns,
            rows=tuple(_row(each, definition) for each in rows),
            stack=True,
            caption_hidden=True,
        ),
        "secret": any(each.county == "" for each in sums),
        "files": [
            (label, reverse("round-file", args=[agency, code, ending]) + query)
            for label, ending in (("CSV", "csv"), ("JSON", "json"))
        ],
        "filtered": bool(form.chosen),
        "publish_url": reverse("round-publish", args=[agency, code])
        if not call.is_published
        else "",
    }
    return render(request, "portal/round/decisions.html", context)


@require_safe
def round_file(
    request: HttpRequest, *, agency: str, code: str, ending: str
) -> StreamingHttpResponse:
    """The grants that the page's filter finds as open data, sent as they are fetched."""
    if ending not in ENDINGS:
        raise Http404
    call = published_round(request, agency, code)
    form = GrantFilter(request.GET, counties=counties())
    data = RoundData(
        call=call,
        definition=definition_of(call),
        counts=outcome_counts(call),
        grants=grants_found(grants_of(call), form.chosen),
        language=language(),
    )
    name = f"{pgettext('file name', 'grants')}-{call.code}.{ending}"
    return StreamingHttpResponse(
        round_csv(data) if ending == "csv" else round_json(data),
        content_type=ENDINGS[ending],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
def round_publish(request: HttpRequest, *, agency: str, code: str) -> HttpResponseBase:
    """Let everybody read the round's decisions."""
    call = get_object_or_404(calls_visible_to(request.user), agency__code=agency, code=code)
    try:
        publish_round(call=call, actor=person_of(request))
    except PermissionDenied as error:
        raise Http404 from error
    except NothingToPublish:
        messages.error(request, _("No application has been decided yet, so nothing is published."))
    else:
        messages.success(request, _("Everybody can read the decisions of the round now."))
    return redirect("round-decisions", agency=agency, code=code)


def _figures(counts: OutcomeCounts) -> list[Figure]:
    number = formats.number
    return [
        Figure(
            _("Amount granted"),
            money(counts.granted_sek),
            _("of the frame %(amount)s") % {"amount": money(counts.frame_sek)},
        ),
        Figure(
            _("Granted applications"),
            number(counts.granted),
            _("of %(number)s") % {"number": number(counts.applications)},
        ),
        Figure(_("Granted in full"), number(counts.full)),
        Figure(_("Granted in part"), number(counts.part)),
        Figure(_("Rejected applications"), number(counts.rejected)),
        Figure(_("Dismissed applications"), number(counts.dismissed)),
        Figure(_("Withdrawn applications"), number(counts.withdrawn)),
        Figure(pgettext("amount", "Requested"), money(counts.requested_sek)),
    ]


def _map(places: Sequence[County], sums: Iterable[CountySum]) -> CountyMap:
    by_county = {each.county: each for each in sums if each.county}
    values = {
        code: CountyValue(each.granted_sek, _millions(each.granted_sek))
        for code, each in by_county.items()
    }
    limits = [min((v.number for v in values.values()), default=0)]
    limits += steps(value.number for value in values.values())
    labels = [_("from %(amount)s") % {"amount": money(limit)} for limit in limits]
    return county_map(
        id="county-map",
        title=_("Amount granted by county, million SEK"),
        description=_(
            "Each county is a square with its letter and its amount, the darker the more. The "
            "table after the map has the same amounts."
        ),
        counties=places,
        values=values,
        label=labels if values else [],
    )


def _millions(amount_sek: int) -> str:
    """Whole SEK as millions with one decimal, half up, in the language's form: `1,3`."""
    tenths = (amount_sek + 50_000) // 100_000
    sign = "." if language() == "en" else ","
    return f"{formats.number(tenths // 10)}{sign}{tenths % 10}"


def _county_table(
    places: Sequence[County], sums: Sequence[CountySum], counts: OutcomeCounts
) -> Table:
    by_county = {each.county: each for each in sums}
    rows = []
    for place in places:
        found = by_county.get(place.code, CountySum(place.code, 0, 0))
        rows.append(
            Row(
                Cell(place.name, note=place.letter),
                (
                    Cell(formats.number(found.grants)),
                    Cell(money(found.granted_sek)),
                    Cell(_per_inhabitant(found.granted_sek, place.population_2018q1)),
                ),
            )
        )
    hidden = by_county.get("")
    if hidden is not None:
        cells = (Cell(formats.number(hidden.grants)), Cell(money(hidden.granted_sek)), Cell(""))
        rows.append(Row(Cell(_("County not told")), cells))
    return Table(
        id="counties",
        caption=_("Granted by county"),
        columns=(
            Column(_("County")),
            Column(_("Grants"), numeric=True),
            Column(_("Amount granted"), numeric=True),
            Column(_("SEK per inhabitant"), numeric=True),
        ),
        rows=tuple(rows),
        foot=Row(
            Cell(_("Sum")),
            (Cell(formats.number(counts.granted)), Cell(money(counts.granted_sek)), Cell("")),
        ),
        caption_hidden=True,
    )


def _per_inhabitant(amount_sek: int, people: int | None) -> str:
    if not people:
        return formats.DASH
    tenths = (amount_sek * 20 + people) // (2 * people)
    sign = "." if language() == "en" else ","
    return f"{formats.number(tenths // 10)}{sign}{tenths % 10}"


def _row(grant: Grant, definition: CallDefinition) -> Row:
    if grant.secret:
        heading = Cell(_("Not told here"), note=_("May be secret"))
        place, kind, areas = formats.DASH, "", formats.DASH
    else:
        with_others = ", ".join(grant.partners)
        heading = Cell(
            grant.name, note=_("with %(names)s") % {"names": with_others} if with_others else ""
        )
        place, kind = grant.county_name, str(OrganisationKind(grant.kind).label)
        areas = _("Not recorded")
        if grant.areas is not None:
            areas = ", ".join(area_titles(grant.areas, definition, language())) or formats.DASH
    return Row(
        heading,
        (
            Cell(place, note=kind),
            Cell(areas),
            Cell(money(grant.requested_sek)),
            Cell(money(grant.granted_sek)),
            Cell(day(grant.decided_on), tag=_revoked(grant)),
        ),
    )


def _revoked(grant: Grant) -> Tag | None:
    return Tag(_("Revoked later"), Tone.WARNING) if grant.revoked else None
