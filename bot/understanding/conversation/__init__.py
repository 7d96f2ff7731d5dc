"""What goes on from what was said before: follow-ups, turns, pointing at rows and answers."""
