"""The shop in plain Python: what it sells, owes and knows. Imports no other package of this project."""
