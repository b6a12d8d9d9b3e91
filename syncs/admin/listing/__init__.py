"""The record list: its pages, columns, filters and views."""
