"""Mail that comes back: a report of non-delivery (RFC 3464) tells which mail was refused."""

from email import message_from_bytes
from email.message import Message
from typing import Any

from core.services.outbox import mark_returned, read_mark

MARK = "X-Tilldela-Message"
DELIVERY_STATUS = "message/delivery-status"
ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


def take_return(*, data: bytes) -> bool:
    """Read one mail that a mail server sent back; returns whether it told that one of ours was
    refused for good. What is no such report, or of no mail of ours, is let be."""
    report = message_from_bytes(data)
    refusal, mark = _refusal(report), _mark(report)
    message_id = read_mark(mark) if mark else None
    if refusal is None or message_id is None:
        return False
    return mark_returned(message_id=message_id, error=refusal)


def _refusal(report: Message) -> str | None:
    """Why the receiver refused it; None where it did not, or not for good (RFC 3464, 2.3)."""
    for part in report.walk():
        if part.get_content_type() != DELIVERY_STATUS:
            continue
        groups: Any = part.get_payload()
        for group in groups if isinstance(groups, list) else []:
            status = str(group.get("Status", "")).strip()
            if str(group.get("Action", "")).strip().lower() == "failed" and status[:1] == "5":
                words = str(group.get("Diagnostic-Code", "")).partition(";")[2].strip()
                return " ".join(f"{status} {words}".split())
    return None


def _mark(report: Message) -> str:
    """What our mail carried, from the copy of it, or of its headers, in the report."""
    for part in report.walk():
        if part.get_content_type() not in ORIGINALS:
            continue
        payload: Any = part.get_payload()
        if isinstance(payload, list):
            found = payload[0].get(MARK) if payload else None
        else:
            raw = part.get_payload(decode=True)
            headers = raw if isinstance(raw, bytes) else str(payload).encode()
            found = message_from_bytes(headers).get(MARK)
        if found:
            return str(found)
    return ""
