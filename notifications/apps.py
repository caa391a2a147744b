from django.apps import AppConfig
from django.core.checks import register


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications.checks import listeners_resolve, scheduled_tasks_resolve

        register(listeners_resolve)
        register(scheduled_tasks_resolve)
