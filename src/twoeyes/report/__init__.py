"""Results as tables, charts and pages, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twoeyes.report.html import page, write_report

__all__ = ["page", "write_report"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'twoeyes.report' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("twoeyes.report.html"), name)
