"""One world for all tests of law: the whole shipped log."""

from __future__ import annotations

import pytest

from twoeyes.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return World()
