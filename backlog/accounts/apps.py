from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backlog.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from backlog.accounts.roles import sync_roles
        from backlog.celery import app

        # In every process: a task that the web kicks must know our broker, too.
        app.set_default()

        post_migrate.connect(sync_roles, sender=self, dispatch_uid="backlog.accounts.sync_roles")
