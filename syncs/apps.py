from django.apps import AppConfig


class SyncsConfig(AppConfig):
    name = "syncs"

    def ready(self) -> None:
        from integrations import events
        from syncs import dispatch

        events.on_webhook(dispatch.hear_webhook)
        events.on_state(dispatch.hear_state)
