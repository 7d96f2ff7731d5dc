"""What comes after the sale: money the shop gives back by itself, and goods that come back."""
