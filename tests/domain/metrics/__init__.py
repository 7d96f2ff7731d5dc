"""What figures mean, without a database."""
