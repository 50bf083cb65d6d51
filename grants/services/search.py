"""Keeping what cases are found by."""

import json

from django.db import transaction

from grants.content.search import requested_by_area, said_in
from grants.models import Application, ApplicationVersion, CaseArea, CaseSearch


@transaction.atomic(savepoint=False)
def keep_search(*, application: Application, version: ApplicationVersion) -> None:
    """Let the case be found by what this version says. Call it in the transaction that keeps the
    version; it leaves no event of its own."""
    document = json.loads(version.document)
    CaseSearch.objects.bulk_create(
        [CaseSearch(application=application, text=said_in(document))],
        update_conflicts=True,
        unique_fields=["application"],
        update_fields=["text"],
    )
    if version.number > 1:
        CaseArea.objects.filter(application=application).delete()
    CaseArea.objects.bulk_create(
        CaseArea(application=application, code=code, requested_sek=amount)
        for code, amount in requested_by_area(document).items()
    )
