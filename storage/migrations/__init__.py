"""Every step of the tables' history, run by alembic; `storage.migrate` is the way in."""
