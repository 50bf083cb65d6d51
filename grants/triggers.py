"""What the database itself refuses in the grants room."""

from django.utils.translation import gettext_noop

from core.triggers import CANNOT_CHANGE, append_only, refuse, refuse_removal

FOUR_EYES = gettext_noop("Nobody may decide a case that they have assessed.")
SHUT_OUT = gettext_noop("Nobody with a conflict of interest may take part in a decision.")


def _among(column: str) -> str:
    """SQL for the ids of a list in JSON, each between commas."""
    ids = f"CAST(NEW.{column} AS TEXT)"
    return f"replace(replace(replace({ids}, '[', ','), ']', ','), ' ', '')"


def _another_origin() -> str:
    """SQL: a request is said to come from somebody else, or from another paper."""
    changed = (
        f"COALESCE(NEW.{column}, 0) <> COALESCE(OLD.{column}, 0)"
        for column in ("asked_by_id", "registered_by_id")
    )
    return f"{' OR '.join(changed)} OR NEW.signed_by <> OLD.signed_by"


append_only("grants_ledgerentry")
append_only("grants_applicationversion")
append_only("grants_calldefinitionrecord")
refuse_removal("grants_calldraft")
refuse(
    name="grants_calldraft_goes_on",
    table="grants_calldraft",
    on="UPDATE",
    message=gettext_noop("A call being made only goes on, and ends when published."),
    when=(
        "OLD.state <> 'draft' OR NEW.version <= OLD.version OR NEW.agency_id <> OLD.agency_id "
        "OR NEW.origin <> OLD.origin OR NEW.created_by_id <> OLD.created_by_id"
    ),
)
append_only("grants_decision")
append_only("grants_message")
append_only("grants_decisioncorrection")
append_only("grants_documentchange")
append_only("grants_disclosurerefusal")
refuse_removal("grants_fieldmark")
refuse_removal("grants_casedocument")
refuse(
    name="grants_casedocument_number_stays",
    table="grants_casedocument",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "NEW.application_id <> OLD.application_id OR NEW.number <> OLD.number "
        "OR NEW.source <> OLD.source"
    ),
)
refuse_removal("grants_decisiondelivery")
refuse(
    name="grants_decisiondelivery_opened_stays",
    table="grants_decisiondelivery",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "NEW.decision_id <> OLD.decision_id OR NEW.organisation_id <> OLD.organisation_id "
        "OR (OLD.opened_at IS NOT NULL "
        "AND (NEW.opened_at IS NULL OR NEW.opened_at <> OLD.opened_at))"
    ),
)
refuse_removal("grants_decisionletter")
refuse(
    name="grants_decisionletter_frozen",
    table="grants_decisionletter",
    on="UPDATE",
    message=gettext_noop("A decision letter is not changed."),
    when=(
        "NEW.decision_id <> OLD.decision_id OR NEW.document <> OLD.document "
        "OR NEW.sha256 <> OLD.sha256 OR NEW.frozen_at <> OLD.frozen_at "
        "OR (OLD.file_id IS NOT NULL AND (NEW.file_id IS NULL OR NEW.file_id <> OLD.file_id))"
    ),
)
refuse(
    name="grants_delegationrule_only_ended",
    table="grants_delegationrule",
    on="UPDATE",
    message=gettext_noop("A delegation rule is not changed, only ended."),
    when=(
        "NEW.agency_id <> OLD.agency_id OR NEW.role <> OLD.role "
        "OR coalesce(NEW.user_id, 0) <> coalesce(OLD.user_id, 0) "
        "OR coalesce(NEW.max_sek, 0) <> coalesce(OLD.max_sek, 0) "
        "OR CAST(NEW.outcomes AS TEXT) <> CAST(OLD.outcomes AS TEXT) "
        "OR NEW.valid_from <> OLD.valid_from OR NEW.reference <> OLD.reference"
    ),
)

refuse(
    name="grants_decision_assessor",
    table="grants_decision",
    on="INSERT",
    message=FOUR_EYES,
    when=f"{_among('assessor_ids')} LIKE '%,' || NEW.decider_id || ',%'",
)
refuse(
    name="grants_decision_took_part",
    table="grants_decision",
    on="INSERT",
    message=SHUT_OUT,
    when=(
        "EXISTS (SELECT 1 FROM grants_shutout s "  # noqa: S608 - no value from outside is in it
        f"WHERE s.application_id = NEW.application_id "
        f"AND {_among('took_part_ids')} LIKE '%,' || s.user_id || ',%')"
    ),
    needs=("grants_shutout",),
)

append_only("grants_requisition")
append_only("grants_reconciliation")
refuse_removal("grants_paymentorder")
refuse(
    name="grants_paymentorder_goes_on",
    table="grants_paymentorder",
    on="UPDATE",
    message=gettext_noop("A payment order only goes on to its next state."),
    when=(
        "NEW.agency_id <> OLD.agency_id OR NEW.made_by_id <> OLD.made_by_id "
        "OR NEW.made_at <> OLD.made_at "
        "OR coalesce(OLD.approved_by_id, NEW.approved_by_id, 0) <> coalesce(NEW.approved_by_id, 0) "
        "OR (OLD.sha256 <> '' AND NEW.sha256 <> OLD.sha256) "
        "OR (NEW.state <> OLD.state AND NOT ("
        "(OLD.state = 'made' AND NEW.state IN ('approved', 'cancelled')) "
        "OR (OLD.state = 'approved' AND NEW.state IN ('handed_over', 'cancelled')) "
        "OR (OLD.state = 'handed_over' AND NEW.state = 'answered')))"
    ),
)
refuse_removal("grants_payment")
refuse(
    name="grants_payment_stays",
    table="grants_payment",
    on="UPDATE",
    message=gettext_noop("A payment is not changed."),
    when=(
        "NEW.order_id <> OLD.order_id OR NEW.number <> OLD.number OR NEW.part <> OLD.part "
        "OR NEW.application_id <> OLD.application_id OR NEW.decision_id <> OLD.decision_id "
        "OR NEW.amount_sek <> OLD.amount_sek OR NEW.year <> OLD.year "
        "OR (OLD.giro_number <> '' AND (NEW.giro_number <> OLD.giro_number "
        "OR NEW.giro_kind <> OLD.giro_kind OR NEW.payee <> OLD.payee)) "
        "OR (OLD.state <> 'ordered' AND NEW.state <> OLD.state)"
    ),
)
refuse(
    name="grants_payment_answered_when_handed_over",
    table="grants_payment",
    on="UPDATE",
    message=gettext_noop("Only an order that was handed over has been paid."),
    when=(
        "NEW.state <> OLD.state AND NEW.state IN ('paid', 'refused') AND NOT EXISTS "
        "(SELECT 1 FROM grants_paymentorder o WHERE o.id = NEW.order_id "
        "AND o.state = 'handed_over')"
    ),
    needs=("grants_paymentorder",),
)
refuse_removal("grants_orderanswer")
refuse(
    name="grants_orderanswer_stays",
    table="grants_orderanswer",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "NEW.order_id <> OLD.order_id OR NEW.sha256 <> OLD.sha256 "
        "OR CAST(NEW.rows AS TEXT) <> CAST(OLD.rows AS TEXT) OR OLD.finished_at IS NOT NULL"
    ),
)
refuse_removal("grants_paymentstop")
refuse(
    name="grants_paymentstop_only_lifted",
    table="grants_paymentstop",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "NEW.application_id <> OLD.application_id OR NEW.reason <> OLD.reason "
        "OR NEW.stopped_by_id <> OLD.stopped_by_id OR OLD.lifted_at IS NOT NULL"
    ),
)
refuse_removal("grants_referencerate")
refuse(
    name="grants_referencerate_only_withdrawn",
    table="grants_referencerate",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "OLD.withdrawn_at IS NOT NULL OR NEW.from_on <> OLD.from_on "
        "OR NEW.hundredths <> OLD.hundredths OR NEW.entered_by_id <> OLD.entered_by_id"
    ),
)
refuse_removal("grants_claim")
refuse(
    name="grants_claim_stays",
    table="grants_claim",
    on="UPDATE",
    message=gettext_noop("A claim is not changed."),
    when=(
        "NEW.application_id <> OLD.application_id OR NEW.amount_sek <> OLD.amount_sek "
        "OR NEW.due_on <> OLD.due_on OR NEW.text <> OLD.text OR NEW.sent_by_id <> OLD.sent_by_id "
        "OR NEW.pay_to <> OLD.pay_to"
    ),
)
refuse_removal("grants_writeoff")
refuse(
    name="grants_writeoff_decided_once",
    table="grants_writeoff",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "OLD.decided_at IS NOT NULL OR NEW.amount_sek <> OLD.amount_sek "
        "OR NEW.application_id <> OLD.application_id OR NEW.grounds <> OLD.grounds "
        "OR NEW.proposed_by_id <> OLD.proposed_by_id"
    ),
)
refuse_removal("grants_carryoverrequest")
refuse(
    name="grants_carryoverrequest_decided_once",
    table="grants_carryoverrequest",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "OLD.decided_at IS NOT NULL OR NEW.amount_sek <> OLD.amount_sek "
        "OR NEW.application_id <> OLD.application_id OR NEW.year <> OLD.year "
        f"OR NEW.reasons <> OLD.reasons OR {_another_origin()}"
    ),
)

refuse_removal("grants_grantchange")
refuse(
    name="grants_grantchange_goes_on",
    table="grants_grantchange",
    on="UPDATE",
    message=gettext_noop("A change that was asked for only goes on to its next state."),
    when=(
        "NEW.application_id <> OLD.application_id OR NEW.kind <> OLD.kind "
        "OR CAST(NEW.wanted AS TEXT) <> CAST(OLD.wanted AS TEXT) OR NEW.reasons <> OLD.reasons "
        f"OR {_another_origin()} "
        "OR OLD.state IN ('granted', 'partly', 'refused', 'withdrawn') "
        "OR (NEW.state IN ('granted', 'partly', 'refused') AND (NEW.state <> OLD.proposed "
        "OR CAST(NEW.proposal AS TEXT) <> CAST(OLD.proposal AS TEXT) "
        "OR NEW.proposal_reasons <> OLD.proposal_reasons "
        "OR NEW.prepared_by_id <> OLD.prepared_by_id)) "
        "OR (NEW.state <> OLD.state AND NOT ("
        "(OLD.state = 'asked' AND NEW.state IN ('question', 'prepared', 'withdrawn')) "
        "OR (OLD.state = 'question' AND NEW.state IN ('asked', 'withdrawn')) "
        "OR (OLD.state = 'prepared' "
        "AND NEW.state IN ('asked', 'granted', 'partly', 'refused', 'withdrawn'))))"
    ),
)
refuse(
    name="grants_grantchange_shut_out",
    table="grants_grantchange",
    on="UPDATE",
    message=SHUT_OUT,
    when=(
        "NEW.state IN ('prepared', 'granted', 'partly', 'refused') AND EXISTS "
        "(SELECT 1 FROM grants_shutout s "
        "WHERE s.application_id = NEW.application_id AND ((OLD.state <> 'prepared' "
        "AND s.user_id = NEW.prepared_by_id) OR s.user_id = NEW.decided_by_id))"
    ),
    needs=("grants_shutout",),
)
refuse(
    name="grants_grantchange_follows_shut_out",
    table="grants_grantchange",
    on="INSERT",
    message=SHUT_OUT,
    when=(
        "EXISTS (SELECT 1 FROM grants_shutout s WHERE s.application_id = NEW.application_id "
        "AND s.user_id IN (NEW.prepared_by_id, NEW.decided_by_id))"
    ),
    needs=("grants_shutout",),
)
refuse_removal("grants_changequestion")
refuse(
    name="grants_changequestion_answered_once",
    table="grants_changequestion",
    on="UPDATE",
    message=CANNOT_CHANGE,
    when=(
        "OLD.answered_at IS NOT NULL OR NEW.change_id <> OLD.change_id OR NEW.text <> OLD.text "
        "OR NEW.asked_by_id <> OLD.asked_by_id"
    ),
)
refuse_removal("grants_caseletter")
refuse(
    name="grants_caseletter_frozen",
    table="grants_caseletter",
    on="UPDATE",
    message=gettext_noop("A letter that was sent is not changed."),
    when=(
        "NEW.application_id <> OLD.application_id OR NEW.source <> OLD.source "
        "OR NEW.document <> OLD.document "
        "OR NEW.sha256 <> OLD.sha256 OR NEW.frozen_at <> OLD.frozen_at "
        "OR (OLD.file_id IS NOT NULL AND (NEW.file_id IS NULL OR NEW.file_id <> OLD.file_id))"
    ),
)
