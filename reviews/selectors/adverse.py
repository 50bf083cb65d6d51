"""Reading what speaks against an applicant and did not come from it (25 § förvaltningslagen)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    F,
    FilteredRelation,
    Q,
)
from django.utils import translation
from django.utils.translation import gettext as _

from applicants.models import Organisation
from core.checks import canonical_json, sha256_text
from core.formats import iso_date
from grants.enums import Approval, ParticipationRole
from grants.models import Application, Participation
from reviews.checks.communication import Material
from reviews.enums import Recommendation, SourceKind
from reviews.models import (
    Opinion,
)

from .findings import findings_known, with_granted_before

_OWN_WORDS = frozenset({"", "evidence", "answer"})
"""Sources of a finding that are the applicant's own; "" is the officer's judgement of them."""


def _key(kind: SourceKind, pk: int, *read: str) -> str:
    """The record as it now reads: another text is another key."""
    return f"{kind}:{pk}:{sha256_text('|'.join(read))[:16]}"


@dataclass(frozen=True, slots=True)
class Adverse:
    """A supervising authority's decision that found shortcomings in an organisation."""

    pk: int
    organisation: Organisation
    authority: str
    number: str
    decided_on: date
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Who takes part in a case, as `parts_judged` reads them, and the `supervision` decisions
    about them that found shortcomings, the latest first."""

    parts: Sequence[Any]
    supervision: Sequence[Adverse]

    @property
    def taking_part(self) -> frozenset[int]:
        """The organisations, but for those that have declined."""
        return frozenset(
            part.organisation_id for part in self.parts if part.approval != Approval.DECLINED
        )

    @property
    def in_grant(self) -> frozenset[int]:
        """The same, but for those that have left the grant."""
        return self.taking_part - self.gone

    @property
    def gone(self) -> frozenset[int]:
        """Those that have left the grant."""
        return frozenset(part.organisation_id for part in self.parts if part.left_on is not None)

    @property
    def organisations(self) -> list[Organisation]:
        """All of them: the lead first, then in Swedish order."""
        ordered = sorted(self.parts, key=lambda part: (part.organisation.sort_key, part.pk))
        ordered.sort(key=lambda part: part.role != ParticipationRole.LEAD)
        return [part.organisation for part in ordered]


_OF_SUPERVISION = ("pk", "authority", "number", "decided_on", "summary", "url")


def beside(application: Application) -> Beside:
    """Who takes part, and what supervision has found of them, in one query."""
    path = "organisation__supervision_decisions"
    adverse = FilteredRelation(
        path,
        condition=Q(
            **{
                f"{path}__agency": application.call.agency_id,
                f"{path}__withdrawn_at__isnull": True,
                f"{path}__adverse": True,
            }
        ),
    )
    parts = Participation.objects.filter(application=application).select_related("organisation")
    rows: Iterable[Any] = (
        with_granted_before(parts, application.call)
        .annotate(found=adverse)
        .annotate(**{f"found_{name}": F(f"found__{name}") for name in _OF_SUPERVISION})
        .order_by("pk")
    )
    there: dict[int, Any] = {}
    supervision = []
    for row in rows:
        there.setdefault(row.pk, row)
        if row.found_pk is not None:
            said = {name: getattr(row, f"found_{name}") for name in _OF_SUPERVISION}
            supervision.append(Adverse(organisation=row.organisation, **said))
    supervision.sort(key=lambda each: (each.decided_on, each.pk), reverse=True)
    return Beside(tuple(there.values()), tuple(supervision))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What has been read of a case already: `beside` as the function reads it, all its `opinions`
    with their counties in order, and `findings` as `findings_known` reads them. None is not
    read."""

    beside: Beside
    opinions: Sequence[Opinion] | None = None
    findings: Sequence[Any] | None = None


def _opinions(application: Application, known: Known) -> Iterable[Material]:
    """County boards' opinions that the application is not to be granted."""
    rows: Iterable[Opinion]
    if known.opinions is None:
        rows = Opinion.objects.filter(
            application=application, recommendation=Recommendation.NOT_RECOMMENDED
        )
        rows = rows.select_related("county").order_by("county__position")
    else:
        against = Recommendation.NOT_RECOMMENDED
        rows = [each for each in known.opinions if each.recommendation == against]
    for row in rows:
        yield Material(
            key=_key(
                SourceKind.OPINION,
                row.pk,
                row.recommendation,
                row.reasons,
                canonical_json(row.answers),
            ),
            kind=SourceKind.OPINION,
            title=_("Opinion of the county administrative board, %(county)s")
            % {"county": row.county.name},
            text=_paragraphs(
                row.get_recommendation_display(), row.reasons, *_answers(application, row)
            ),
        )


def _answers(application: Application, opinion: Opinion) -> Iterable[str]:
    """What the board has answered to the call's questions, each under its question."""
    assessment = application.definition.assessment
    questionnaire = assessment.opinion.questionnaire if assessment else None
    if questionnaire is None:
        return
    for section in questionnaire.sections:
        for question in section.questions:
            value = opinion.answers.get(question.key)
            if not value:
                continue
            labels = {each.code: each.label.in_("sv") for each in question.options}
            codes = value if isinstance(value, list) else [value]
            answer = ", ".join(labels.get(str(each), str(each)) for each in codes)
            yield f"{question.text.in_('sv')}\n{answer}"


def _findings(application: Application, known: Known) -> Iterable[Material]:
    """Requirements found not to be satisfied on something else than the applicant's own words:
    what the agency knew of the organisation, such as an earlier report. One that is waived does
    not speak against it."""
    told = [
        row
        for row in (findings_known(application) if known.findings is None else known.findings)
        if row.proposed_source.partition(":")[0] not in _OWN_WORDS
    ]
    if not told:
        return
    definition = application.definition
    satisfied = {
        (each.code, part.organisation_id): frozenset(map(str, each.satisfied_by))
        for part in known.beside.parts
        if part.approval != Approval.DECLINED
        for each in definition.requirements_for(
            kind=part.organisation.kind, granted_last_year=part.granted_before
        )
    }
    for row in told:
        if row.waived:
            continue
        wanted = satisfied.get((row.requirement.code, row.organisation_id))
        if wanted is None or row.finding in wanted or row.proposed in wanted:
            continue
        name = row.proposed_source.partition(":")[2]
        requirement = definition.requirement(row.requirement.code)
        yield Material(
            key=_key(SourceKind.FINDING, row.pk, row.finding, row.proposed_source, row.reason),
            kind=SourceKind.FINDING,
            title=_("%(requirement)s, %(organisation)s")
            % {
                "requirement": requirement.title.in_("sv") if requirement else row.requirement.code,
                "organisation": row.organisation.name,
            },
            text=_paragraphs(
                row.get_finding_display(),
                row.reason,
                _("According to the report %(report)s.") % {"report": name} if name else "",
            ),
            organisation=row.organisation_id,
        )


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(str(text).strip() for text in texts if str(text).strip())


def _supervision(_application: Application, known: Known) -> Iterable[Material]:
    """Supervising authorities' decisions that found shortcomings."""
    for row in known.beside.supervision:
        yield Material(
            key=_key(SourceKind.SUPERVISION, row.pk, row.summary),
            kind=SourceKind.SUPERVISION,
            title=_("Supervision decision %(number)s by %(authority)s, %(day)s")
            % {
                "number": row.number,
                "authority": row.authority,
                "day": iso_date(row.decided_on),
            },
            text=_paragraphs(row.organisation.name, row.summary, row.url),
            organisation=row.organisation.pk,
        )


SOURCES = (_opinions, _supervision, _findings)
"""Where material against an applicant is found."""


def adverse_material(application: Application, known: Known | None = None) -> tuple[Material, ...]:
    """What speaks against the applicant and did not come from it, as it now reads; in Swedish,
    the language that it is sent in."""
    read = Known(beside=beside(application)) if known is None else known
    with translation.override("sv"):
        return tuple(material for source in SOURCES for material in source(application, read))
