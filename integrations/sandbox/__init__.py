"""A stand-in HTTP server that behaves as the providers do.

Pure Python: no Django, nothing shared with the connectors it answers.
"""
