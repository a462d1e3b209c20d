"""A backup of everything: rows, uploaded files, and a manifest by which a restore proves itself equal."""
