"""From a message to a typed reading: a question, an action, a choice to make, or an honest no."""
