"""The form of a kind of change, filled in by the grantee or by the officer who prepares it."""

from typing import Any

from django.utils.translation import gettext as _

from grants.content.changes import Change, PartnerChange
from grants.enums import ChangeKind
from portal.forms.changes import BudgetForm, ChangeForm, MergerForm, PartnerForm, TimeForm
from portal.selectors.changes import ChangeRoom


def possible(room: ChangeRoom, kind: ChangeKind) -> bool:
    """Whether the grant has anything of that kind to change."""
    ground = room.ground
    if ground is None:
        return False
    match kind:
        case ChangeKind.BUDGET:
            return len(ground.lines) > 1 and any(line.allotted_sek > 0 for line in ground.lines)
        case ChangeKind.TIME:
            return any((ground.basis.use_until, ground.basis.interim_due, ground.basis.final_due))
        case ChangeKind.PARTNER:
            return bool(ground.partners)
        case ChangeKind.MERGER:
            return True


def change_form(
    room: ChangeRoom,
    kind: ChangeKind,
    data: Any = None,
    *,
    leaving: int | None = None,
    wanted: Change | None = None,
    reasons_label: Any = None,
) -> ChangeForm | None:
    """The form; None where the grant has nothing of that kind, or the partner is not named."""
    ground = room.ground
    if ground is None or not possible(room, kind):
        return None
    given: dict[str, Any] = {
        "ground": ground,
        "names": room.names,
        "wanted": wanted,
        "reasons_label": reasons_label,
    }
    match kind:
        case ChangeKind.BUDGET:
            return BudgetForm(data, **given)
        case ChangeKind.TIME:
            return TimeForm(data, **given)
        case ChangeKind.PARTNER:
            partner = wanted.organisation if isinstance(wanted, PartnerChange) else leaving
            if partner is None or partner not in ground.partners:
                return None
            return PartnerForm(data, leaving=partner, **given)
        case ChangeKind.MERGER:
            return MergerForm(data, **given)


def reasons_label(kind: ChangeKind) -> str:
    """What the grantee is asked to write of its reasons."""
    return {
        ChangeKind.BUDGET: _("Why is the money to be used otherwise?"),
        ChangeKind.TIME: _("Why is more time needed, and what is done meanwhile?"),
        ChangeKind.PARTNER: _("Why does the partner leave, and who does its part of the work?"),
        ChangeKind.MERGER: _("What was decided about the merger, by whom and when?"),
    }[kind]
