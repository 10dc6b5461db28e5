"""Real names: proved by people who look at a document, and changed the same way."""
