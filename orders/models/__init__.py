from kernel.tiers import Tier
from orders.models.allocation import Allocation, AllocationState, Peg
from orders.models.bulk import BulkAction, BulkJob, BulkJobRow, BulkJobStatus, BulkRowState
from orders.models.compensation import Compensation, CompensationBudget, CompensationKind, CompensationStep
from orders.models.customer import Customer
from orders.models.customer_choice import ChoiceKind, CustomerChoice
from orders.models.delay import DelayNotice, DelayOutcome, DelayRules
from orders.models.feedback import Feedback, FeedbackOccasion, FeedbackReason
from orders.models.guard import Guard
from orders.models.history import BacklogDay, DayRank
from orders.models.hold import Hold, HoldKind
from orders.models.hold_source import HoldSource
from orders.models.note import Mention, OrderNote
from orders.models.order import Order, OrderLine, OrderStatus, ShipPolicy, SubstituteConsent
from orders.models.party_backlog import BacklogFigures, CustomerBacklog, SupplierBacklog
from orders.models.picking import HandsPass, PickDay, PickRecord
from orders.models.plan import Kept, LinePlan, OrderPlan, Outcome, PlanRun, PlanRunKind, PlanRunStatus, Reason
from orders.models.plan_record import PlanRecord
from orders.models.policy import Policy, PolicyStatus, Strategy
from orders.models.pool_plan import PoolPlan
from orders.models.promise import Decision, EtaRevision, EtaRevisionKind, OrderPromise, Origin
from orders.models.risk import RiskVersion
from orders.models.sample import SampleLoad
from orders.models.saved_view import SavedView
from orders.models.shipment import Shipment, ShipmentLine
from orders.models.simulation import Simulation, SimulationScenario, SimulationStatus
from orders.models.snooze import UNTOLD, ExceptionKind, Snooze
from orders.models.study import Study, StudyKind
from orders.models.substitution import LineSubstitution
from orders.models.telling import LineEta, Macro, Telling, Way
from orders.models.terms import CustomerTerms, FillMeasure, OrderTerms, SourceRule

__all__ = [
    "UNTOLD",
    "Allocation",
    "AllocationState",
    "BacklogDay",
    "BacklogFigures",
    "BulkAction",
    "BulkJob",
    "BulkJobRow",
    "BulkJobStatus",
    "BulkRowState",
    "ChoiceKind",
    "Compensation",
    "CompensationBudget",
    "CompensationKind",
    "CompensationStep",
    "Customer",
    "CustomerBacklog",
    "CustomerChoice",
    "CustomerTerms",
    "DayRank",
    "Decision",
    "DelayNotice",
    "DelayOutcome",
    "DelayRules",
    "EtaRevision",
    "EtaRevisionKind",
    "ExceptionKind",
    "Feedback",
    "FeedbackOccasion",
    "FeedbackReason",
    "FillMeasure",
    "Guard",
    "HandsPass",
    "Hold",
    "HoldKind",
    "HoldSource",
    "Kept",
    "LineEta",
    "LinePlan",
    "LineSubstitution",
    "Macro",
    "Mention",
    "Order",
    "OrderLine",
    "OrderNote",
    "OrderPlan",
    "OrderPromise",
    "OrderStatus",
    "OrderTerms",
    "Origin",
    "Outcome",
    "Peg",
    "PickDay",
    "PickRecord",
    "PlanRecord",
    "PlanRun",
    "PlanRunKind",
    "PlanRunStatus",
    "Policy",
    "PolicyStatus",
    "PoolPlan",
    "Reason",
    "RiskVersion",
    "SampleLoad",
    "SavedView",
    "ShipPolicy",
    "Shipment",
    "ShipmentLine",
    "Simulation",
    "SimulationScenario",
    "SimulationStatus",
    "Snooze",
    "SourceRule",
    "Strategy",
    "Study",
    "StudyKind",
    "SubstituteConsent",
    "SupplierBacklog",
    "Telling",
    "Tier",
    "Way",
]
