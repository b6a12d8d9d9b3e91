"""A provider's own answer, set out so that people can read it."""

import json
import re

# Between two tags of an answer in XML.
_BETWEEN = re.compile(r">\s*<")
_TAG = re.compile(r"<(?P<closes>/?)[^>]*?(?P<alone>/?)>")


def pretty(raw: str) -> str:
    """The same with each part on a line of its own; as it is where it is neither JSON nor XML."""
    text = raw.strip()
    if text.startswith("<") and text.endswith(">"):
        return _xml(text)
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        # Cut off, or plain words.
        return text


def _xml(text: str) -> str:
    """By its tags alone, and without a parser: what a provider answers is not to be trusted."""
    lines: list[str] = []
    depth = 0
    for line in _BETWEEN.sub(">\n<", text).splitlines():
        tag = _TAG.match(line)
        closes = tag is not None and bool(tag["closes"])
        depth -= closes
        lines.append("  " * max(depth, 0) + line.strip())
        depth += _opens(line)
    return "\n".join(lines)


def _opens(line: str) -> bool:
    """Whether the line leaves a tag open: an own end, an instruction or a remark does not."""
    tag = _TAG.match(line)
    if tag is None or tag["closes"] or tag["alone"] or line.startswith(("<?", "<!")):
        return False
    return "</" not in line
