"""Letting people in and out of tenants. The last owner always stays."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import mail
from accounts.models import Membership, Role, Tenant, User


class LastOwner(Exception):
    """Without this owner nobody could let people in: appoint another one first."""


@dataclass(frozen=True)
class Invitation:
    tenant: Tenant
    email: str
    role: Role
    full_name: str = ""


def invite(invitation: Invitation, *, by: User) -> Membership:
    """Make somebody a member and write to them; a new person gets a link to set a password."""
    with transaction.atomic():
        user, is_new = _find_or_create(invitation.email, invitation.full_name)
        membership: Membership = Membership.objects.create(
            tenant=invitation.tenant, user=user, role=invitation.role
        )
        transaction.on_commit(lambda: mail.send_invitation(membership, by=by, is_new=is_new))
    return membership


def invite_staff(user: User) -> None:
    """Write to one of our own staff, just created without a password, how to set one."""
    _vouch_for_address(user)
    transaction.on_commit(lambda: mail.send_password_link(user))


def _find_or_create(email: str, full_name: str) -> tuple[User, bool]:
    known = User.objects.filter(email__iexact=email.strip()).first()
    if known is not None:
        return known, not known.has_usable_password()
    user = User.objects.create_user(email, full_name=full_name)
    _vouch_for_address(user)
    return user, True


def _vouch_for_address(user: User) -> None:
    # Verified by its use: the only way in is the link that we mail to this very address.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def change_role(membership: Membership, role: Role) -> None:
    with transaction.atomic():
        _keep_an_owner(membership, unless=role is Role.OWNER)
        membership.role = role
        membership.save(update_fields=["role"])


def remove_member(membership: Membership) -> None:
    with transaction.atomic():
        _keep_an_owner(membership)
        membership.delete()


def is_last_owner(membership: Membership) -> bool:
    if membership.role != Role.OWNER:
        return False
    owners = Membership.objects.for_tenant(membership.tenant_id).filter(role=Role.OWNER)
    return not owners.exclude(pk=membership.pk).exists()


def _keep_an_owner(membership: Membership, *, unless: bool = False) -> None:
    # The lock keeps two owners from showing each other out at the same moment.
    Tenant.objects.select_for_update().get(pk=membership.tenant_id)
    stored = Membership.objects.for_tenant(membership.tenant_id).get(pk=membership.pk)
    if not unless and is_last_owner(stored):
        raise LastOwner
