"""Re-encrypting what is stored under an old key, row by row, while everything goes on."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import transaction
from django.db.models import F, Model, TextField, Value
from django.db.models.functions import Cast

from accounts.tenancy import all_tenants
from integrations.secrets import EncryptedTextField, decrypt, encrypt, is_current

BATCH = 500
# What the second factors of accounts.adapter keep encrypted, inside their JSON.
SEEDS = ("secret", "seed")


def rotate_secrets() -> int:
    """Bring every stored secret under the current key; how many were not.

    Can be stopped and begun again at any time: what is current already is passed over. Raises
    UnreadableSecret when a key is missing; what was done until then stays done.
    """
    with all_tenants("keys are rotated for everybody"):
        rotated = sum(_rotate_field(model, field) for model, field in _encrypted_fields())
    factors = Authenticator.objects.order_by("pk").values_list("pk", flat=True)
    return rotated + sum(_rotate_second_factor(pk) for pk in factors)


def _encrypted_fields() -> Iterator[tuple[type[Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field.name


def _rotate_field(model: type[Model], name: str) -> int:
    # Cast: the stored text, not the decrypted one, and in a form that can be compared.
    stored = model._default_manager.annotate(ciphertext=Cast(F(name), TextField()))
    rows = stored.exclude(ciphertext="").order_by("pk").values_list("pk", "ciphertext")
    rotated = last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1][0]
        old = [(pk, text) for pk, text in batch if not is_current(text)]
        for pk, ciphertext in old:
            fresh = Value(encrypt(decrypt(ciphertext, f"{model.__name__}.{name}")), TextField())
            # Only if nobody renewed the token meanwhile: theirs is newer, and current already.
            rotated += stored.filter(pk=pk, ciphertext=ciphertext).update(**{name: fresh})
    return rotated


def _rotate_second_factor(pk: int) -> int:
    with transaction.atomic():
        # Locked: that a recovery code was used is noted in the same JSON.
        factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
        seeds = {name: factor.data[name] for name in SEEDS if factor and name in factor.data}
        old = {name: text for name, text in seeds.items() if not is_current(text)}
        if factor and old:
            fresh = {name: encrypt(decrypt(text, "A second factor")) for name, text in old.items()}
            factor.data = factor.data | fresh
            factor.save(update_fields=["data"])
    return len(old)
