"""Where the signing of a report stands: who has signed, who is to, and what a click does."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from applicants.content import assurance_label
from applicants.enums import Signing
from applicants.models import Mandate
from applicants.selectors import signatories_of
from portal.views.labels import second
from portal.views.submitting import SignatureLine, SigningState
from reporting.models import Report, ReportSignature
from reporting.selectors.writing import open_signatures


def signature_line(signature: ReportSignature, sha256: str) -> SignatureLine:
    """Who signed, when and how; whether it is under the content with this checksum."""
    return SignatureLine(
        str(signature.user),
        second(signature.signed_at),
        assurance_label(signature.assurance),
        signature.sha256 == sha256,
    )


def signing_of(report: Report, sha256: str, me: int) -> SigningState:
    """Where the signing of the content with this checksum stands for the person, in two
    queries."""
    return _state(report, signatories_of(report.organisation), open_signatures(report), sha256, me)


def _state(
    report: Report,
    signatories: Sequence[Mandate],
    signatures: Sequence[ReportSignature],
    sha256: str,
    me: int,
) -> SigningState:
    lines = tuple(signature_line(each, sha256) for each in signatures)
    mine = {each.signing for each in signatories if each.user_id == me}
    valid = {each.user_id for each in signatories}
    holding = {each.user_id for each in signatures if each.sha256 == sha256} & valid
    rest = [each for each in signatories if each.user_id != me]
    others = [each for each in rest if each.user_id not in holding]
    named = {"organisation": report.organisation.name, "names": _names(signatories)}
    if not mine:
        who = (
            _("The report is sent in by those who sign for %(organisation)s: %(names)s.")
            if signatories
            else _("Nobody can sign for %(organisation)s yet.")
        )
        return SigningState(lines, who % named, may_sign=False, completes=False)
    if Signing.SOLE in mine:
        said = _(
            "You sign alone for %(organisation)s. When you have signed, the report is sent in."
        )
        return SigningState(lines, said % named, may_sign=True, completes=True)
    if holding - {me}:
        said = _(
            "You sign for %(organisation)s two together, and one has signed. When you have signed "
            "too, the report is sent in."
        )
        return SigningState(lines, said % named, may_sign=True, completes=True)
    named["names"] = _names(others)
    if me in holding:
        said = _(
            "You have signed. The report is sent in when one more has signed: %(names)s. "
            "If anything in it is changed before that, you sign again."
        )
        return SigningState(lines, said % named, may_sign=False, completes=False)
    said = _(
        "You sign for %(organisation)s two together. When you have signed, the report waits for "
        "one more, who is told by mail: %(names)s."
    )
    return SigningState(lines, said % named, may_sign=True, completes=False)


def _names(mandates: Sequence[Mandate]) -> str:
    return ", ".join(dict.fromkeys(str(each.user) for each in mandates)) or "–"
