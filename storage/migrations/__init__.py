"""How the schema came to be, one revision after the other; `storage/migrate.py` runs them."""
