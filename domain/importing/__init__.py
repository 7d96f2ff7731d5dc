"""What is remembered of imports: which header of which table is which column."""
