"""QuickBooks Online: the Accounting API v3, as Saldo speaks it."""
