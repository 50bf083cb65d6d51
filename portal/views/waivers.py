"""The waivers of requirements that wait for a decision maker."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from applicants.models import User
from core import formats
from core.content import Cell, Crumb, Row, Table
from portal.forms.lists import ListFilter
from portal.selectors.definitions import parse_definitions
from portal.selectors.paging import Key, capped_count, moment
from portal.views.access import person_of
from portal.views.applying_sections import field_id
from portal.views.labels import call_title, day, language
from portal.views.lists import Heading, listing
from reviews.models import Waiver
from reviews.selectors.waivers import waivers_to_decide

KEYS: Mapping[str, tuple[Key, ...]] = {"asked": (Key("asked_at", moment),)}
HEADINGS = (
    Heading(gettext_lazy("Case"), nowrap=True),
    Heading(gettext_lazy("Organisation")),
    Heading(gettext_lazy("Requirement")),
    Heading(gettext_lazy("Why it is asked for")),
    Heading(pgettext_lazy("waiver", "Asked for"), "asked", nowrap=True),
)


def waivers_text(person: User) -> str:
    """How many waivers wait for the person; "" for none."""
    count = capped_count(waivers_to_decide(person))
    if not count.number:
        return ""
    if count.more:
        return _("More than %(number)s waivers wait for your decision") % {
            "number": formats.number(count.number)
        }
    return ngettext(
        "%(number)s waiver waits for your decision",
        "%(number)s waivers wait for your decision",
        count.number,
    ) % {"number": formats.number(count.number)}


@require_safe
def waiver_list(request: HttpRequest) -> HttpResponse:
    """Those that wait for the person, the one that has waited longest first. Each leads to the
    requirement in its case, where it is decided beside what was found."""
    found = waivers_to_decide(person_of(request))
    form = ListFilter(request.GET)
    if words := form.chosen.get("q"):
        found = found.filter(organisation__sort_key__contains=words.casefold())
    page = listing(request, found, form=form, headings=HEADINGS, keys=KEYS, default="asked")
    parse_definitions([each.application.call for each in page.rows])
    table = Table(
        id="waivers",
        caption=_("Waivers that wait for a decision"),
        columns=page.columns,
        rows=tuple(_row(each) for each in page.rows),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "crumbs": [Crumb(_("Decisions"), reverse("decision-list")), Crumb(_("Waivers"))],
        "form": form,
        "page": page,
        "table": table,
    }
    return render(request, "portal/decide/waivers.html", context)


def _row(waiver: Waiver) -> Row:
    application, code = waiver.application, waiver.requirement.code
    requirement = application.definition.requirement(code)
    place = field_id(f"finding.{code}.{waiver.organisation_id}")
    return Row(
        Cell(
            application.number,
            url=f"{reverse('case-findings', args=[application.pk])}#{place}",
            note=call_title(application.call),
        ),
        (
            Cell(waiver.organisation.name),
            Cell(requirement.title.in_(language()) if requirement else code),
            Cell(waiver.reason),
            Cell(day(waiver.asked_at), note=str(waiver.asked_by)),
        ),
    )
