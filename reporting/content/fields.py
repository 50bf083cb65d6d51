"""What a field of a report takes: made from the call's definition and the plan."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.content import Text
from core.definitions import WHOLE, QuestionKind
from grants.content.fields import LARGEST_SEK, LONG, FieldOption, FieldSpec, spec_of_question
from grants.definitions import CallDefinition

from .paths import area_of, line_of, organisation_of
from .plan import ReportPlan


def report_field(
    definition: CallDefinition, plan: ReportPlan, path: str, language: str
) -> FieldSpec | None:
    """The field with that path; None where the report has no such field."""
    form = definition.report_questionnaire
    match path.split("."):
        case ["area", code] if code in plan.area_codes and form.area_statuses:
            return FieldSpec(
                path=path,
                kind=QuestionKind.ONE_CHOICE,
                label=pgettext_lazy("report", "How far has the work come?"),
                required=True,
                options=tuple(
                    FieldOption(each.code, each.label.in_(language)) for each in form.area_statuses
                ),
            )
        case ["answer", step, key]:
            area = area_of(step)
            question = form.question(area, key)
            known = question is not None and (area == WHOLE or area in plan.area_codes)
            return spec_of_question(question, path, language) if question and known else None
        case ["part", _at, key] if (part := definition.report_form.part) is not None:
            of = organisation_of(path)
            question = part.question(WHOLE, key)
            known = question is not None and of is not None and plan.takes_part(of)
            return spec_of_question(question, path, language) if question and known else None
        case ["own", _at] if (of := organisation_of(path)) is not None and plan.lines_of(of):
            return _money(path, _("Used in all by your own accounts (SEK)"))
        case ["booked", application] if application.isdecimal() and plan.grant(int(application)):
            return _money(path, _("Used in all by the accounts (SEK)"), required=True)
        case ["spent" | "why" as name, *_rest]:
            at = line_of(path)
            if at is None or plan.line(*at) is None:
                return None
            if name == "spent":
                return _money(path, pgettext_lazy("budget line", "Used (SEK)"), required=True)
            return FieldSpec(
                path=path,
                kind=QuestionKind.TEXT,
                label=_("Why it came out otherwise than approved"),
                max_length=LONG,
                rows=2,
            )
    return None


def _money(path: str, label: Text, *, required: bool = False) -> FieldSpec:
    return FieldSpec(
        path=path,
        kind=QuestionKind.MONEY,
        label=label,
        required=required,
        minimum=0,
        maximum=LARGEST_SEK,
    )
