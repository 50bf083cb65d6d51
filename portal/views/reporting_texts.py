"""What the checks say of a report, in plain words, and where each thing is written."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.content import Text, Tone
from core.definitions import WHOLE, ProblemCode
from grants.checks import Finding
from portal.views.applying_fields import Note
from portal.views.applying_sections import area_slug, field_id
from portal.views.finding_texts import SEVERITY_LABELS, SEVERITY_TONES, problem_text
from portal.views.labels import language
from reporting.checks.answers import MISSING
from reporting.content.fields import report_field
from reporting.content.paths import CERTIFICATE, area_of, line_of, organisation_of
from reporting.selectors.writing import ReportRoom

ECONOMY, CERTIFICATES, CHECK = "ekonomi", "intyg", "kontroll"
MISSING_AT_FIELD = gettext_lazy("Required before the report can be sent in.")


def whole_slug(key: str) -> str:
    """The address of a section of the questionnaire that is asked once."""
    return f"fragor-{key.replace('_', '-')}"


def part_slug(organisation: int) -> str:
    """The address of an organisation's own part."""
    return f"del-{organisation}"


def slug_of(room: ReportRoom, path: str) -> str:
    """The page on which a field is written; "" for none."""
    match path.split("."):
        case ["area", code]:
            return area_slug(code)
        case ["answer", step, key]:
            if (area := area_of(step)) != WHOLE:
                return area_slug(area)
            asked = room.definition.report_questionnaire.questions_for(WHOLE)
            found = (each.section.key for each in asked if each.question.key == key)
            return whole_slug(next(found, ""))
        case ["part" | "own", *_rest]:
            return part_slug(organisation_of(path) or 0)
        case ["spent" | "why" | "booked", *_rest]:
            return ECONOMY
        case [name] if name == CERTIFICATE:
            return CERTIFICATES
    return ""


def name_of(room: ReportRoom, path: str) -> str:
    """What a field is called, with where it stands."""
    if path == CERTIFICATE:
        return _("The auditor’s certificate")
    spec = report_field(room.definition, room.plan, path, language())
    label = str(spec.label) if spec is not None else path
    match path.split("."):
        case ["area", code]:
            return f"{_area(room, code)}: {label}"
        case ["answer", step, _key] if area_of(step) != WHOLE:
            return f"{_area(room, area_of(step))}: {label}"
        case ["spent" | "why", *_rest] if (at := line_of(path)) is not None:
            line = room.plan.line(*at)
            return f"{line.title if line else path}: {label}"
        case ["booked", application]:
            grant = room.plan.grant(int(application))
            return f"{grant.number if grant else path}: {label}"
        case ["part" | "own", *_rest]:
            of = organisation_of(path)
            names = (each.name for each in room.plan.takers if each.organisation == of)
            return f"{next(names, '')}: {label}"
    return label


def _area(room: ReportRoom, code: object) -> str:
    found = room.definition.area(str(code))
    return found.title.in_(language()) if found else str(code)


def _money(finding: Finding, name: str) -> str:
    value = finding.params.get(name)
    return formats.amount(value) if isinstance(value, int) else formats.DASH


def _taker(room: ReportRoom, finding: Finding) -> str:
    names = (e.name for e in room.plan.takers if e.organisation == finding.organisation)
    return next(names, _("The organisation"))


def _asked(room: ReportRoom, finding: Finding) -> str:
    return _("Not answered: %(question)s") % {"question": name_of(room, finding.field)}


def _unfit(room: ReportRoom, finding: Finding) -> str:
    code = ProblemCode(str(finding.params["problem"]))
    return f"{name_of(room, finding.field)}: {problem_text(code, finding.params)}"


def _line(room: ReportRoom, finding: Finding) -> dict[str, str]:
    return {
        "line": str(finding.params.get("line", "")),
        "approved": _money(finding, "approved"),
        "spent": _money(finding, "spent"),
    }


def _sums(room: ReportRoom, finding: Finding) -> dict[str, str]:
    return {
        "booked": _money(finding, "booked"),
        "spent": _money(finding, "spent"),
        "limit": _money(finding, "limit"),
        "left": _money(finding, "left"),
        "case": str(finding.params.get("case", "")),
        "organisation": _taker(room, finding),
        "area": _area(room, finding.params.get("area", "")),
        "due": str(finding.params.get("due", "")),
    }


_TEXTS: Mapping[str, Text] = {
    "spent_above_available": gettext_lazy(
        "The lines of %(case)s add up to %(spent)s, and there was %(limit)s to use. Correct the "
        "lines: more than was available cannot be reported."
    ),
    "booked_missing": gettext_lazy("Write what has been used in all of %(case)s by the accounts."),
    "sums_differ": gettext_lazy(
        "The lines of %(case)s add up to %(spent)s, and the accounts say %(booked)s. They must "
        "be the same."
    ),
    "own_sum_differs": gettext_lazy(
        "%(organisation)s says that it has used %(booked)s, and its lines add up to %(spent)s. "
        "They must be the same."
    ),
    "part_not_done": gettext_lazy("%(organisation)s has not said that its part is done."),
    "spent_not_carried_out": gettext_lazy(
        "%(area)s is said not to have been carried out, and %(spent)s has been used in it."
    ),
    "carried_out_unspent": gettext_lazy(
        "Work has been done in %(area)s, and none of the money for it has been used."
    ),
    "not_carried_out": gettext_lazy("The work in %(area)s was not carried out."),
    "money_left": gettext_lazy(
        "%(left)s is left of %(case)s. The agency decides what is to be repaid."
    ),
    "certificate_missing": gettext_lazy(
        "Attach an auditor’s certificate. It is needed for grants of %(limit)s or more."
    ),
    "overdue": gettext_lazy(
        "The report was due %(due)s. It is received all the same, and marked as late."
    ),
    "not_evaluated": gettext_lazy(
        "A check could not be made, so the report cannot be sent in now. Try again later."
    ),
}
_LINE_TEXTS: Mapping[str, Text] = {
    "spent_missing": gettext_lazy("Write what has been used of “%(line)s”. Write 0 for nothing."),
    "line_unexplained": gettext_lazy(
        "%(spent)s has been used of “%(line)s”, and %(approved)s was approved. Explain why."
    ),
    "line_deviates": gettext_lazy(
        "%(spent)s has been used of “%(line)s”, and %(approved)s was approved."
    ),
}
_MADE: Mapping[str, Callable[[ReportRoom, Finding], str]] = {
    "answer_missing": _asked,
    "answer_unfit": _unfit,
}


def finding_text(room: ReportRoom, finding: Finding) -> str:
    """What a check says."""
    if finding.code == "area_forgotten":
        area = _area(room, finding.params["area"])
        return _("Say how far the work in %(area)s has come.") % {"area": area}
    if finding.code in _MADE:
        return _MADE[finding.code](room, finding)
    if finding.code in _LINE_TEXTS:
        return str(_LINE_TEXTS[finding.code]) % _line(room, finding)
    return str(_TEXTS[finding.code]) % _sums(room, finding)


def note_of(room: ReportRoom, finding: Finding, *, at_field: bool = False) -> Note:
    """A finding in words; what is merely not done yet is said quietly at its field."""
    remains = finding.code in MISSING
    quiet = at_field and finding.code in {"area_forgotten", "answer_missing", "spent_missing"}
    return Note(
        Tone.NEUTRAL if remains else SEVERITY_TONES[finding.severity],
        "" if quiet else _("Remains") if remains else SEVERITY_LABELS[finding.severity],
        MISSING_AT_FIELD if quiet and finding.blocks else finding_text(room, finding),
        quiet=quiet,
    )


def anchor(path: str) -> str:
    """Where on its page a field stands."""
    return f"#{field_id(path)}"
