"""The county board's pages: which applications wait for its opinion, and giving one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Crumb, Row, SummaryRow, Table, Tag, Tone
from grants.models import Application
from grants.selectors.sent_in import content_of_version
from portal.forms.opinions import MoreTimeForm, OpinionFilter, OpinionForm
from portal.selectors.definitions import parse_definitions
from portal.selectors.opinions import (
    OPINION_KEYS,
    calls_asked,
    opinions_found,
    opinions_listed,
    participants,
)
from portal.views.access import person_of
from portal.views.case_papers import version_pdf
from portal.views.files import download_response
from portal.views.labels import call_title, day, language, moment, money
from portal.views.lists import Heading, listing
from portal.views.saving import clean
from portal.views.sent_in import laid_out
from reviews.checks import ReviewRefused
from reviews.enums import Recommendation
from reviews.models import Opinion
from reviews.selectors.opinions import ANSWERABLE, opinion_form, opinions_visible_to
from reviews.services.opinions import (
    LONGEST_REASONS,
    ask_more_time,
    give_opinion,
    save_opinion_draft,
)

HEADINGS = (
    Heading(gettext_lazy("Case"), nowrap=True),
    Heading(gettext_lazy("Lead applicant"), "organisation"),
    Heading(gettext_lazy("Call")),
    Heading(gettext_lazy("Answer no later than"), "due", nowrap=True),
    Heading(gettext_lazy("State")),
)
TONES: Mapping[str, Tone] = {
    Recommendation.WAITING: Tone.WARNING,
    Recommendation.RECOMMENDED: Tone.SUCCESS,
    Recommendation.WITH_RESERVATIONS: Tone.INFO,
    Recommendation.NOT_RECOMMENDED: Tone.DANGER,
    Recommendation.NO_OPINION: Tone.NEUTRAL,
}
REFUSALS = {
    "given": gettext_lazy("The opinion has been given already. Nothing was changed."),
    "status": gettext_lazy("The case is decided or closed, so no opinion can be given any more."),
    "date": gettext_lazy("Choose a day after the one you were asked to answer by."),
    "reasons": gettext_lazy("Write your reasons."),
}


def opinion_tag(opinion: Opinion) -> Tag:
    """What the board has said, or that it has not."""
    label = opinion.get_recommendation_display()
    return Tag(label, TONES[opinion.recommendation])


@require_safe
def opinion_list(request: HttpRequest) -> HttpResponse:
    """The applications that the board is asked about, the first to be answered first."""
    visible = opinions_visible_to(request.user)
    calls = calls_asked(visible)
    parse_definitions(calls)
    form = OpinionFilter(request.GET, calls=[(str(call.pk), call_title(call)) for call in calls])
    page = listing(
        request,
        opinions_listed(opinions_found(visible, form.chosen)),
        form=form,
        headings=HEADINGS,
        keys=OPINION_KEYS,
        default="due",
    )
    titles = {call.pk: call_title(call) for call in calls}
    table = Table(
        id="opinions",
        caption=_("Opinions"),
        columns=page.columns,
        rows=tuple(
            Row(
                Cell(each.application.number, url=reverse("opinion", args=[each.pk])),
                (
                    Cell(each.application.lead.name),
                    Cell(titles.get(each.application.call_id, "")),
                    Cell(day(each.due_on)),
                    Cell(tag=opinion_tag(each)),
                ),
            )
            for each in page.rows
        ),
        stack=True,
        caption_hidden=True,
    )
    context = {"form": form, "page": page, "table": table}
    return render(request, "portal/opinions/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, *, pk: int) -> HttpResponse:
    """One application as the board reads it, and its opinion."""
    found = _asked(request, pk)
    application = found.application
    questionnaire = opinion_form(application)
    waiting = found.recommendation == Recommendation.WAITING
    answerable = waiting and application.status in ANSWERABLE
    then = request.POST.get("then", "") if request.method == "POST" else ""
    form = OpinionForm(
        request.POST if then == "give" or (then == "save" and not _fits(request)) else None,
        questionnaire=questionnaire,
        language=language(),
        initial=found.draft,
    )
    more = MoreTimeForm(request.POST if then == "more" else None)
    if request.method == "POST":
        answer = _done(request, found, then, form, more)
        if answer is not None:
            return answer
    version = application.versions.order_by("-number").first()
    laid = None
    if version is not None:
        version.application = application
        content = content_of_version(version, application.definition, language())
        laid = laid_out(content, _files(found))
    context = {
        "crumbs": [
            Crumb(_("Opinions"), reverse("opinion-list")),
            Crumb(application.number),
        ],
        "opinion": found,
        "application": application,
        "call_title": call_title(application.call),
        "tag": opinion_tag(found),
        "summary": _summary(found),
        "given": _given(found, questionnaire) if not waiting else None,
        "form": form if answerable else None,
        "more": more if answerable and found.more_time_until is None else None,
        "saved": moment(found.draft_saved_at) if found.draft_saved_at and waiting else "",
        "saved_by": str(found.draft_saved_by) if found.draft_saved_by else "",
        "laid": laid,
        "version": version,
    }
    return render(request, "portal/opinions/opinion.html", context)


def _asked(request: HttpRequest, pk: int) -> Opinion:
    rows = opinions_visible_to(request.user).select_related(
        "county",
        "given_by",
        "draft_saved_by",
        "application__lead__county",
        "application__call__agency",
        "application__call__definition_record",
    )
    found: Opinion = get_object_or_404(rows, pk=pk)
    return found


def _fits(request: HttpRequest) -> bool:
    """Whether each text posted is one that can be kept."""
    return all(len(text) <= LONGEST_REASONS for text in request.POST.values())


def _done(
    request: HttpRequest, found: Opinion, then: str, form: OpinionForm, more: MoreTimeForm
) -> HttpResponse | None:
    """What was asked for, done; None where the page is shown again with what is wrong."""
    actor = person_of(request)
    try:
        if then == "give" and form.is_valid():
            give_opinion(
                opinion=found,
                actor=actor,
                recommendation=Recommendation(form.cleaned_data["recommendation"]),
                reasons=form.cleaned_data["reasons"],
                answers=form.answers(),
            )
            messages.success(request, _("The opinion is given. Thank you."))
            return redirect("opinion", pk=found.pk)
        if then == "save":
            if not _fits(request):
                form.add_error(None, _("A text is too long to be saved. Make it shorter."))
                return None
            values = {name: clean(text) for name, text in request.POST.dict().items()}
            save_opinion_draft(opinion=found, actor=actor, values=values)
            messages.success(request, _("What you have written is saved. It is not given yet."))
            return redirect("opinion", pk=found.pk)
        if then == "more" and more.is_valid():
            ask_more_time(
                opinion=found,
                actor=actor,
                until=more.cleaned_data["until"],
                reason=more.cleaned_data["reason"],
            )
            messages.success(request, _("The agency is asked for more time."))
            return redirect("opinion", pk=found.pk)
    except ReviewRefused as refused:
        if refused.code == "date":
            more.add_error("until", str(REFUSALS["date"]))
            return None
        messages.info(request, REFUSALS.get(refused.code, REFUSALS["status"]))
        return redirect("opinion", pk=found.pk)
    except PermissionDenied as denied:
        raise Http404 from denied
    return None


def _summary(found: Opinion) -> list[SummaryRow]:
    application = found.application
    rows = [
        SummaryRow(_("Lead applicant"), application.lead.name, note=application.lead.county.name),
        *(
            SummaryRow(_("Partner"), each.organisation.name, note=each.organisation.county.name)
            for each in participants(application)
            if each.organisation_id != application.lead_id
        ),
        SummaryRow(_("Asked for"), money(application.requested_sek)),
        SummaryRow(_("The agency asked"), day(found.asked_at)),
        SummaryRow(_("Answer no later than"), day(found.due_on)),
    ]
    if found.more_time_until is not None:
        rows.append(
            SummaryRow(
                _("More time asked for"), day(found.more_time_until), note=found.more_time_reason
            )
        )
    return rows


def _given(found: Opinion, questionnaire: Any) -> list[SummaryRow]:
    """What the board said."""
    return [
        SummaryRow(_("Recommendation"), tag=opinion_tag(found)),
        SummaryRow(_("Reasons"), found.reasons or _("No reasons were given.")),
        *answer_rows(found, questionnaire),
        SummaryRow(_("Given"), moment(found.given_at), note=str(found.given_by or "")),
    ]


def answer_rows(found: Opinion, questionnaire: Any) -> list[SummaryRow]:
    """The answers to the call's own questions, in words."""
    rows = []
    for placed in questionnaire.questions_for("") if questionnaire else ():
        question = placed.question
        if text := found.answers.get(question.key):
            option = question.option(text)
            shown = option.label.in_(language()) if option else text
            rows.append(SummaryRow(question.text.in_(language()), shown))
    return rows


def _files(found: Opinion) -> dict[str, str]:
    return {
        each.file.sha256: reverse("opinion-attachment", args=[found.pk, each.pk])
        for each in found.application.attachments.select_related("file").order_by("-pk")
    }


@require_safe
def opinion_pdf(request: HttpRequest, *, pk: int, number: int) -> HttpResponseBase:
    """A version of the application as PDF, for the board."""
    return version_pdf(_asked(request, pk).application, number)


@require_safe
def opinion_attachment(request: HttpRequest, *, pk: int, attachment: int) -> HttpResponseBase:
    """A file that was sent in with the application, for the board. What the applicant has added
    since and not sent in is nobody else's to read."""
    application: Application = _asked(request, pk).application
    found = get_object_or_404(
        application.attachments.select_related("file"), pk=attachment, removed_at__isnull=True
    )
    if not application.versions.filter(document__contains=found.file.sha256).exists():
        raise Http404
    return download_response(found.file)
