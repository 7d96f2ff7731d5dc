"""Import files, made here row by row."""
