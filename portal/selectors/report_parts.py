"""A report's document in a case, as it is read: what was sent in, and what was asked back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from core.definitions import Questionnaire
from core.formats import amount
from core.models import StoredFile
from grants.content.parts import Part
from grants.definitions import CallDefinition
from grants.models import CaseDocument
from grants.selectors.parts import said
from reporting.content.fields import report_field
from reporting.models import ReportDocument, ReportReturn
from reporting.selectors.plan import applications_of, definition_for, plan_of

type Json = dict[str, Any]


def sent_report(document: CaseDocument, number: int, language: str) -> tuple[Part, ...]:
    """What was sent in of the report: areas, answers, and the economic report line by line."""
    found = _document(document, number)
    if found is None:
        return ()
    definition = definition_for(found.version.report)
    content: Json = json.loads(found.document)
    parts = (
        *_areas(content, definition, language),
        *said(_("The whole"), list(_answers(content["answers"], definition, "", language))),
        *_money(content),
    )
    return tuple(replace(part, key=f"part.{place}") for place, part in enumerate(parts, 1))


def _document(document: CaseDocument, number: int) -> ReportDocument | None:
    return (
        ReportDocument.objects.select_related("version__report")
        .filter(version=number, version__report__references__application=document.application_id)
        .first()
    )


def _areas(content: Json, definition: CallDefinition, language: str) -> Iterator[Part]:
    titles = definition.area_titles(language)
    form = definition.report_questionnaire
    for area in content["areas"]:
        status = form.status(area["status"] or "")
        rows = [(_("State"), status.label.in_(language) if status else _("Not answered"))]
        rows += _answers(area["answers"], definition, area["area"], language)
        yield from said(titles.get(area["area"], area["area"]), rows)


def _answers(
    answers: Json, definition: CallDefinition, area: str, language: str
) -> Iterator[tuple[str, str]]:
    form: Questionnaire = definition.report_questionnaire
    for placed in form.questions_for(area):
        question = placed.question
        value = answers.get(question.key)
        if isinstance(value, list):
            options = (question.option(code) for code in value)
            value = ", ".join(each.label.in_(language) for each in options if each)
        if value:
            yield question.text.in_(language), value


def _money(content: Json) -> Iterator[Part]:
    for grant in content["grants"]:
        rows = [
            (
                # What a line is called is the applicant's own words.
                _("Budget line"),
                f"{line['title']}: "
                + _("%(spent)s used of %(approved)s. %(why)s")
                % {
                    "spent": amount(line["spent_sek"] or 0),
                    "approved": amount(line["approved_sek"]),
                    "why": line["why"],
                },
            )
            for line in grant["lines"]
        ]
        rows.append((_("In all"), amount(grant["spent_sek"])))
        yield from said(_("Economic report, %(number)s") % {"number": grant["number"]}, rows)


def asked_back(document: CaseDocument, number: int, language: str) -> tuple[Part, ...]:
    """The questions that a report was returned with."""
    found = (
        ReportReturn.objects.select_related("report")
        .filter(pk=number, report__references__application=document.application_id)
        .first()
    )
    if found is None:
        return ()
    applications = applications_of(found.report)
    plan = plan_of(found.report, applications, language)
    definition = definition_for(found.report, applications)
    rows = [(_("To the whole"), found.message)] if found.message else []
    for path, question in found.items:
        spec = report_field(definition, plan, path, language)
        rows.append((str(spec.label) if spec is not None else path, question))
    return said(_("Questions on the report"), rows)


def files_of_report(document: CaseDocument, number: int) -> list[StoredFile]:
    """The files that the report was sent in with, but for those that are documents of their own
    in the case."""
    found = _document(document, number)
    if found is None:
        return []
    own = CaseDocument.objects.filter(application=document.application_id, file__isnull=False)
    files = StoredFile.objects.filter(report_file__report=found.version.report_id).exclude(
        pk__in=own.values("file")
    )
    return [each for each in files.order_by("pk") if each.sha256 in found.document]
