"""Files, platforms, carriers: what comes from outside."""
