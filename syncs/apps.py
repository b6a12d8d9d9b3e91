from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SyncsConfig(AppConfig):
    name = "syncs"

    def ready(self) -> None:
        from accounts import notices  # noqa: PLC0415 (needs the models)
        from integrations import events, quota  # noqa: PLC0415
        from syncs import connection_news, dispatch, indexes, queue, spenders  # noqa: PLC0415

        events.on_webhook(dispatch.hear_webhook)
        events.on_state(dispatch.hear_state)
        events.on_state(connection_news.hear_state)
        notices.on_mail(queue.enqueue_letters)
        quota.on_spenders(spenders.spenders)
        post_migrate.connect(indexes.keep_indexes, sender=self)
