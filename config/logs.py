"""The last net under the logs: what looks like a secret is blanked before it is written."""

import logging
import re

SECRETS = re.compile(
    r"(?i)(\b(?:access_token|refresh_token|client_secret|password|code|authorization|token)"
    r"[\"']?\s*[=:]\s*[\"']?(?:bearer\s+|basic\s+)?)[^\s\"'&,;}]+"
)


class NoSecrets(logging.Filter):
    """Blanks values behind names such as access_token, in the message and in its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = SECRETS.sub(r"\1[hidden]", message)
        if cleaned != message:
            record.msg, record.args = cleaned, None
        return True
