"""People on a channel: who speaks, where, what may be said there, and what is sent back."""
