"""Who is who, and who may see which shops."""
