"""Every write of the reviews room: declarations, findings, opinions, proposals, and the decisions
that rest on them."""

from .admission import record_admission
from .assessment import (
    begin_assessment,
    reopen_assessment,
    say_assessment_done,
    take_over_assessment,
)
from .communication import (
    answer_communication,
    mark_communication_read,
    note_not_communicating,
    send_communication,
)
from .conflicts import declare_conflict, withdraw_declaration
from .costs import approve_rest, begin_texts, refuse_failing, save_cost_field
from .deciding import (
    Decided,
    assess_application,
    decide_as_proposed,
    decide_many,
    dismiss_application,
    grant_application,
    reject_against_proposal,
    reject_application,
    revoke_application,
    send_back,
)
from .findings import FindingChanged, record_finding
from .notes import write_note
from .opinions import ask_opinions, give_opinion
from .proposals import insert_reasons, propose, save_proposal_field
from .texts import add_text, change_text, retire_text
from .waivers import ask_waiver, decide_waiver
from .writing import save_work

__all__ = [
    "Decided",
    "FindingChanged",
    "add_text",
    "answer_communication",
    "approve_rest",
    "ask_opinions",
    "ask_waiver",
    "assess_application",
    "begin_assessment",
    "begin_texts",
    "change_text",
    "decide_as_proposed",
    "decide_many",
    "decide_waiver",
    "declare_conflict",
    "dismiss_application",
    "give_opinion",
    "grant_application",
    "insert_reasons",
    "mark_communication_read",
    "note_not_communicating",
    "propose",
    "record_admission",
    "record_finding",
    "refuse_failing",
    "reject_against_proposal",
    "reject_application",
    "reopen_assessment",
    "retire_text",
    "revoke_application",
    "save_cost_field",
    "save_proposal_field",
    "save_work",
    "say_assessment_done",
    "send_back",
    "send_communication",
    "take_over_assessment",
    "withdraw_declaration",
    "write_note",
]
