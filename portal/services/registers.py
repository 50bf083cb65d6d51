"""The register of organisations and the findings of a programme year, in bulk."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

from applicants.models import Organisation, OrganisationEntry
from core.enums import JournalKind
from core.formats import swedish_sort_key
from core.models import Agency
from core.services.journal import Actor, NewEvent, append_many
from grants.models import Call, Requirement
from grants.services.imported import DATE_NOT_RECORDED, ROWS, case_event
from portal.checks.year import ApplicationRow, FindingRow, OrganisationRow, Year
from reviews.models import RequirementFinding

BATCH = 2_000
PERSON_NOT_RECORDED = "made_by"


def known(pk: int | None) -> int:
    """The id of a row that was to be stored before. Raises LookupError where it was not."""
    if pk is None:
        raise LookupError("a row that was to be stored before has no record")
    return pk


def bring_in_organisations(*, agency: Agency, year: Year) -> None:
    """Enter the organisations in the agency's register of the year; make those that are new.

    An organisation that is there takes the year's name, kind and place where no later register
    says otherwise. Sets `pk` on the rows.
    """
    rows = (row for row in year.organisations.values() if not row.entry)
    for batch in batched(rows, BATCH, strict=False):
        new = [row for row in batch if row.pk is None]
        made = [_organisation(row) for row in new]
        Organisation.objects.bulk_create(made, batch_size=ROWS)
        for row, organisation in zip(new, made, strict=True):
            row.pk = organisation.pk
        renewed = [row for row in batch if row.renewed]
        Organisation.objects.bulk_update(
            [_organisation(row) for row in renewed],
            ["name", "sort_key", "kind", "county", "municipality"],
            batch_size=ROWS,
        )
        entries = [
            OrganisationEntry(
                agency=agency,
                year=year.year,
                key=row.key,
                organisation_id=known(row.pk),
                name=row.name,
                sort_key=swedish_sort_key(row.name),
                kind=row.kind,
                county_id=row.county,
                municipality_id=row.municipality or None,
            )
            for row in batch
        ]
        OrganisationEntry.objects.bulk_create(entries, batch_size=ROWS)
        append_many(_events(agency, year.year, batch, {row.key for row in new}))


def _organisation(row: OrganisationRow) -> Organisation:
    return Organisation(
        pk=row.pk,
        org_no=row.org_no,
        unit=row.unit,
        name=row.name,
        sort_key=swedish_sort_key(row.name),
        kind=row.kind,
        county_id=row.county,
        municipality_id=row.municipality or None,
    )


def _events(
    agency: Agency, year: int, rows: Iterable[OrganisationRow], new: set[str]
) -> Iterator[NewEvent]:
    for row in rows:
        yield NewEvent(
            kind=JournalKind.ORGANISATION,
            subject=str(row.pk),
            name="organisation.registered" if row.key in new else "organisation.entered",
            payload={
                "agency": agency.code,
                "year": year,
                "key": row.key,
                "kind": row.kind,
                "county": row.county,
                "municipality": row.municipality,
                "renewed": row.renewed,
            },
            actor=Actor.importer(),
        )


def bring_in_findings(*, year: Year, calls: Iterable[Call], findings: Sequence[FindingRow]) -> None:
    """Findings of an old register; who made them, when and why is not recorded."""
    if not findings:
        return
    requirements = {
        (code, requirement): pk
        for code, requirement, pk in Requirement.objects.filter(call__in=list(calls)).values_list(
            "call__code", "code", "pk"
        )
    }
    for batch in batched(findings, BATCH, strict=False):
        events: list[NewEvent] = []
        rows: list[RequirementFinding] = []
        for row in batch:
            application = year.applications[row.reference]
            organisation = year.organisations[row.organisation]
            rows.append(
                RequirementFinding(
                    application_id=known(application.pk),
                    requirement_id=requirements[application.call.code, row.requirement],
                    organisation_id=known(organisation.pk),
                    finding=row.finding,
                    imported=True,
                )
            )
            events.append(_found(application, organisation, row))
        RequirementFinding.objects.bulk_create(rows, batch_size=ROWS)
        append_many(events)


def _found(application: ApplicationRow, organisation: OrganisationRow, row: FindingRow) -> NewEvent:
    payload = {
        "requirement": row.requirement,
        "organisation": organisation.pk,
        "finding": row.finding,
        "not_recorded": [PERSON_NOT_RECORDED, DATE_NOT_RECORDED],
    }
    return case_event(known(application.pk), "finding.recorded", payload, application.received_at)
