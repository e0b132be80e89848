"""A Hugging Face `config.json` read into a model, for the families whose layers we can count.

Keys are those of the transformers library. What the family leaves out takes that library's default for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Model
from twoeyes.facts.cells import FIELDS
from twoeyes.facts.fact import Fact
from twoeyes.facts.things import model_of

Values = dict[str, str | float | bool]
_NOT_STATED = "not stated"


class Config:
    """The keys of one config.json, each read with its type. Raises InputError that names file and key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            read = json.loads(path.read_text(encoding="utf-8"), parse_constant=self._refuse)
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise InputError(f"cannot read {path} as JSON: {error}; give a model's config.json") from error
        if not isinstance(read, dict):
            raise InputError(f"{path}: expected a JSON object, got {type(read).__name__}; give a model's config.json")
        self.keys: Mapping[str, Any] = read

    def _refuse(self, constant: str) -> float:
        raise InputError(f"{self.path}: {constant} is no number; write a finite one")

    def count(self, *names: str, default: int | None = None) -> int:
        """The first of `names` that is stated, as a whole number from zero."""
        for name in names:
            value = self.keys.get(name)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise InputError(f"{self.path}: {name}: expected a whole number from zero, got {value!r}")
            return value
        if default is None:
            raise InputError(f"{self.path}: {names[0]!r} is missing; the family {self.family!r} needs it")
        return default

    @property
    def family(self) -> str:
        """The `model_type`."""
        return str(self.keys.get("model_type", _NOT_STATED))


def _plain(config: Config) -> Values:
    heads, hidden = config.count("num_attention_heads"), config.count("hidden_size")
    kv_heads = config.count("num_key_value_heads", default=heads)
    if not heads:
        raise InputError(f"{config.path}: num_attention_heads: expected at least one, got 0")
    return {
        "layers": config.count("num_hidden_layers"),
        "hidden": hidden,
        "heads": heads,
        "kv_heads": kv_heads,
        "head_dim": config.count("head_dim", default=hidden // heads),
        "attention": "MHA" if kv_heads == heads else "MQA" if kv_heads == 1 else "GQA",
        "ffn": config.count("intermediate_size"),
        "gated_ffn": True,
        "vocab": config.count("vocab_size"),
        "max_context": config.count("max_position_embeddings", default=0),
        "tied_embeddings": bool(config.keys.get("tie_word_embeddings", False)),
    }


def _mixtral(config: Config) -> Values:
    return _plain(config) | {
        "experts": config.count("num_local_experts"),
        "shared_experts": 0,
        "top_k": config.count("num_experts_per_tok"),
        "expert_ffn": config.count("intermediate_size"),
        "dense_layers": 0,
    }


def _qwen_moe(config: Config) -> Values:
    layers, step = config.count("num_hidden_layers"), config.count("decoder_sparse_step", default=1)
    without = config.keys.get("mlp_only_layers") or []
    sparse = [layer for layer in range(layers) if layer not in without and step and (layer + 1) % step == 0]
    shared = config.count("shared_expert_intermediate_size", default=0)
    return _plain(config) | {
        "experts": config.count("num_experts"),
        "shared_experts": 1 if shared else 0,
        "top_k": config.count("num_experts_per_tok"),
        "expert_ffn": config.count("moe_intermediate_size"),
        "shared_ffn": shared,
        "dense_layers": layers - len(sparse),
    }


def _deepseek(config: Config) -> Values:
    if config.count("moe_layer_freq", default=1) != 1:
        raise InputError(f"{config.path}: moe_layer_freq: only 1 is understood, got {config.keys['moe_layer_freq']}")
    nope, rope = config.count("qk_nope_head_dim"), config.count("qk_rope_head_dim")
    return _plain(config) | {
        "head_dim": nope + rope,
        "attention": "MLA",
        "q_lora_rank": config.count("q_lora_rank", default=0),
        "kv_lora_rank": config.count("kv_lora_rank"),
        "qk_nope_dim": nope,
        "qk_rope_dim": rope,
        "v_head_dim": config.count("v_head_dim"),
        "experts": config.count("n_routed_experts", default=0),
        "shared_experts": config.count("n_shared_experts", default=0),
        "top_k": config.count("num_experts_per_tok", default=0),
        "expert_ffn": config.count("moe_intermediate_size", default=0),
        "dense_layers": config.count("first_k_dense_replace", default=0),
    }


FAMILIES: Mapping[str, Callable[[Config], Values]] = {
    **dict.fromkeys(("llama", "mistral", "qwen2", "qwen3"), _plain),
    "mixtral": _mixtral,
    **dict.fromkeys(("qwen2_moe", "qwen3_moe"), _qwen_moe),
    **dict.fromkeys(("deepseek_v2", "deepseek_v3", "kimi_k2"), _deepseek),
}


def facts_from_hf_config(path: Path) -> dict[str, Fact]:
    """The cells of the model that a config.json describes. Zero means absent and makes no cell."""
    config = Config(path)
    if config.family not in FAMILIES:
        known = ", ".join(sorted(FAMILIES))
        raise InputError(f"{path}: model_type {config.family!r} is not understood; known: {known}. Write the cells out")
    values = {name: value for name, value in FAMILIES[config.family](config).items() if value != 0 or value is False}
    return {
        name: Fact(
            value=value,
            unit=FIELDS["model"][name].unit,
            confidence="assumed",
            sources=(),
            known_from=None,
            note=f"read from the user's {path.name}",
        )
        for name, value in values.items()
    }


def hf_name(path: Path) -> str:
    """What to call the model of a config file: its folder where the file is plainly `config.json`, else its stem."""
    return path.resolve().parent.name if path.name == "config.json" else path.stem


def model_from_hf_config(path: Path, name: str | None = None) -> Model:
    """The model of a config.json, under `name` or its folder's name. Raises InputError that names file and key."""
    chosen = name or hf_name(path)
    return model_of(chosen, facts_from_hf_config(path) | identity(chosen))


def identity(name: str) -> dict[str, Fact]:
    """The cells that a config file does not hold."""
    return {
        key: Fact(value=value, unit="", confidence="assumed", sources=(), known_from=None)
        for key, value in (("name", name), ("developer", _NOT_STATED))
    }
