"""A small call definition, with one of everything that the services go by."""

from typing import Any

from core.checks import canonical_json, sha256_text
from grants.definitions import CallDefinition

KINDS = {
    "municipalities": ["municipality", "city_district", "municipal_association", "region"],
    "associations": ["association", "foundation", "faith_community"],
}


def both(text: str) -> dict[str, str]:
    """The same words in both languages."""
    return {"sv": text, "en": text}


def call_document(
    *, code: str = "provutlysning", year: int = 2013, stream: str = "municipalities", **changes: Any
) -> dict[str, Any]:
    """A valid definition as JSON values; `changes` replace whole keys."""
    document: dict[str, Any] = {
        "code": code,
        "version": 1,
        "stream": stream,
        "year": year,
        "agency": {"code": "provmyndigheten", "name": both("Provmyndigheten"), "short": "PM"},
        "title": both("Provutlysning"),
        "purpose": both("Att prova."),
        "legal_basis": None,
        "frame_sek": 1_000_000,
        "dates": {
            "measured_at": f"{year}-12-31",
            "spend_by": f"{year + 1}-04-30",
            "report_cutoff": f"{year + 1}-06-01",
        },
        "who_may_apply": KINDS[stream],
        "asks_opinion": False,
        "carry_over": "by_decision",
        "reports": {"interim": True, "final": True},
        "development_fields": [
            {
                "code": "conditions",
                "title": both("Förutsättningar"),
                "areas": [
                    {"code": "mapping", "title": both("Kartläggning")},
                    {"code": "training", "title": both("Kompetensutveckling")},
                ],
            }
        ],
        "requirements": [
            {
                "code": "knowledge",
                "title": both("Kunskap"),
                "text": both("Har kunskap om omfattningen, eller har börjat."),
                "satisfied_by": ["met", "begun"],
            },
            {
                "code": "work_begun",
                "title": both("Påbörjat"),
                "text": both("Har börjat det som planerades året före."),
                "satisfied_by": ["met", "not_applicable"],
                "applies_to": "granted_last_year",
            },
        ],
        "revocation_grounds": [
            {"code": "wrong_information", "text": both("Oriktiga uppgifter.")},
            {"code": "not_used_as_intended", "text": both("Medlen har använts till annat.")},
        ],
        "report_questionnaire": {
            "key": f"rapport-{code}",
            "version": 1,
            "title": both("Återrapportering"),
            "area_statuses": [
                {"code": "ongoing", "label": both("Pågår")},
                {"code": "completed", "label": both("Avslutat")},
                {"code": "not_carried_out", "label": both("Ej genomfört")},
            ],
            "sections": [
                {
                    "key": "whole",
                    "title": both("Hela redovisningen"),
                    "questions": [
                        {
                            "key": "attended_training",
                            "kind": "one_choice",
                            "text": both("Deltog ni?"),
                            "required": True,
                            "options": [
                                {"code": "yes", "label": both("Ja")},
                                {"code": "no", "label": both("Nej")},
                            ],
                        },
                        {"key": "comment", "kind": "text", "text": both("Något mer?")},
                    ],
                },
                {
                    "key": "area",
                    "title": both("Åtgärdsområdet"),
                    "repeat": "area",
                    "questions": [
                        {
                            "key": "activities",
                            "kind": "several_choices",
                            "text": both("Vad har ni gjort?"),
                            "options": [
                                {"code": "survey", "label": both("Enkät")},
                                {"code": "interviews", "label": both("Intervjuer")},
                                {"code": "none", "label": both("Inget"), "exclusive": True},
                            ],
                        }
                    ],
                },
            ],
        },
        "tables": [],
    }
    return document | changes


def stored_document(**changes: Any) -> tuple[dict[str, Any], str]:
    """The document as it is stored, and its checksum."""
    document = CallDefinition.model_validate(call_document(**changes)).document()
    return document, sha256_text(canonical_json(document))
