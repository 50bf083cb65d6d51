"""Decision letters per second: frozen, made as PDFs, and a call's letters as one archive.

Run as `python -m benchmarks.letters NUMBER` on a migrated, empty database; prints JSON.
"""

import json
import os
import sys
import time
from datetime import UTC, date, datetime
from typing import Any

import django

NUMBER = 300
"""Letters of a round, as the agencies send them."""


def measure(number: int) -> dict[str, Any]:
    """Seconds to freeze so many letters, to make their PDFs, and to archive them."""
    from core.models import Agency
    from grants.models import DecisionLetter, LetterBatch
    from grants.selectors.letters import batch_path
    from grants.services.letter_batches import request_batch
    from grants.services.letters import freeze_letter
    from grants.tasks import make_letter, run_letter_batch

    agency = Agency.objects.create(
        code="brevmyndigheten", name_sv="Brevmyndigheten", name_en="The Letter Agency",
        short="BM", series="901",
    )  # fmt: skip
    decisions, officer = _decided(agency, number)
    frozen, _processor = _timed(lambda: [freeze_letter(decision=each) for each in decisions])
    ids = list(DecisionLetter.objects.values_list("pk", flat=True))
    made, processor = _timed(lambda: [make_letter(pk) for pk in ids])
    batch = request_batch(call=decisions[0].application.call, actor=officer)
    archived, _processor = _timed(lambda: run_letter_batch(batch.pk))
    batch = LetterBatch.objects.get(pk=batch.pk)
    path = batch_path(batch)
    if path is None or batch.done != number:
        raise RuntimeError("the archive is not whole")
    return {
        "letters": number,
        "freeze_seconds": frozen,
        "make_seconds": made,
        "make_processor_seconds": processor,
        "archive_seconds": archived,
        "archive_bytes": path.stat().st_size,
    }


def _timed(work: Any) -> tuple[float, float]:
    """Elapsed and processor seconds."""
    start, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - processor


def _decided(agency: Any, number: int) -> tuple[list[Any], Any]:
    """Decisions to grant in part in a call with letters, put straight in place, and an officer."""
    from applicants.enums import Role
    from applicants.models import Organisation, StaffRole, User
    from core.checks import canonical_json, sha256_text
    from core.formats import swedish_sort_key
    from core.models import County
    from core.services.journal import Actor
    from grants.definitions.loader import built_in_definition
    from grants.enums import Outcome, Status
    from grants.models import Application, Decision
    from grants.services.calls import open_call, record_definition
    from portal.services.demo import open_call_document

    definition = open_call_document("kommuner", built_in_definition("kommuner-2013"), 2027)
    call = open_call(
        record=record_definition(definition=definition),
        agency=agency,
        code=definition.code,
        actor=Actor.importer(),
        opens_on=date(2026, 9, 1),
        closes_on=date(2026, 10, 15),
    )
    officer, decider = (
        User.objects.create_user(f"{name}@letters.example", name=name) for name in ("Hanna", "Bo")
    )
    StaffRole.objects.create(user=officer, agency=agency, role=Role.CASE_OFFICER)
    county = County.objects.get(code="14")
    made = []
    for serial in range(1, number + 1):
        name = f"Brevby {serial} kommun"
        lead = Organisation.objects.create(
            name=name, sort_key=swedish_sort_key(name), kind="municipality", county=county
        )
        application = Application.objects.create(
            call=call, lead=lead, status=Status.GRANTED,
            register_number=agency.register_number(number=serial, year=2026),
            received_at=datetime(2026, 10, 1, 10, tzinfo=UTC),
            requested_sek=900_000, granted_sek=600_000, decided_on=date(2027, 3, 14),
        )  # fmt: skip
        text = canonical_json(_basis(definition, lead).document())
        made.append(
            Decision.objects.create(
                application=application, outcome=Outcome.GRANTED, amount_sek=600_000,
                asked_sek=900_000, decided_on=date(2027, 3, 14), decider=decider,
                preparer=officer, assessor_ids=[officer.pk], reasons="Kraven är prövade.",
                basis=text, basis_sha256=sha256_text(text),
            )
        )  # fmt: skip
    return made, officer


def _basis(definition: Any, lead: Any) -> Any:
    """Ten budget lines, of which every third is cut, and every requirement met."""
    from grants.content.basis import DecisionBasis, FindingOutcome, LineOutcome, Share

    area, reason = definition.area_codes[0], definition.assessment.cost_reasons[0].code
    lines = tuple(
        LineOutcome(
            n, f"Budgetpost {n}", "Lön", area, "Kartlägga våldets omfattning", lead.pk,
            90_000, 90_000 if n % 3 else 0, 90_000 if n % 3 else 0, "" if n % 3 else reason,
        )
        for n in range(1, 11)
    )  # fmt: skip
    return DecisionBasis(
        shares=(Share(lead.pk, lead.name, "", 900_000, 600_000),),
        lines=lines,
        findings=tuple(
            FindingOutcome(each.code, lead.pk, "met", satisfied=True)
            for each in definition.requirements
        ),
        purpose=(area,),
        use_from=date(2027, 4, 1),
        use_until=date(2028, 4, 30),
        interim_due=date(2028, 1, 31),
        final_due=date(2028, 6, 1),
    )


def report(found: dict[str, Any]) -> str:
    """What was measured, in a line."""
    number = found["letters"]

    def rate(name: str) -> str:
        return f"{number / found[name]:,.0f}"

    return (
        f"{number} decision letters: {rate('freeze_seconds')} frozen a second, "
        f"{rate('make_seconds')} PDFs made a second "
        f"({rate('make_processor_seconds')} a processor second), archived in "
        f"{found['archive_seconds']:.2f} s ({found['archive_bytes'] / 1e6:.1f} MB)."
    )


def main() -> None:
    """Measure on the database that DATABASE_URL names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER)))


if __name__ == "__main__":
    main()
