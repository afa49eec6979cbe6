"""The patient's TACE history in order of time: as a table, and as a picture."""
