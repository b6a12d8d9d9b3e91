from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up alone: an owner invites, or our staff create the person."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class EncryptedMfaAdapter(DefaultMFAAdapter):
    """Keeps the seeds of one-time codes encrypted: a copied database signs nobody in."""

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises cryptography.fernet.InvalidToken when the key is no longer in TOKEN_KEYS."""
        return _keys().decrypt(encrypted_text.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.TOKEN_KEYS])
