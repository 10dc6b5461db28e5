"""Erasure: what is left of a person in other people's words, found and proposed to be taken out."""
