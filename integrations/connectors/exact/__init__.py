"""Exact Online: the REST API (OData 2), as Saldo speaks it."""
