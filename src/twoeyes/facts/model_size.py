"""Parameters of a transformer from its architecture, total and active a token. Norms and extra heads are left out."""

from __future__ import annotations

from twoeyes.facts.catalog import Model


def attention_parameters(model: Model) -> float:
    """Weights of one attention block: grouped-query projections, or the low-rank ones of multi-head latent attention
    (DeepSeek-V2, arXiv 2405.04434, section 2.1).
    """
    if model.kv_lora_rank:
        nope, rope, value = model.qk_nope_dim or 0, model.qk_rope_dim or 0, model.v_head_dim or 0
        query = model.q_lora_rank or 0
        into_query = (
            model.hidden * query + query * model.heads * (nope + rope)
            if query
            else (model.hidden * model.heads * (nope + rope))
        )
        into_kv = model.hidden * (model.kv_lora_rank + rope) + model.kv_lora_rank * model.heads * (nope + value)
        return float(into_query + into_kv + model.heads * value * model.hidden)
    return float(model.hidden * model.head_dim * (2 * model.heads + 2 * model.kv_heads))


def ffn_parameters(model: Model, inner: float) -> float:
    """Weights of one feed-forward block of inner width `inner`: three matrices when gated, else two."""
    return (3.0 if model.gated_ffn else 2.0) * model.hidden * inner


def embedding_parameters(model: Model) -> float:
    """Input and output embeddings; one table where they are tied."""
    return float(model.vocab * model.hidden * (1 if model.tied_embeddings else 2))


def parameters(model: Model) -> tuple[float, float]:
    """(total, active a token), from the architecture."""
    dense = model.dense_layers * ffn_parameters(model, model.ffn or 0)
    moe_layers = model.layers - model.dense_layers
    expert = ffn_parameters(model, model.expert_ffn or 0)
    shared = ffn_parameters(model, model.shared_ffn or (model.expert_ffn or 0) * model.shared_experts)
    router = float(model.hidden * model.experts)
    common = model.layers * attention_parameters(model) + dense + embedding_parameters(model)
    total = common + moe_layers * (model.experts * expert + shared + router)
    active = common + moe_layers * (model.top_k * expert + shared + router)
    return total, active
