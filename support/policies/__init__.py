"""Policies, consents, cookies, announcements: people appear here by opaque id only."""
