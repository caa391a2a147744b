"""The REST surface: every address under /api/v1/."""

from __future__ import annotations

from django.urls import include, path, re_path

from backlog.api.docs import DocsView, SchemaView
from backlog.api.missing import missing
from backlog.api.router import ApiRouter
from inventory.api.calendars import CalendarViewSet
from inventory.api.catalogue import ProductViewSet, SupplierViewSet, WarehouseViewSet
from inventory.api.forecasts import ForecastRunViewSet, ForecastViewSet
from inventory.api.purchase_orders import PurchaseOrderViewSet
from notifications.api.facts import QuarantinedFactViewSet
from notifications.api.messages import MessageViewSet
from notifications.api.preferences import PreferenceViewSet
from notifications.api.rules import MessageRulesViewSet
from notifications.api.send_rules import SendRuleViewSet
from notifications.api.templates import TemplateViewSet
from notifications.api.thresholds import ThresholdViewSet
from notifications.api.webhooks import WebhookViewSet
from orders.api.allocation import CapacityViewSet, SourceViewSet
from orders.api.availability import AvailabilityViewSet
from orders.api.bulk import BulkActionViewSet
from orders.api.choices import ChoiceViewSet
from orders.api.compensation import BudgetViewSet, CompensationViewSet, StepViewSet
from orders.api.customers import CustomerViewSet
from orders.api.delays import DelayNoticeViewSet, DelayRulesViewSet
from orders.api.exceptions import ExceptionViewSet
from orders.api.feedback import FeedbackViewSet
from orders.api.guard import GuardViewSet
from orders.api.holds import HoldRightsViewSet, HoldSourceViewSet
from orders.api.macros import MacroViewSet
from orders.api.metrics import MetricsViewSet
from orders.api.notes import MentionViewSet, NoteViewSet, PeopleViewSet
from orders.api.orders import OrderViewSet
from orders.api.plan_runs import PlanRunViewSet
from orders.api.policies import PolicyViewSet
from orders.api.replies import ReplyViewSet
from orders.api.risk import RiskModelViewSet
from orders.api.saved_views import SavedViewViewSet
from orders.api.setup_changes import SetupChangeViewSet
from orders.api.simulations import SimulationViewSet
from orders.api.stock import StockViewSet
from orders.api.studies import StudyViewSet
from orders.api.telling import TellingViewSet

app_name = "api"

router = ApiRouter()
router.mount("orders", OrderViewSet, "orders")
router.mount("exceptions", ExceptionViewSet, "exceptions")
router.mount("notes", NoteViewSet, "notes")
router.mount("mentions", MentionViewSet, "mentions")
router.mount("people", PeopleViewSet, "people")
router.mount("saved-views", SavedViewViewSet, "saved-views")
router.mount("bulk-actions", BulkActionViewSet, "bulk-actions")
router.mount("stock", StockViewSet, "stock")
router.mount("purchase-orders", PurchaseOrderViewSet, "purchase-orders")
router.mount("products", ProductViewSet, "products")
router.mount("customers", CustomerViewSet, "customers")
router.mount("suppliers", SupplierViewSet, "suppliers")
router.mount("warehouses", WarehouseViewSet, "warehouses")
router.mount("calendars", CalendarViewSet, "calendars")
router.mount("policies", PolicyViewSet, "policies")
router.mount("plan-runs", PlanRunViewSet, "plan-runs")
router.mount("simulations", SimulationViewSet, "simulations")
router.mount("studies", StudyViewSet, "studies")
router.mount("forecasts", ForecastViewSet, "forecasts")
router.mount("forecast-runs", ForecastRunViewSet, "forecast-runs")
router.mount("sources", SourceViewSet, "sources")
router.mount("hold-sources", HoldSourceViewSet, "hold-sources")
router.mount("hold-rights", HoldRightsViewSet, "hold-rights")
router.mount("pick-capacity", CapacityViewSet, "pick-capacity")
router.mount("guard", GuardViewSet, "guard")
router.mount("risk-model", RiskModelViewSet, "risk-model")
router.mount("availability", AvailabilityViewSet, "availability")
router.mount("tellings", TellingViewSet, "tellings")
router.mount("macros", MacroViewSet, "macros")
router.mount("compensations", CompensationViewSet, "compensations")
router.mount("compensation-steps", StepViewSet, "compensation-steps")
router.mount("compensation-budget", BudgetViewSet, "compensation-budget")
router.mount("choices", ChoiceViewSet, "choices")
router.mount("messages", MessageViewSet, "messages")
router.mount("message-rules", MessageRulesViewSet, "message-rules")
router.mount("quarantined-facts", QuarantinedFactViewSet, "quarantined-facts")
router.mount("send-rules", SendRuleViewSet, "send-rules")
router.mount("message-thresholds", ThresholdViewSet, "message-thresholds")
router.mount("contact-preferences", PreferenceViewSet, "contact-preferences")
router.mount("webhooks", WebhookViewSet, "webhooks")
router.mount("message-templates", TemplateViewSet, "message-templates")
router.mount("delay-rules", DelayRulesViewSet, "delay-rules")
router.mount("delay-notices", DelayNoticeViewSet, "delay-notices")
router.mount("feedback", FeedbackViewSet, "feedback")
router.mount("replies", ReplyViewSet, "replies")
router.mount("setup-changes", SetupChangeViewSet, "setup-changes")
router.mount("metrics", MetricsViewSet, "metrics")

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(url_name="api:schema"), name="docs"),
    path("", include(router.urls)),
    re_path(r"^.*$", missing, name="missing"),
]
