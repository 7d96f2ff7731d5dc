"""What every figure means, and the typed question and answer that carry it."""
