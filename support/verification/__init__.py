"""Finding out who is asking: checks of identity, their evidence, and the people who decide on it."""
