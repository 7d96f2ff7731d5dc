"""Orders and refunds of all platforms in one model."""
