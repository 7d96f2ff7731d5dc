"""What brings buyers: advertising and visits."""
