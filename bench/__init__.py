"""The bench: our pages beside the floor, in one run, under the same server, on the same database."""
