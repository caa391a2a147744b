"""What customers think of how we handle their orders, and what we answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from inventory.dirty import mark_dirty
from kernel.errors import Conflict, Invalid, NotFound
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from orders.customers import waited_for_by
from orders.handling.editing import lock_order
from orders.models import Feedback, FeedbackOccasion, FeedbackReason, OrderStatus
from orders.planning.attributes import CUSTOMER_RATING
from orders.rules.policies import is_read

MAX_COMMENT = 2000


@entry_verb
def give_feedback(ref: str, *, rating: int, reasons: Sequence[str], comment: str, now: datetime) -> Feedback:
    """Keep a customer's rating, 1 to 5. Given again on the same occasion it replaces the first, until we answer.

    Where the rules read ratings, everything that the customer waits for is planned anew.
    """
    if not 1 <= rating <= 5:
        wrong = _("Choose one of the five faces.")
        raise Invalid(wrong, fields={"rating": wrong})
    if unknown := sorted(set(reasons) - set(FeedbackReason.values)):
        wrong = _("Choose from the reasons we offer.")
        raise Invalid(wrong, fields={"reasons": f"Unknown: {', '.join(unknown)[:100]}."})
    comment = clean_text(comment, field="comment", max_length=MAX_COMMENT, multiline=True)
    order = lock_order(ref)
    occasion = FeedbackOccasion.DELIVERY if order.status == OrderStatus.SHIPPED else FeedbackOccasion.WAITING
    feedback = Feedback.objects.filter(order=order, occasion=occasion).first() or Feedback(
        order=order, occasion=occasion
    )
    if feedback.answered_at:
        raise Conflict(_("We have answered this already. Answer our mail if there is more."), code="answered")
    feedback.rating, feedback.reasons, feedback.comment = rating, sorted(set(reasons)), comment
    feedback.given_at = now
    feedback.save()
    if is_read(CUSTOMER_RATING):
        mark_dirty(waited_for_by(order.customer), cause="customer_rated", reference=order.ref)
    announce("order", {"orders": [order.ref]})
    return feedback


@entry_verb
def answer_feedback(feedback_id: int, *, answer: str, actor: Actor | None, now: datetime) -> Feedback:
    """Answer a customer on the order's page; the answer can be corrected, not taken back."""
    answer = clean_text(answer, field="answer", max_length=MAX_COMMENT, multiline=True)
    if not answer:
        raise Invalid("Write something first.", fields={"answer": "Write something first."})
    feedback = Feedback.objects.select_for_update(of=("self",), no_key=True).filter(pk=feedback_id).first()
    if feedback is None:
        raise NotFound("There is no such feedback.")
    feedback.answer, feedback.answered_at, feedback.answered_by_id = answer, now, key_of(actor)
    feedback.save(update_fields=["answer", "answered_at", "answered_by"])
    return feedback
