"""The database: jobs, ledger and rules with their migrations, on SQLite and PostgreSQL."""
