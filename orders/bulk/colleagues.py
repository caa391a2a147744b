"""What colleagues tell each other about many orders: who looks after them, and notes. Planning does not mind."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.people import key_of
from orders.bulk.change import Applied, Chunk
from orders.models import Order, OrderNote


@dataclass(frozen=True, slots=True)
class AssignTo:
    """Give the orders an owner, or none."""

    owner_id: int | None
    verb: str = "assign"
    cause: str = ""
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        why = "Theirs already." if self.owner_id else "It has no owner."
        return {order.pk: why for order in chunk.orders if order.owner_id == self.owner_id}

    def apply(self, chunk: Chunk) -> Applied:
        before = {order.pk: {"owner": order.owner_id, "set": self.owner_id} for order in chunk.orders}
        Order.objects.filter(pk__in=chunk.ids).update(owner_id=self.owner_id)
        return Applied(before=before)


@dataclass(frozen=True, slots=True)
class AssignBack:
    """Give each order back to whom it belonged; not where it has gone to somebody else since."""

    verb: str = "assign"
    cause: str = ""
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        return {
            order.pk: "It was assigned to somebody else since."
            for order in chunk.orders
            if order.owner_id != chunk.kept[order.pk]["set"]
        }

    def apply(self, chunk: Chunk) -> Applied:
        for order in chunk.orders:
            order.owner_id = chunk.kept[order.pk]["owner"]
        Order.objects.bulk_update(chunk.orders, ["owner"])
        return Applied()


@dataclass(frozen=True, slots=True)
class WriteNotes:
    """Write the same note on all orders."""

    body: str
    verb: str = "add_note"
    cause: str = ""
    takes_closed: bool = True

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        return {}

    def apply(self, chunk: Chunk) -> Applied:
        OrderNote.objects.bulk_create(
            OrderNote(order_id=pk, body=self.body, author_id=key_of(chunk.actor), written_at=chunk.now)
            for pk in chunk.ids
        )
        return Applied()
