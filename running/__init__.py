"""How a checkout runs: installing, the supervisor of `make run`, Valkey, demo logins, translations."""
