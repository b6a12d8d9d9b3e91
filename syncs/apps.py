from django.apps import AppConfig


class SyncsConfig(AppConfig):
    name = "syncs"

    def ready(self) -> None:
        from integrations import events  # noqa: PLC0415 (needs the models)
        from syncs import dispatch  # noqa: PLC0415

        events.on_webhook(dispatch.hear_webhook)
        events.on_state(dispatch.hear_state)
