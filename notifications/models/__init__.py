from notifications.models.delivery import Delivery, DeliveryState
from notifications.models.fact import Fact, FactState
from notifications.models.gateway import Channel, Gateway
from notifications.models.link import Link, LinkMiss, LinkPurpose
from notifications.models.preference import Preference
from notifications.models.reply import Reply, ReplyState
from notifications.models.rules import MessageRules
from notifications.models.send_rule import SendMode, SendRule
from notifications.models.suppression import Suppression
from notifications.models.template import Template, TemplateStatus
from notifications.models.threshold import Move, Threshold
from notifications.models.trial_text import TrialText
from notifications.models.webhook import Webhook, WebhookDelivery, WebhookDeliveryState

__all__ = [
    "Channel",
    "Delivery",
    "DeliveryState",
    "Fact",
    "FactState",
    "Gateway",
    "Link",
    "LinkMiss",
    "LinkPurpose",
    "MessageRules",
    "Move",
    "Preference",
    "Reply",
    "ReplyState",
    "SendMode",
    "SendRule",
    "Suppression",
    "Template",
    "TemplateStatus",
    "Threshold",
    "TrialText",
    "Webhook",
    "WebhookDelivery",
    "WebhookDeliveryState",
]
