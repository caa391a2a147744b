"""Segments of a policy: JSON → ``rules.Segment``."""

from __future__ import annotations

from orders.planning import schema
from orders.planning.conditions import read_condition
from orders.planning.reading import (
    Json,
    Report,
    join,
    read_choice,
    read_id,
    read_list,
    read_object,
    read_text,
    refuse_repeated_ids,
)
from orders.planning.rules import Guarantee, Segment


def read_segments(value: Json, place: str, report: Report) -> tuple[Segment, ...]:
    """Return the segments in their order, noting every problem in ``report``."""
    entries = read_list(value, place, report, schema.MAX_SEGMENTS)
    segments = tuple(_read_segment(entry, f"{place}[{i}]", report) for i, entry in enumerate(entries))
    refuse_repeated_ids([segment.id for segment in segments], place, report)
    return segments


def _read_segment(value: Json, place: str, report: Report) -> Segment:
    members = read_object(value, place, report, ("id", "label", "guarantee"), ("when", "if_unmet"))
    if members is None:
        return Segment("", "", Guarantee.REDISTRIBUTE)
    guarantee = read_choice(members["guarantee"], join(place, "guarantee"), report, schema.GUARANTEES)
    if_unmet = "alert"
    if "if_unmet" in members:
        if_unmet = read_choice(members["if_unmet"], join(place, "if_unmet"), report, schema.IF_UNMET)
        if guarantee in ("redistribute", "fill", "lose"):
            report.add(join(place, "if_unmet"), f"{guarantee} promises nothing that could be unmet")
    return Segment(
        id=read_id(members["id"], join(place, "id"), report),
        label=read_text(members["label"], join(place, "label"), report),
        guarantee=Guarantee(guarantee) if guarantee else Guarantee.REDISTRIBUTE,
        when=read_condition(members["when"], join(place, "when"), report) if "when" in members else None,
        falls_back=if_unmet == "fall_back",
    )
