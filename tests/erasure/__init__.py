"""The erasure of what is said about a person in free text."""
