"""Time: what is due, who runs it, and catching up."""
