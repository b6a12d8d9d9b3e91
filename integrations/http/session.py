"""Pooled sockets."""

import os

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0


def new_session(base_url: str) -> requests.Session:
    """A session that takes the environment's proxy and certificates once, not for every call."""
    session = requests.Session()
    # Otherwise each call reads the environment, and a .netrc entry would replace our token.
    session.trust_env = False
    session.proxies.update(get_environ_proxies(base_url))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    adapter = HTTPAdapter(pool_connections=2, pool_maxsize=8, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
