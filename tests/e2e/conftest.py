"""What browser tests share."""

import pytest

from portal.selectors.calls import forget_sums
from reporting.services.previews import forget_previews
from tests.portal.world import World, make_world


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What a process keeps of the database is not kept from one test to the next."""
    forget_sums()
    forget_previews()


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()
