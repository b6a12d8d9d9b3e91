"""A stand-in for QuickBooks Online: the accounting API v3 and its OAuth endpoints."""
