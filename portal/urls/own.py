"""Addresses of the applicants' own pages."""

from portal.views import (
    appeals,
    applying,
    applying_saving,
    attachments,
    case_actions,
    case_documents,
    case_messages,
    case_papers,
    communication,
    copying,
    delay,
    letters,
    my_pages,
    own_case,
    partners,
    parts,
    submitting,
)
from portal.views.access import Access

from .route import Route

MINE = "mina-ansokningar/<int:pk>/"

ROUTES = (
    Route("mina-sidor/", my_pages.my_pages, "my-pages", Access.SIGNED_IN),
    Route("mina-sidor/start/", my_pages.after_sign_in, "after-sign-in", Access.SIGNED_IN),
    Route(
        f"{MINE}granska/", submitting.application_preview, "application-preview", Access.SIGNED_IN
    ),
    Route(
        f"{MINE}skicka-in/", submitting.application_submit, "application-submit", Access.SIGNED_IN
    ),
    Route(
        f"{MINE}kvitto/", submitting.application_receipt, "application-receipt", Access.SIGNED_IN
    ),
    Route(f"{MINE}arende/", own_case.application_file, "application-file", Access.SIGNED_IN),
    Route(
        f"{MINE}versioner/",
        case_papers.application_versions,
        "application-versions",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}version/<int:number>/ansokan.pdf",
        case_papers.application_pdf,
        "application-pdf",
        Access.SIGNED_IN,
    ),
    Route(f"{MINE}begar-avgorande/", delay.delay_ask, "delay-ask", Access.SIGNED_IN),
    Route(
        f"{MINE}ta-tillbaka/",
        case_actions.application_take_back,
        "application-take-back",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}aterkalla/",
        case_actions.application_withdraw,
        "application-withdraw",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}slang/", case_actions.application_discard, "application-discard", Access.SIGNED_IN
    ),
    Route(
        f"{MINE}komplettera/",
        case_actions.application_complete,
        "application-complete",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}meddelanden/",
        case_messages.application_messages,
        "application-messages",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}meddelanden/<int:file>/",
        case_messages.message_file,
        "message-file",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/medsokande/",
        partners.application_partners,
        "application-partners",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/organisation/<int:organisation>/",
        parts.application_part,
        "application-part",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/organisation/<int:organisation>/svar/",
        parts.partner_answer,
        "partner-answer",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/bilagor/",
        attachments.attachment_add,
        "attachment-add",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/bilagor/<int:attachment>/",
        attachments.attachment_file,
        "attachment-file",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/bilagor/<int:attachment>/ta-bort/",
        attachments.attachment_remove,
        "attachment-remove",
        Access.SIGNED_IN,
    ),
    Route(
        "ansok/<slug:agency>/<slug:code>/tidigare/",
        copying.application_copy,
        "application-copy",
        Access.SIGNED_IN,
    ),
    Route(
        "inbjudan/medsokande/<str:token>/",
        partners.partner_invitation,
        "partner-invitation",
        Access.SIGNED_IN,
    ),
    Route(f"{MINE}handlingar/", case_documents.own_documents, "own-documents", Access.SIGNED_IN),
    Route(
        f"{MINE}handlingar/<int:number>/",
        case_documents.own_document,
        "own-document",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}handlingar/<int:number>/fil/<int:file>/",
        case_documents.own_document_file,
        "own-document-file",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}handlingar/<int:number>/ansokan.pdf",
        case_documents.own_document_pdf,
        "own-document-pdf",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/beslut/<int:decision>/overklaga/",
        appeals.own_appeal,
        "own-appeal",
        Access.SIGNED_IN,
    ),
    Route(
        "ansok/<slug:agency>/<slug:code>/",
        applying.application_begin,
        "application-begin",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/",
        applying.application_tasks,
        "application-tasks",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/falt/",
        applying_saving.field_save,
        "field-save",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/falt/historik/",
        applying_saving.field_history,
        "field-history",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/rad/ny/", applying_saving.row_add, "row-add", Access.SIGNED_IN
    ),
    Route(
        "mina-ansokningar/<int:pk>/rad/bort/",
        applying_saving.row_remove,
        "row-remove",
        Access.SIGNED_IN,
    ),
    Route(
        "mina-ansokningar/<int:pk>/rad/tillbaka/",
        applying_saving.row_restore,
        "row-restore",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}kommunicering/<int:communication>/",
        communication.own_communication,
        "own-communication",
        Access.SIGNED_IN,
    ),
    Route(
        f"{MINE}kommunicering/fil/<int:file>/",
        communication.own_communication_file,
        "own-communication-file",
        Access.SIGNED_IN,
    ),
    Route(f"{MINE}beslut/<int:decision>/", letters.own_decision, "own-decision", Access.SIGNED_IN),
    Route(
        f"{MINE}beslut/<int:decision>/beslut.pdf",
        letters.own_decision_pdf,
        "own-decision-pdf",
        Access.SIGNED_IN,
    ),
    # Stands last of these addresses: any word may be the name of a part.
    Route(
        "mina-ansokningar/<int:pk>/<slug:section>/",
        applying.application_section,
        "application-section",
        Access.SIGNED_IN,
    ),
)
