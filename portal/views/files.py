"""Files in and out: receiving uploads, handing out downloads, saying what is wrong.

Who may see or attach a file, the view that calls this has decided.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats
from core.checks.files import FileRefused, FileRefusedCode, clean_file_name, extension
from core.content import FileItem, Tag, Text, Tone
from core.enums import FileState
from core.models import StoredFile
from core.selectors.files import file_path, may_be_handed_out
from core.services.files import StillPointedAt, delete_stored_file, store_upload
from portal.views import labels

logger = logging.getLogger(__name__)

FIELD = "file"
"""The name under which files are posted."""


def download_response(file: StoredFile) -> HttpResponseBase:
    """The file, to be saved and never shown inside the site; raises Http404 when nobody may
    have it."""
    if not may_be_handed_out(file):
        raise Http404
    try:
        content = file_path(file).open("rb")
    except FileNotFoundError as error:
        logger.exception("the bytes of file %s are missing", file.pk)
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=file.name, content_type=file.media_type
    )
    # Opened in the browser all the same, it may neither run anything nor reach the site.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def refusal_text(refused: FileRefused) -> str:
    """What is wrong with the file and what to do about it, in the reader's language."""
    if refused.code == "type_differs_from_name" and not refused.params.get("content"):
        text = _(
            "The name ends in .%(named)s, but the content is something else. Open the file in "
            "the program it was made with and save it as PDF."
        )
    else:
        text = _refusals()[refused.code]
    return text % refused.params


def _refusals() -> Mapping[FileRefusedCode, str]:
    return {
        "empty": _("The file is empty. Check that it is the right one and choose it again."),
        "too_large": _(
            "The file is larger than %(limit_mb)s MB. Make it smaller or divide it into several."
        ),
        "too_many": _(
            "There are %(limit)s files already, and there may be no more. Remove one that is not "
            "needed, or join several into one PDF."
        ),
        "type_not_allowed": _(
            "Files of this kind are not received. Save it as PDF, Word (docx), Excel (xlsx), "
            "OpenDocument (odt, ods, odp) or an image (jpg, png, gif, webp, tif)."
        ),
        "type_differs_from_name": _(
            "The name ends in .%(named)s, but the content is %(content)s. Rename the file so that "
            "it ends in .%(content)s, or save it again in the right format."
        ),
        "old_format": _(
            "The file is in an older format that is not received. Open it and save it as docx, "
            "xlsx or PDF."
        ),
        "macros": _(
            "The file contains macros, small programs, and is not received. Save it without "
            "macros as docx or xlsx, or as PDF."
        ),
        "encrypted": _(
            "The file is locked with a password, so nobody can check or read it. Remove the "
            "password and choose the file again."
        ),
        "damaged": _(
            "The file is damaged or incomplete. Check that you can open it, save it again and "
            "choose the new file."
        ),
        "suspicious_archive": _(
            "The file is built in a way that can harm those who open it, and is not received. "
            "Save it as PDF and choose that file."
        ),
        "suspicious_content": _(
            "The file has another file hidden in it and is not received. Save it again as PDF and "
            "choose that file."
        ),
    }


def same_content_text(others: Sequence[StoredFile]) -> str:
    """That the same content is there already, under these names."""
    names = ", ".join(f"”{other.name}”" for other in others)
    return ngettext(
        "The file has the same content as %(names)s, which is already there.",
        "The file has the same content as %(names)s, which are already there.",
        len(others),
    ) % {"names": names}


def size_text(size: int) -> str:
    """Bytes as `1,5 MB` or `12 kB`, rounded up, with the decimal sign of the language."""
    kilobytes = -(-size // 1000)
    if kilobytes < 1000:
        return f"{kilobytes}{formats.NBSP}kB"
    tenths = -(-size // 100_000)
    sign = "." if labels.language() == "en" else ","
    return f"{formats.number(tenths // 10)}{sign}{tenths % 10}{formats.NBSP}MB"


def file_item(file: StoredFile, *, url: str, remove_url: str = "", note: Text = "") -> FileItem:
    """The file as a line of `components/file_list.html`; `url` gives it out."""
    parts = [extension(file.name).upper(), size_text(file.size), labels.day(file.created_at)]
    handed_out = may_be_handed_out(file)
    return FileItem(
        name=file.name,
        meta=", ".join(part for part in parts if part),
        url=url if handed_out else "",
        tag=None if handed_out else _why_not(file),
        note=note,
        remove_url=remove_url,
        waiting=not handed_out and file.state != FileState.INFECTED,
    )


def _why_not(file: StoredFile) -> Tag:
    if file.state == FileState.INFECTED:
        return Tag(_("Removed, had a virus"), Tone.DANGER)
    return Tag(_("Being checked for viruses"), Tone.INFO)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file of a request; `refused` says why it was not received."""

    name: str
    refused: str = ""
    note: str = ""


def receive_uploads(
    request: HttpRequest, *, uploaded_by: UUID, attach: Callable[[StoredFile], Text | None]
) -> list[Received]:
    """Store each file of the request and give it to `attach`, which points at it by a row.

    `attach` calls a service; what it returns is a note to the reader (such as that the same
    content is there already). What it raises removes the file again; a FileRefused becomes an
    outcome, and everything else is raised.
    """
    outcomes = []
    for upload in request.FILES.getlist(FIELD):
        name = clean_file_name(upload.name or "")
        try:
            file = store_upload(upload=upload, uploaded_by=uploaded_by)
            try:
                note = attach(file)
            except Exception:
                _discard(file)
                raise
        except FileRefused as refused:
            outcomes.append(Received(name, refused=refusal_text(refused)))
        else:
            outcomes.append(Received(file.name, note=str(note or "")))
    return outcomes


def _discard(file: StoredFile) -> None:
    try:
        delete_stored_file(file=file)
    except StillPointedAt:
        logger.exception("file %s was refused and is pointed at", file.pk)


def upload_answer(
    request: HttpRequest,
    outcomes: Sequence[Received],
    *,
    shown: Callable[[], HttpResponse],
    back: str,
) -> HttpResponse:
    """The answer to an upload.

    To `upload.js`, which sends one file at a time: what `shown` gives, a fragment with the list
    (an element with the id of the upload box and `-list`), or with status 422 the reason as
    plain text. To a plain form: messages, and back to the page.
    """
    if request.headers.get("HX-Request"):
        refused = [one.refused for one in outcomes if one.refused]
        if refused or not outcomes:
            text = " ".join(refused) or _("Choose a file first.")
            return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
        return shown()
    if not outcomes:
        messages.error(request, _("Choose a file first."))
    for one in outcomes:
        if one.refused:
            messages.error(request, f"{one.name}: {one.refused}")
        elif one.note:
            messages.warning(request, f"{one.name}: {one.note}")
    count = sum(not one.refused for one in outcomes)
    if count:
        text = ngettext("%(count)d file is received.", "%(count)d files are received.", count)
        messages.success(request, text % {"count": count})
    return redirect(back)
