"""Reading the library of texts that proposals begin from."""

from collections.abc import Iterable

from django.db.models import QuerySet

from core.models import Agency
from grants.models import Call
from reviews.content.proposals import LibraryItem
from reviews.models import AgencyText

_USES = {use: place for place, use in enumerate(("grant", "part", "reject", "dismiss"))}


def texts_of_agencies(agencies: Iterable[Agency]) -> QuerySet[AgencyText]:
    """The agencies' own texts, retired ones too, in the order of use and title."""
    return (
        AgencyText.objects.filter(agency__in=[each.pk for each in agencies])
        .select_related("agency", "changed_by")
        .order_by("use", "title", "pk")
    )


def library_of(call: Call, *uses: str, language: str = "sv") -> tuple[LibraryItem, ...]:
    """The texts for these uses: the call's first, then the agency's own that are not retired."""
    form = call.definition.assessment
    of_call = [
        LibraryItem(
            f"call-{each.code}", str(each.use), each.title.in_(language), each.text.in_(language)
        )
        for each in (form.texts if form else ())
        if each.use in uses
    ]
    rows = AgencyText.objects.filter(
        agency=call.agency_id, use__in=uses, retired_at__isnull=True
    ).order_by("title", "pk")
    of_agency = [
        LibraryItem(f"own-{row.pk}", row.use, row.title, row.text, own=True) for row in rows
    ]
    return tuple(sorted([*of_call, *of_agency], key=lambda each: _USES.get(each.use, len(_USES))))
