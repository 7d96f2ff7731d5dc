"""What stands on the shelves, what it cost, and what is on its way there."""
