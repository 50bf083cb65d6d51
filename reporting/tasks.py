"""What workers and beat run: editions and files of data made, reports required and reminded of."""

from celery import shared_task
from django.utils import timezone

from reporting.documents.report_data import make_package
from reporting.selectors.editions import due_build_ids
from reporting.selectors.packages import due_package_ids
from reporting.services import editions, freezing, obligations, packages, reminders

BUILDS_A_RUN = 10
PACKAGES_A_RUN = 5


@shared_task
def build_edition(build_id: int) -> bool:
    """Make the edition that the row asks for, unless another worker is at it; returns whether
    it was made."""
    return editions.run_build(build_id=build_id)


@shared_task
def resume_builds() -> int:
    """Take up what waits or was left by a killed worker, for beat; returns how many were made."""
    editions.give_up_exhausted()
    freezing.clear_left_over()
    ids = due_build_ids(now=timezone.now(), limit=BUILDS_A_RUN)
    return sum(editions.run_build(build_id=build_id) for build_id in ids)


@shared_task
def make_report_package(package_id: int) -> bool:
    """Make the file of reports that the row asks for, unless another worker is at it; returns
    whether it was made."""
    return packages.run_package(package_id=package_id, make=make_package)


@shared_task
def resume_packages() -> int:
    """Take up files that wait or were left by a killed worker, and remove those whose time is
    out, for beat; returns how many were made."""
    packages.give_up_exhausted()
    packages.remove_expired()
    packages.clear_left_over()
    return sum(
        make_report_package(pk) for pk in due_package_ids(now=timezone.now(), limit=PACKAGES_A_RUN)
    )


@shared_task
def require_reports(application_id: int) -> int:
    """Require the reports that follow a grant just made; returns how many were required. Where
    the message is lost, `require_missing_reports` finds the case."""
    return len(obligations.require_for(application_id=application_id))


@shared_task
def require_missing_reports() -> int:
    """Require what follows each grant and is not required, for beat; returns how many."""
    return obligations.require_missing()


@shared_task
def remind_of_reports() -> int:
    """Remind of reports that are due and not sent in, for beat; returns how many mails."""
    return reminders.remind()
