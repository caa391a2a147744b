"""What the screen of one version of the rules shows: cards, lists, the open entry, what is new, wrong or doubtful."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orders.drafting import words
from orders.drafting.conversion import is_ordered
from orders.drafting.curve import Curve, curve_of
from orders.drafting.differences import Difference
from orders.drafting.edits import CHOOSING, DIVIDERS, SAFEGUARDS, SECTIONS, entries_of
from orders.drafting.fields import shown
from orders.drafting.points import top
from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.linter import Finding
from orders.planning.schema import MAX_RULES, MAX_SEGMENTS, STRATEGIES
from orders.views.policy_conditions import Known, Remarks
from orders.views.policy_forms import Attributes, EntryForm, Value, attribute_groups, entry_form
from orders.views.policy_sliders import Slider, sliders

Document = dict[str, Any]
FACTORS = 6
STRATEGY_CARDS = {
    "fifo": ("arrow-down-narrow-wide", "Oldest order first. Simple and fair."),
    "priority": ("scale", "Points from the rules below, added up."),
    "lexicographic": ("list-ordered", "The first rule that differs decides."),
    "demand_forecast": ("chart-spline", "Keeps stock for expected better demand."),
    "automated": ("bot", "Learned risk of lateness times its cost."),
    "hybrid": ("blend", "Rules decide; forecast and risk count in."),
}
SECTION_WORDS = {
    "rules": ("Rules", "Add rule"),
    "segments": ("Segments", "Add segment"),
    "quotas": ("Quotas", "Add quota"),
    "promises": ("Promise rules", "Add promise rule"),
    "classes": ("Demand classes", "Add class"),
}
SAFEGUARD_WORDS = {
    "far_future": "Orders wanted later than this leave stock to nearer ones if supply comes in time",
    "starvation": "Orders that have waited this long come before all others",
}
FORECAST_WORDS = {
    "horizon_days": ("Keep stock for demand of the next", "days"),
    "history_weeks": ("shares from the last", "weeks"),
}
# Places outside of lists that have a field, which says what is wrong with them.
WITH_FIELDS = (*SAFEGUARDS, *(f"forecast.{name}" for name in FORECAST_WORDS))
SECTION_HINTS = {
    "segments": "A line belongs to the first segment that it meets.",
    "quotas": "A line belongs to the first quota that it meets. Shares are of each product's units.",
    "promises": "When a date that a customer was told may change. The first rule that an order meets counts.",
    "classes": "Best first. Stock is kept for the demand expected of better classes.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What is known about a document: ``problems`` of the grammar by place, the linter's ``findings``, what differs
    from the rules in force (``since``), and the values that attributes have (``known``)."""

    problems: Mapping[str, str]
    findings: Sequence[Finding]
    since: Sequence[Difference]
    known: Known


@dataclass(frozen=True, slots=True)
class Card:
    """One strategy to choose from."""

    key: str
    label: str
    text: str
    icon: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in its list; ``form`` is there for the one that is open.

    ``loose`` are the findings that its form does not show beside a condition.
    """

    section: str
    id: str
    key: str
    place: int
    label: str
    words: str
    factor: int
    is_off: bool
    tags: tuple[str, ...]
    slider: Slider | None
    problems: tuple[str, ...]
    findings: tuple[Finding, ...]
    loose: tuple[Finding, ...]
    form: EntryForm | None
    curve: Curve | None


@dataclass(frozen=True, slots=True)
class Section:
    """One list of the document."""

    key: str
    title: str
    hint: str
    add_label: str
    summary: str
    rows: tuple[Row, ...]
    addable: Attributes | None
    is_full: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything about one document. ``divider`` is how stock is divided; ``general`` are problems of no place."""

    strategy: str
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    divider: str
    dividers: tuple[tuple[str, str], ...]
    whole_orders: str
    whole_choices: tuple[tuple[str, str], ...]
    fair_share: str
    shareable: tuple[tuple[str, str], ...]
    forecast: tuple[Value, ...]
    safeguards: tuple[Value, ...]
    general: tuple[str, ...]
    findings: int


def make_screen(document: Document, *, opened: str, said: Said) -> Screen:
    """Return the screen of a document that is well formed, if not accepted.

    ``opened`` is ``section.id`` of the entry whose form shows.
    """
    strategy = document.get("strategy", "")
    divider = next((name for name in DIVIDERS if name in document), "rank")
    names = [name for name in SECTIONS if _is_shown(name, strategy, divider)]
    in_lists = tuple(f"{_prefix(name)}[" for name in names)
    return Screen(
        strategy=strategy,
        cards=tuple(Card(key, words.STRATEGIES.get(key, key), *_card(key), key == strategy) for key in STRATEGIES),
        sections=tuple(_section(document, name, opened, said) for name in names),
        divider=divider,
        dividers=tuple(words.DIVIDERS.items()) if strategy != "demand_forecast" else (),
        whole_orders=document.get("whole_orders", ""),
        whole_choices=tuple(words.WHOLE_ORDERS.items()) if strategy in CHOOSING and divider == "rank" else (),
        fair_share=document.get("fair_share", ""),
        shareable=tuple((spec.name, spec.label) for spec in CATALOGUE.values() if spec.kind is Kind.TEXT),
        forecast=tuple(_forecast(document["forecast"], said.problems)) if "forecast" in document else (),
        safeguards=tuple(_safeguard(document, name, said.problems) for name in SAFEGUARDS),
        general=tuple(text for place, text in said.problems.items() if not place.startswith((*in_lists, *WITH_FIELDS))),
        findings=len(said.findings),
    )


def _forecast(forecast: Document, problems: Mapping[str, str]) -> Iterator[Value]:
    for name, (label, unit) in FORECAST_WORDS.items():
        yield Value(name, label, shown(forecast.get(name)), unit, problems.get(f"forecast.{name}", ""))


def _safeguard(document: Document, name: str, problems: Mapping[str, str]) -> Value:
    days = shown(document.get(name, {}).get(SAFEGUARDS[name]))
    problem = next((text for place, text in problems.items() if _inside(place, name)), "")
    return Value(name, SAFEGUARD_WORDS[name], days, "days", problem)


def _card(key: str) -> tuple[str, str]:
    icon, text = STRATEGY_CARDS.get(key, ("scale", ""))
    return text, icon


def _is_shown(section: str, strategy: str, divider: str) -> bool:
    match section:
        case "rules":
            return strategy != "fifo"
        case "segments" | "quotas":
            return divider == section
        case "classes":
            return strategy == "demand_forecast"
    return True


def _prefix(section: str) -> str:
    """Return where a section stands in the document."""
    return "forecast.classes" if section == "classes" else section


def _section(document: Document, key: str, opened: str, said: Said) -> Section:
    entries = entries_of(document, key)
    strategy = document["strategy"]
    ordered = is_ordered(strategy)
    scales = sliders(entries) if key == "rules" and not ordered else [None] * len(entries)
    weighed = enumerate(zip(entries, scales, strict=True))
    rows = [_row(key, i, entry, slider, strategy, opened, said) for i, (entry, slider) in weighed]
    title, add_label = ("Criteria", "Add criterion") if key == "rules" and ordered else SECTION_WORDS[key]
    return Section(
        key=key,
        title=title,
        hint="The first that differs decides." if ordered and key == "rules" else SECTION_HINTS.get(key, ""),
        add_label=add_label,
        summary=_summary(key, entries, ordered),
        rows=tuple(rows),
        addable=attribute_groups(strategy) if key == "rules" else None,
        is_full=len(entries) >= (MAX_RULES if key == "rules" else MAX_SEGMENTS),
    )


def _row(
    section: str, place: int, entry: Document, slider: Slider | None, strategy: str, opened: str, said: Said
) -> Row:
    at, ordered = f"{_prefix(section)}[{place}]", is_ordered(strategy)
    findings = [finding for finding in said.findings if _inside(finding.place, at)]
    form = None
    if opened == f"{section}.{entry['id']}":
        doubts = {finding.place: f"{finding.message} {finding.advice}" for finding in findings}
        remarks = Remarks(said.problems, doubts, said.known)
        form = entry_form(section, entry, at, strategy=strategy, is_ordered=ordered, remarks=remarks)
    return Row(
        section=section,
        id=entry["id"],
        key=f"{section}.{entry['id']}",
        place=place,
        label=entry.get("label", ""),
        words=words.entry_in_words(section, entry, is_ordered=ordered),
        factor=min(place, FACTORS - 1) + 1,
        is_off=bool(entry.get("off")),
        tags=_tags(section, entry["id"], said.since),
        slider=slider,
        problems=tuple(text for where, text in said.problems.items() if _inside(where, at)),
        findings=tuple(findings),
        loose=tuple(finding for finding in findings if not _inside(finding.place, f"{at}.when")),
        form=form,
        curve=curve_of(entry) if form else None,
    )


def _inside(place: str, outer: str) -> bool:
    return place == outer or place.startswith((f"{outer}.", f"{outer}["))


def _summary(key: str, entries: Sequence[Document], ordered: bool) -> str:
    on = [entry for entry in entries if not entry.get("off")]
    off = f", {len(entries) - len(on)} off" if len(on) < len(entries) else ""
    if key != "rules" or ordered:
        return f"{len(on)}{off}" if entries else ""
    tops = [top(entry.get("points", {})) for entry in on]
    if any(value is None for value in tops):
        return f"{len(on)} active{off}"
    return f"{len(on)} active{off}, {words.amount(sum(value for value in tops if value and value > 0))} points at most"


def _tags(section: str, entry: str, since: Iterable[Difference]) -> tuple[str, ...]:
    """Return what is different about an entry from the rules in force, in a word or two each."""
    mine = [one for one in since if (one.section, one.entry) == (section, entry)]
    said = {"added": "new", "moved": "moved", "on": "was off", "off": "was on", "changed": "changed"}
    return tuple(dict.fromkeys(said[one.kind] for one in mine if one.kind in said))
