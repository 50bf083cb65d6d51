"""The page on which a case's performance requirements are judged, organisation by organisation."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from core.content import Crumb
from portal.selectors.judging import Judged, Judging, judging_of
from portal.selectors.proposing import case_to_propose
from portal.views.access import person_of
from portal.views.applying_sections import field_id
from portal.views.case_papers import officers_crumbs
from portal.views.case_roles import works_as
from portal.views.case_saving import REFUSALS, autosave_context, saver
from portal.views.declaring import declared_or_redirect
from portal.views.finding_cards import (
    NOTHING,
    Drawn,
    organisation_findings,
    path_of,
    specs_of,
    value_of,
)
from portal.views.finding_shares import share_of
from portal.views.finding_values import (
    refused_text,
)
from portal.views.labels import call_title, language
from portal.views.saving import VALUE, Posted, clean, number_in, save_page, saved_message
from reviews.checks import ReviewRefused
from reviews.enums import FindingValue
from reviews.models import RequirementFinding, Waiver
from reviews.selectors.writing import earlier_work
from reviews.services import FindingChanged, ask_waiver, decide_waiver, record_finding
from reviews.services.in_hand import IN_HAND

MADE = "f:"
"""Before the name under which it is posted how often a finding had been made."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_findings(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Judge the requirements: confirm what is proposed, or find otherwise with a reason."""
    application = case_to_propose(person_of(request), pk)
    if application is None:
        raise Http404
    elsewhere = declared_or_redirect(request, application)
    if elsewhere is not None:
        return elsewhere
    judging = judging_of(application)
    if request.method == "POST":
        drawn = _posted(request, judging)
        if drawn is None:
            return redirect(_after(request, pk))
        return _page(request, judging_of(application), drawn, status=422)
    return _page(request, judging, NOTHING)


def _after(request: HttpRequest, pk: int) -> str:
    key = request.POST.get("record", "") or request.POST.get("ask_waiver", "")
    page = reverse("case-findings", args=[pk])
    return f"{page}#{field_id('finding.' + key)}" if key else page


def _posted(request: HttpRequest, judging: Judging) -> Drawn | None:
    """Save what was typed and do what the button says; what could not be done, or None."""
    if decide := request.POST.get("decide_waiver", ""):
        return _decide(request, judging, number_in(decide))
    posted = _saved(request, judging)
    if posted.typed:
        return Drawn(typed=posted.typed, errors={}, theirs={}, waiver_text={})
    if key := request.POST.get("record", ""):
        return _record(request, judging, [_one(judging, key)])
    if organisation := number_in(request.POST.get("confirm", "")):
        return _confirm(request, judging, organisation)
    if key := request.POST.get("ask_waiver", ""):
        return _ask(request, judging, key)
    saved_message(request, posted)
    return None


def _saved(request: HttpRequest, judging: Judging) -> Posted:
    specs = {spec.path: spec for each in judging.judged for spec in specs_of(judging, each)}
    return save_page(
        request,
        spec_of=specs.get,
        value_of=lambda path: value_of(judging, path),
        earlier=lambda moved: earlier_work(judging.application, moved.items()),
        save=saver(request, judging.application),
        refusals=REFUSALS,
    )


def _one(judging: Judging, key: str) -> Judged:
    found = judging.one(clean(key))
    if found is None:
        raise Http404
    return found


def _record(request: HttpRequest, judging: Judging, wanted: Sequence[Judged]) -> Drawn | None:
    """Make the findings as they stand in the form."""
    errors: dict[str, str] = {}
    theirs: dict[str, RequirementFinding] = {}
    done = 0
    for each in wanted:
        value = request.POST.get(f"{VALUE}{path_of(each, 'value')}", "")
        if value not in FindingValue.values:
            errors[each.key] = _("Choose a finding first.")
            continue
        reason = clean(request.POST.get(f"{VALUE}{path_of(each, 'reason')}", "")).strip()
        evidence = request.POST.getlist(f"{VALUE}{path_of(each, 'evidence')}")
        try:
            _make(request, judging, each, FindingValue(value), reason, evidence)
        except FindingChanged as changed:
            theirs[each.key] = changed.theirs
        except ReviewRefused as refused:
            errors[each.key] = refused_text(refused.code)
        except PermissionDenied as denied:
            raise Http404 from denied
        else:
            done += 1
    if done:
        text = ngettext("%(number)d finding is made.", "%(number)d findings are made.", done)
        messages.success(request, text % {"number": done})
    if errors or theirs:
        return Drawn(typed={}, errors=errors, theirs=theirs, waiver_text={})
    return None


def _make(
    request: HttpRequest,
    judging: Judging,
    each: Judged,
    value: FindingValue,
    reason: str,
    evidence: Sequence[str],
) -> None:
    requirements = {row.pk: row for row in judging.application.call.requirements.all()}
    record_finding(
        application=judging.application,
        requirement=requirements[each.demand.requirement],
        organisation=each.organisation,
        actor=person_of(request),
        finding=value,
        reason=reason,
        proposed=each.proposal,
        evidence=[number_in(pk) for pk in evidence],
        base=number_in(request.POST.get(f"{MADE}{each.key}", "")),
    )


def _confirm(request: HttpRequest, judging: Judging, organisation: int) -> Drawn | None:
    """Make the findings that are proposed for an organisation and not made yet."""
    done = 0
    for each in judging.of(organisation):
        if each.finding is not None or each.proposal is None:
            continue
        evidence = [str(file.pk) for file in each.files]
        try:
            _make(request, judging, each, each.proposal.value, "", evidence)
        except (FindingChanged, ReviewRefused):
            messages.error(request, refused_text("status"))
            return None
        except PermissionDenied as denied:
            raise Http404 from denied
        done += 1
    text = ngettext("%(number)d finding is made.", "%(number)d findings are made.", done)
    messages.success(request, text % {"number": done})
    return None


def _ask(request: HttpRequest, judging: Judging, key: str) -> Drawn | None:
    each = _one(judging, key)
    reason = clean(request.POST.get(f"waiver:{each.key}", ""))
    requirement = judging.application.call.requirements.get(pk=each.demand.requirement)
    try:
        ask_waiver(
            application=judging.application,
            requirement=requirement,
            organisation=each.organisation,
            actor=person_of(request),
            reason=reason,
        )
    except ReviewRefused as refused:
        errors = {each.key: refused_text(refused.code)}
        return Drawn(typed={}, errors=errors, theirs={}, waiver_text={each.key: reason})
    except PermissionDenied as denied:
        raise Http404 from denied
    messages.success(request, _("The waiver waits for a decision maker."))
    return None


def _decide(request: HttpRequest, judging: Judging, pk: int) -> Drawn | None:
    waiver = Waiver.objects.filter(application=judging.application, pk=pk).first()
    if waiver is None:
        raise Http404
    approve = request.POST.get("answer", "") == "approve"
    reason = clean(request.POST.get(f"decision:{pk}", ""))
    try:
        decide_waiver(waiver=waiver, actor=person_of(request), approve=approve, reason=reason)
    except PermissionDenied:
        messages.error(request, _("One who has assessed a case does not approve its waivers."))
    except ReviewRefused as refused:
        messages.error(request, refused_text(refused.code))
    else:
        done = _("The waiver is approved.") if approve else _("The waiver is refused.")
        messages.success(request, done)
    return None


def _page(
    request: HttpRequest, judging: Judging, drawn: Drawn, *, status: int = 200
) -> HttpResponse:
    person, application = person_of(request), judging.application
    # That the person has declared no conflict of interest has been asked before this.
    editable = application.status in IN_HAND and works_as(person, application, Role.CASE_OFFICER)
    decides = works_as(person, application, Role.DECISION_MAKER)
    organisations = [
        organisation_findings(request, judging, part, drawn, editable=editable, decides=decides)
        for part in judging.parts
    ]
    form = judging.definition.assessment
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Performance requirements"))),
        "application": application,
        "call_title": call_title(application.call),
        "organisations": organisations,
        "editable": editable,
        "share": share_of(judging),
        "missing": judging.missing,
        "total": len(judging.judged),
        "waiver_rule": form.waiver.in_(language()) if form and form.waiver else "",
        "problems": [
            (field_id(f"finding.{key}"), _one(judging, key).requirement.title.in_(language()), text)
            for key, text in drawn.errors.items()
        ]
        + [
            (field_id(path), path, each.error or _("somebody else has saved another text"))
            for path, each in drawn.typed.items()
        ],
        **autosave_context(request, application, "findings"),
    }
    return render(request, "portal/assess/findings.html", context, status=status)
