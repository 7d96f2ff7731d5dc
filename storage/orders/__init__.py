"""Orders as people look them up."""
