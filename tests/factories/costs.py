"""Checking the costs of a case through the services."""

import json
from typing import Any

from django.utils import timezone

from applicants.models import User
from core.checks import canonical_json, sha256_text
from grants.models import Application, ApplicationVersion
from reviews.checks.costs import spread
from reviews.content.costs import line_path
from reviews.selectors.costs import cost_check
from reviews.selectors.writing import work_value
from reviews.services import save_cost_field


def say(application: Application, actor: User, number: int, **fields: object) -> None:
    """Write fields of a line's check, over whatever is there."""
    for name, value in fields.items():
        path = line_path(number, name)
        save_cost_field(
            application=application,
            path=path,
            text=str(value),
            base=work_value(application, path).number,
            actor=actor,
        )


def check_costs(
    application: Application,
    actor: User,
    approved_sek: int | None = None,
    *,
    reason: str = "",
    text: str = "Kostnaden godtas inte.",
) -> None:
    """Say of every line what is approved, together `approved_sek` or else all that is asked for.
    `reason` is a code of the call's cost reasons; the first, where it is not given."""
    check = cost_check(application)
    most = {line.number: line.asked_sek for line in check.lines}
    total = sum(most.values())
    approved = spread(total if approved_sek is None else approved_sek, most)
    code = reason or next((each.code for each in check.reasons), "")
    for line in check.lines:
        amount = approved[line.number]
        if amount == line.asked_sek:
            say(application, actor, line.number, verdict="full")
            continue
        if amount:
            say(application, actor, line.number, part_sek=amount, verdict="part")
        else:
            say(application, actor, line.number, verdict="none")
        say(application, actor, line.number, **({"reason": code} if code else {}), text=text)


def line(number: int, amount_sek: int, **fields: Any) -> dict[str, Any]:
    """A budget line as a version's document has it: of activity 1, of the lead."""
    return {
        "number": number,
        "activity": 1,
        "organisation": 0,
        "category": "training",
        "text": f"Kostnad {number}",
        "amount_sek": amount_sek,
        "other_sek": None,
        **fields,
    }


def send_in(
    application: Application, *lines: dict[str, Any], requested_sek: int | None = None
) -> ApplicationVersion:
    """A new version of the case with these budget lines and otherwise as the latest one, as a
    completion would leave it; the case asks for their sum, or where it has none for
    `requested_sek`."""
    latest = application.versions.order_by("-number").first()
    assert latest is not None
    document = json.loads(latest.document)
    document["lines"] = list(lines)
    document["requested_sek"] = requested_sek or sum(each["amount_sek"] for each in lines)
    Application.objects.filter(pk=application.pk).update(requested_sek=document["requested_sek"])
    application.requested_sek = document["requested_sek"]
    text = canonical_json(document)
    return ApplicationVersion.objects.create(
        application=application,
        number=latest.number + 1,
        document=text,
        sha256=sha256_text(text),
        submitted_at=timezone.now(),
    )
