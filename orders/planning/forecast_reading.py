"""What a policy keeps for expected demand: JSON → ``rules.Forecast``."""

from __future__ import annotations

from itertools import pairwise

from orders.planning import schema
from orders.planning.attributes import CATALOGUE
from orders.planning.conditions import read_condition
from orders.planning.reading import (
    Json,
    Report,
    join,
    read_id,
    read_list,
    read_number,
    read_object,
    read_text,
    refuse_repeated_ids,
)
from orders.planning.rules import AllOf, DemandClass, Forecast, comparisons

HISTORY_WEEKS = 26


def read_forecast(value: Json, place: str, report: Report) -> Forecast | None:
    """Return the forecast member, noting every problem in ``report``."""
    members = read_object(value, place, report, ("horizon_days",), ("history_weeks", "classes"))
    if members is None:
        return None
    inside = join(place, "classes")
    entries = read_list(members["classes"], inside, report, schema.MAX_CLASSES) if "classes" in members else []
    classes = tuple(_read_class(entry, f"{inside}[{i}]", report) for i, entry in enumerate(entries))
    refuse_repeated_ids([entry.id for entry in classes], inside, report)
    _check_worths(classes, inside, report)
    weeks = members.get("history_weeks", HISTORY_WEEKS)
    return Forecast(
        horizon_days=_whole(members["horizon_days"], join(place, "horizon_days"), report, schema.MAX_HORIZON_DAYS),
        history_weeks=_whole(weeks, join(place, "history_weeks"), report, schema.MAX_HISTORY_WEEKS),
        classes=classes,
    )


def _read_class(value: Json, place: str, report: Report) -> DemandClass:
    members = read_object(value, place, report, ("id", "label", "when"), ("worth",))
    if members is None:
        return DemandClass("", "", AllOf(()))
    worth = 0.0
    if "worth" in members:
        worth = read_number(members["worth"], join(place, "worth"), report)
        if not 1 < worth <= schema.MAX_WORTH:
            report.add(join(place, "worth"), f"must be above 1 and at most {schema.MAX_WORTH:,}")
    when = read_condition(members["when"], join(place, "when"), report)
    for name in sorted({compare.attribute for compare in comparisons(when)}):
        if not CATALOGUE[name].is_known_at_entry:
            known = ", ".join(spec.name for spec in CATALOGUE.values() if spec.is_known_at_entry)
            message = f"{name} does not tell what past orders were; a class may read {known}"
            report.add(join(place, "when"), message)
    return DemandClass(
        id=read_id(members["id"], join(place, "id"), report),
        label=read_text(members["label"], join(place, "label"), report),
        when=when,
        worth=worth,
    )


def _check_worths(classes: tuple[DemandClass, ...], place: str, report: Report) -> None:
    named = [entry for entry in classes if entry.worth]
    if named and len(named) < len(classes):
        report.add(place, "give every class its worth, or none")
    for i, (better, worse) in enumerate(pairwise(classes), start=1):
        if better.worth and worse.worth and worse.worth >= better.worth:
            report.add(f"{place}[{i}].worth", f"must be below {better.worth:,.10g}: the best class comes first")


def _whole(value: Json, place: str, report: Report, highest: int) -> int:
    number = read_number(value, place, report)
    if number != int(number) or not 1 <= number <= highest:
        report.add(place, f"must be a whole number from 1 to {highest}")
        return 1
    return int(number)
