"""An organisation's own part of an application, and a partner's answer to it."""

from dataclasses import replace
from typing import Any

import rules
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from applicants.content import assurance_label
from core.content import Cell, Column, Row, SummaryRow, Table, Tag
from grants.enums import Approval, ParticipationRole
from grants.models import Participation, Signature
from grants.selectors.draft import part_sha256
from grants.selectors.partners import signatures_under_part
from grants.services.drafts import FieldLocked, PartChanged, answer_participation
from portal.content import APPROVAL_TONES
from portal.selectors.writing import Room
from portal.views.access import person_of
from portal.views.applying_answers import part_groups
from portal.views.applying_page import Page
from portal.views.applying_saving import save_posted
from portal.views.applying_sections import Kind, section_url
from portal.views.labels import language, moment, money
from portal.views.partners import GET_AND_POST, room_or_404
from portal.views.saving import saved_message
from portal.views.signing_in import assurance_of


def _participation(room: Room, organisation: int) -> Participation:
    found = next((part for part in room.parts if part.organisation_id == organisation), None)
    if found is None:
        raise Http404
    return found


@never_cache
@require_http_methods(GET_AND_POST)
def application_part(request: HttpRequest, *, pk: int, organisation: int) -> HttpResponse:
    """What the organisation answers for itself, its share of the budget, and its answer. A POST
    saves the whole page."""
    room = room_or_404(request, pk)
    part = _participation(room, organisation)
    page = Page(request, room)
    if request.method == "POST":
        posted = save_posted(request, room)
        if not posted.typed:
            saved_message(request, posted)
            if request.POST.get("then") == "next":
                return redirect(_requirements_url(page, organisation))
            return redirect("application-part", pk=pk, organisation=organisation)
        page = Page(request, room_or_404(request, pk), posted.typed)
    return render(request, "portal/apply/part.html", _context(page, part))


def _requirements_url(page: Page, organisation: int) -> str:
    if not page.room.definition.requirements:
        return reverse("application-tasks", args=[page.pk])
    return f"{section_url(page.pk, Kind.REQUIREMENTS)}#organisation-{organisation}"


def _context(page: Page, part: Participation) -> dict[str, Any]:
    room, pk = page.room, part.organisation_id
    own = pk in room.own
    section = replace(page.section(Kind.PARTNERS), title=part.organisation.name)
    found = [each for each in room.findings if each.organisation == pk]
    signs = rules.has_perm("grants.answer_participation", page.request.user, part)
    is_partner = part.role == ParticipationRole.PARTNER
    sha256 = part_sha256(room.draft, pk, room.files)
    return page.context(page.section(Kind.PARTNERS)) | {
        "crumbs": page.crumbs(section.title),
        "section": section,
        "section_tag": Tag(part.get_approval_display(), APPROVAL_TONES[Approval(part.approval)])
        if is_partner
        else Tag(part.get_role_display()),
        "section_url": reverse("application-part", args=[page.pk, pk]),
        "next": next((each for each in page.sections if each.kind is Kind.REQUIREMENTS), None),
        "next_url": _requirements_url(page, pk),
        "found": page.found_at(found),
        "part": part,
        "own": own,
        "is_partner": is_partner,
        "groups": part_groups(page, pk),
        "share": _share(page, pk),
        "requirements": _requirements(page, part),
        "requirements_url": _requirements_url(page, pk),
        "budget_url": section_url(page.pk, Kind.BUDGET),
        "partners_url": reverse("application-partners", args=[page.pk]),
        "answers": signs and is_partner and room.is_open,
        "answer_url": reverse("partner-answer", args=[page.pk, pk]),
        "approved": part.approval == Approval.APPROVED,
        "declined": part.approval == Approval.DECLINED,
        "seen": sha256,
        "signed": [_signed(each) for each in signatures_under_part(part, sha256)],
        "may_write": own and room.is_open,
    }


def _signed(signature: Signature) -> str:
    return _("%(who)s, %(when)s, signed in with: %(how)s") % {
        "who": signature.user,
        "when": moment(signature.signed_at),
        "how": assurance_label(signature.assurance),
    }


def _share(page: Page, organisation: int) -> Table | None:
    room = page.room
    titles = {each.code: each.title for each in room.form.budget.categories}
    lines = [line for line in room.draft.lines if line.organisation == organisation]
    if not lines:
        return None
    here = language()
    return Table(
        id="share",
        caption=_("The organisation’s share of the budget"),
        columns=(
            Column(_("What the money is for")),
            Column(_("Kind of cost")),
            Column(_("Amount applied for (SEK)"), numeric=True, nowrap=True),
        ),
        rows=(
            *(
                Row(
                    Cell(line.text or _("Not answered")),
                    (
                        Cell(titles[line.category].in_(here) if line.category in titles else ""),
                        Cell(money(line.amount_sek)),
                    ),
                )
                for line in lines
            ),
            Row(
                Cell(_("Sum")),
                (Cell(""), Cell(money(room.draft.requested_of(organisation)))),
            ),
        ),
        stack=True,
        caption_hidden=True,
    )


def _requirements(page: Page, part: Participation) -> list[SummaryRow]:
    snapshot, _findings = page.room.checked
    participant = next(p for p in snapshot.participants if p.organisation == part.organisation_id)
    rows = []
    for each in snapshot.requirements_of(participant):
        state = page.room.draft.requirement(part.organisation_id, each.code).state
        said = str(state.label) if state else _("Not answered")
        rows.append(SummaryRow(each.title.in_(language()), said))
    return rows


@require_POST
def partner_answer(request: HttpRequest, *, pk: int, organisation: int) -> HttpResponse:
    """A partner's signatory approves its part as it was shown, or declines."""
    room = room_or_404(request, pk)
    part = _participation(room, organisation)
    approve = request.POST.get("answer") == "approve"
    try:
        answered = answer_participation(
            participation=part,
            actor=person_of(request),
            approve=approve,
            assurance=assurance_of(request),
            # A form that tells of nothing shown is none of ours.
            seen=request.POST.get("seen") or "-",
        )
    except PartChanged:
        messages.warning(
            request,
            _("The part was changed while you read it. Read it again as it is now, then answer."),
        )
    except FieldLocked:
        messages.error(request, _("The application has been sent in, so it cannot be answered."))
    except PermissionDenied:
        messages.error(request, _("Only a signatory of the organisation can answer for it."))
    else:
        messages.success(request, _answer_text(answered, approve))
    return redirect("application-part", pk=pk, organisation=organisation)


def _answer_text(part: Participation, approve: bool) -> str:
    named = {"organisation": part.organisation.name}
    if not approve:
        return _("%(organisation)s has declined, and the lead applicant has been told.") % named
    if part.approval == Approval.APPROVED:
        return _("%(organisation)s has approved its part.") % named
    return _("You have signed. One more signatory has to approve.")
