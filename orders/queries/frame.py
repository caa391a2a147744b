"""What the frame around every page asks the database, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from orders.queries.mentions import MOST_UNREAD

_FRAME = """
    SELECT EXISTS (SELECT FROM orders_sampleload), (
        SELECT count(*) FROM (
            SELECT FROM orders_mention WHERE person_id = %(person)s AND read_at IS NULL LIMIT %(most)s
        ) AS unread
    )
"""


@dataclass(frozen=True, slots=True)
class Frame:
    """Whether the sample is loaded, and how many mentions a person has not read, up to 99."""

    has_sample: bool
    unread_mentions: int


def frame_of(person: Any) -> Frame:
    """Read the frame of a person; None for somebody who is not signed in."""
    with connection.cursor() as cursor:
        cursor.execute(_FRAME, {"person": None if person is None else person.pk, "most": MOST_UNREAD})
        return Frame(*cursor.fetchone())
