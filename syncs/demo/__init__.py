"""The demo: a company with both systems in the sandbox, and its first sync."""
