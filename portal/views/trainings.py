"""Trainings that county boards have held: the list, entering one, and who took part."""

from collections.abc import Mapping
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from core import formats
from core.content import Cell, Crumb, Row, SummaryRow, Table, Tag, Text, Tone
from core.models import Agency, County
from portal.forms.trainings import (
    ParticipantSearch,
    ParticipantsForm,
    TrainingDetailsForm,
    TrainingFile,
    TrainingFilter,
    TrainingForm,
    WithdrawTrainingForm,
)
from portal.imports.supervision import RowFault
from portal.imports.trainings import read_trainings
from portal.selectors.listing import counties
from portal.selectors.paging import Key, calendar_day, text, whole
from portal.views.access import person_of
from portal.views.labels import day, moment
from portal.views.lists import Heading, listing
from portal.views.supervision import FAULTS, LARGEST_FILE
from reporting.models import Training
from reporting.selectors.trainings import (
    MOST_FOUND,
    agencies_entering,
    organisations_by,
    organisations_in_register,
    participants_of,
    trainings_found,
    trainings_listed,
    trainings_visible_to,
    years_held,
)
from reporting.services.trainings import (
    Held,
    TrainingRefused,
    add_participants,
    bring_in,
    change_training,
    enter_training,
    remove_participant,
    withdraw_training,
)

HEADINGS = (
    Heading(gettext_lazy("Held"), "held", nowrap=True),
    Heading(gettext_lazy("What it was about"), "title"),
    Heading(gettext_lazy("County"), "county"),
    Heading(gettext_lazy("Entered by")),
    Heading(gettext_lazy("Organisations"), "organisations", numeric=True),
    Heading(gettext_lazy("State")),
)
KEYS: Mapping[str, tuple[Key, ...]] = {
    "held": (Key("held_on", calendar_day),),
    "title": (Key("title", text),),
    "county": (Key("county__position", whole), Key("held_on", calendar_day)),
    "organisations": (Key("taking_part", whole),),
}
REFUSALS: Mapping[str, tuple[str, Text]] = {
    "date": ("held_on", gettext_lazy("Choose a day that has been.")),
    "title": ("title", gettext_lazy("Write what it was about.")),
    "entered": ("title", gettext_lazy("That training has been entered already.")),
    "withdrawn": ("", gettext_lazy("The training has been withdrawn, and is not changed.")),
    "changed": (
        "",
        gettext_lazy(
            "Somebody else has changed the training since you opened the page. Look at what it "
            "says now, and save again if yours is right."
        ),
    ),
    "reason": ("reason", gettext_lazy("Write why it was entered by mistake.")),
}
COUNTY_FAULT = gettext_lazy("“%(value)s” is not the code of a county that you enter for")


@require_safe
def training_list(request: HttpRequest) -> HttpResponse:
    """What has been entered, the latest first."""
    visible = trainings_visible_to(request.user)
    form = TrainingFilter(request.GET, counties=counties(), years=years_held(visible))
    page = listing(
        request,
        trainings_listed(trainings_found(visible, form.chosen)),
        form=form,
        headings=HEADINGS,
        keys=KEYS,
        default="-held",
    )
    table = Table(
        id="trainings",
        caption=_("Trainings"),
        columns=page.columns,
        rows=tuple(
            Row(
                Cell(day(each.held_on)),
                (
                    Cell(each.title, url=reverse("training", args=[each.pk])),
                    Cell(each.county.name),
                    Cell(each.agency.short),
                    Cell(formats.number(getattr(each, "taking_part", 0))),
                    Cell(tag=_tag(each)),
                ),
            )
            for each in page.rows
        ),
        stack=True,
        caption_hidden=True,
    )
    context = {
        "form": form,
        "page": page,
        "table": table,
        "compares": rules.has_perm("portal.make_editions", request.user),
    }
    return render(request, "portal/trainings/list.html", context)


def _tag(training: Training) -> Tag:
    if training.withdrawn_at is not None:
        return Tag(_("Withdrawn"), Tone.NEUTRAL)
    return Tag(pgettext("training", "Held"), Tone.SUCCESS)


def _places(request: HttpRequest) -> tuple[dict[str, Agency], list[County]]:
    """For which agency the person enters in each county, and the counties. Raises Http404 for
    one who enters in none."""
    agencies = agencies_entering(request.user)
    if not agencies:
        raise Http404
    return agencies, [each for each in counties() if each.code in agencies]


@require_http_methods(["GET", "HEAD", "POST"])
def training_enter(request: HttpRequest) -> HttpResponse:
    """Enter one; who took part is chosen on its own page."""
    agencies, places = _places(request)
    initial = {"county": places[0].code} if len(places) == 1 else None
    data = request.POST if request.method == "POST" else None
    form = TrainingForm(data, counties=places, initial=initial)
    if data is not None and form.is_valid():
        given = form.cleaned_data
        county = next(each for each in places if each.code == given["county"])
        try:
            training = enter_training(
                agency=agencies[county.code],
                held=Held(county, given["held_on"], given["title"]),
                actor=person_of(request),
            )
        except TrainingRefused as refused:
            _refuse(form, refused)
        except PermissionDenied as error:
            raise Http404 from error
        else:
            messages.success(request, _("The training is entered. Now choose who took part."))
            return redirect("training", pk=training.pk)
    context = {"crumbs": _crumbs(_("Enter a training")), "form": form}
    return render(request, "portal/trainings/enter.html", context)


def _crumbs(last: str) -> list[Crumb]:
    return [Crumb(_("Trainings"), reverse("training-list")), Crumb(last)]


def _refuse(form: forms.Form, refused: TrainingRefused) -> None:
    field, said = REFUSALS[refused.code]
    form.add_error(field if field in form.fields else None, str(said))


@require_http_methods(["GET", "HEAD", "POST"])
def training_import(request: HttpRequest) -> HttpResponse:
    """Enter several from a CSV file: all of them, or none and what is wrong."""
    agencies, _places_there = _places(request)
    posted = request.method == "POST"
    form = TrainingFile(request.POST if posted else None, request.FILES if posted else None)
    faults: list[str] = []
    if posted and form.is_valid():
        faults = _brought(request, agencies, form)
        if not faults:
            return redirect("training-list")
    context = {"crumbs": _crumbs(_("From a file")), "form": form, "faults": faults}
    return render(request, "portal/trainings/import.html", context)


def _brought(request: HttpRequest, agencies: dict[str, Agency], form: TrainingFile) -> list[str]:
    """Enter what the file holds; what is wrong with it where nothing was entered."""
    upload = form.cleaned_data["file"]
    if upload.size > LARGEST_FILE:
        return [_("The file is larger than 5 MB. Divide it.")]
    try:
        content = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return [_("The file is not UTF-8. Save it as “CSV UTF-8”.")]
    found, wrong = read_trainings(content, counties=agencies)
    if wrong:
        return [_fault_text(each) for each in wrong[:50]]
    if not found:
        return [_("The file holds no trainings.")]
    try:
        brought = bring_in(agency_of=agencies, several=found, actor=person_of(request))
    except TrainingRefused as refused:
        why = REFUSALS[refused.code][1]
        return [_("Nothing was entered: %(why)s") % {"why": why}]
    said = ngettext(
        "%(count)d new training is entered, and %(participants)d participants.",
        "%(count)d new trainings are entered, and %(participants)d participants.",
        brought.trainings,
    )
    messages.success(
        request, said % {"count": brought.trainings, "participants": brought.participants}
    )
    return []


def _fault_text(fault: RowFault) -> str:
    said = COUNTY_FAULT if fault.code == "county" else FAULTS[fault.code]
    return _("Line %(line)d: %(fault)s.") % {
        "line": fault.line,
        "fault": str(said) % {"value": fault.value},
    }


# One training ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def training(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One, with who took part; a post is one of its forms."""
    found = get_object_or_404(trainings_visible_to(request.user), pk=pk)
    person = person_of(request)
    may = rules.has_perm("reporting.keep_training", person, found)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    details = TrainingDetailsForm(
        request.POST if what == "change" else None,
        initial={"held_on": found.held_on, "title": found.title, "seen": found.number},
    )
    adding = ParticipantsForm(
        request.POST if what == "add" else None, organisations=organisations_in_register()
    )
    withdrawing = WithdrawTrainingForm(request.POST if what == "withdraw" else None)
    shown: forms.Form | None = {
        "change": details, "add": adding, "withdraw": withdrawing,
    }.get(what)  # fmt: skip
    if what:
        if not may:
            raise Http404
        if what == "remove":
            _removed(request, found)
            return redirect("training", pk=pk)
        if shown is not None and shown.is_valid() and _done(request, found, what, shown):
            return redirect("training", pk=pk)
    search = ParticipantSearch(request.GET or None)
    words = search.cleaned_data["q"] if search.is_bound and search.is_valid() else ""
    took_part = list(participants_of(found))
    there = {each.organisation_id for each in took_part}
    matches = organisations_by(words)
    context = {
        "crumbs": _crumbs(found.title),
        "training": found,
        "tag": _tag(found),
        "summary": _summary(found),
        "may": may and found.withdrawn_at is None,
        "reads": not may,
        "details": details,
        "search": search,
        "words": words,
        "matches": [(each, each.pk in there) for each in matches[:MOST_FOUND]],
        "more": len(matches) > MOST_FOUND,
        "withdrawing": withdrawing,
        "shown": shown,
        "changed_now": _now(found) if what == "change" else "",
        "participants": took_part,
    }
    return render(request, "portal/trainings/training.html", context)


def _now(found: Training) -> str:
    return _("It now says: %(day)s, %(title)s") % {"day": day(found.held_on), "title": found.title}


def _summary(found: Training) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Held"), day(found.held_on)),
        SummaryRow(_("County"), found.county.name),
        SummaryRow(
            _("Entered"), moment(found.entered_at), note=f"{found.entered_by}, {found.agency.short}"
        ),
    ]
    if found.withdrawn_at is not None:
        rows.append(
            SummaryRow(_("Withdrawn"), moment(found.withdrawn_at), note=found.withdrawn_reason)
        )
    return rows


def _done(request: HttpRequest, found: Training, what: str, form: Any) -> bool:
    person, given = person_of(request), form.cleaned_data
    try:
        if what == "change":
            change_training(
                training=found,
                actor=person,
                held_on=given["held_on"],
                title=given["title"],
                seen=given["seen"] or 0,
            )
            messages.success(request, _("The training is saved."))
        elif what == "add":
            number = add_participants(
                training=found, organisations=list(given["organisations"]), actor=person
            )
            said = ngettext(
                "%(number)d organisation is added.", "%(number)d organisations are added.", number
            )
            messages.success(request, said % {"number": number})
        else:
            withdraw_training(training=found, actor=person, reason=given["reason"])
            messages.success(request, _("The training is withdrawn."))
    except TrainingRefused as refused:
        if refused.code == "changed":
            # The next save is over what is told now.
            form.data = form.data.copy()
            fresh = Training.objects.get(pk=found.pk)
            form.data["seen"] = str(fresh.number)
            found.held_on, found.title = fresh.held_on, fresh.title
        _refuse(form, refused)
        return False
    except PermissionDenied as error:
        raise Http404 from error
    return True


def _removed(request: HttpRequest, found: Training) -> None:
    organisation = request.POST.get("organisation", "")
    if not organisation.isdecimal() or len(organisation) > 18:
        return
    try:
        remove_participant(training=found, organisation=int(organisation), actor=person_of(request))
    except TrainingRefused as refused:
        messages.info(request, str(REFUSALS[refused.code][1]))
    except PermissionDenied as error:
        raise Http404 from error
    else:
        messages.success(request, _("The organisation is taken out of the list."))
