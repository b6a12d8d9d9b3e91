"""The stand-in for HubSpot's API of version 2026-03 and the older numbered paths."""
