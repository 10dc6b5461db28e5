"""What one application is built from: configuration, keys, and the hooks that rooms hand to `app.py`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, current_app

from support.core.config import Config
from support.core.keys import Keyring

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ground:
    """The parts that every room reaches through `ground()`; hooks stand by their type, in order, `kept` by name."""

    config: Config
    keys: Keyring
    hooks: dict[type[Any], list[Any]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[str, tuple[float, Any]] = field(default_factory=dict)


def ground() -> Ground:
    """Return the ground of the present application; needs an application context."""
    found: Ground = current_app.extensions["ground"]
    return found


def settings() -> Config:
    """Return the configuration of the present application."""
    return ground().config


def keys() -> Keyring:
    """Return the server keys of the present application."""
    return ground().keys


def register(app: Flask, *hooks: object) -> None:
    """Hand hook objects (kinds, subscriptions, console entries, holders ...) to the application."""
    for hook in hooks:
        app.extensions["ground"].hooks[type(hook)].append(hook)


def hooks(kind: type[T]) -> tuple[T, ...]:
    """Return all registered hooks of one type, in the order in which `app.py` named them."""
    return tuple(ground().hooks.get(kind, ()))
