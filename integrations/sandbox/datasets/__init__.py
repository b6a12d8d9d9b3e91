"""The data a sandbox starts with: believable, deterministic for a seed, and nasty on purpose."""
