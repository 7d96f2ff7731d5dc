"""How much is where, and every move that made it so."""
