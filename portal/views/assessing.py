"""The assessment form of a case beside its application, and the check before it is assessed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from applicants.enums import Role
from core.content import Cell, Column, Crumb, Row, Table, Tag, Tone
from core.definitions import Answers, visible_questions
from core.definitions.questionnaire import Placed
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec, spec_of_question
from grants.definitions.assessment import AssessmentForm
from grants.models import Application
from grants.selectors import latest_version
from grants.selectors.sent_in import content_of_version
from portal.views.access import person_of
from portal.views.applying_fields import FormField, Typed, form_field, shown_text
from portal.views.applying_sections import field_id
from portal.views.case_papers import file_addresses, officers_crumbs, received_case
from portal.views.case_roles import works_as
from portal.views.case_saving import REFUSALS, autosave_context, history_addresses, saver
from portal.views.declaring import declared_or_redirect
from portal.views.finding_values import refused_text
from portal.views.labels import call_title, language, moment
from portal.views.saving import Posted, clean, number_in, save_page, saved_message
from portal.views.sent_in import Laid, laid_out
from reviews.checks import ReviewRefused
from reviews.checks.assessment import Scored, scored, unanswered
from reviews.content.findings import ASSESSMENT, answer_path
from reviews.models import Assessment
from reviews.selectors.assessment import assessments_of, form_answers, form_of, may_see
from reviews.selectors.writing import earlier_work, work_values
from reviews.services import (
    begin_assessment,
    reopen_assessment,
    say_assessment_done,
    take_over_assessment,
)
from reviews.services.assessment import may_begin
from reviews.services.in_hand import IN_HAND


@dataclass(frozen=True, kw_only=True)
class AssessedQuestion:
    """A question with the guidance beside it."""

    id: str
    field: FormField
    guidance: str


@dataclass(frozen=True, kw_only=True)
class QuestionGroup:
    """Questions under a heading."""

    id: str
    heading: str
    help: str
    questions: tuple[AssessedQuestion, ...]


@dataclass(frozen=True, kw_only=True)
class Assessing:
    """A case's assessment as one of its officers meets it. `mine` is the form they write in."""

    application: Application
    form: AssessmentForm
    forms: tuple[Any, ...]
    mine: Assessment | None
    values: Mapping[str, SavedValue]
    open: bool

    @property
    def answers(self) -> Answers:
        """The answers of one's own form."""
        if self.mine is None:
            return Answers()
        return form_answers(self.form, self.values, self.mine.number)

    @property
    def writable(self) -> bool:
        """Whether one's own form can be written in."""
        return self.open and self.mine is not None and self.mine.done_at is None

    def specs(self) -> dict[str, FieldSpec]:
        """The fields of one's own form, by path."""
        if self.mine is None:
            return {}
        paths = {answer_path(self.mine.number, each.key): each for each in self.form.questions()}
        return {path: spec_of_question(each, path, language()) for path, each in paths.items()}


def assessing_of(request: HttpRequest, application: Application) -> Assessing:
    """The case's forms, as the reader meets them. Raises Http404 for a call without a form."""
    form = application.definition.assessment
    if form is None:
        raise Http404
    person = person_of(request)
    forms = tuple(assessments_of(application))
    # That the person has declared no conflict of interest has been asked before this.
    allowed = works_as(person, application, Role.CASE_OFFICER)
    return Assessing(
        application=application,
        form=form,
        forms=forms,
        mine=form_of(form, forms, person),
        values=work_values(application, ASSESSMENT),
        open=application.status in IN_HAND and allowed,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case_assessment(request: HttpRequest, *, pk: int) -> HttpResponse:
    """Answer the call's questions about the application, with the application beside them."""
    application = received_case(request, pk)
    elsewhere = declared_or_redirect(request, application)
    if elsewhere is not None:
        return elsewhere
    assessing = assessing_of(request, application)
    if request.method != "POST":
        return _page(request, assessing, Posted())
    act = _ACTS.get(request.POST.get("act", ""))
    posted = _saved(request, assessing)
    if posted.typed:
        return _page(request, assessing_of(request, application), posted, status=422)
    if act is None:
        saved_message(request, posted)
    else:
        try:
            messages.success(request, act(request, application))
        except ReviewRefused as refused:
            messages.error(request, refused_text(refused.code))
            if refused.code == "unanswered":
                return redirect(f"{request.path}?kvar=ja")
        except PermissionDenied as denied:
            raise Http404 from denied
    return redirect(request.path)


def _begin(request: HttpRequest, application: Application) -> str:
    begin_assessment(application=application, actor=person_of(request))
    return _("You have begun the assessment. It is saved as you write.")


def _done(request: HttpRequest, application: Application) -> str:
    say_assessment_done(application=application, actor=person_of(request))
    return _("Your assessment form is done.")


def _reopen(request: HttpRequest, application: Application) -> str:
    reopen_assessment(application=application, actor=person_of(request))
    return _("You can write in your assessment form again.")


def _take_over(request: HttpRequest, application: Application) -> str:
    take_over_assessment(
        application=application,
        number=number_in(request.POST.get("form", "")),
        actor=person_of(request),
        reason=clean(request.POST.get("reason", "")),
    )
    return _("You have taken over the assessment form.")


_ACTS: Mapping[str, Callable[[HttpRequest, Application], str]] = {
    "begin": _begin,
    "done": _done,
    "reopen": _reopen,
    "take_over": _take_over,
}


def _saved(request: HttpRequest, assessing: Assessing) -> Posted:
    specs = assessing.specs() if assessing.writable else {}
    return save_page(
        request,
        spec_of=specs.get,
        value_of=lambda path: assessing.values.get(path) or SavedValue(path),
        earlier=lambda moved: earlier_work(assessing.application, moved.items()),
        save=saver(request, assessing.application),
        refusals=REFUSALS,
    )


def _page(
    request: HttpRequest, assessing: Assessing, posted: Posted, *, status: int = 200
) -> HttpResponse:
    application, person = assessing.application, person_of(request)
    context = {
        "crumbs": officers_crumbs(application, Crumb(_("Assessment"))),
        "may_begin": assessing.open
        and assessing.mine is None
        and may_begin(assessing.form, list(assessing.forms), application, person),
        "take_over": _to_take_over(assessing, person.pk),
        "others": _others(assessing, person.pk),
        "differences": _differences(assessing),
        "laid": _laid(application),
        **form_context(request, assessing, posted.typed),
        **autosave_context(request, application, "assessment"),
    }
    return render(request, "portal/assess/assessment.html", context, status=status)


def form_context(
    request: HttpRequest, assessing: Assessing, typed: Mapping[str, Typed]
) -> dict[str, Any]:
    """One's own form as it is drawn, with its points and what is left of it."""
    application = assessing.application
    left = unanswered(assessing.form, assessing.answers) if assessing.mine else ()
    groups = _groups(request, assessing, typed)
    points = scored(assessing.form, assessing.answers) if assessing.mine else None
    show_left = "kvar" in request.GET and left
    fields = {each.field.path: each.field for group in groups for each in group.questions}
    problems = [
        (
            field_id(path),
            fields[path].label,
            each.error or _("somebody else has saved another text"),
        )
        for path, each in typed.items()
        if path in fields
    ]
    if show_left and assessing.mine is not None:
        paths = [answer_path(assessing.mine.number, key) for key in left]
        problems += [
            (fields[path].id, fields[path].label, _("The question is to be answered."))
            for path in paths
            if path in fields
        ]
    return {
        "application": application,
        "call_title": call_title(application.call),
        "assessing": assessing,
        "groups": groups,
        "points": _points_text(points),
        "left": len(left),
        "done": moment(assessing.mine.done_at) if assessing.mine and assessing.mine.done_at else "",
        "problems": problems,
        "editable": assessing.writable,
    }


def _laid(application: Application) -> Laid | None:
    version = latest_version(application)
    if version is None:
        return None
    version.application = application
    content = content_of_version(version, application.definition, language())
    files = file_addresses(application, own=False) if content.attachments else {}
    return laid_out(content, files)


def _groups(
    request: HttpRequest, assessing: Assessing, typed: Mapping[str, Typed]
) -> list[QuestionGroup]:
    """The questions asked with these answers, section by section."""
    if assessing.mine is None:
        return []
    here, me = language(), str(person_of(request))
    specs = assessing.specs()
    histories = history_addresses(assessing.application, specs)
    sections: dict[str, list[Placed]] = {}
    for placed in visible_questions(assessing.form.questionnaire, assessing.answers):
        sections.setdefault(placed.section.key, []).append(placed)
    groups = []
    for key, placed_here in sections.items():
        section = placed_here[0].section
        questions = []
        for placed in placed_here:
            path = answer_path(assessing.mine.number, placed.question.key)
            guidance = assessing.form.guidance_for(placed.question.key)
            questions.append(
                AssessedQuestion(
                    id=f"q-{placed.question.key.replace('_', '-')}",
                    field=form_field(
                        _with_points(specs[path], assessing.form, placed.question.key),
                        assessing.values.get(path) or SavedValue(path),
                        me=me,
                        typed=typed.get(path),
                        optional=not placed.question.required,
                        editable=assessing.writable,
                        history_url=histories[path],
                    ),
                    guidance=guidance.in_(here) if guidance else "",
                )
            )
        groups.append(
            QuestionGroup(
                id=f"s-{key.replace('_', '-')}",
                heading=section.title.in_(here),
                help=section.help.in_(here) if section.help else "",
                questions=tuple(questions),
            )
        )
    return groups


def _with_points(spec: FieldSpec, form: AssessmentForm, question: str) -> FieldSpec:
    """The field with the points of each option beside its name."""
    if form.points(question, "") is None:
        return spec
    options = []
    for option in spec.options:
        points = form.points(question, option.code) or 0
        text = ngettext("%(number)d point", "%(number)d points", points) % {"number": points}
        options.append(replace(option, label=f"{option.label} ({text})"))
    return replace(spec, options=tuple(options))


def _points_text(points: Scored | None) -> str:
    if points is None:
        return ""
    text = _("%(points)d of %(most)d points") % {"points": points.points, "most": points.most}
    if not points.left:
        return text
    left = ngettext(
        "%(number)d question is not scored yet",
        "%(number)d questions are not scored yet",
        points.left,
    )
    return f"{text}. {left % {'number': points.left}}."


def _to_take_over(assessing: Assessing, me: int) -> list[Assessment]:
    """The forms of colleagues that the officer who has the case may go on with."""
    if not assessing.open or assessing.application.assigned_to_id != me:
        return []
    if any(each.officer_id == me for each in assessing.forms) or assessing.form.officers == 1:
        return []
    return [each for each in assessing.forms if each.done_at is None or each.by_shut_out]


def _others(assessing: Assessing, me: int) -> list[dict[str, Any]]:
    """How far the others have come; not what they say."""
    if assessing.form.officers == 1:
        return []
    return [
        {
            "name": str(each.officer),
            "tag": Tag(_("Done"), Tone.SUCCESS)
            if each.done_at and not each.by_shut_out
            else Tag(_("Begun"), Tone.WARNING),
        }
        for each in assessing.forms
        if each.officer_id != me
    ]


def _differences(assessing: Assessing) -> Table | None:
    """The forms side by side, question by question; None where they may not be seen together."""
    if assessing.form.officers == 1 or not may_see(assessing.form, assessing.forms):
        return None
    here = language()
    answers = [
        form_answers(assessing.form, assessing.values, each.number) for each in assessing.forms
    ]
    rows = []
    for question in assessing.form.questions():
        given = [
            assessing.values.get(answer_path(each.number, question.key)) for each in assessing.forms
        ]
        texts = [value.text if value else "" for value in given]
        if not any(texts):
            continue
        spec = _with_points(spec_of_question(question, "x", here), assessing.form, question.key)
        same = len(set(texts)) == 1
        rows.append(
            Row(
                Cell(question.text.in_(here)),
                (
                    *(Cell(shown_text(spec, text) or _("Not answered")) for text in texts),
                    Cell(tag=Tag(_("Alike")) if same else Tag(_("Differs"), Tone.WARNING)),
                ),
            )
        )
    points = [scored(assessing.form, each) for each in answers]
    foot = None
    if all(each is not None for each in points):
        foot = Row(
            Cell(_("Points")),
            (*(Cell(_points_text(each)) for each in points), Cell()),
        )
    return Table(
        id="forms",
        caption=_("Question by question"),
        columns=(
            Column(_("Question")),
            *(Column(str(each.officer)) for each in assessing.forms),
            Column(_("Difference")),
        ),
        rows=tuple(rows),
        foot=foot,
        stack=True,
        caption_hidden=True,
    )
