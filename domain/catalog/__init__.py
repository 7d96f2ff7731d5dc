"""What the shop sells and where it sells it."""
