"""Settings, safe by default. Everything that differs between machines comes from the environment (backlog.env)."""

from __future__ import annotations

from email.utils import parseaddr
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from backlog.env import env
from kernel.money import currency_code

BASE_DIR = Path(__file__).resolve().parent.parent

# Core

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
ROOT_URLCONF = "backlog.urls"
ASGI_APPLICATION = "backlog.asgi.application"
WSGI_APPLICATION = "backlog.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "backlog.accounts",
    "backlog.api",
    "backlog.health",
    "orders",
    "inventory",
    "notifications",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "backlog.compression.Compression",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "backlog.preferences.in_their_zone",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "backlog.context.shell",
            ]
        },
    }
]

# Data

# A page takes one processor of the database at most, and so do figures that are renewed behind it.
POSTGRES_OPTIONS = {
    "web": "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=15s"
    " -c max_parallel_workers_per_gather=0",
    "worker": "-c statement_timeout=60s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
    "command": "",
}
PROCESS_KIND = env.str("PROCESS_KIND", "command", validate=lambda kind: kind in POSTGRES_OPTIONS)

# Under ASGI each request has a thread of its own, so a connection kept by it would never be used again: backlog.pooled.
CONNECTION_SECONDS = 0 if PROCESS_KIND == "web" else 60
DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=CONNECTION_SECONDS, conn_health_checks=True)}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = POSTGRES_OPTIONS[PROCESS_KIND]
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: postgres://user:password@host:port/name")
if PROCESS_KIND == "web":
    DATABASES["default"]["ENGINE"] = "backlog.pooled"

# Celery: a wake-up line. The queue of record is PostgreSQL (docs/concurrency.md).

CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "socket_timeout": 0.5 if PROCESS_KIND == "web" else 5,
    "socket_connect_timeout": 0.5 if PROCESS_KIND == "web" else 2,
    "health_check_interval": 10,
    # Else a connection is tried again for 4 s, each time as long as the timeouts above: 7.5 s a kick, measured.
    **({"max_retries": 0} if PROCESS_KIND == "web" else {}),
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "orders.tasks.forecast_demand_nightly": {"queue": "default"},  # minutes of work; planning must not wait for it
    "orders.tasks.train_late_risk_nightly": {"queue": "default"},
    "orders.tasks.work_bulk_jobs": {"queue": "default"},
    "orders.tasks.keep_backlog_day": {"queue": "default"},
    "orders.tasks.run_simulations": {"queue": "default"},
    "orders.tasks.work_studies": {"queue": "default"},
    "orders.tasks.cancel_unanswered_delays": {"queue": "default"},
    "orders.tasks.*": {"queue": "plan"},
    "notifications.tasks.send_due_deliveries": {"queue": "mail"},
    "notifications.tasks.send_short_messages": {"queue": "mail"},
    "notifications.tasks.send_webhooks": {"queue": "webhook"},
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "plan-dirty": {"task": "orders.tasks.plan_dirty", "schedule": 2.0, "options": {"expires": 2}},
    "replan-all": {"task": "orders.tasks.replan_all_daily", "schedule": 900.0, "options": {"expires": 600}},
    "backlog-day": {"task": "orders.tasks.keep_backlog_day", "schedule": 1800.0},
    "party-figures": {"task": "orders.tasks.keep_figures", "schedule": 2.0, "options": {"expires": 2}},
    "bulk-jobs": {"task": "orders.tasks.work_bulk_jobs", "schedule": 5.0, "options": {"expires": 5}},
    "follow-up": {"task": "orders.tasks.follow_up_customers", "schedule": 300.0, "options": {"expires": 300}},
    "substitutes": {"task": "orders.tasks.swap_for_substitutes", "schedule": 60.0, "options": {"expires": 60}},
    "ends": {"task": "orders.tasks.end_holds_and_expedites", "schedule": 60.0, "options": {"expires": 60}},
    "dispatch-facts": {"task": "notifications.tasks.dispatch_facts", "schedule": 2.0, "options": {"expires": 2}},
    "send-deliveries": {"task": "notifications.tasks.send_due_deliveries", "schedule": 2.0, "options": {"expires": 2}},
    "send-short": {"task": "notifications.tasks.send_short_messages", "schedule": 2.0, "options": {"expires": 2}},
    "send-webhooks": {"task": "notifications.tasks.send_webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "fetch-replies": {"task": "notifications.tasks.fetch_mailbox", "schedule": 60.0, "options": {"expires": 60}},
    "forget-answers": {"task": "backlog.api.tasks.forget_answers", "schedule": 3600.0},
    "settle-proposals": {"task": "notifications.tasks.settle_proposals", "schedule": 300.0},
    "forget-misses": {"task": "notifications.tasks.forget_link_misses", "schedule": 3600.0},
    "unanswered-delays": {"task": "orders.tasks.cancel_unanswered_delays", "schedule": 900.0},
    "run-simulations": {"task": "orders.tasks.run_simulations", "schedule": 15.0, "options": {"expires": 15}},
    "work-studies": {"task": "orders.tasks.work_studies", "schedule": 15.0, "options": {"expires": 15}},
    "forecast-demand": {"task": "orders.tasks.forecast_demand_nightly", "schedule": 1800.0},
    "train-late-risk": {"task": "orders.tasks.train_late_risk_nightly", "schedule": 1800.0},
    "supplier-delays": {"task": "inventory.tasks.refresh_supplier_delays", "schedule": 3600.0},
}

# Facts: who listens to what. A listener takes a list of facts of one kind, inside the dispatcher's transaction.

_MAIL, _WEBHOOKS = "notifications.delivering.announcing.announce", "notifications.webhooks.queueing.enqueue"
FACT_LISTENERS: dict[str, list[str]] = {
    "orders.taken_in": [_WEBHOOKS],
    "orders.backordered": [_MAIL, _WEBHOOKS],
    "orders.line_allocated": [_MAIL, _WEBHOOKS],
    "orders.eta_slipped": ["orders.dialogue.delays.give_notices", _MAIL, _WEBHOOKS],
    "orders.delay_notice": [_MAIL],
    "orders.delay_consent": [_MAIL],
    "orders.eta_improved": [_MAIL, _WEBHOOKS],
    "orders.eta_restored": [_MAIL],
    "orders.shipped": [_MAIL, _WEBHOOKS],
    "orders.cancelled": [_MAIL, _WEBHOOKS],
    "orders.cancelled_unanswered": [_MAIL, _WEBHOOKS],
    "orders.answered": ["notifications.delivering.answering.announce"],
    "orders.compensated": [_MAIL, _WEBHOOKS],
    "orders.follow_up": [_MAIL],
    "orders.feedback_wanted": [_MAIL],
    "orders.back_in_stock": [_MAIL, _WEBHOOKS],
    "orders.hold_question": [_MAIL],
    "orders.held": [_WEBHOOKS],
    "orders.released": [_WEBHOOKS],
    "orders.customer_chose": [_WEBHOOKS],
    "notifications.news_rules_changed": ["orders.replanning.unheard.mark_unheard"],
    "inventory.working_days_changed": ["orders.replanning.asked_runs.plan_everything"],
    "notifications.sent": ["orders.dialogue.told.record_told", "orders.dialogue.delays.record_given"],
}
WEBHOOKS_MAY_STAY_INSIDE = env.bool("WEBHOOKS_MAY_STAY_INSIDE", False)  # http and private addresses, for trials only
CURRENCY = currency_code(env.str("CURRENCY", "GBP"))  # all amounts are kept, shown and said in
SLIP_THRESHOLD_DAYS = env.int("SLIP_THRESHOLD_DAYS", 1)
PLAN_RECORDS_KEPT = env.int("PLAN_RECORDS_KEPT", 10)  # full runs that can be repeated; 0 keeps none
PLAN_RECORD_MAX_LINES = env.int(
    "PLAN_RECORD_MAX_LINES", 200_000
)  # keeping a larger backlog would cost its run too much
MESSAGE_HOLD_SECONDS = env.int("MESSAGE_HOLD_SECONDS", 30)
BULK_HOLD_SECONDS = env.int("BULK_HOLD_SECONDS", 300)  # in which messages to many customers can be taken back at once
DELAY_MAIL_HOURS = env.int("DELAY_MAIL_HOURS", 24)  # at most one delay message an order in this time
TELL_WITHIN_HOURS = env.int("TELL_WITHIN_HOURS", 4)  # a slip is to be told within these; agents see the deadline
STORM_MESSAGES = env.int("STORM_MESSAGES", 10_000)  # more in an hour close the valve until an admin opens it
CUSTOMER_LINK_DAYS = env.int("CUSTOMER_LINK_DAYS", 90)  # how long the key in a mail opens the order's page

# Mail

EMAIL_CONFIG = env.dj_email_url("EMAIL_URL", "smtp://127.0.0.1:1025")
vars().update({name: value for name, value in EMAIL_CONFIG.items() if name.startswith("EMAIL_")})
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "notifications.channels.smtp_mailer.SmtpBackend"
EMAIL_TIMEOUT = 10
# A provider of django-anymail, such as postmark, in place of SMTP; its keys as JSON: {"POSTMARK_SERVER_TOKEN": "…"}
EMAIL_PROVIDER = env.str("EMAIL_PROVIDER", "")
EMAIL_HOOK_SECRET = env.str("EMAIL_HOOK_SECRET", "")  # user:password, with which it reports to /inbound/mail-events/
if EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
ANYMAIL = {
    **dict(env.json("EMAIL_PROVIDER_SETTINGS", {})),
    "WEBHOOK_SECRET": EMAIL_HOOK_SECRET,
    "IGNORE_UNSUPPORTED_FEATURES": True,  # not every provider keeps our number of a mail
    "REQUESTS_TIMEOUT": (5, 10),
}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Backlog <orders@backlog.example>")
REPLIES_EMAIL = env.str("REPLIES_EMAIL", "")  # answers come back to it, tagged: replies+1742.k3f…@company.example
REPLIES_URL = env.str("REPLIES_URL", "")  # imaps://user:password@host/INBOX, asked every minute
REPLIES_HOOK_SECRET = env.str("REPLIES_HOOK_SECRET", "")  # lets a provider or mail server push mails to /inbound/mail/
# Short messages: an address in Apprise's notation each, {to} where the customer's belongs: twilio://SID:KEY@+44…/{to}
GATEWAYS = {
    "sms": env.str("SMS_URL", ""),
    "chat": env.str("CHAT_URL", ""),
    "push": env.str("PUSH_URL", ""),
}
COMPANY_NAME = env.str("COMPANY_NAME", parseaddr(DEFAULT_FROM_EMAIL)[0] or "Your order")  # what customers read

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_USERNAME_FORM_FIELD = "username"  # what Django's form and signals call it; axes expects the model's "email"
AXES_USERNAME_CALLABLE = "backlog.accounts.lockout.typed_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours; the page says so
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backlog.api.auth.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backlog.api.auth.HasScope", "backlog.api.auth.HasRole"],
    "DEFAULT_PARSER_CLASSES": ["backlog.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "backlog.api.pagination.KeyPagination",
    "DEFAULT_FILTER_BACKENDS": ["backlog.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backlog.api.errors.handle",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Backlog API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["backlog.api.auth.HasScope"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backlog.api.openapi.add_common_parts",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ChannelEnum": "notifications.models.Channel.choices",
        "HoldKindEnum": "orders.models.HoldKind.choices",
        "MoveEnum": "notifications.models.Move.choices",
        "MovementKindEnum": "inventory.models.MovementKind.choices",
        "PlanRunKindEnum": "orders.models.PlanRunKind.choices",
        "OrderStatusEnum": "orders.models.OrderStatus.choices",
        "PurchaseOrderStatusEnum": "inventory.models.PurchaseOrderStatus.choices",
        "PolicyStatusEnum": "orders.models.PolicyStatus.choices",
        "PlanRunStatusEnum": "orders.models.PlanRunStatus.choices",
        "SimulationStatusEnum": "orders.models.SimulationStatus.choices",
        "StudyKindEnum": "orders.models.StudyKind.choices",
        "CompensationKindEnum": "orders.models.CompensationKind.choices",
        "CustomerChoiceEnum": "orders.models.ChoiceKind.choices",
        "SnoozeKindEnum": "orders.api.attending.KINDS",
        "DateChoiceEnum": "orders.models.telling.DateChoice.choices",
    },
}

# Security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
HTTPS = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from inside, where there is no TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "backlog_session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "backlog_csrf"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Language, time, files

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.str("TIME_ZONE", "Europe/London")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
LOCALE_PATHS = [BASE_DIR / "locale"]  # what customers read (notifications.texts.spoken); colleagues read English
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_USE_STATIC_ROOT = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        # What it records of a message may name passwords: notifications.channels.gateway_courier looks, nobody keeps.
        "apprise": {"level": "DEBUG", "handlers": ["nowhere"], "propagate": False},
        "axes": {"level": "WARNING"},
        # Beat's look every two seconds is no news; failures are.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
