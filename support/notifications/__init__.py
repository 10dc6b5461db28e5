"""Telling people: mail, SMS, inbox; preferences; the record of each delivery."""
