"""What is left to do of a cost check, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.views.labels import language, money
from reviews.selectors.costs import CostCheck


def to_do(check: CostCheck, names: Mapping[int, str]) -> list[str]:
    """What is left to do before a grant can be proposed, in words."""
    lacking = list(check.lacking.values())
    found = []
    if number := lacking.count("changed"):
        found.append(
            ngettext(
                "Check again the %(number)d line that the applicant has changed.",
                "Check again the %(number)d lines that the applicant has changed.",
                number,
            )
            % {"number": number}
        )
    if number := lacking.count("verdict"):
        found.append(
            ngettext(
                "Check the %(number)d line that nothing is said of.",
                "Check the %(number)d lines that nothing is said of.",
                number,
            )
            % {"number": number}
        )
    if number := lacking.count("amount"):
        found.append(
            ngettext(
                "Write the approved amount of %(number)d line.",
                "Write the approved amounts of %(number)d lines.",
                number,
            )
            % {"number": number}
        )
    if number := lacking.count("reason"):
        found.append(
            ngettext(
                "Give the reason for %(number)d line that is not approved in full.",
                "Give the reasons for %(number)d lines that are not approved in full.",
                number,
            )
            % {"number": number}
        )
    failing = {line.organisation for line in check.of_failing if line.known_sek != 0}
    found += [
        _("Approve nothing for %(organisation)s, which does not meet all requirements.")
        % {"organisation": names.get(organisation, "")}
        for organisation in sorted(each for each in failing if each is not None)
    ]
    if check.too_much_in_common:
        found.append(
            _(
                "Approve at most %(amount)s of the costs in common: the rest belongs to"
                " organisations that do not meet all requirements."
            )
            % {"amount": money(check.most_in_common_sek or 0)}
        )
    if check.everyone and check.none_meets:
        found.append(_("No organisation meets all requirements: nothing can be granted."))
    found += [
        _("Keep the ceiling of the rule “%(rule)s”, or write why it is passed.")
        % {"rule": each.rule.title.in_(language())}
        for each in check.unmet
    ]
    return found
