"""What browser tests share."""

import pytest

from tests.portal.world import World, make_world


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()
