"""Bytes to checked records: files, encodings, header aliases, the editor, duplicates."""
