"""Sentences of a fixed form: commands, teaching, limits of people, quiet hours, reports, pasted waybills."""
