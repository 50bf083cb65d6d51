"""What the database itself refuses in the grants room."""

from django.utils.translation import gettext_noop

from core.triggers import append_only, refuse

FOUR_EYES = gettext_noop("Nobody may decide a case that they have assessed.")

append_only("grants_ledgerentry")
append_only("grants_applicationversion")
append_only("grants_calldefinitionrecord")
append_only("grants_decision")
append_only("grants_message")

refuse(
    name="grants_decision_assessor",
    table="grants_decision",
    on="INSERT",
    message=FOUR_EYES,
    when=(
        "replace(replace(replace(CAST(NEW.assessor_ids AS TEXT), '[', ','), ']', ','), ' ', '') "
        "LIKE '%,' || NEW.decider_id || ',%'"
    ),
)
