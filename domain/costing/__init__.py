"""What the goods on hand cost: kept as a whole value, never as a rounded unit."""
