"""Lists of sync records as files and back: columns, cells, formats, and files of decisions."""
