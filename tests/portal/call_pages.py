"""Calls that are being made, as the pages show them."""

from typing import Any

from django.test import Client
from django.urls import reverse

from applicants.enums import Role
from applicants.models import User
from core.models import Agency
from grants.models import Call, CallDraft
from grants.services.call_drafts import copy_call
from tests.factories import AgencyFactory, staff
from tests.portal.html import Page
from tests.portal.open_calls import call_with_form


class Makers:
    """An agency with an open call, two who write calls and one who publishes them."""

    def __init__(self) -> None:
        self.agency: Agency = AgencyFactory(code="socialstyrelsen", short="Socialstyrelsen")
        self.call: Call = call_with_form(self.agency)
        self.officer: User = staff(self.agency, Role.CASE_OFFICER)
        self.colleague: User = staff(self.agency, Role.ADMINISTRATOR)
        self.decider: User = staff(self.agency, Role.DECISION_MAKER)
        self.stranger: User = staff(AgencyFactory(), Role.CASE_OFFICER)

    def copy(self, year: int = 2028) -> CallDraft:
        return copy_call(call=self.call, actor=self.officer, code=f"kommuner-{year}", year=year)


def part_url(draft: CallDraft, slug: str) -> str:
    return reverse("call-draft-part", args=[draft.pk, slug])


def node_url(draft: CallDraft, place: str) -> str:
    return reverse("call-draft-node", args=[draft.pk, place])


def form_of(page: Page) -> dict[str, Any]:
    """Every control of the page's form as a browser would send it, without a button."""
    form = next(each for each in page.all("main form") if each.cssselect("[name=base]"))
    sent: dict[str, list[str]] = {}
    for each in form.cssselect("input[name], select[name], textarea[name]"):
        name, kind = each.get("name"), each.get("type", "")
        if each.get("disabled") is not None:
            continue
        if kind in ("checkbox", "radio") and each.get("checked") is None:
            continue
        if each.tag == "select":
            chosen = each.cssselect("option[selected]") or each.cssselect("option")[:1]
            value = chosen[0].get("value") if chosen else ""
        elif each.tag == "textarea":
            value = (each.text or "").removeprefix("\n")
        else:
            value = each.get("value", "")
        sent.setdefault(name, []).append(value)
    return dict(sent)


def save(client: Client, page: Page, url: str, act: str = "save", **changed: Any) -> Any:
    """Send the page's form with what was changed; names have `__` for a dot."""
    said = form_of(page) | {name.replace("__", "."): each for name, each in changed.items()}
    return client.post(url, said | {"act": act})
