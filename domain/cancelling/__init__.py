"""Orders that are called off: cancelled before they leave, fetched back afterwards."""
