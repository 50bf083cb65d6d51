"""The page of each part of an application: its template, and what it is filled with."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from portal.views import applying_answers, applying_budget, applying_requirements
from portal.views.applying_page import Page
from portal.views.applying_sections import Kind, Section

type Builder = Callable[[Page, Section], dict[str, Any]]

BUILDERS: Mapping[Kind, tuple[str, Builder]] = {
    Kind.ORGANISATION: ("organisation", applying_answers.organisation),
    Kind.QUESTIONS: ("questions", applying_answers.questions),
    Kind.AREAS: ("areas", applying_answers.areas),
    Kind.AREA: ("area", applying_answers.area),
    Kind.BUDGET: ("budget", applying_budget.budget),
    Kind.FUNDING: ("funding", applying_answers.funding),
    Kind.REQUIREMENTS: ("requirements", applying_requirements.requirements),
    Kind.ATTACHMENTS: ("attachments", applying_requirements.attachments),
}


def section_response(page: Page, section: Section) -> HttpResponse:
    """The page of a part of the application."""
    template, build = BUILDERS[section.kind]
    context = page.context(section) | applying_answers.row_urls(page) | build(page, section)
    return render(page.request, f"portal/apply/{template}.html", context)
