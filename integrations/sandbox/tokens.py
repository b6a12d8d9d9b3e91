"""OAuth codes, access tokens and refresh tokens, with their lives and rotation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from integrations.sandbox.core import Clock


@dataclass(frozen=True)
class App:
    """One registered application of a provider."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    app_id: int = 1


@dataclass
class Grant:
    """What one code or token stands for."""

    value: str
    kind: str  # code | access | refresh
    client_id: str
    account_id: str
    scopes: tuple[str, ...]
    expires_at: float
    redirect_uri: str = ""
    # Tokens of one sign-in share it, so that revoking it ends them all.
    sign_in: str = ""


class TokenStore:
    """Issues and checks tokens of one provider; deterministic for a seed."""

    def __init__(self, clock: Clock, seed: int, prefix: str) -> None:
        self._clock = clock
        self._seed = seed
        self._prefix = prefix
        self._issued = 0
        self._grants: dict[str, Grant] = {}

    def issue(
        self,
        kind: str,
        *,
        client_id: str,
        account_id: str,
        scopes: Sequence[str],
        lasts: float,
        redirect_uri: str = "",
        sign_in: str = "",
    ) -> Grant:
        self._issued += 1
        grant = Grant(
            value=self._value(kind),
            kind=kind,
            client_id=client_id,
            account_id=account_id,
            scopes=tuple(scopes),
            expires_at=self._clock.time() + lasts,
            redirect_uri=redirect_uri,
            sign_in=sign_in or f"sign-in-{self._issued}",
        )
        self._grants[grant.value] = grant
        return grant

    def find(self, kind: str, value: str) -> Grant | None:
        """The grant, expired or not."""
        grant = self._grants.get(value)
        return grant if grant is not None and grant.kind == kind else None

    def valid(self, kind: str, value: str) -> Grant | None:
        grant = self.find(kind, value)
        return grant if grant is not None and not self.is_expired(grant) else None

    def is_expired(self, grant: Grant) -> bool:
        return self._clock.time() >= grant.expires_at

    def seconds_left(self, grant: Grant) -> int:
        """Whole seconds, rounded: a token just made has all of its life."""
        return max(0, round(grant.expires_at - self._clock.time()))

    def take(self, kind: str, value: str) -> Grant | None:
        """A valid grant, which is used up by this."""
        grant = self.valid(kind, value)
        if grant is not None:
            del self._grants[value]
        return grant

    def remove(self, value: str) -> None:
        self._grants.pop(value, None)

    def end_sign_in(self, sign_in: str) -> None:
        """Forget every code and token of one sign-in."""
        self._grants = {k: grant for k, grant in self._grants.items() if grant.sign_in != sign_in}

    def expire(self, kind: str = "access", value: str = "") -> int:
        """Let tokens of a kind (or only one) run out now; how many did."""
        now = self._clock.time()
        chosen = [
            grant
            for grant in self._grants.values()
            if grant.kind == kind and value in ("", grant.value) and grant.expires_at > now
        ]
        for grant in chosen:
            grant.expires_at = now
        return len(chosen)

    def clear(self) -> None:
        self._grants.clear()

    def snapshot(self) -> dict[str, Any]:
        return {"issued": self._issued, "grants": [asdict(g) for g in self._grants.values()]}

    def restore(self, state: dict[str, Any]) -> None:
        self._issued = state["issued"]
        grants = [Grant(**row | {"scopes": tuple(row["scopes"])}) for row in state["grants"]]
        self._grants = {grant.value: grant for grant in grants}

    def _value(self, kind: str) -> str:
        text = f"{self._prefix}:{self._seed}:{kind}:{self._issued}"
        return f"{self._prefix}-{kind}-{hashlib.sha256(text.encode()).hexdigest()[:40]}"
