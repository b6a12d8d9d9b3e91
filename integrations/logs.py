"""Keeps tokens and personal data of the providers' side out of the logs."""

import logging
import re
import traceback

from integrations.http import redact

# Ours, and those of the HTTP library, which name whole addresses when they debug.
SOURCES = ("integrations", "syncs", "urllib3", "requests")
QUERY = re.compile(r"\?[^\s\"']+")
LONGEST = 20_000


class RedactProviders(logging.Filter):
    """Blanks authorisation headers, tokens, e-mail addresses and query strings.

    For a handler, so that it sees what loggers below pass on; others' records pass untouched.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in SOURCES:
            return True
        record.msg, record.args = _clean(record.getMessage()), None
        if record.exc_info and record.exc_info[1]:
            # A provider's answer may be quoted in the exception, or in the one it came from.
            record.exc_text = _clean("".join(traceback.format_exception(record.exc_info[1])))
            record.exc_info = None
        return True


def _clean(text: str) -> str:
    return redact(QUERY.sub("?***", text), LONGEST)
