"""Which fields each resource of Exact Online has."""
