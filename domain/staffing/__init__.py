"""Who may see what beyond their role: the shops that people and groups are limited to."""
