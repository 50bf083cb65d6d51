"""Publishing a call that was made on pages, with what the rooms keep of the version before."""

from django.db import transaction

from applicants.models import User
from grants.models import CallDraft
from grants.services.call_publishing import Published, publish_draft
from reporting.services.definitions import keep_definition


@transaction.atomic
def publish(*, draft: CallDraft, actor: User, version: int) -> Published:
    """Publish the draft; applications and reports that came in keep the version that they came
    in under. Raises as `grants.services.call_publishing.publish_draft`."""
    done = publish_draft(draft=draft, actor=actor, version=version)
    if done.before is not None:
        keep_definition(call=done.call, record=done.before)
    return done
