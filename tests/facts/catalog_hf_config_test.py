"""Hugging Face configs become models whose parameters match the published totals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from twoeyes.errors import InputError
from twoeyes.facts.hf_config import model_from_hf_config
from twoeyes.facts.model_size import parameters
from twoeyes.facts.overrides import with_overrides
from twoeyes.facts.tables import load_catalogue

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "num_hidden_layers": 126,
    "hidden_size": 16384,
    "num_attention_heads": 128,
    "num_key_value_heads": 8,
    "intermediate_size": 53248,
    "vocab_size": 128256,
    "max_position_embeddings": 131072,
    "tie_word_embeddings": False,
}
QWEN2: dict[str, Any] = {
    "model_type": "qwen2",
    "num_hidden_layers": 80,
    "hidden_size": 8192,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "intermediate_size": 29568,
    "vocab_size": 152064,
}
MIXTRAL: dict[str, Any] = {
    "model_type": "mixtral",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 32000,
    "num_local_experts": 8,
    "num_experts_per_tok": 2,
}
QWEN3_MOE: dict[str, Any] = {
    "model_type": "qwen3_moe",
    "num_hidden_layers": 94,
    "hidden_size": 4096,
    "num_attention_heads": 64,
    "num_key_value_heads": 4,
    "head_dim": 128,
    "intermediate_size": 12288,
    "moe_intermediate_size": 1536,
    "num_experts": 128,
    "num_experts_per_tok": 8,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [],
    "vocab_size": 151936,
}
DEEPSEEK: dict[str, Any] = {
    "model_type": "deepseek_v3",
    "num_hidden_layers": 61,
    "hidden_size": 7168,
    "num_attention_heads": 128,
    "num_key_value_heads": 128,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "n_routed_experts": 256,
    "n_shared_experts": 1,
    "num_experts_per_tok": 8,
    "first_k_dense_replace": 3,
    "q_lora_rank": 1536,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "vocab_size": 129280,
}


def written(tmp_path: Path, config: dict[str, Any]) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    return path


@pytest.mark.parametrize(
    ("config", "shipped", "total", "active"),
    [
        (LLAMA, "llama3.1-405b", 405.85e9, 405.85e9),
        (QWEN2, "qwen2.5-72b", 72.7e9, 72.7e9),
        (MIXTRAL, "mixtral-8x7b", 46.7e9, 12.9e9),
        (QWEN3_MOE, "qwen3-235b-a22b", 235.1e9, 22.2e9),
        (DEEPSEEK, "deepseek-v3", 671e9, 37.55e9),
    ],
)
def test_a_config_matches_the_shipped_model(
    tmp_path: Path, config: dict[str, Any], shipped: str, total: float, active: float
) -> None:
    model = model_from_hf_config(written(tmp_path, config), "mine")
    assert parameters(model) == (pytest.approx(total, rel=0.005), pytest.approx(active, rel=0.005))
    ours = load_catalogue().models[shipped]
    assert parameters(model) == pytest.approx(parameters(ours))
    for name in ("attention", "kv_heads", "head_dim", "top_k", "dense_layers", "kv_lora_rank", "gated_ffn"):
        assert getattr(model, name) == getattr(ours, name), name
    assert {fact.confidence for fact in model.facts.values()} == {"assumed"}


def test_head_dim_and_low_rank_queries_follow_the_config(tmp_path: Path) -> None:
    wide = model_from_hf_config(written(tmp_path, {**QWEN2, "model_type": "qwen3", "head_dim": 256}))
    assert (wide.head_dim, wide.id) == (256, tmp_path.name)
    lite = model_from_hf_config(written(tmp_path, {**DEEPSEEK, "model_type": "deepseek_v2", "q_lora_rank": None}))
    assert lite.q_lora_rank is None
    assert parameters(lite)[0] > parameters(model_from_hf_config(written(tmp_path, DEEPSEEK)))[0]


def test_dense_layers_of_a_sparse_model_are_counted(tmp_path: Path) -> None:
    config = {**QWEN3_MOE, "decoder_sparse_step": 2, "mlp_only_layers": [1]}
    assert model_from_hf_config(written(tmp_path, config)).dense_layers == 94 - 46


def test_a_config_serves_as_a_users_file_and_inside_one(tmp_path: Path) -> None:
    config = written(tmp_path, LLAMA)
    alone = with_overrides(load_catalogue(), config)
    assert alone.model(tmp_path.name).layers == 126
    outer = tmp_path / "mine.yaml"
    outer.write_text("models:\n  giant: {hf_config: config.json, name: The giant, params_total: 405.85}\n")
    inside = with_overrides(load_catalogue(), outer)
    assert inside.model("the giant").params_total == pytest.approx(405.85e9)
    config.write_text(json.dumps({**LLAMA, "vocab_size": 128}))
    assert with_overrides(load_catalogue(), outer).digest != inside.digest  # the named file counts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "as JSON"),
        ("[]", "expected a JSON object"),
        (
            json.dumps({**LLAMA, "model_type": "gpt_bigcode"}),
            "model_type 'gpt_bigcode' is not understood; known: deepseek",
        ),
        (json.dumps({key: LLAMA[key] for key in LLAMA if key != "vocab_size"}), "'vocab_size' is missing"),
        (json.dumps({**LLAMA, "hidden_size": -1}), "hidden_size: expected a whole number from zero, got -1"),
        (json.dumps({**LLAMA, "hidden_size": 1.5}), "hidden_size: expected a whole number"),
        (json.dumps({**LLAMA, "num_attention_heads": 0}), "expected at least one"),
        (json.dumps({**LLAMA, "hidden_size": float("nan")}), "NaN is no number"),
        (json.dumps({**DEEPSEEK, "moe_layer_freq": 2}), "moe_layer_freq: only 1 is understood"),
    ],
)
def test_a_bad_config_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        model_from_hf_config(path)
    assert message in str(caught.value)
