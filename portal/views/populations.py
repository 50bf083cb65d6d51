"""How many inhabitants the municipalities have, which amounts are compared by."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.content import Cell, Column, Crumb, Row, Table, population_fault
from core.formats import number
from core.services.journal import Actor
from core.services.registers import PopulationRefused, load_populations
from portal.forms.populations import PopulationForm
from portal.selectors.places import municipalities_by_name
from portal.views.access import person_of
from portal.views.distribution import distribution_crumbs
from portal.views.labels import day


@require_http_methods(["GET", "HEAD", "POST"])
def populations(request: HttpRequest) -> HttpResponse:
    """What is known of each municipality; a post sets those in a file, or none of them."""
    sent = request.method == "POST"
    form = PopulationForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid() and _set(request, form):
        return redirect("populations")
    known = municipalities_by_name()
    context = {
        "crumbs": distribution_crumbs(Crumb(_("Population"))),
        "form": form,
        "missing": sum(each.population is None for each in known),
        "table": Table(
            id="populations",
            caption=_("Population of the municipalities"),
            columns=(
                Column(_("Municipality")),
                Column(_("Code"), nowrap=True),
                Column(_("Inhabitants"), numeric=True),
                Column(_("On the day"), nowrap=True),
            ),
            rows=tuple(
                Row(
                    Cell(each.name),
                    (
                        Cell(each.code),
                        Cell("–" if each.population is None else number(each.population)),
                        Cell("–" if each.population_on is None else day(each.population_on)),
                    ),
                )
                for each in known
            ),
            stack=True,
            caption_hidden=True,
        ),
    }
    return render(request, "portal/scenarios/populations.html", context)


def _set(request: HttpRequest, form: PopulationForm) -> bool:
    given = form.cleaned_data
    try:
        count = load_populations(
            text=given["file"], on=given["on"], actor=Actor.person(person_of(request))
        )
    except PopulationRefused as refused:
        form.add_error("file", population_fault(refused.code, refused.line, refused.value))
        return False
    said = ngettext(
        "The population of %(count)d municipality is set.",
        "The population of %(count)d municipalities is set.",
        count,
    )
    messages.success(request, said % {"count": count})
    return True
