"""Text that is encrypted at rest: the field for the providers' tokens, and its keys."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class UnreadableSecret(RuntimeError):
    """A stored secret was encrypted with a key that is not among TOKEN_KEYS."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} cannot be decrypted: its key is missing from TOKEN_KEYS. Add the old key "
            "behind the current one, then run rotate_tokens."
        )


@lru_cache(maxsize=4)
def _keyring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """The text under the current key; an empty text stays empty."""
    return _keyring(tuple(settings.TOKEN_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(ciphertext: str, name: str = "This text") -> str:
    """The text again; raises UnreadableSecret rather than giving the ciphertext back."""
    if not ciphertext:
        return ""
    try:
        return _keyring(tuple(settings.TOKEN_KEYS)).decrypt(ciphertext.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret(name) from error


def is_current(ciphertext: str) -> bool:
    """Whether the current key encrypted this, so that older keys are not needed for it."""
    try:
        _keyring((settings.TOKEN_KEYS[0],)).decrypt(ciphertext.encode())
    except InvalidToken:
        return False
    return True


class EncryptedTextField(_TextField):
    """Text that only this program can read: not in the database, a dump, a form or a filter."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # Neither forms nor dumpdata may ever show it.
        options |= {"editable": False, "serialize": False}
        super().__init__(*args, **options)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return encrypt(prepared) if isinstance(prepared, str) else prepared

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else decrypt(value, f"{self.model.__name__}.{self.name}")

    def get_lookup(self, lookup_name: str) -> NoReturn:
        raise FieldError(f"{self.name} is encrypted: the same text never looks the same twice.")

    def get_transform(self, lookup_name: str) -> NoReturn:
        raise FieldError(f"{self.name} is encrypted and cannot be looked into.")
