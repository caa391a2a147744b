from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "backlog.accounts"
    label = "accounts"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        # Loaded in every process: tasks that the web kicks must know our broker, too.
        import backlog.celery
        from backlog.accounts.roles import sync_roles

        post_migrate.connect(sync_roles, sender=self, dispatch_uid="backlog.accounts.sync_roles")
