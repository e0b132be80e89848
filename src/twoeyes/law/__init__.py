"""May we: export controls as dated rules, with two clocks, three truth values and every jurisdiction apart."""

from __future__ import annotations

from twoeyes.law.cases import check_cases
from twoeyes.law.check import check
from twoeyes.law.frames import check_frame, law_map
from twoeyes.law.labels import label, labels
from twoeyes.law.transaction import Transaction
from twoeyes.law.verdict import Finding, Outlook, Ruling, Verdict

__all__ = [
    "Finding",
    "Outlook",
    "Ruling",
    "Transaction",
    "Verdict",
    "check",
    "check_cases",
    "check_frame",
    "label",
    "labels",
    "law_map",
]
