from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnlyAdapter(DefaultAccountAdapter):
    """Nobody signs up alone: an owner invites, or our staff create the person."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
