"""What a measure says, by kind: the closed set of keys that an event may write about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, model_validator

from twoeyes.facts.conditions import ALWAYS, Condition, condition
from twoeyes.facts.schema import Name, NonNegative, Share, Strict

VERDICTS = (
    "prohibited",
    "licence_denial",
    "licence_case_by_case",
    "licence_approval",
    "exception",
    "unknown",
    "no_licence",
    "not_subject",
)
VerdictStatus = Literal[
    "prohibited",
    "licence_denial",
    "licence_case_by_case",
    "licence_approval",
    "exception",
    "unknown",
    "no_licence",
    "not_subject",
]
When = Annotated[Any, BeforeValidator(condition)]


class Text(Strict):
    """One sentence in the two languages of the project; Chinese may be missing."""

    en: Name
    zh: str = ""


class Effect(Strict):
    """What a control does where its condition holds.

    `letter` is the published text with its own dates, `practice` the same with stated non-enforcement and known grant
    practice. A rule without a `letter` has none (a reported instruction); without a `practice`, practice follows the
    letter.
    """

    letter: VerdictStatus | None = None
    practice: VerdictStatus | None = None
    rebuttable: bool = False
    conditions: tuple[Text, ...] = ()


class Control(Strict):
    """A rule of one jurisdiction over transactions, which binds where `scope` and `when` both hold.

    `scope` says what kind of transaction the rule speaks of at all: outside it the rule is not worth a line in an
    answer. A rule that holds takes the rules named in `overrides` out of play. `cites` are the ids under which
    tables and readers know it, where they differ from the measure's.
    """

    jurisdiction: Name
    scope: When = ALWAYS
    when: When = ALWAYS
    effect: Effect
    overrides: tuple[Name, ...] = ()
    cites: tuple[Name, ...] = ()
    citation: str = ""
    note: Text | None = None


class Definition(Strict):
    """A fact that follows from others: `fact` has `value` where `when` holds.

    An ECCN paragraph is a condition over what the item can do; being subject to a law is one over the links to it.
    Several definitions of one value are alternatives. A stated fact takes precedence over a defined one.
    """

    jurisdiction: Name
    fact: Name = "eccn"
    value: Name
    scope: When = ALWAYS
    when: When
    cites: tuple[Name, ...] = ()
    citation: str = ""
    note: Text | None = None


class Membership(Strict):
    """Places that belong to a country group while the measure is in force."""

    group: Name
    members: tuple[Name, ...]


class Listing(Strict):
    """A party on a list."""

    list: Name
    party: Name
    names: tuple[Name, ...] = ()
    country: tuple[Name, ...] = ()
    footnote: str = ""
    policy: VerdictStatus = "licence_denial"
    citation: str = ""


class Duty(Strict):
    """A duty, exemption, tax or fee of one importer on goods by origin and code.

    `name` is the citable id of this version of the measure. Rates are per cent of customs value.
    """

    name: Name
    importer: Name
    origins: tuple[Name, ...] = ("*",)
    origins_not: tuple[Name, ...] = ()
    layer: Name
    hts: tuple[Name, ...] = ("*",)
    hts_not: tuple[Name, ...] = ()
    rate_type: Literal[
        "ad_valorem",
        "ceiling_all_in",
        "exempt",
        "exempt_discretionary",
        "unknown_future",
        "pending",
        "cascade_on_value_plus_duty",
        "on_content",
        "vat",
        "fee_pct",
        "origin_rule",
    ]
    rate_pct: NonNegative | None = None
    when: When = ALWAYS
    layers: tuple[Name, ...] = ()  # what an exemption takes away, or a duty displaces
    share_fact: str = ""  # for `on_content`: the fact that holds the share of value (0 to 1)
    heading: str = ""
    refundable: bool = False
    citation: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _rate_where_needed(self) -> Duty:
        rated = {"ad_valorem", "ceiling_all_in", "cascade_on_value_plus_duty", "on_content", "vat", "fee_pct"}
        if (self.rate_pct is None) == (self.rate_type in rated):
            raise ValueError(f"rate_pct does not fit rate_type {self.rate_type!r}")
        return self


class SupplyLimit(Strict):
    """A share of new supply of some chips that an event takes away."""

    chips: tuple[Name, ...]
    lost_share: Share
    reach: Literal["orders", "industry"] = "orders"


KINDS: Mapping[str, type[Strict]] = {
    "control": Control,
    "definition": Definition,
    "membership": Membership,
    "listing": Listing,
    "duty": Duty,
    "supply": SupplyLimit,
}

__all__ = ["KINDS", "VERDICTS", "Condition", "Control", "Definition", "Duty", "Effect", "Listing", "Membership", "Text"]
