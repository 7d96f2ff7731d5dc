"""What is asked: figures, splits, filters, bounds, comparisons; and the gate that lets nothing be dropped."""
