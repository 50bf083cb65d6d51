"""The mails that staff look after: what did not arrive, and sending it again."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from core.content import Cell, Crumb, Row, SummaryRow, Table, Text
from core.enums import JournalKind, OutboxState
from core.models import OutboxMessage
from core.services.outbox import SENDABLE_AGAIN, NotResendable
from portal.content import mail_kind, mail_tag
from portal.forms.mail import MailFilter, ResendForm
from portal.selectors.mail import (
    MAIL_KEYS,
    CaseNamed,
    cases_named,
    mails_found,
    mails_visible_to,
)
from portal.services.mail import resend_mail
from portal.views.access import person_of
from portal.views.labels import moment
from portal.views.lists import Heading, listing

HEADINGS = (
    Heading(gettext_lazy("Queued"), "queued", nowrap=True),
    Heading(gettext_lazy("Mail")),
    Heading(gettext_lazy("Case")),
    Heading(gettext_lazy("To"), "recipient"),
    Heading(gettext_lazy("State"), "trouble"),
    Heading(gettext_lazy("Send again")),
)


@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """The mails of the reader's agencies, those that did not arrive first."""
    form = MailFilter(request.GET)
    page = listing(
        request,
        mails_found(mails_visible_to(request.user), form.chosen),
        form=form,
        headings=HEADINGS,
        keys=MAIL_KEYS,
        default="-trouble",
    )
    cases = cases_named(page.rows, request.user)
    table = Table(
        id="mails",
        caption=_("Mail"),
        columns=page.columns,
        rows=tuple(_row(mail, cases) for mail in page.rows),
        stack=True,
        caption_hidden=True,
    )
    return render(request, "portal/mail_list.html", {"form": form, "page": page, "table": table})


def _row(mail: OutboxMessage, cases: Mapping[str, CaseNamed]) -> Row:
    case = cases.get(mail.journal_subject) if mail.journal_kind == JournalKind.CASE else None
    again = mail.state in SENDABLE_AGAIN
    return Row(
        Cell(moment(mail.created_at)),
        (
            Cell(mail_kind(mail.kind)),
            Cell(
                _about(mail, case),
                url=reverse("application-detail", args=[case.pk]) if case and case.opens else "",
            ),
            Cell(mail.recipient),
            Cell(tag=mail_tag(mail.state), note=_state_note(mail)),
            Cell(
                _("Send again") if again else "–",
                url=reverse("mail-resend", args=[mail.pk]) if again else "",
                label=_("Send the mail to %(recipient)s again") % {"recipient": mail.recipient}
                if again
                else "",
            ),
        ),
    )


def _about(mail: OutboxMessage, case: CaseNamed | None) -> Text:
    if case is not None:
        return case.number or _("A draft")
    if mail.journal_kind == JournalKind.ORGANISATION:
        return _("An organisation")
    return "–"


def _state_note(mail: OutboxMessage) -> Text:
    if mail.state == OutboxState.SENT:
        return moment(mail.sent_at)
    if mail.state == OutboxState.PENDING and mail.attempts:
        return ngettext(
            "tried %(attempts)d time, next %(time)s",
            "tried %(attempts)d times, next %(time)s",
            mail.attempts,
        ) % {"attempts": mail.attempts, "time": moment(mail.next_attempt_at)}
    return mail.last_error


@require_http_methods(["GET", "HEAD", "POST"])
def mail_resend(request: HttpRequest, *, pk: int) -> HttpResponseBase:
    """One mail that did not arrive: what hindered it, and sending it again."""
    mail = get_object_or_404(mails_visible_to(request.user), pk=pk)
    sendable = mail.state in SENDABLE_AGAIN
    form = ResendForm(request.POST if request.method == "POST" else None, message=mail)
    if form.is_valid():
        try:
            resend_mail(
                message=mail,
                actor=person_of(request),
                recipient=form.cleaned_data.get("recipient"),
            )
        except NotResendable:
            messages.error(request, _("The mail is on its way, or was sent already."))
        else:
            messages.success(request, _("The mail is sent again."))
        return redirect("mail-list")
    case = cases_named([mail], request.user).get(mail.journal_subject)
    context = {
        "crumbs": [Crumb(_("Mail"), reverse("mail-list")), Crumb(_("Send again"))],
        "mail": mail,
        "form": form,
        "sendable": sendable,
        "summary": [
            SummaryRow(_("Mail"), mail_kind(mail.kind)),
            SummaryRow(_("Case"), _about(mail, case)),
            SummaryRow(_("To"), mail.recipient),
            SummaryRow(_("Queued"), moment(mail.created_at)),
            SummaryRow(_("State"), tag=mail_tag(mail.state)),
            SummaryRow(_("Attempts"), str(mail.attempts)),
            SummaryRow(_("What the mail server said"), mail.last_error or "–"),
        ],
    }
    return render(request, "portal/mail_resend.html", context)
