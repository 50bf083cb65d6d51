"""The journal of a case as a timeline: codes become words, silence is said plainly."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from applicants.models import User
from applicants.selectors import agency_ids_for, people_by_pseudonym
from core.content import Text, TimelineItem
from core.enums import ActorKind, JournalKind
from core.models import Event
from core.selectors.journal import ToldEvent, events_told
from grants.models import Application
from grants.selectors.register import SEES_DOCUMENTS
from grants.workflow import Condition
from portal.content import entry_label, mail_kind

from .labels import money

EVENTS: Mapping[str, Text] = {
    "application.submitted": gettext_lazy("The application was received"),
    "application.discarded": gettext_lazy("The draft was discarded"),
    "application.taken_back": gettext_lazy("The application was taken back"),
    "application.completion_requested": gettext_lazy("Completion was requested"),
    "application.completed": gettext_lazy("The application was completed"),
    "application.lapsed": gettext_lazy("The time for completion ran out"),
    "application.dismissed": gettext_lazy("The application was dismissed"),
    "application.assessed": gettext_lazy("The application was assessed"),
    "application.reopened": gettext_lazy("The assessment was reopened"),
    "application.granted": gettext_lazy("The application was granted"),
    "application.rejected": gettext_lazy("The application was rejected"),
    "application.withdrawn": gettext_lazy("The application was withdrawn"),
    "application.reconsidered": gettext_lazy("The decision was reconsidered"),
    "application.interim_reported": gettext_lazy("The interim report was accepted"),
    "application.final_reported": gettext_lazy("The final report was accepted"),
    "application.revoked": gettext_lazy("The grant was revoked"),
    "application.closed": gettext_lazy("The case was closed"),
    "application.begun": gettext_lazy("The draft was begun"),
    "application.written": gettext_lazy("The draft was changed"),
    "application.registered": gettext_lazy("The case got its register number"),
    "application.assigned": gettext_lazy("The case was assigned"),
    "application.decision_asked": gettext_lazy("The party asked that the case be decided"),
    "application.decision_ask_refused": gettext_lazy("The request for a decision was refused"),
    "case.marked": gettext_lazy("The case was marked"),
    "case.unmarked": gettext_lazy("A mark was taken away"),
    "application.signed": gettext_lazy("The application or a part of it was signed"),
    "message.sent": gettext_lazy("A message was sent"),
    "participation.changed": gettext_lazy("A partner's part was changed, to be approved anew"),
    "participation.answered": gettext_lazy("A partner answered"),
    "participation.invited": gettext_lazy("A partner was invited"),
    "participation.accepted": gettext_lazy("A partner accepted an invitation"),
    "participation.removed": gettext_lazy("A partner was left out"),
    "participation.reminded": gettext_lazy("A partner was reminded"),
    "partner.invited": gettext_lazy("A partner was invited by e-mail"),
    "partner.declined": gettext_lazy("An invitation was declined"),
    "partner.invitation_withdrawn": gettext_lazy("An invitation was withdrawn"),
    "application.copied": gettext_lazy("The draft was begun from an earlier application"),
    "document.registered": gettext_lazy("A document was registered by hand"),
    "document.corrected": gettext_lazy("The registration of a document was corrected"),
    "document.marked": gettext_lazy("A document was marked secret"),
    "document.unmarked": gettext_lazy("The secrecy marking of a document was removed"),
    "fields.marked": gettext_lazy("Fields were marked secret"),
    "fields.unmarked": gettext_lazy("The secrecy marking of fields was removed"),
    "disclosure.asked": gettext_lazy("Documents of the case were asked for"),
    "disclosure.reviewed": gettext_lazy("A document was reviewed for disclosure"),
    "disclosure.refused": gettext_lazy("It was decided not to give out documents"),
    "disclosure.given_out": gettext_lazy("Documents were given out"),
    "conflict.declared": gettext_lazy("Conflict of interest was declared or ruled out"),
    "conflict.withdrawn": gettext_lazy("A declaration of conflict of interest was withdrawn"),
    "communication.sent": gettext_lazy("Material was sent to the applicant to answer"),
    "communication.read": gettext_lazy("An organisation opened what was sent to it"),
    "communication.answered": gettext_lazy("The applicant answered what was sent to it"),
    "communication.not_needed": gettext_lazy("It was noted why material is not sent"),
    "note.written": gettext_lazy("An official note was written"),
    "application.admitted": gettext_lazy("The application was admitted to be tried"),
    "application.dismissal_proposed": gettext_lazy("It was proposed to dismiss the application"),
    "finding.recorded": gettext_lazy("A performance requirement was assessed"),
    "assessment.begun": gettext_lazy("An assessment form was begun"),
    "assessment.taken_over": gettext_lazy("An assessment form was taken over"),
    "assessment.done": gettext_lazy("An assessment form was done"),
    "assessment.reopened": gettext_lazy("An assessment form was taken up again"),
    "waiver.asked": gettext_lazy("A waiver of a requirement was asked for"),
    "waiver.approved": gettext_lazy("A waiver of a requirement was approved"),
    "waiver.refused": gettext_lazy("A waiver of a requirement was refused"),
    "waiver.withdrawn": gettext_lazy("A waiver no longer holds, since the finding has changed"),
    "opinions.asked": gettext_lazy("County boards were asked for opinions"),
    "opinion.reminded": gettext_lazy("A county board was reminded"),
    "opinion.more_time_asked": gettext_lazy("A county board asked for more time"),
    "opinion.more_time_answered": gettext_lazy("The request for more time was answered"),
    "opinion.given": gettext_lazy("A county board gave its opinion"),
    "line.assessed": gettext_lazy("A budget line was checked"),
    "ceiling.reasoned": gettext_lazy("A reason to pass a cost rule's ceiling was written"),
    "finding.drafted": gettext_lazy("The assessment of performance requirements was begun"),
    "proposal.amount_set": gettext_lazy("The amount was set by hand in a distribution"),
    "proposal.drafted": gettext_lazy("A proposal was begun"),
    "proposal.made": gettext_lazy("A decision was proposed"),
    "proposal.allotted": gettext_lazy("The proposal got its amount from a distribution"),
    "decision.corrected": gettext_lazy("An obvious error in the decision was corrected"),
    "decision.letter_made": gettext_lazy("The letter of a decision was made"),
    "decision.opened": gettext_lazy("The decision was opened"),
    "decision.delivered_on_paper": gettext_lazy("The decision was delivered on paper"),
    "decision.reminded": gettext_lazy("A party was reminded of the decision"),
    "appeal.received": gettext_lazy("An appeal was received"),
    "appeal.admitted": gettext_lazy("The appeal was found to be in time"),
    "appeal.dismissed": gettext_lazy("The appeal was dismissed"),
    "appeal.tried": gettext_lazy("The decision was tried anew after the appeal"),
    "appeal.handed_over": gettext_lazy("The appeal was handed over to the court"),
    "appeal.ended": gettext_lazy("The court's outcome was registered"),
    "ledger.booked": gettext_lazy("Money was booked"),
    "payment.asked": gettext_lazy("The grantee asked for a payment"),
    "payment.ordered": gettext_lazy("A payment was put in a payment order"),
    "payment.taken_out": gettext_lazy("A payment was taken out of its order"),
    "payment.paid": gettext_lazy("A payment was made"),
    "payment.refused": gettext_lazy("A payment was not carried out"),
    "payment.stopped": gettext_lazy("The payments were stopped"),
    "payment.stop_lifted": gettext_lazy("The payments were taken up again"),
    "claim.sent": gettext_lazy("Money was claimed back"),
    "claim.reminded": gettext_lazy("The party was reminded of a claim"),
    "write_off.proposed": gettext_lazy("A write-off was proposed"),
    "write_off.decided": gettext_lazy("A write-off was decided"),
    "carry_over.asked": gettext_lazy("The grantee asked to use money later"),
    "carry_over.registered": gettext_lazy("A request to use money later came on paper"),
    "carry_over.decided": gettext_lazy("The request to use money later was decided"),
    "change.asked": gettext_lazy("The grantee asked for a change of the grant"),
    "change.registered": gettext_lazy("A request to change the grant came on paper"),
    "change.question": gettext_lazy("The grantee was asked about the change"),
    "change.answered": gettext_lazy("The grantee answered about the change"),
    "change.answer_registered": gettext_lazy("An answer about the change came on paper"),
    "change.withdrawn": gettext_lazy("The request for a change was withdrawn"),
    "change.withdrawal_registered": gettext_lazy(
        "The withdrawal of a request for a change came on paper"
    ),
    "change.prepared": gettext_lazy("A decision on the change was proposed"),
    "change.sent_back": gettext_lazy("The proposal on the change was sent back"),
    "change.decided": gettext_lazy("The change of the grant was decided"),
    "change.merged": gettext_lazy("The case went over to the organisation that absorbed another"),
    "application.partners_back": gettext_lazy("A partner that had left takes part again"),
    "letter.made": gettext_lazy("The letter was made"),
    "report.required": gettext_lazy("A report was asked for"),
    "report.started": gettext_lazy("The report was begun"),
    "report.received": gettext_lazy("The report was received"),
    "report.returned": gettext_lazy("The report was returned with questions"),
    "report.accepted": gettext_lazy("The report was accepted"),
    "report.signed": gettext_lazy("The report was signed"),
    "report.part_done": gettext_lazy("An organisation’s part of the report was done"),
    "report.not_needed": gettext_lazy("A report was no longer needed"),
    "mail.queued": gettext_lazy("A mail was queued"),
    "mail.sent": gettext_lazy("A mail was sent"),
    "mail.failed": gettext_lazy("A mail could not be sent"),
    "mail.bounced": gettext_lazy("A mail was refused by the receiver"),
    "mail.resent": gettext_lazy("A mail was sent again"),
    "text.removed": gettext_lazy("A text was removed by a decision"),
}
NOT_RECORDED: Mapping[str, Text] = {
    "made_by": gettext_lazy("who did it"),
    "required_answers": gettext_lazy("which questions had to be answered"),
    Condition.AMOUNT_ASKED: gettext_lazy("the amount asked for"),
    Condition.ALL_ANSWERED: gettext_lazy("the answers to the application form"),
    Condition.PARTNERS_APPROVED: gettext_lazy("the partners' approval"),
    Condition.NO_BLOCKING_CHECK: gettext_lazy("the checks of the application"),
    Condition.NEVER_RECEIVED: gettext_lazy("that it had never been received"),
    Condition.CALL_OPEN: gettext_lazy("that the call was open"),
    Condition.NOBODY_ASSIGNED: gettext_lazy("whether a case officer was assigned"),
    Condition.FIELDS_AND_DATE_NAMED: gettext_lazy("what was to be completed, and by when"),
    Condition.OFFICER_OR_DATE_PASSED: gettext_lazy("why the completion lapsed"),
    Condition.DISMISSAL_GROUND: gettext_lazy("the ground for dismissal"),
    Condition.REASONS_GIVEN: gettext_lazy("the reasons"),
    Condition.ASSIGNED: gettext_lazy("the case officer"),
    Condition.NO_CONFLICT: gettext_lazy("declarations of conflict of interest"),
    Condition.FINDINGS_COMPLETE: gettext_lazy("findings of the performance requirements"),
    Condition.ASSESSMENT_DONE: gettext_lazy("the assessment form"),
    Condition.OPINIONS_IN: gettext_lazy("the county boards' opinions"),
    Condition.PROPOSAL_WITH_REASONS: gettext_lazy("the proposal and its reasons"),
    Condition.COMMUNICATED: gettext_lazy("communication with the applicant"),
    Condition.REQUIREMENTS_MET: gettext_lazy("that the requirements were met"),
    Condition.AMOUNT_WITHIN_ASKED: gettext_lazy("that the amount was within what was asked for"),
    Condition.FRAME_HOLDS: gettext_lazy("that the frame held"),
    Condition.FOUR_EYES: gettext_lazy("who prepared and who decided"),
    Condition.DECIDED_AFTER_RECEIPT: gettext_lazy("that the decision came after the receipt"),
    Condition.RECONSIDERATION_GROUND: gettext_lazy("the ground for reconsideration"),
    Condition.REPORT_ACCEPTED: gettext_lazy("that the report was accepted"),
    Condition.REPORTED_AFTER_DECISION: gettext_lazy("that the report came after the decision"),
    Condition.INTERIM_DONE_OR_NOT_ASKED: gettext_lazy("the interim report"),
    Condition.LISTED_GROUND: gettext_lazy("the ground for revocation"),
    Condition.LEDGER_BALANCED: gettext_lazy("that the ledger balanced"),
}
DATE = "date"
"""What stands among the missing where nobody knows when it happened."""
TIMED = frozenset(
    {
        "application.submitted",
        "application.interim_reported",
        "application.final_reported",
        "report.received",
    }
)
"""What an old register gives the hour of; of the rest it gives the day."""
_AMOUNTS: Mapping[str, Text] = {
    "requested_sek": pgettext_lazy("amount", "Requested"),
    "granted_sek": pgettext_lazy("amount", "Granted"),
    "amount_sek": gettext_lazy("Amount"),
}


def timeline_of(application: Application, user: User) -> list[TimelineItem]:
    """The case's events, the oldest first. Their texts are for those of the agency who read the
    case's documents, and of a conflict of interest for nobody: the reason is a person's own."""
    reads = application.call.agency_id in agency_ids_for(user, SEES_DOCUMENTS)
    events = events_told(kind=JournalKind.CASE, subject=str(application.pk))
    people = people_by_pseudonym(told.event.actor for told in events if told.event.actor)
    return [_item(told, people, reads=reads) for told in events]


def _item(told: ToldEvent, people: Mapping[str, User], *, reads: bool) -> TimelineItem:
    event = told.event
    payload = json.loads(event.payload)
    missing = payload.get("not_recorded", [])
    texts = _texts(told) if reads and not event.name.startswith("conflict.") else []
    return TimelineItem(
        at=event.occurred_at,
        heading=EVENTS.get(event.name, event.name),
        who=_who(event, people),
        day_only=event.actor_kind == ActorKind.IMPORT and event.name not in TIMED,
        dated=DATE not in missing,
        details=(*_details(event.name, payload), *texts),
        not_recorded=tuple(NOT_RECORDED.get(code, code) for code in missing if code != DATE),
    )


def _who(event: Event, people: Mapping[str, User]) -> Text:
    if event.actor_kind == ActorKind.PERSON:
        person = people.get(event.actor)
        return str(person) if person else _("a person no longer known")
    if event.actor_kind == ActorKind.IMPORT:
        return _("from an older register")
    return _("the system")


def _details(name: str, payload: Mapping[str, Any]) -> list[Text]:
    if name.startswith("mail."):
        return [mail_kind(payload["kind"])]
    if name == "ledger.booked":
        return [
            _("%(kind)s for %(year)s: %(amount)s")
            % {
                "kind": entry_label(payload["kind"]),
                "year": payload["year"],
                "amount": money(payload["amount_sek"]),
            }
        ]
    return [
        f"{label}: {money(payload[key])}"
        for key, label in _AMOUNTS.items()
        if payload.get(key) is not None
    ]


def _texts(told: ToldEvent) -> list[Text]:
    return [
        text if text is not None else _("A text has been removed by a decision.")
        for text in told.texts
    ]
