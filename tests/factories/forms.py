"""A call with an application form, and drafts in it with everything filled in."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from applicants.models import Organisation, User
from core.definitions import WHOLE, QuestionKind
from core.models import StoredFile
from grants.content.paths import (
    ATTACHMENTS,
    answer_path,
    area_path,
    part_path,
    requirement_path,
    row_path,
)
from grants.enums import RowKind
from grants.models import Application, Attachment, Call
from grants.selectors.draft import saved_value
from grants.selectors.submission import snapshot_of
from grants.services.drafts import create_draft
from grants.services.writing import add_row, save_value

from .core import AgencyFactory
from .definitions import both
from .grants import CallDefinitionRecordFactory, CallFactory

_CHOICES = [
    {"code": "women", "label": both("Kvinnor")},
    {"code": "children", "label": both("Barn")},
    {"code": "everyone", "label": both("Alla"), "exclusive": True},
]


def _text(key: str, words: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": "text", "text": both(words), "max_length": 4000, **more}


FORM: dict[str, Any] = {
    "questionnaire": {
        "key": "ansokan-prov",
        "version": 1,
        "title": both("Ansökan"),
        "sections": [
            {
                "key": "area",
                "title": both("Åtgärdsområdet"),
                "repeat": "area",
                "questions": [
                    _text("situation", "Hur ser det ut i dag?", required=True),
                    {
                        "key": "target_groups",
                        "kind": "several_choices",
                        "text": both("Vilka är målgrupperna?"),
                        "required": True,
                        "options": _CHOICES,
                    },
                    _text("expected", "Vilka resultat väntar ni er?"),
                ],
            },
            {
                "key": "leadership",
                "title": both("Projektledning"),
                "questions": [
                    {
                        "key": "has_leader",
                        "kind": "one_choice",
                        "text": both("Finns det en projektledare?"),
                        "required": True,
                        "options": [
                            {"code": "yes", "label": both("Ja")},
                            {"code": "no", "label": both("Nej")},
                        ],
                    },
                    _text(
                        "leader",
                        "Vem leder arbetet?",
                        required=True,
                        when=[{"question": "has_leader", "options": ["yes"]}],
                    ),
                    {"key": "starts", "kind": "date", "text": both("När börjar ni?")},
                    {
                        "key": "people",
                        "kind": "number",
                        "text": both("Hur många nås?"),
                        "minimum": 0,
                    },
                ],
            },
        ],
    },
    "part": {
        "key": "ansokan-prov-del",
        "version": 1,
        "title": both("Er del"),
        "sections": [
            {
                "key": "own",
                "title": both("Er organisation"),
                "questions": [
                    _text("contact", "Vem är kontaktperson?", required=True, max_length=200),
                    _text("own_work", "Hur hör delen ihop med ert eget arbete?"),
                ],
            }
        ],
    },
    "own_work": "own_work",
    "budget": {
        "categories": [
            {"code": "salary", "title": both("Lön")},
            {"code": "training", "title": both("Utbildning")},
            {"code": "bought_housing", "title": both("Boendeplatser som någon annan driver")},
        ],
        "rules": [
            {
                "code": "bought_housing",
                "kind": "not_payable",
                "title": both("Boendeplatser hos andra"),
                "reason": both("Platser i skyddat boende som någon annan driver betalas inte."),
                "categories": ["bought_housing"],
            },
            {
                "code": "salary_share",
                "kind": "limited",
                "title": both("Lön"),
                "reason": both("Lön som redan betalas av tidigare medel begränsas."),
                "categories": ["salary"],
                "max_percent": 60,
            },
        ],
    },
    "attachments": [
        {"code": "plan", "title": both("Handlingsplan"), "required": True},
        {"code": "report", "title": both("Verksamhetsberättelse")},
    ],
    "declaration": [both("Uppgifterna är riktiga."), both("Vi får lämna in ansökan.")],
}


def form_call(*, closes_in: int = 30, **fields: Any) -> Call:
    """A call that opened ten days ago and closes in so many days (negative: has closed)."""
    today = timezone.localdate()
    changes = {"application": FORM, **fields.pop("changes", {})}
    year = fields.pop("year", today.year + 1)
    call: Call = CallFactory(
        **{
            "agency": fields.pop("agency", None) or AgencyFactory(),
            "year": year,
            "definition_record": CallDefinitionRecordFactory(changes={"year": year, **changes}),
            "opens_on": min(today, today + timedelta(days=closes_in)) - timedelta(days=10),
            "closes_on": today + timedelta(days=closes_in),
            "frame_sek": 10_000_000,
            **fields,
        }
    )
    return call


def put(application: Application, actor: User, path: str, text: str) -> None:
    """Save a value over whatever version is there."""
    base = saved_value(application, path).number
    save_value(application=application, path=path, text=text, base=base, actor=actor)


def filled(application: Application, actor: User, *, area: str = "mapping") -> Application:
    """Fill in everything that is asked of the lead, so that it can be sent in: one area, one
    activity, one budget line of 250 000 SEK, and whatever the call asks for."""
    form = application.call.definition.application
    assert form is not None
    put(application, actor, area_path(area), "yes")
    activity = add_row(application=application, kind=RowKind.ACTIVITY, actor=actor, area=area)
    put(application, actor, row_path(activity.number, "title"), "Kartlägga våldets omfattning")
    line = add_row(application=application, kind=RowKind.LINE, actor=actor)
    for name, text in {
        "activity": str(activity.number),
        "organisation": str(application.lead_id),
        "category": next(
            each.code
            for each in form.budget.categories
            if not form.budget.rules_for(each.code, area)
        ),
        "text": "En utbildning för alla i verksamheten",
        "amount_sek": "250 000",
    }.items():
        put(application, actor, row_path(line.number, name), text)
    for at in (area, WHOLE):
        for placed in form.questionnaire.questions_for(at):
            question = placed.question
            put(application, actor, answer_path(at, question.key), _answer(question))
    fill_part(application, application.lead, actor)
    for kind in form.attachments_for(application.lead.kind):
        attach(application, actor, f"{ATTACHMENTS}.{kind.code}")
    _, findings = snapshot_of(Application.objects.get(pk=application.pk))
    own = {None, application.lead_id}
    unexpected = [each for each in findings if each.blocks and each.organisation in own]
    assert not unexpected, unexpected
    application.refresh_from_db(fields=["requested_sek"])
    return application


def fill_part(application: Application, organisation: Organisation, actor: User) -> None:
    """Answer what each organisation answers for itself, and its requirements."""
    definition = application.call.definition
    form = definition.application
    assert form is not None
    for question in form.part_questions():
        put(application, actor, part_path(organisation.pk, question.key), _answer(question))
    snapshot, _ = snapshot_of(application)
    part = next(p for p in snapshot.participants if p.organisation == organisation.pk)
    for requirement in snapshot.requirements_of(part):
        for name, text in {"state": "yes", "how": "Vi följer upp varje år."}.items():
            path = requirement_path(organisation.pk, requirement.code, name)
            put(application, actor, path, text)


def _answer(question: Any) -> str:
    if question.kind.is_choice:
        return str(question.options[0].code)
    match question.kind:
        case QuestionKind.DATE:
            return date(2027, 2, 1).isoformat()
        case QuestionKind.TEXT:
            return f"Svar på {question.key}"
        case _:
            return str(max(question.minimum or 0, 12))


def stored_file(name: str = "bilaga.pdf", **fields: Any) -> StoredFile:
    """The row of a file, without its bytes."""
    count = StoredFile.objects.count()
    return StoredFile.objects.create(
        **{
            "name": name,
            "size": 1_000 + count,
            "sha256": f"{count:064x}",
            "media_type": "application/pdf",
            "uploaded_by": "00000000-0000-0000-0000-000000000001",
            "created_at": timezone.now(),
            "next_attempt_at": timezone.now(),
            **fields,
        }
    )


def attach(application: Application, actor: User, place: str, **fields: Any) -> Attachment:
    """A file in the case, straight in place."""
    return Attachment.objects.create(
        application=application,
        file=fields.pop("file", None) or stored_file(),
        place=place,
        organisation=fields.pop("organisation", application.lead),
        added_at=timezone.now(),
        added_by=actor,
        **fields,
    )


def begun(call: Call, lead: Organisation, actor: User) -> Application:
    """A new draft with nothing in it."""
    return create_draft(call=call, lead=lead, actor=actor)
