"""A call whose definition says how its applications are judged, and applications received in it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from grants.models import Application, Call

from .definitions import both
from .forms import form_call

ASSESSMENT: dict[str, Any] = {
    "questionnaire": {
        "key": "bedomning-prov",
        "version": 1,
        "title": both("Bedömning"),
        "sections": [
            {
                "key": "quality",
                "title": both("Kvalitet"),
                "questions": [
                    {
                        "key": "description",
                        "kind": "one_choice",
                        "text": both("Hur väl är insatserna beskrivna?"),
                        "required": True,
                        "options": [
                            {"code": "good", "label": both("Väl")},
                            {"code": "poor", "label": both("Bristfälligt")},
                        ],
                    },
                    {
                        "key": "why",
                        "kind": "text",
                        "text": both("Motivera"),
                        "required": True,
                        "max_length": 4000,
                    },
                ],
            }
        ],
    },
    "guidance": [{"question": "description", "text": both("Väl: insatserna svarar mot behovet.")}],
    "scores": [
        {"question": "description", "option": "good", "points": 3},
        {"question": "description", "option": "poor", "points": 0},
    ],
    "cost_reasons": [
        {
            "code": "bought_housing",
            "title": both("Boendeplatser hos andra"),
            "text": both("Platser som någon annan driver betalas inte."),
            "rule": "bought_housing",
        },
        {
            "code": "running_costs",
            "title": both("Löpande drift"),
            "text": both("Kostnaden är löpande drift."),
        },
        {
            "code": "requirement_not_met",
            "title": both("Uppfyller inte kraven"),
            "text": both("Organisationen uppfyller inte kraven."),
        },
        {
            "code": "frame",
            "title": both("Medelsramen räcker inte"),
            "text": both("Medelsramen räcker inte till allt."),
        },
    ],
    "texts": [
        {
            "code": "grant",
            "use": "grant",
            "title": both("Bifall"),
            "text": both("Kraven nås."),
        },
        {"code": "part", "use": "part", "title": both("Delvis"), "text": both("En del godtas.")},
        {
            "code": "reject",
            "use": "reject",
            "title": both("Avslag"),
            "text": both("Krav brister."),
        },
        {
            "code": "condition",
            "use": "condition",
            "title": both("Villkor"),
            "text": both("Redovisa hur arbetet drivs vidare."),
        },
    ],
    "opinion": {
        "days": 21,
        "questionnaire": {
            "key": "yttrande-prov",
            "version": 1,
            "title": both("Yttrande"),
            "sections": [
                {
                    "key": "need",
                    "title": both("Behovet"),
                    "questions": [
                        {
                            "key": "knowledge",
                            "kind": "text",
                            "text": both("Vad vet ni om behovet i länet?"),
                            "max_length": 4000,
                        }
                    ],
                }
            ],
        },
    },
    "letter": {
        "address": ["Provmyndigheten", "Box 1", "100 00 Stockholm"],
        "contact": "bidrag@example.se",
        "repayment": both("Bidraget kan krävas tillbaka."),
        "conditions": [both("Pengarna får bara användas till insatserna.")],
        "appeals": [
            {
                "decisions": ["rejected", "dismissed", "revoked"],
                "rule": both("40 § förvaltningslagen"),
                "court": both("Förvaltningsrätten"),
                "text": both("Ni kan överklaga inom tre veckor."),
            }
        ],
        "not_appealable": both("Beslutet får inte överklagas."),
    },
}


def assessed_call(**fields: Any) -> Call:
    """As `form_call`, with `ASSESSMENT`; `assessment` lays other values over it."""
    assessment = {**ASSESSMENT, **fields.pop("assessment", {})}
    changes = {"assessment": assessment, **fields.pop("changes", {})}
    return form_call(changes=changes, **fields)


def closed(application: Application) -> Application:
    """The same, once its call has closed: nobody can take it back any more."""
    Call.objects.filter(pk=application.call_id).update(
        opens_on=timezone.localdate() - timedelta(days=40),
        closes_on=timezone.localdate() - timedelta(days=1),
    )
    return Application.objects.get(pk=application.pk)
