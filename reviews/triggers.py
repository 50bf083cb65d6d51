"""What the database itself refuses in the reviews room."""

from django.utils.translation import gettext_noop

from core.triggers import refuse

CONFLICT = gettext_noop("Nobody may take part in a case where they have a conflict of interest.")

_LOOKED_INTO = ("reviews_conflictdeclaration",)
_DECLARED = (
    "EXISTS (SELECT 1 FROM reviews_conflictdeclaration d "
    "WHERE d.application_id = NEW.application_id AND d.has_conflict AND d.user_id = NEW.{column})"
)

refuse(
    name="reviews_decision_conflict",
    table="grants_decision",
    on="INSERT",
    message=CONFLICT,
    when=f"{_DECLARED.format(column='decider_id')} OR {_DECLARED.format(column='preparer_id')}",
    needs=_LOOKED_INTO,
)
for table, column in (
    ("reviews_requirementfinding", "made_by_id"),
    ("reviews_proposal", "prepared_by_id"),
):
    for event in ("INSERT", "UPDATE"):
        refuse(
            name=f"{table}_conflict_{event.lower()}",
            table=table,
            on=event,
            message=CONFLICT,
            when=_DECLARED.format(column=column),
            needs=_LOOKED_INTO,
        )
