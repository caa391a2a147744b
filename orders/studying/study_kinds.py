"""What can be studied: the members that a question of each kind has, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from kernel.errors import Conflict, Invalid, NotFound
from orders.integrity import check
from orders.models import Policy, StudyKind
from orders.replanning.plan_records import is_kept, replay
from orders.studying.backtest_policies import backtest_policies, contestants
from orders.studying.chance_record import chance_record
from orders.studying.forecast_demand import backtest_demand, forecast_demand
from orders.studying.late_risk import as_dict, train_late_risk

Members = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: its members, a clock, and who is told of each step."""

    members: Members
    clock: Callable[[], datetime]
    tell: Callable[[str], None]

    @property
    def today(self) -> date:
        return timezone.localdate(self.clock())


@dataclass(frozen=True, slots=True)
class Number:
    """A number that a question may name: whole between whole bounds, else any; without ``usual`` it must."""

    low: float
    high: float
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What a question of a kind may name; ``answer`` returns plain JSON values, or raises DomainError."""

    answer: Callable[[Asked], Members]
    numbers: Mapping[str, Number] = field(default_factory=dict)
    takes_policies: bool = False


def read_members(kind: StudyKind, given: Mapping[str, Any]) -> Members:
    """Return the members of a question, those left out as usual; raise Invalid naming each that is wrong."""
    known, members = KINDS[kind], dict[str, Any]()
    wrongs = {name: "This kind of study does not ask for it." for name in given if not _asks_for(known, name)}
    for name, number in known.numbers.items():
        value = given.get(name, number.usual)
        if value is None or not _is_within(value, number):
            wrongs[name] = f"Give a number from {number.low:,} to {number.high:,}."
        members[name] = value
    if known.takes_policies:
        members["policies"] = versions = list(given.get("policies", ()))
        there = set(Policy.objects.filter(version__in=versions).values_list("version", flat=True))
        if missing := [version for version in versions if version not in there]:
            wrongs["policies"] = f"There is no policy version {missing[0]}."
    if kind is StudyKind.REPLAY_RUN and not wrongs and not is_kept(members["run"]):
        raise NotFound(f"What run {members['run']} planned is not kept. Only the newest full runs are.")
    if wrongs:
        raise Invalid("The study cannot be made so. Correct the places named.", fields=wrongs)
    return members


def _asks_for(kind: Kind, name: str) -> bool:
    return name in kind.numbers or (name == "policies" and kind.takes_policies)


def _is_within(value: Any, number: Number) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    whole = isinstance(number.low, int) and isinstance(number.high, int)
    return number.low <= value <= number.high and (isinstance(value, int) or not whole)


def _backtest_policies(asked: Asked) -> Members:
    members = dict(asked.members)
    policies = contestants(members.pop("policies"), together=members["together"])
    return backtest_policies(until_on=asked.today, policies=policies, tell=asked.tell, **members).as_dict()


def _backtest_forecast(asked: Asked) -> Members:
    def tell(step: str, done: int, total: int) -> None:
        asked.tell(f"{step} ({done} of {total})")

    return backtest_demand(today=asked.today, weeks=asked.members["weeks"], tell=tell).as_dict()


def _calibrate_chances(asked: Asked) -> Members:
    record = chance_record(asked.today)
    if record is None:
        raise Conflict("There are too few receipts to judge by.", code="too_few")
    return asdict(record)


def _train_late_risk(asked: Asked) -> Members:
    version = train_late_risk(asked.clock, asked.tell)
    if version is None:
        raise Conflict("The model is being trained already. Look at its versions when that is done.", code="busy")
    return as_dict(version)


def _forecast_demand(asked: Asked) -> Members:
    run = forecast_demand(asked.clock)
    if run is None:
        raise Conflict("A forecast is being made already. Look at it when that is done.", code="busy")
    return {"run": run.pk, "products": run.products, "weeks_of_history": run.weeks_of_history}


def _replay_run(asked: Asked) -> Members:
    again = replay(asked.members["run"])
    return {"lines": len(again.plan.line_id), "plan_hash": again.plan_hash, "is_same": again.is_same}


def _check_integrity(asked: Asked) -> Members:
    asked.tell("Computing every counter again")
    return {"drifts": [{"rule": drift.rule, "row": drift.row, "detail": drift.detail} for drift in check()]}


KINDS: Mapping[StudyKind, Kind] = {
    StudyKind.BACKTEST_POLICIES: Kind(
        _backtest_policies,
        {"weeks": Number(1, 52, 13), "supply": Number(0.1, 1.0, 1.0), "together": Number(0.0, 1.0, 0.0)},
        takes_policies=True,
    ),
    StudyKind.BACKTEST_FORECAST: Kind(_backtest_forecast, {"weeks": Number(1, 26, 8)}),
    StudyKind.CALIBRATE_CHANCES: Kind(_calibrate_chances),
    StudyKind.TRAIN_LATE_RISK: Kind(_train_late_risk),
    StudyKind.FORECAST_DEMAND: Kind(_forecast_demand),
    StudyKind.REPLAY_RUN: Kind(_replay_run, {"run": Number(1, 10**18)}),
    StudyKind.CHECK_INTEGRITY: Kind(_check_integrity),
}
