"""Changes of a grant after it was decided: asked for by the grantee, prepared and decided."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from applicants.models import User
from grants.enums import ChangeKind, ChangeState

from .applications import Application
from .decisions import Decision
from .delegation import DelegationRule

DECIDED = (ChangeState.GRANTED, ChangeState.PARTLY, ChangeState.REFUSED)
IN_EFFECT = (ChangeState.GRANTED, ChangeState.PARTLY)
OPEN = (ChangeState.ASKED, ChangeState.QUESTION, ChangeState.PREPARED)


class GrantChange(models.Model):
    """That the grantee asks for a change of its grant, and what became of it.

    `wanted` is what is asked for, `proposal` what the officer proposes and, once it is decided,
    what holds: documents of `grants.content.changes`. `decision` is the grant's decision that it
    changes; a grant that is decided anew no longer has it. `applied` numbers the changes of a
    case in the order in which they took effect. `follows` is the change in another case in which
    it was decided: a merger concerns all of an organisation's cases at the agency. Times are UTC.

    One that came on paper or by mail has no `asked_by`: `registered_by` entered it, `signed_by` is
    the name under it, and `asked_at` is when it came. Whoever registered it may prepare it, as
    with any paper that comes in, and does not decide it. That it is withdrawn can come on paper
    too: `withdrawal_registered_by` entered it, with the name under it and its words, and
    `withdrawn_at` is when it came.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("kind"), max_length=8, choices=ChangeKind.choices)
    state = models.CharField(
        _("state"), max_length=9, choices=ChangeState.choices, default=ChangeState.ASKED
    )
    wanted = models.JSONField()
    reasons = models.TextField(_("reasons"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked for"))
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_by = models.CharField(_("signed on the paper by"), max_length=200, blank=True)
    proposed = models.CharField(
        _("proposed"), max_length=9, choices=ChangeState.choices, blank=True
    )
    proposal = models.JSONField(null=True)
    proposal_reasons = models.TextField(_("reasons of the proposal"), blank=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(_("prepared"), null=True)
    sent_back = models.TextField(_("why it was sent back"), blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)
    delegation_rule = models.ForeignKey(
        DelegationRule, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="changes"
    )
    applied = models.PositiveSmallIntegerField(null=True)
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="followed_by"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawal_registered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawal_signed_by = models.CharField(
        _("withdrawal signed on the paper by"), max_length=200, blank=True
    )
    withdrawal_text = models.TextField(_("what the withdrawal says"), blank=True)

    class Meta:
        verbose_name = _("change of a grant")
        verbose_name_plural = _("changes of grants")
        indexes: ClassVar = [
            models.Index(
                fields=["state", "asked_at"],
                condition=Q(state__in=OPEN),
                name="grantchange_open",
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=ChangeKind.values), name="grantchange_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ChangeState.values), name="grantchange_state_known"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="grantchange_has_reasons"),
            models.CheckConstraint(
                condition=(Q(prepared_by__isnull=True) | ~Q(prepared_by=F("asked_by")))
                & (
                    Q(decided_by__isnull=True)
                    | (
                        ~Q(decided_by=F("asked_by"))
                        & ~Q(decided_by=F("prepared_by"))
                        & ~Q(decided_by=F("registered_by"))
                    )
                ),
                name="grantchange_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False, registered_by__isnull=True, signed_by="")
                | (Q(asked_by__isnull=True, registered_by__isnull=False) & ~Q(signed_by="")),
                name="grantchange_asked_or_registered",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ChangeState.PREPARED, *DECIDED))
                | (
                    Q(
                        prepared_by__isnull=False,
                        prepared_at__isnull=False,
                        proposed__in=DECIDED,
                        proposal__isnull=False,
                    )
                    & ~Q(proposal_reasons="")
                ),
                name="grantchange_prepared_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=DECIDED,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    state=F("proposed"),
                )
                | (
                    ~Q(state__in=DECIDED)
                    & Q(decided_by__isnull=True, decided_at__isnull=True, applied__isnull=True)
                ),
                name="grantchange_decided_as_proposed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=IN_EFFECT, applied__gt=0)
                | (~Q(state__in=IN_EFFECT) & Q(applied__isnull=True)),
                name="grantchange_in_effect_is_numbered",
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=ChangeState.WITHDRAWN) & Q(withdrawn_at__isnull=True)),
                name="grantchange_withdrawn_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    withdrawal_registered_by__isnull=True,
                    withdrawal_signed_by="",
                    withdrawal_text="",
                )
                | (
                    Q(state=ChangeState.WITHDRAWN, withdrawal_registered_by__isnull=False)
                    & ~Q(withdrawal_signed_by="")
                    & ~Q(withdrawal_text="")
                ),
                name="grantchange_withdrawn_on_paper",
            ),
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(state__in=OPEN),
                name="grantchange_one_open_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["application", "applied"], name="grantchange_order_of_effect"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.kind}"


class ChangeQuestion(models.Model):
    """What the officer asks the grantee about a change, and the answer; times are UTC. An answer
    that came on paper has the one who registered it and the name under it for `answered_by`."""

    change = models.ForeignKey(GrantChange, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField(_("question"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_by = models.CharField(_("signed on the paper by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("question about a change")
        verbose_name_plural = _("questions about changes")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="changequestion_asks"),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True,
                    answered_by__isnull=True,
                    registered_by__isnull=True,
                    signed_by="",
                    answer="",
                )
                | (
                    Q(answered_at__isnull=False)
                    & ~Q(answer="")
                    & (
                        Q(answered_by__isnull=False, registered_by__isnull=True, signed_by="")
                        | (
                            Q(answered_by__isnull=True, registered_by__isnull=False)
                            & ~Q(signed_by="")
                        )
                    )
                ),
                name="changequestion_answered_with_words",
            ),
            models.UniqueConstraint(
                fields=["change"],
                condition=Q(answered_at__isnull=True),
                name="changequestion_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} {self.asked_at:%Y-%m-%d}"
