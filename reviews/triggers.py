"""What the database itself refuses in the reviews room."""

from django.utils.translation import gettext_noop

from core.triggers import CANNOT_CHANGE, append_only, refuse

CONFLICT = gettext_noop("Nobody may take part in a case where they have a conflict of interest.")
STANDS = gettext_noop("A declared conflict of interest holds until an administrator withdraws it.")
WAIVED_BY_ASSESSOR = gettext_noop("One who has assessed a case does not approve its waivers.")
NOT_DECLARED = gettext_noop("Only a declared conflict of interest shuts anybody out of a case.")

_LOOKED_INTO = ("grants_shutout",)
_SHUT_OUT = (
    "EXISTS (SELECT 1 FROM grants_shutout s "
    "WHERE s.application_id = NEW.application_id AND s.user_id = NEW.{column})"
)
_LATEST = (
    "coalesce((SELECT CASE WHEN d.has_conflict THEN 1 ELSE 0 END "
    "FROM reviews_conflictdeclaration d WHERE d.application_id = {row}.application_id "
    "AND d.user_id = {row}.user_id ORDER BY d.id DESC LIMIT 1), 0)"
)
BOTH = ("INSERT", "UPDATE")


def refuse_with_conflict(
    table: str, column: str, *, on: tuple[str, ...] = BOTH, named: str = ""
) -> None:
    """Declare that rows of the table, which are of an `application_id`, are not made nor changed
    by somebody (`column`) with a conflict of interest in the case.

    `on` is INSERT alone where a colleague changes what stands in the name of another; `named`
    tells a table's second column.
    """
    for event in on:
        refuse(
            name=f"{table}{named}_conflict_{event.lower()}",
            table=table,
            on=event,
            message=CONFLICT,
            when=_SHUT_OUT.format(column=column),
            needs=_LOOKED_INTO,
        )


# Nobody who is shut out decides, prepares, takes part or assesses.

refuse(
    name="reviews_decision_conflict",
    table="grants_decision",
    on="INSERT",
    message=CONFLICT,
    when=f"{_SHUT_OUT.format(column='decider_id')} OR {_SHUT_OUT.format(column='preparer_id')}",
    needs=_LOOKED_INTO,
)
refuse_with_conflict("reviews_requirementfinding", "made_by_id")
refuse_with_conflict("reviews_proposal", "prepared_by_id")
refuse_with_conflict("reviews_lineassessment", "assessed_by_id")
refuse_with_conflict("reviews_scenarioamount", "edited_by_id")
refuse_with_conflict("reviews_assessment", "officer_id")
refuse_with_conflict("reviews_waiver", "decided_by_id", named="_decided")
for table, column in (
    ("reviews_waiver", "asked_by_id"),
    ("reviews_workvalue", "saved_by_id"),
    ("reviews_note", "written_by_id"),
    ("reviews_communication", "sent_by_id"),
    ("reviews_notcommunicating", "noted_by_id"),
    ("reviews_admission", "made_by_id"),
):
    refuse_with_conflict(table, column, on=("INSERT",))

# One who has assessed a case approves none of its waivers.

for event in BOTH:
    refuse(
        name=f"reviews_waiver_four_eyes_{event.lower()}",
        table="reviews_waiver",
        on=event,
        message=WAIVED_BY_ASSESSOR,
        when=(
            "EXISTS (SELECT 1 FROM reviews_requirementfinding f "
            "WHERE f.application_id = NEW.application_id AND f.made_by_id = NEW.decided_by_id) "
            "OR EXISTS (SELECT 1 FROM reviews_assessment a "
            "WHERE a.application_id = NEW.application_id AND a.officer_id = NEW.decided_by_id) "
            "OR EXISTS (SELECT 1 FROM reviews_lineassessment l "
            "WHERE l.application_id = NEW.application_id AND l.assessed_by_id = NEW.decided_by_id) "
            "OR EXISTS (SELECT 1 FROM reviews_proposal p "
            "WHERE p.application_id = NEW.application_id AND p.prepared_by_id = NEW.decided_by_id) "
            "OR EXISTS (SELECT 1 FROM reviews_admission m "
            "WHERE m.application_id = NEW.application_id AND m.made_by_id = NEW.decided_by_id)"
        ),
        needs=(
            "reviews_requirementfinding",
            "reviews_assessment",
            "reviews_lineassessment",
            "reviews_proposal",
            "reviews_admission",
        ),
    )

# A declared conflict holds until it is withdrawn, and it alone shuts out.

append_only("reviews_conflictdeclaration")
refuse(
    name="reviews_conflictdeclaration_stands",
    table="reviews_conflictdeclaration",
    on="INSERT",
    message=STANDS,
    when=f"NEW.has_conflict IS NOT NULL AND {_LATEST.format(row='NEW')} = 1",
)
_DECLARED = ("reviews_conflictdeclaration",)
refuse(
    name="reviews_shutout_declared",
    table="grants_shutout",
    on="INSERT",
    message=NOT_DECLARED,
    when=f"{_LATEST.format(row='NEW')} = 0",
    needs=_DECLARED,
)
refuse(
    name="reviews_shutout_no_update",
    table="grants_shutout",
    on="UPDATE",
    message=CANNOT_CHANGE,
)
refuse(
    name="reviews_shutout_stands",
    table="grants_shutout",
    on="DELETE",
    message=STANDS,
    when=f"{_LATEST.format(row='OLD')} = 1",
    needs=_DECLARED,
)

append_only("reviews_communication")
append_only("reviews_communication_organisations")
append_only("reviews_communicatedsource")
append_only("reviews_communicationanswer")
append_only("reviews_notcommunicating")
append_only("reviews_note")
append_only("reviews_admission")
