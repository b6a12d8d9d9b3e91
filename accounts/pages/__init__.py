"""Pages about people that are not lists of the admin."""
