"""The actions that can be done to many orders: who may, what they need, how to do them, how to take them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.dateparse import parse_date

from kernel.bounds import read_day, whole_number
from kernel.errors import Invalid
from kernel.text import clean_text
from orders.bulk.cancelling import CancelOrders
from orders.bulk.change import Change
from orders.bulk.colleagues import AssignBack, AssignTo, WriteNotes
from orders.bulk.dates import RestoreEta, SetEta
from orders.bulk.holding import PlaceHold, ReleaseHolds, SetExpedited
from orders.bulk.splitting import Rejoin, SplitReady
from orders.bulk.substituting import SendSubstitutes, SwapBack
from orders.bulk.telling import EXPECTED, SAFE, TakeDatesBack, TellDates
from orders.dialogue.telling import MAX_NOTE as MAX_MESSAGE_NOTE
from orders.dialogue.telling import reason_sentence
from orders.handling.lifecycle import MAX_NOTE, check_end
from orders.models import BulkAction, BulkJob, HoldKind

Params = Mapping[str, Any]
MAX_DAYS = 365


@dataclass(frozen=True, slots=True)
class Action:
    """``done`` says in the past tense what became of the orders ("expedited"); ``undo`` None: there is no way back."""

    permission: str
    done: str
    change: Callable[[Params], Change]
    undo: Callable[[Params], Change] | None
    lasting: str = ""


def change_of(job: BulkJob) -> Change:
    """Return what a job does; raise Invalid when its parameters make no sense."""
    action = ACTIONS[BulkAction(job.action)]
    if job.undoes_id is None:
        return action.change(job.params)
    if action.undo is None:
        raise Invalid(action.lasting)
    return action.undo(job.params)


def clean_params(action: BulkAction, given: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return the parameters of ``action`` as its job keeps them; raise Invalid naming what is missing or wrong."""
    params = _CLEAN.get(action, lambda _: {})(given)
    check_end(parse_date(params.get("ends_on") or ""), now=now)
    return params


def _clean_hold(given: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(given.get("kind", ""))
    if kind not in HoldKind.values:
        wrong = f"Choose one of: {', '.join(HoldKind.values)}."
        raise Invalid(wrong, fields={"kind": wrong})
    return {"kind": kind, **_clean_expedite(given)}


def _clean_expedite(given: Mapping[str, Any]) -> dict[str, Any]:
    ends_on = str(given.get("ends_on") or "")
    day = read_day(ends_on, field="ends_on").isoformat() if ends_on else None
    return {"reason": _text(given, "reason"), "ends_on": day}


def _clean_eta(given: Mapping[str, Any]) -> dict[str, Any]:
    day, days = str(given.get("eta_on") or ""), str(given.get("days") or "")
    if bool(day) == bool(days):
        wrong = "Give either a day or a number of days."
        raise Invalid(wrong, fields={"eta_on": wrong})
    return {
        "eta_on": read_day(day, field="eta_on").isoformat() if day else None,
        "days": _days(days) if days else 0,
        "reason": _required(given, "reason", "Say why the dates change."),
    }


def _clean_assign(given: Mapping[str, Any]) -> dict[str, Any]:
    owner = str(given.get("owner") or "")
    if not owner:
        return {"owner": None}
    found = get_user_model().objects.filter(is_active=True, pk=whole_number(owner) or 0).first()
    if found is None:
        raise Invalid("Choose a colleague.", fields={"owner": "Choose a colleague."})
    return {"owner": found.pk}


def _clean_note(given: Mapping[str, Any]) -> dict[str, Any]:
    body = clean_text(str(given.get("body", "")), field="body", max_length=MAX_NOTE, multiline=True)
    if not body:
        raise Invalid("Write something first.", fields={"body": "Write something first."})
    return {"body": body}


def _clean_cancel(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"reason": _required(given, "reason", "Say why.")}


def _clean_tell(given: Mapping[str, Any]) -> dict[str, Any]:
    choice, reason = str(given.get("choice") or EXPECTED), str(given.get("reason") or "")
    if choice not in (EXPECTED, SAFE):
        wrong = f"Choose one of: {EXPECTED}, {SAFE}."
        raise Invalid(wrong, fields={"choice": wrong})
    if reason:
        reason_sentence(reason)
    note = clean_text(str(given.get("note", "")), field="note", max_length=MAX_MESSAGE_NOTE, multiline=True)
    return {"choice": choice, "reason": reason, "note": note}


def _text(given: Mapping[str, Any], name: str) -> str:
    return clean_text(str(given.get(name, "")), field=name, max_length=200)


def _required(given: Mapping[str, Any], name: str, wrong: str) -> str:
    text = _text(given, name)
    if not text:
        raise Invalid(wrong, fields={name: wrong})
    return text


def _days(text: str) -> int:
    wrong = f"Give a whole number of days, at most {MAX_DAYS} either way, not 0."
    days = whole_number(text.removeprefix("-").removeprefix("+"), digits=3)
    if days is None or not 0 < days <= MAX_DAYS:
        raise Invalid(wrong, fields={"days": wrong})
    return int(text)


def _eta(params: Params) -> Change:
    return SetEta(parse_date(params["eta_on"]) if params["eta_on"] else None, params["days"], params["reason"])


_CLEAN: dict[BulkAction, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    BulkAction.EXPEDITE: _clean_expedite,
    BulkAction.HOLD: _clean_hold,
    BulkAction.ETA: _clean_eta,
    BulkAction.ASSIGN: _clean_assign,
    BulkAction.NOTE: _clean_note,
    BulkAction.CANCEL: _clean_cancel,
    BulkAction.TELL: _clean_tell,
}

ACTIONS: dict[BulkAction, Action] = {
    BulkAction.EXPEDITE: Action(
        "orders.expedite_order", "expedited", lambda p: SetExpedited(True, **p), lambda _: SetExpedited(False)
    ),
    BulkAction.UNEXPEDITE: Action(
        "orders.expedite_order", "no longer expedited", lambda _: SetExpedited(False), lambda _: SetExpedited(True)
    ),
    BulkAction.HOLD: Action(
        "orders.hold_order", "put on hold", lambda p: PlaceHold(**p), lambda p: ReleaseHolds(p["kind"])
    ),
    BulkAction.RELEASE: Action("orders.hold_order", "released", lambda _: ReleaseHolds(), lambda _: PlaceHold()),
    BulkAction.ETA: Action("orders.change_eta", "given a new ETA", _eta, lambda _: RestoreEta()),
    BulkAction.ASSIGN: Action(
        "orders.assign_order", "assigned", lambda p: AssignTo(p["owner"]), lambda _: AssignBack()
    ),
    BulkAction.NOTE: Action(
        "orders.note_order",
        "noted",
        lambda p: WriteNotes(p["body"]),
        None,
        "Notes stay: colleagues may have read them. Write another one.",
    ),
    BulkAction.CANCEL: Action(
        "orders.cancel_order",
        "cancelled",
        lambda p: CancelOrders(p["reason"]),
        None,
        "A cancellation stays: customers are told, and the stock has gone to others. Take in new orders instead.",
    ),
    BulkAction.TELL: Action(
        "notifications.send_message", "announced", lambda p: TellDates(**p), lambda _: TakeDatesBack()
    ),
    BulkAction.SPLIT: Action("orders.ship_order", "split", lambda _: SplitReady(), lambda _: Rejoin()),
    BulkAction.SUBSTITUTE: Action(
        "orders.cancel_order", "swapped for a substitute", lambda _: SendSubstitutes(), lambda _: SwapBack()
    ),
}
