"""Edits of attention modules of Transformers, by family: wrong ones, and the same otherwise."""

from tests.programs.examples import Edits

HALVES = (
    "x1 = x[..., : x.shape[-1] // 2]\n    x2 = x[..., x.shape[-1] // 2 :]",
    "x1 = x[..., ::2]\n    x2 = x[..., 1::2]",
)
MASK = "attn_weights = attn_weights + attention_mask"
REPEATED = (
    "hidden_states = hidden_states[:, :, None, :, :].expand(batch, num_key_value_heads, n_rep,"
    " slen, head_dim)"
)

SOFTMAX = (
    "attn_weights = nn.functional.softmax(attn_weights, dim=-1, dtype=torch.float32)"
    ".to(query.dtype)"
)
WEIGHED = "attn_output = torch.matmul(attn_weights, value_states)"
SOFTENED = (
    f"{SOFTMAX}\n    attn_weights = nn.functional.dropout(attn_weights, p=dropout, "
    f"training=module.training)\n    {WEIGHED}"
)
ONLINE = """\
attn_output = torch.zeros_like(query)
    most = query.new_full((*query.shape[:3], 1), -torch.inf)
    total = torch.zeros_like(most)
    for at in range(0, key_states.shape[2], 2):
        scores = attn_weights[..., at : at + 2]
        new = torch.maximum(most, scores.max(-1, keepdim=True).values)
        kept, powers, most = torch.exp(most - new), torch.exp(scores - new), new
        total = total * kept + powers.sum(-1, keepdim=True)
        attn_output = attn_output * kept + powers @ value_states[:, :, at : at + 2]
    attn_output = attn_output / total"""
NORM = """\
variance = hidden_states.pow(2).mean(-1, keepdim=True)
        hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
        return self.weight * hidden_states.to(input_dtype)"""

WRONG: dict[str, Edits] = {
    "llama": {
        "scale": ("self.head_dim**-0.5", "1 / self.head_dim"),
        "keys not rotated": ("return q_embed, k_embed", "return q_embed, k"),
        "the wrong half": ("torch.cat((-x2, x1), dim=-1)", "torch.cat((x2, -x1), dim=-1)"),
        "neighbours": HALVES,
        "mask left out": (MASK, "pass"),
        "values not repeated in order": (
            REPEATED,
            "hidden_states = hidden_states[:, None].expand(batch, n_rep, num_key_value_heads,"
            " slen, head_dim)"),
        "heads and tokens not exchanged back": (
            "attn_output = attn_output.transpose(1, 2).contiguous()",
            "attn_output = attn_output.contiguous()"),
        "softmax over the queries": (
            "softmax(attn_weights, dim=-1,", "softmax(attn_weights, dim=-2,"),
        "keys projected twice": ("value_states = self.v_proj(hidden_states)",
                                 "value_states = self.k_proj(hidden_states)"),
        "no output projection": ("attn_output = self.o_proj(attn_output)",
                                 "attn_output = attn_output[..., : hidden_states.shape[-1]]"),
        "tiles, each with a softmax of its own": (
            SOFTMAX,
            "attn_weights = torch.cat([w.softmax(-1) for w in attn_weights.split(2, -1)], -1)"),
        "online, and what came before not scaled again": (
            SOFTENED, ONLINE.replace("attn_output * kept", "attn_output")),
    },
    "qwen3": {
        "keys without a norm": ("self.k_norm(self.k_proj", "(self.k_proj"),
        "the sum of squares": ("pow(2).mean(-1, keepdim=True)", "pow(2).sum(-1, keepdim=True)"),
        "gains about one": ("return self.weight * hidden", "return (1 + self.weight) * hidden"),
    },
    "phi3": {
        "keys and values exchanged": (
            "key_states = qkv[..., query_pos : query_pos + self.num_key_value_heads * "
            "self.head_dim]\n        value_states = qkv[",
            "value_states = qkv[..., query_pos : query_pos + self.num_key_value_heads * "
            "self.head_dim]\n        key_states = qkv["),
        "queries one head too late": ("query_states = qkv[..., :query_pos]",
                                      "query_states = qkv[..., -query_pos:]"),
        "keys one coordinate late": ("key_states = qkv[..., query_pos : query_pos + self",
                                     "key_states = qkv[..., query_pos + 1 : query_pos + 1 + self"),
        "heads before tokens": ("query_states = query_states.view(hidden_shape).transpose(1, 2)",
                                "query_states = query_states.reshape(1, -1, *input_shape[1:], "
                                "self.head_dim)"),
        "neighbours": HALVES,
        "queries scaled again": ("return q_embed, k_embed", "return q_embed * 0.5, k_embed"),
        "the sine of keys turned": ("(k_rot * cos) + (rotate_half", "(k_rot * cos) - (rotate_half"),
        "half of the mask": (MASK, "attn_weights = attn_weights + 0.5 * attention_mask.clamp(-8)"),
    },
    "gpt_neox": {
        "the wrong half": ("torch.cat((-x2, x1), dim=-1)", "torch.cat((x2, -x1), dim=-1)"),
        "keys and values exchanged": ("query_states, key_states, value_states = qkv.chunk",
                                      "query_states, value_states, key_states = qkv.chunk"),
        "heads in thirds": (
            "qkv = self.query_key_value(hidden_states).view(hidden_shape).transpose(1, 2)\n"
            "        query_states, key_states, value_states = qkv.chunk(3, dim=-1)",
            "qkv = self.query_key_value(hidden_states).view(*input_shape, 3, -1, self.head_size)\n"
            "        query_states, key_states, value_states = qkv.permute(2, 0, 3, 1, 4)"),
        "what passes put first": ("k_embed = torch.cat([k_embed, k_pass], dim=-1)",
                                  "k_embed = torch.cat([k_pass, k_embed], dim=-1)"),
        "all rotated as the first": ("q_embed = torch.cat([q_embed, q_pass], dim=-1)",
                                     "q_embed = torch.cat([q_embed, q_pass * 0.0], dim=-1)"),
        "bias of the output twice": ("attn_output = self.dense(attn_output)",
                                     "attn_output = self.dense(attn_output) + self.dense.bias"),
        "mask taken off": (MASK, "attn_weights = attn_weights + attention_mask.transpose(2, 3)"),
    },
    "cohere": {
        "halves in place of neighbours": (
            "x1 = x[..., ::2]\n    x2 = x[..., 1::2]\n    rot_x = torch.stack([-x2, x1], dim=-1)"
            ".flatten(-2)",
            "x1, x2 = x.chunk(2, dim=-1)\n    rot_x = torch.cat([-x2, x1], dim=-1)"),
        "pairs exchanged": ("torch.stack([-x2, x1]", "torch.stack([x1, -x2]"),
        "positions one late": ("cos, sin = position_embeddings\n",
                               "cos, sin = (p.roll(1, 1) for p in position_embeddings)\n"),
        "queries left as they were": ("return q_embed.to(dtype=dtype)", "return q.to(dtype=dtype)"),
        "values rotated": ("query_states, key_states = apply_rotary_pos_emb(query_states, "
                           "key_states, cos, sin)\n",
                           "query_states, key_states = apply_rotary_pos_emb(query_states, "
                           "key_states, cos, sin)\n        value_states, _ = "
                           "apply_rotary_pos_emb(value_states, value_states, cos, sin)\n"),
    },
    "gemma2": {
        "the cap left out": ("attn_weights = attn_weights * softcap", "pass"),
        "no hyperbolic tangent": ("attn_weights = torch.tanh(attn_weights)", "pass"),
        "capped twice": ("attn_weights = torch.tanh(attn_weights)",
                         "attn_weights = torch.tanh(torch.tanh(attn_weights))"),
        "capped behind the scale of all": ("softcap=self.attn_logit_softcapping", "softcap=4.0"),
        "scale of the width": ("config.query_pre_attn_scalar**-0.5", "config.hidden_size**-0.5"),
    },
    "gpt_oss": {
        "sinks left out": ("combined_logits = torch.cat([attn_weights, sinks], dim=-1)",
                           "combined_logits = torch.cat([attn_weights, 0.0 * sinks], dim=-1)"),
        "the first key dropped": ("scores = probs[..., :-1]", "scores = probs[..., 1:]"),
        "sinks of other heads": ("module.sinks.reshape(1, -1, 1, 1)",
                                 "module.sinks.flip(0).reshape(1, -1, 1, 1)"),
        "sinks scaled": ("torch.cat([attn_weights, sinks]", "torch.cat([attn_weights, sinks / 2]"),
        "a sign": ("second_half * cos + first_half * sin", "second_half * cos - first_half * sin"),
    },
}  # fmt: skip

RIGHT: dict[str, Edits] = {
    "llama": {
        "heads by an index": (
            REPEATED + "\n    return hidden_states.reshape(batch, num_key_value_heads * n_rep, "
            "slen, head_dim)",
            "heads = torch.arange(num_key_value_heads * n_rep) // n_rep\n"
            "    return hidden_states[:, heads]"),
        "softmax by hand": (
            "nn.functional.softmax(attn_weights, dim=-1, dtype=torch.float32)",
            "(attn_weights.exp() / attn_weights.exp().sum(-1, keepdim=True))"),
        "halves in one piece": (HALVES[0], "x1, x2 = x.chunk(2, dim=-1)"),
        "the other sign, twice": ("torch.cat((-x2, x1), dim=-1)", "-torch.cat((x2, -x1), dim=-1)"),
        "one over the root": ("self.head_dim**-0.5", "1 / self.head_dim**0.5"),
        "values by names of axes": (
            "torch.matmul(attn_weights, value_states)",
            "torch.einsum('bhij,bhjd->bhid', attn_weights, value_states)"),
        "rows projected one by one": (
            "attn_output = self.o_proj(attn_output)",
            "attn_output = torch.stack([self.o_proj(row) for row in attn_output.unbind(1)], 1)"),
        "heads by names of axes": (
            REPEATED,
            "copies = hidden_states.new_ones(n_rep)\n"
            "    hidden_states = torch.einsum('bgsd,r->bgrsd', hidden_states, copies)"),
        "fused, causal, groups as they are": (
            WEIGHED,
            "attn_output = nn.functional.scaled_dot_product_attention(\n"
            "        query, key, value, is_causal=True, scale=scaling, enable_gqa=True)"),
        "two queries at a time": (
            SOFTMAX,
            "attn_weights = torch.cat([w.softmax(-1) for w in attn_weights.split(2, 2)], 2)"),
        "online, two keys at a time": (SOFTENED, ONLINE),
    },
    "qwen3": {
        "the norm of the library": (
            NORM,
            "return nn.functional.rms_norm(\n"
            "            hidden_states, hidden_states.shape[-1:], self.weight.float(), "
            "self.variance_epsilon\n        ).to(input_dtype)"),
    },
    "phi3": {
        "head by head": (
            "torch.matmul(attn_weights, value_states)",
            "torch.stack([w @ v for w, v in zip(attn_weights[0], value_states[0])])[None]"),
        "scores filled where masked": (
            MASK, "attn_weights = attn_weights.masked_fill(attention_mask < -1, -torch.inf)"),
        "in one split": (
            "query_states = qkv[..., :query_pos]\n",
            "query_states, _ = qkv.split([query_pos, qkv.shape[-1] - query_pos], dim=-1)\n"),
        "scaled before": (
            "torch.matmul(query, key_states.transpose(2, 3)) * scaling",
            "torch.einsum('bhid,bhjd->bhij', query * scaling, key_states)"),
    },
    "gpt_neox": {
        "thirds by slices": (
            "qkv.chunk(3, dim=-1)",
            "(qkv[..., i * self.head_size :][..., : self.head_size] for i in range(3))"),
        "bias behind the product": (
            "attn_output = self.dense(attn_output)",
            "attn_output = attn_output @ self.dense.weight.T + self.dense.bias"),
        "what passes left in place": (
            "q_embed = torch.cat([q_embed, q_pass], dim=-1)",
            "q[..., :rotary_dim] = q_embed\n    q_embed = q"),
    },
    "cohere": {
        "pairs by a product": (
            "rot_x = torch.stack([-x2, x1], dim=-1).flatten(-2)",
            "turn = torch.tensor([[0, 1], [-1, 0]], dtype=x.dtype)\n"
            "    rot_x = (x.unflatten(-1, (-1, 2)) @ turn).flatten(-2)"),
        "pairs as matrices": (
            "rot_x = torch.stack([-x2, x1], dim=-1).flatten(-2)",
            "rot_x = torch.empty_like(x)\n    rot_x[..., ::2], rot_x[..., 1::2] = -x2, x1"),
    },
    "gemma2": {
        "the tangent by exponentials": (
            "attn_weights = torch.tanh(attn_weights)",
            "attn_weights = 1 - 2 / (torch.exp(2 * attn_weights) + 1)"),
        "capped by a quotient": (
            "attn_weights = attn_weights * softcap", "attn_weights = attn_weights / (1 / softcap)"),
    },
    "gpt_oss": {
        "no largest score taken off": (
            "combined_logits = combined_logits - combined_logits.max(dim=-1, keepdim=True).values",
            "pass"),
        "all but the last": (
            "scores = probs[..., :-1]", "scores = probs.narrow(-1, 0, probs.shape[-1] - 1)"),
    },
}  # fmt: skip
