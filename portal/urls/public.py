"""Addresses that are open to everybody, and the national reports."""

from portal.views import (
    builds,
    calls,
    diary,
    editions,
    eligibility,
    invitations,
    previewing,
    public,
    public_round,
    report_writing,
    years,
)
from portal.views.access import Access

from .route import Route

YEAR = "rapporter/<slug:agency>/<int:year>/"
EDITION = f"{YEAR}utgava/<int:number>/"
YEARS = "rapporter/<slug:agency>/over-tid/<slug:stream>/<int:year>/<int:number>/"

ROUTES = (
    Route("", public.front_page, "front-page", Access.PUBLIC),
    Route("om/", public.about, "about", Access.PUBLIC),
    Route("tillganglighet/", public.accessibility, "accessibility", Access.PUBLIC),
    Route("utlysningar/", calls.call_list, "call-list", Access.PUBLIC),
    Route(
        "utlysningar/<slug:agency>/<slug:code>/", calls.call_detail, "call-detail", Access.PUBLIC
    ),
    Route(
        "utlysningar/<slug:agency>/<slug:code>/far-vi-soka/",
        eligibility.call_eligibility,
        "call-eligibility",
        Access.PUBLIC,
    ),
    Route(
        "utlysningar/<slug:agency>/<slug:code>/beslut/",
        public_round.round_decisions,
        "round-decisions",
        Access.PUBLIC,
    ),
    Route(
        "utlysningar/<slug:agency>/<slug:code>/beslut/publicera/",
        public_round.round_publish,
        "round-publish",
        Access.READ_LETTERS,
    ),
    Route(
        "utlysningar/<slug:agency>/<slug:code>/beslut/beviljade.<slug:ending>",
        public_round.round_file,
        "round-file",
        Access.PUBLIC,
    ),
    Route("inbjudan/<str:token>/", invitations.invitation, "invitation", Access.PUBLIC),
    Route("diarium/", diary.diary, "diary", Access.PUBLIC),
    Route("diarium/<int:pk>/", diary.diary_case, "diary-case", Access.PUBLIC),
    Route("rapporter/", editions.edition_list, "edition-list", Access.PUBLIC),
    Route("rapporter/bygg/", builds.edition_build, "edition-build", Access.MAKE_EDITIONS),
    Route("rapporter/bygg/<int:pk>/", builds.build_detail, "build-detail", Access.MAKE_EDITIONS),
    Route(
        f"{YEAR}forhandsvisning/",
        previewing.edition_preview,
        "edition-preview",
        Access.MAKE_EDITIONS,
    ),
    Route(f"{YEAR}saknade/", previewing.missing, "missing-reports", Access.MAKE_EDITIONS),
    Route(f"{YEAR}texter/", report_writing.report_texts, "report-texts", Access.MAKE_EDITIONS),
    Route(
        f"{YEAR}texter/<slug:place>/<slug:lang>/",
        report_writing.report_text,
        "report-text",
        Access.MAKE_EDITIONS,
    ),
    Route(
        f"{YEAR}texter/<slug:place>/<slug:lang>/versioner/",
        report_writing.report_text_history,
        "report-text-history",
        Access.MAKE_EDITIONS,
    ),
    Route("rapporter/<slug:agency>/over-tid/", years.years_tables, "years-tables", Access.PUBLIC),
    Route(f"{YEARS}", years.years_table, "years-table", Access.PUBLIC),
    Route(f"{YEARS}jamforelse.pdf", years.years_pdf, "years-pdf", Access.PUBLIC),
    Route("rapporter/<int:year>/", editions.year_editions, "year-editions", Access.PUBLIC),
    Route(EDITION, editions.edition_detail, "edition-detail", Access.PUBLIC),
    Route(f"{EDITION}rapport.<slug:ending>", editions.edition_file, "edition-file", Access.PUBLIC),
    Route(
        f"{EDITION}tabell/<int:table>/<slug:row>/<slug:column>/",
        editions.cell_detail,
        "cell-detail",
        Access.LOOK_AROUND,
    ),
)
