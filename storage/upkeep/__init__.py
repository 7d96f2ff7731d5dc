"""The shop as a whole: backed up, checked, tidied, emptied."""
