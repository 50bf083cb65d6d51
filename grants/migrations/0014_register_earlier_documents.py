"""Number what came in and went out before documents were numbered: versions, messages and
completion requests, in the order of their times. Cases from old registers have none."""

from django.db import migrations
from django.utils import timezone

IN, OUT = "in", "out"


def register_earlier(apps, schema_editor):
    application_model = apps.get_model("grants", "Application")
    document_model = apps.get_model("grants", "CaseDocument")
    cases = (
        application_model.objects.filter(versions__isnull=False, documents__isnull=True)
        .select_related("lead")
        .distinct()
        .order_by("pk")
    )
    for case in cases.iterator(chunk_size=500):
        found = []
        asked = [(each.asked_at, each) for each in case.completion_requests.all()]
        for version in case.versions.order_by("number"):
            answers = any(
                request.answered
                and request.closed_at is not None
                and request.asked_at <= version.submitted_at <= request.closed_at
                for _at, request in asked
            )
            kind = "completion" if answers else "application"
            person = version.submitted_by_id
            source = f"version:{version.pk}"
            found.append((version.submitted_at, 1, IN, kind, source, case.lead.name, person))
        for at, request in asked:
            person = request.asked_by_id
            source = f"completion_request:{request.pk}"
            found.append((at, 2, OUT, "completion_request", source, case.lead.name, person))
        for message in case.messages.select_related("organisation"):
            party = message.organisation.name if message.organisation_id else case.lead.name
            direction = OUT if message.from_agency else IN
            source = f"message:{message.pk}"
            person = message.sender_id
            found.append((message.sent_at, 3, direction, "message", source, party, person))
        found.sort(key=lambda each: (each[0], each[1], each[4]))
        document_model.objects.bulk_create(
            document_model(
                application=case,
                number=number,
                direction=direction,
                kind=kind,
                dated_on=timezone.localtime(at).date(),
                party=party,
                source=source,
                registered_at=at,
                registered_by_id=person,
            )
            for number, (at, _order, direction, kind, source, party, person) in enumerate(found, 1)
        )


class Migration(migrations.Migration):
    dependencies = [("grants", "0013_register_and_disclosure")]

    operations = [migrations.RunPython(register_earlier, migrations.RunPython.noop)]
