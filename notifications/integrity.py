"""Facts and messages add up: what ``check_integrity`` asks of this app."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from notifications.models import Delivery, DeliveryState, Fact, FactState

ANNOUNCERS = {"notifications.delivering.announcing.announce", "notifications.delivering.answering.announce"}


def message_drift() -> list[tuple[str, str]]:
    """Return (what, detail) for each fact or delivery that does not add up; empty when all is well.

    Every dispatched fact that is announced has exactly one delivery that leads, in one of the named states.
    """
    announced = [kind for kind, names in settings.FACT_LISTENERS.items() if ANNOUNCERS & set(names)]
    leading = Delivery.objects.filter(fact=OuterRef("pk"), is_lead=True)
    untold = Fact.objects.filter(~Exists(leading), kind__in=announced, state=FactState.DISPATCHED)
    unknown = Delivery.objects.exclude(state__in=DeliveryState.values)
    unfinished = Delivery.objects.filter(Q(state=DeliveryState.SENT) ^ Q(sent_at__isnull=False))
    return [
        *(
            ("fact without a delivery that leads", f"{pk} {kind}")
            for pk, kind in untold.values_list("pk", "kind")[:100]
        ),
        *(("delivery in no known state", f"{pk} {state}") for pk, state in unknown.values_list("pk", "state")[:100]),
        *(
            ("delivery sent without a time, or a time unsent", str(pk))
            for pk in unfinished.values_list("pk", flat=True)
        ),
    ]


def delivery_counts() -> dict[str, int]:
    """Return how many deliveries stand in each state, every state named."""
    return _by_state(Delivery.objects.all())


def _by_state(deliveries: QuerySet[Delivery]) -> dict[str, int]:
    counted = dict(deliveries.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in DeliveryState.values}


def fact_counts() -> dict[str, int]:
    """Return how facts that customers are told of stand: all, those not handed on yet, and each state of the rest.

    all = waiting to be handed on + quarantined + the states, always: every fact handed on has one delivery that leads.
    """
    announced = [kind for kind, names in settings.FACT_LISTENERS.items() if ANNOUNCERS & set(names)]
    by_state = dict(Fact.objects.filter(kind__in=announced).order_by().values_list("state").annotate(Count("pk")))
    return {
        "facts": sum(by_state.values()),
        "unheard": by_state.get(FactState.PENDING, 0),
        "quarantined": by_state.get(FactState.QUARANTINED, 0),
        **_by_state(Delivery.objects.filter(is_lead=True)),
    }
