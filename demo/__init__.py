"""The demo: an example operator, ten people to sign in as, and believable work orders. Everything in it is invented."""
