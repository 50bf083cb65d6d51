"""A case's requirements as cards: what is known of each, what was found, and its waivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.content import FileItem, SummaryRow, Tag, Text, Tone
from grants.content.draft import SavedValue
from grants.content.fields import FieldSpec
from grants.enums import Practice
from portal.selectors.judging import Judged, Judging
from portal.views.access import person_of
from portal.views.applying_fields import FormField, Typed, form_field
from portal.views.applying_sections import address, field_id
from portal.views.case_saving import history_addresses
from portal.views.files import file_item
from portal.views.finding_values import (
    WAIVER_TONES,
    finding_label,
    finding_tag,
    source_text,
)
from portal.views.labels import day, language, moment
from reviews.content.findings import finding_path, finding_specs
from reviews.enums import WaiverState
from reviews.models import RequirementFinding, Waiver


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver as the page shows it; `decide` is its id where the reader may decide it."""

    tag: Tag
    text: str
    rule: str
    reason: str
    decided: str
    decision_reason: str
    decide: int | None


@dataclass(frozen=True, kw_only=True)
class FindingCard:
    """A requirement for one organisation, as judged on the page."""

    id: str
    key: str
    base: int
    title: str
    text: str
    enough: str
    said: tuple[SummaryRow, ...]
    link: str
    files: tuple[FileItem, ...]
    told: str
    told_tag: Tag | None
    fields: tuple[FormField, ...]
    tag: Tag
    made: str
    unsaved: bool
    theirs: str
    waivers: tuple[WaiverLine, ...]
    may_ask_waiver: bool
    error: str


@dataclass(frozen=True, kw_only=True)
class OrganisationFindings:
    """What is put to one organisation."""

    id: str
    name: str
    role: Text
    facts: tuple[str, ...]
    tag: Tag
    cards: tuple[FindingCard, ...]
    proposed: int


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What was posted and could not be saved or recorded, for the page to show again."""

    typed: Mapping[str, Typed]
    errors: Mapping[str, str]
    theirs: Mapping[str, RequirementFinding]
    waiver_text: Mapping[str, str]


NOTHING = Drawn(typed={}, errors={}, theirs={}, waiver_text={})


def path_of(each: Judged, name: str) -> str:
    """A field of that finding."""
    return finding_path(each.requirement.code, each.organisation.pk, name)


def specs_of(judging: Judging, each: Judged) -> tuple[FieldSpec, ...]:
    """What is written of that finding."""
    files = [(file.pk, file.file.name) for file in judging.files_of(each.organisation.pk)]
    return finding_specs(each.requirement.code, each.organisation.pk, files)


def value_of(judging: Judging, path: str) -> SavedValue:
    """A field as saved; as the finding was made where nothing has been typed since."""
    saved = judging.values.get(path)
    if saved is not None:
        return saved
    _kind, code, at, name = path.split(".")
    each = judging.one(f"{code}.{at}")
    row = each.finding if each else None
    if each is None or row is None:
        return SavedValue(path)
    texts = {"value": row.finding, "reason": row.reason, "evidence": ""}
    return SavedValue(path, texts[name])


def organisation_findings(
    request: HttpRequest,
    judging: Judging,
    part: Any,
    drawn: Drawn,
    *,
    editable: bool,
    decides: bool,
) -> OrganisationFindings:
    """An organisation with its requirements, as judged on the page."""
    theirs = judging.of(part.organisation_id)
    left = sum(each.finding is None for each in theirs)
    if not theirs:
        tag = Tag(_("Nothing is demanded"))
    elif left:
        text = ngettext("%(number)d to judge", "%(number)d to judge", left)
        tag = Tag(text % {"number": left}, Tone.WARNING)
    elif part.organisation_id in judging.failing:
        tag = Tag(_("Does not meet all"), Tone.DANGER)
    else:
        tag = Tag(_("Meets all"), Tone.SUCCESS)
    call = judging.application.call
    facts = (
        _("Took part in a grant of the year before (%(year)d).") % {"year": call.year - 1}
        if part.organisation_id in judging.granted_before
        else _("Took part in no grant of the year before (%(year)d).") % {"year": call.year - 1},
    )
    return OrganisationFindings(
        id=f"organisation-{part.organisation_id}",
        name=part.organisation.name,
        role=part.get_role_display(),
        facts=facts,
        tag=tag,
        cards=tuple(
            _card(request, judging, each, drawn, editable=editable, decides=decides)
            for each in theirs
        ),
        proposed=sum(each.finding is None and each.proposal is not None for each in theirs)
        if editable
        else 0,
    )


def _card(
    request: HttpRequest,
    judging: Judging,
    each: Judged,
    drawn: Drawn,
    *,
    editable: bool,
    decides: bool,
) -> FindingCard:
    here = language()
    specs = specs_of(judging, each)
    values = {spec.path: value_of(judging, spec.path) for spec in specs}
    histories = history_addresses(judging.application, values)
    me = str(person_of(request))
    row = each.finding
    theirs = drawn.theirs.get(each.key)
    form = judging.definition.assessment
    failing = row is not None and not each.satisfied
    return FindingCard(
        id=field_id(f"finding.{each.key}"),
        key=each.key,
        base=each.base,
        title=each.requirement.title.in_(here),
        text=each.requirement.text.in_(here),
        enough=", ".join(str(finding_label(value)) for value in each.requirement.satisfied_by),
        said=_said(each),
        link=each.link if each.link.startswith(("https://", "http://")) else "",
        files=tuple(
            file_item(
                file.file,
                url=address("case-attachment", judging.application.pk, file.pk),
                remove_url="",
            )
            for file in each.files
        ),
        told=source_text(each.proposal.source) if each.proposal else _nothing_told(each),
        told_tag=finding_tag(each.proposal.value) if each.proposal else None,
        fields=tuple(
            form_field(
                spec,
                values[spec.path],
                me=me,
                typed=drawn.typed.get(spec.path),
                editable=editable,
                optional=False,
                history_url=histories[spec.path],
            )
            for spec in specs
        ),
        tag=_state(each),
        made=_made(row),
        unsaved=editable and _unsaved(each, judging),
        theirs=_their_finding(theirs),
        waivers=tuple(
            _waiver(waiver, decides=decides, me=person_of(request).pk) for waiver in each.waivers
        ),
        may_ask_waiver=bool(
            editable and failing and form and form.waiver and each.standing_waiver is None
        ),
        error=drawn.errors.get(each.key, ""),
    )


def _said(each: Judged) -> tuple[SummaryRow, ...]:
    if not each.state and not each.how:
        return ()
    state = Practice(each.state).label if each.state in Practice.values else _("Not answered")
    return (
        SummaryRow(_("The applicant’s answer"), state),
        SummaryRow(_("How"), each.how or _("Not answered")),
    )


def _nothing_told(each: Judged) -> str:
    if each.report:
        return _(
            "The report %(report)s says that the work has begun, but the applicant answers no."
        ) % {"report": each.report}
    return ""


def _state(each: Judged) -> Tag:
    row = each.finding
    if row is None:
        return Tag(_("Not judged"), Tone.WARNING)
    if each.standing_waiver is not None and each.standing_waiver.state == WaiverState.APPROVED:
        return Tag(_("Waived"), Tone.INFO)
    tag = finding_tag(row.finding)
    return Tag(tag.label, Tone.SUCCESS if each.satisfied else Tone.DANGER)


def _made(row: RequirementFinding | None) -> str:
    if row is None:
        return ""
    who = str(row.made_by) if row.made_by else _("an older register")
    text = _("Found %(when)s by %(who)s.") % {"when": moment(row.made_at), "who": who}
    if not row.proposed:
        return text
    source = source_text(row.proposed_source)
    if row.proposed == row.finding:
        return f"{text} {_('As proposed: %(source)s') % {'source': source}}"
    proposed = finding_label(row.proposed)
    differs = _("Otherwise than proposed (%(proposed)s): %(source)s")
    return f"{text} {differs % {'proposed': proposed, 'source': source}}"


def _their_finding(row: RequirementFinding | None) -> str:
    if row is None:
        return ""
    return _(
        "%(who)s found something else %(when)s: %(finding)s. %(reason)s Look at it, and press the "
        "button again if yours is to stand."
    ) % {
        "who": row.made_by,
        "when": moment(row.made_at),
        "finding": finding_label(row.finding),
        "reason": row.reason,
    }


def _unsaved(each: Judged, judging: Judging) -> bool:
    """Whether something has been typed since the finding was made."""
    row = each.finding
    value = judging.values.get(path_of(each, "value"))
    reason = judging.values.get(path_of(each, "reason"))
    if row is None:
        return bool(value and value.text)
    return bool(
        (value is not None and value.text and value.text != row.finding)
        or (reason is not None and reason.text.strip() != row.reason.strip())
    )


def _waiver(waiver: Waiver, *, decides: bool, me: int) -> WaiverLine:
    state = WaiverState(waiver.state)
    return WaiverLine(
        tag=Tag(state.label, WAIVER_TONES[state]),
        text=_("Asked for %(day)s by %(who)s.")
        % {"day": day(waiver.asked_at), "who": waiver.asked_by},
        rule=waiver.rule,
        reason=waiver.reason,
        decided=_("Decided %(day)s by %(who)s.")
        % {"day": day(waiver.decided_at), "who": waiver.decided_by}
        if waiver.decided_by
        else "",
        decision_reason=waiver.decision_reason,
        decide=waiver.pk
        if decides and state is WaiverState.ASKED and waiver.asked_by_id != me
        else None,
    )
