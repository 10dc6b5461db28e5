"""Marking of texts that are translated where they are shown."""


def N_(message: str) -> str:
    """Return `message` unchanged and mark it for translation (gettext's `N_` convention)."""
    return message
