"""How a call's grants are paid out, and what holds for money that is to come back.

Part of a call's definition. Percentages are whole, days and months calendar ones.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from core.definitions.faults import fault, faults_at
from core.definitions.text import Document, LocalText, NonEmpty

Days = Annotated[int, Field(strict=True, ge=1, le=366)]
Percent = Annotated[int, Field(strict=True, ge=1, le=100)]
Months = Annotated[int, Field(strict=True, ge=0, le=36)]
Item = Annotated[NonEmpty, Field(max_length=60)]


class PaymentPart(Document):
    """A part of a grant, in percent of it. It is due so many months after the decision, and where
    `after_interim` not before the interim report is accepted."""

    percent: Percent
    months: Months = 0
    after_interim: bool = False


class RepaymentTerms(Document):
    """What holds for money that is claimed back. `due_days` is how long the party has to pay.

    `interest` is the provision by which the agency charges interest on what is late; None: it
    charges none. `blocks` is the provision by which an organisation that owes money may not
    apply; None: what is owed is a warning only. `pay_to` says where and how to pay, such as the
    agency's giro number, as a claim's letter tells it unless the controller writes otherwise;
    None: as the agency last wrote.
    """

    due_days: Days = 30
    interest: LocalText | None = None
    blocks: LocalText | None = None
    pay_to: LocalText | None = None


class PaymentTerms(Document):
    """How grants are paid: from which appropriation item (anslagspost), in which parts, and
    whether the grantee asks for each part (rekvisition)."""

    appropriation: Item
    requisition: bool = False
    parts: Annotated[tuple[PaymentPart, ...], Field(min_length=1, max_length=12)]
    repayment: RepaymentTerms = RepaymentTerms()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = sum(part.percent for part in self.parts)
        if total != 100:
            faults_at("PaymentTerms", [(("parts",), fault("parts_not_whole", value=total))])
        return self
