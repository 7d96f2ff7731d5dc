"""Which days are meant: points, ranges, festivals, days beside other days."""
