"""Delegation rules, for the agency's administrators: who decides what, up to which amount."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from applicants.models import StaffRole, User
from applicants.selectors import agencies_of
from core.content import Cell, Column, Crumb, Row, SummaryRow, Table, Tag, Tone
from core.models import Agency
from grants.enums import Outcome
from grants.models import DelegationRule
from grants.selectors.delegation import delegation_rules
from grants.services.delegation import RuleRefused, add_rule, end_rule
from portal.forms.deciding import DelegationForm
from portal.views.access import person_of
from portal.views.labels import agency_name, day, money

_REFUSALS = {
    "person_or_role": ("who", gettext_lazy("Choose a person, or all decision makers.")),
    "not_a_decision_maker": ("who", gettext_lazy("The person is not decision maker any more.")),
    "outcomes": ("outcomes", gettext_lazy("Tick at least one kind of decision.")),
    "amount": ("max_sek", gettext_lazy("Write an amount above 0, or leave it empty.")),
    "dates": ("valid_until", gettext_lazy("The last day is before the first.")),
}


def _agency(request: HttpRequest) -> tuple[Agency, list[Agency]]:
    """The agency that the address names among those that the person administers, else the first."""
    mine = list(agencies_of(person_of(request), (Role.ADMINISTRATOR,)).order_by("code"))
    wanted = request.GET.get("agency", "")
    chosen = next((each for each in mine if each.code == wanted), next(iter(mine), None))
    if chosen is None:
        raise Http404
    return chosen, mine


@require_http_methods(["GET", "HEAD", "POST"])
def delegation(request: HttpRequest) -> HttpResponse:
    """The agency's rules, and a new one."""
    agency, mine = _agency(request)
    person = person_of(request)
    deciders = list(
        User.objects.filter(
            is_active=True,
            pk__in=StaffRole.objects.filter(agency=agency, role=Role.DECISION_MAKER).values("user"),
        ).order_by("name", "pk")
    )
    form = DelegationForm(
        request.POST if request.method == "POST" else None,
        who=[
            ("", _("Choose")),
            ("all", _("All decision makers")),
            *((str(each.pk), str(each)) for each in deciders),
        ],
        outcomes=[(each.value, each.label) for each in Outcome],
        initial={"valid_from": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid() and _add(form, agency, person, deciders):
        messages.success(request, _("The rule is added."))
        return redirect(f"{reverse('delegation')}?agency={agency.code}")
    rules = list(delegation_rules(agency))
    context = {
        "agency": agency_name(agency),
        "others": [
            (f"{reverse('delegation')}?agency={each.code}", agency_name(each))
            for each in mine
            if each.pk != agency.pk
        ],
        "form": form,
        "table": _table(rules) if rules else None,
        "begun": any(rule.valid_from <= timezone.localdate() for rule in rules),
    }
    return render(request, "portal/decide/delegation.html", context)


def _add(form: DelegationForm, agency: Agency, person: User, deciders: Sequence[User]) -> bool:
    asked = form.cleaned_data
    chosen = next((each for each in deciders if str(each.pk) == asked["who"]), None)
    try:
        add_rule(
            agency=agency,
            actor=person,
            user=chosen,
            role=Role.DECISION_MAKER if asked["who"] == "all" else None,
            outcomes=[Outcome(each) for each in asked["outcomes"]],
            max_sek=asked["max_sek"],
            valid_from=asked["valid_from"],
            valid_until=asked["valid_until"],
            reference=asked["reference"],
        )
    except RuleRefused as refused:
        field, text = _REFUSALS[refused.code]
        form.add_error(field, str(text))
    except PermissionDenied:
        form.add_error(None, _("You may not do that at this agency."))
    else:
        return True
    return False


def _who(rule: DelegationRule) -> str:
    return _("All decision makers") if rule.user is None else str(rule.user)


def _outcomes(rule: DelegationRule) -> str:
    return ", ".join(str(each.label) for each in Outcome if each in rule.outcomes)


def _state(rule: DelegationRule) -> Tag:
    today = timezone.localdate()
    if rule.valid_from > today:
        return Tag(_("Not yet in force"), Tone.INFO)
    if rule.valid_until is not None and rule.valid_until < today:
        return Tag(_("Ended"), Tone.NEUTRAL)
    return Tag(_("In force"), Tone.SUCCESS)


def _table(rules: Sequence[DelegationRule]) -> Table:
    return Table(
        id="rules",
        caption=_("Delegation rules"),
        columns=(
            Column(_("Who may decide")),
            Column(_("Which decisions")),
            Column(_("Up to"), numeric=True),
            Column(_("Valid from"), nowrap=True),
            Column(_("Valid until"), nowrap=True),
            Column(_("Provision")),
            Column(_("State")),
            Column(_("End")),
        ),
        rows=tuple(_row(rule) for rule in rules),
        stack=True,
        caption_hidden=True,
    )


def _row(rule: DelegationRule) -> Row:
    state = _state(rule)
    end = Cell("–")
    if state.tone is not Tone.NEUTRAL:
        end = Cell(_("End the rule"), url=reverse("delegation-end", args=[rule.pk]))
    return Row(
        Cell(_who(rule)),
        (
            Cell(_outcomes(rule)),
            Cell(_("No limit") if rule.max_sek is None else money(rule.max_sek)),
            Cell(day(rule.valid_from)),
            Cell(day(rule.valid_until)),
            Cell(rule.reference or "–"),
            Cell(tag=state),
            end,
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def delegation_end(request: HttpRequest, *, pk: int) -> HttpResponse:
    """End a rule, after it has been said what that means."""
    person = person_of(request)
    mine = DelegationRule.objects.filter(agency__in=agencies_of(person, (Role.ADMINISTRATOR,)))
    rule = get_object_or_404(mine.select_related("agency", "user"), pk=pk)
    back = f"{reverse('delegation')}?agency={rule.agency.code}"
    if request.method == "POST":
        try:
            end_rule(rule=rule, actor=person)
        except RuleRefused:
            messages.info(request, _("The rule has ended already."))
        else:
            messages.success(request, _("The rule is ended."))
        return redirect(back)
    context = {
        "crumbs": [Crumb(_("Delegation"), back), Crumb(_("End the rule"))],
        "rows": [
            SummaryRow(_("Who may decide"), _who(rule)),
            SummaryRow(_("Which decisions"), _outcomes(rule)),
            SummaryRow(_("Up to"), _("No limit") if rule.max_sek is None else money(rule.max_sek)),
            SummaryRow(_("Valid from"), day(rule.valid_from)),
            SummaryRow(_("Valid until"), day(rule.valid_until)),
        ],
        "back_url": back,
    }
    return render(request, "portal/decide/delegation_end.html", context)
