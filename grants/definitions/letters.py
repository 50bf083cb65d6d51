"""What a call says in its letters and mails beside what they say of themselves.

Part of a call's definition. The texts are the same for everybody: a mail says that there is
news in a case, never what.
"""

from core.definitions.text import Document, LocalText


class LetterTexts(Document):
    """Paragraphs of the call's own; None where it has nothing to add.

    `decision_intro` comes first in every decision letter, after whom it is to, and
    `decision_closing` last, before how one appeals. `receipt`, `decision` and `report_reminder`
    stand in the mails at receipt, when there is a decision and when a report is to be sent in.
    """

    decision_intro: LocalText | None = None
    decision_closing: LocalText | None = None
    receipt: LocalText | None = None
    decision: LocalText | None = None
    report_reminder: LocalText | None = None
