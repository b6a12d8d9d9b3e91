from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SyncsConfig(AppConfig):
    name = "syncs"

    def ready(self) -> None:
        from integrations import events, quota  # noqa: PLC0415 (needs the models)
        from syncs import dispatch, indexes, spenders  # noqa: PLC0415

        events.on_webhook(dispatch.hear_webhook)
        events.on_state(dispatch.hear_state)
        quota.on_spenders(spenders.spenders)
        post_migrate.connect(indexes.keep_indexes, sender=self)
