"""Which columns a file of decisions has; the same that an export can offer, empty."""

DECISION_HEADINGS = ("assign", "due", "resolve", "link", "retry", "exclude")
