from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel import transactions
from orders.integrity import check


@pytest.fixture(autouse=True)
def _everything_adds_up_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check every counter after each race, except where a negative control breaks one on purpose."""
    request.getfixturevalue("transactional_db")
    yield
    if request.node.get_closest_marker("breaks_counters") is None:
        assert check() == []


@pytest.fixture
def unguarded_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the bounded retries away, so that a deadlock shows."""
    monkeypatch.setattr(transactions, "MAX_TRIES", 1)
