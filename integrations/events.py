"""Who wants to hear what happens to connections; lets `syncs` listen without being imported.

Listeners are added once, in an AppConfig.ready(). They are called in the process where it
happened, after it is stored, and must be quick: enqueue, do not work.
"""

import logging
from collections.abc import Callable, Sequence

from integrations.models import Connection, WebhookEvent

logger = logging.getLogger(__name__)

type WebhookListener = Callable[[Connection, Sequence[WebhookEvent]], None]
"""New events of one connection; called outside of any transaction."""
type StateListener = Callable[[Connection], None]
"""A connection was connected, paused, resumed or disconnected; its `state` says which."""

_webhook_listeners: list[WebhookListener] = []
_state_listeners: list[StateListener] = []


def on_webhook(listener: WebhookListener) -> WebhookListener:
    """Call this with the new events of a webhook; usable as a decorator."""
    if listener not in _webhook_listeners:
        _webhook_listeners.append(listener)
    return listener


def on_state(listener: StateListener) -> StateListener:
    """Call this when a connection changed its state; usable as a decorator."""
    if listener not in _state_listeners:
        _state_listeners.append(listener)
    return listener


def forget(listener: WebhookListener | StateListener) -> None:
    """Stop calling a listener."""
    for listeners in (_webhook_listeners, _state_listeners):
        if listener in listeners:
            listeners.remove(listener)  # type: ignore[arg-type]  # it is in this list


def tell_webhook(connection: Connection, events: Sequence[WebhookEvent]) -> None:
    for listener in _webhook_listeners:
        _tell(listener, connection, events)


def tell_state(connection: Connection) -> None:
    for listener in _state_listeners:
        _tell(listener, connection)


def _tell(listener: Callable[..., None], *arguments: object) -> None:
    """What is told is stored already: a listener that breaks must not undo or hide it."""
    try:
        listener(*arguments)
    except Exception:
        logger.exception("A listener to connections failed.")
