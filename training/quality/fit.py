"""Train the text model on labelled strips and write it as ONNX.

    python -m training.quality.fit strips0.npz strips1.npz --out text_lines.onnx

A small convolutional network looks at one strip (24 px of glyph height in 32 x 64) and answers twice: is
this text, and would it be read. Pages, not strips, are held out. The picture's chance to be read is then one
logistic over the mean of its strips; its weights are printed, to be written into `legibility.py`.
Needs: pip install jax onnx.
"""

from __future__ import annotations

import argparse
import functools
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from training.halves import store_halves
from training.rows import with_rows_as_channels

CHANNELS = (12, 24, 32, 48)
HIDDEN = 32

Weights = dict[str, jnp.ndarray]


def normalised(strips: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """The same arithmetic as `scanfix.checks.textmodel.normalised`."""
    from scanfix.checks.textmodel import normalised as product

    return product(strips, widths)


def fresh(key: jax.Array) -> Weights:
    keys, weights, before = jax.random.split(key, 8), {}, 1
    for i, (channels, rows) in enumerate(zip(CHANNELS, (3, 3, 3, 4), strict=True)):
        shape = (rows, 3, before, channels)
        weights[f"c{i}"] = jax.random.normal(keys[i], shape) * np.sqrt(2 / (rows * 3 * before))
        weights[f"b{i}"], before = jnp.zeros(channels), channels
    weights["h"] = jax.random.normal(keys[6], (2 * before, HIDDEN)) * np.sqrt(1 / before)
    weights["hb"] = jnp.zeros(HIDDEN)
    weights["o"], weights["ob"] = jax.random.normal(keys[7], (HIDDEN, 2)) * 0.1, jnp.zeros(2)
    return weights


def forward(weights: Weights, x: jnp.ndarray) -> jnp.ndarray:
    """N x 32 x 64 to N x 2 logits: text, readable."""
    x = x[..., None]
    for i in range(len(CHANNELS)):
        last = i == len(CHANNELS) - 1
        padding = [(0, 0), (1, 1)] if last else "SAME"
        x = jax.lax.conv_general_dilated(
            x, weights[f"c{i}"], (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = jax.nn.relu(x + weights[f"b{i}"])
        if not last:
            x = x.reshape(x.shape[0], x.shape[1] // 2, 2, x.shape[2] // 2, 2, x.shape[3]).max((2, 4))
    x = x[:, 0]
    x = jnp.concatenate([x.mean(1), x.max(1)], -1)
    x = jax.nn.relu(x @ weights["h"] + weights["hb"])
    return x @ weights["o"] + weights["ob"]


def loss(weights: Weights, x: jnp.ndarray, text: jnp.ndarray, read: jnp.ndarray) -> jnp.ndarray:
    """Cross entropy of both answers; a label below 0 is left out."""
    out = forward(weights, x)
    total = 0.0
    for column, label in ((0, text), (1, read)):
        known = label >= 0
        entropy = jnp.logaddexp(0, out[:, column]) - out[:, column] * jnp.clip(label, 0, 1)
        total += jnp.where(known, entropy, 0).sum() / jnp.maximum(known.sum(), 1)
    return total


@functools.partial(jax.jit, donate_argnums=(0, 1, 2))
def step(
    weights: Weights, m: Weights, v: Weights, t: jnp.ndarray, rate: jnp.ndarray, batch: tuple[Any, ...]
) -> tuple[Any, ...]:
    """One step of Adam with decoupled decay."""
    value, slope = jax.value_and_grad(loss)(weights, *batch)
    m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, slope)
    v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, slope)

    def moved(w: jnp.ndarray, a: jnp.ndarray, b: jnp.ndarray) -> jnp.ndarray:
        return w - rate * (a / (1 - 0.9**t) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8) + 1e-3 * w)

    return jax.tree.map(moved, weights, m, v), m, v, value


def auc(good: np.ndarray, bad: np.ndarray) -> float:
    order = np.argsort(np.concatenate([good, bad]), kind="stable")
    rank = np.empty(len(order))
    rank[order] = np.arange(1, len(order) + 1)
    return float((rank[: len(good)].sum() - len(good) * (len(good) + 1) / 2) / max(1, len(good) * len(bad)))


def load(files: list[Path]) -> dict[str, np.ndarray]:
    parts, shift = [], 0
    for file in files:
        part = dict(np.load(file))
        part["picture"] = part["picture"] + shift
        shift += len(part["picture_page"])
        parts.append(part)
    return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}


def predict(weights: Weights, x: np.ndarray) -> np.ndarray:
    run = jax.jit(forward)
    return np.concatenate([np.asarray(run(weights, x[i : i + 512])) for i in range(0, len(x), 512)])


def stored(path: Path) -> Weights:
    """The weights of a model written by `export`, which lie there in its order."""
    import onnx
    from onnx import numpy_helper

    names = [*(f"{kind}{i}" for i in range(len(CHANNELS)) for kind in "cb"), "h", "hb", "o", "ob"]
    values = map(numpy_helper.to_array, onnx.load(path).graph.initializer)
    tensors = {name: value.astype(np.float32) for name, value in zip(names, values, strict=True)}
    # Its rows are channels there.
    tensors["c0"] = tensors["c0"].transpose(0, 2, 1, 3)
    return {k: jnp.asarray(np.transpose(v, (2, 3, 1, 0)) if k[0] == "c" else v) for k, v in tensors.items()}


def train(
    data: dict[str, np.ndarray], use: np.ndarray, epochs: int, start: Weights | None, batch: int = 128
) -> Weights:
    rng = np.random.default_rng(0)
    x = normalised(data["strips"], data["widths"])
    text = data["text"].astype(np.float32)
    read = np.where(np.isfinite(data["share"]), (data["share"] >= 0.9).astype(np.float32), -1)
    # Strips that only touch text teach nothing.
    rows = np.nonzero(use & (text >= 0))[0]
    weights, top_rate = (fresh(jax.random.key(0)), 2e-3) if start is None else (start, 1.2e-3)
    m, v = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    steps, t = epochs * (len(rows) // batch), 0
    for epoch in range(epochs):
        rng.shuffle(rows)
        values = []
        for i in range(0, len(rows) - batch + 1, batch):
            pick, t = rows[i : i + batch], t + 1
            part = x[pick]
            # Mirrored text is as hard to read for this purpose, and doubles the examples.
            part = part[:, :: rng.choice([1, -1]), :: rng.choice([1, -1])]
            rate = top_rate * 0.5 * (1 + np.cos(np.pi * t / steps)) * min(1, t / 200)
            weights, m, v, value = step(
                weights, m, v, jnp.float32(t), jnp.float32(rate), (part, text[pick], read[pick])
            )
            values.append(value)
        print("epoch", epoch, "loss", round(float(np.mean(values)), 4), flush=True)
    return weights


def report(data: dict[str, np.ndarray], out: np.ndarray, use: np.ndarray) -> None:
    known = use & np.isfinite(data["share"])
    good = data["share"] >= 0.9
    print("strips: AUC readable", round(auc(out[known & good, 1], out[known & ~good, 1]), 3), end=" ")
    print("AUC text", round(auc(out[use & (data["text"] == 1), 0], out[use & (data["text"] == 0), 0]), 3))


def picture_numbers(data: dict[str, np.ndarray], out: np.ndarray) -> np.ndarray:
    """`scanfix.checks.textmodel.mean_chance` of every picture, as one column."""
    from scanfix.checks.textmodel import mean_chance

    chance = 1 / (1 + np.exp(-out))
    order = np.argsort(data["picture"], kind="stable")
    ends = np.searchsorted(data["picture"][order], np.arange(len(data["picture_page"]) + 1))
    return np.array(
        [
            [mean_chance(chance[part, 0], chance[part, 1], data["letters"][part])]
            for part in np.split(order, ends[1:-1])
        ]
    )


def logistic(x: np.ndarray, y: np.ndarray, decay: float = 1e-2) -> np.ndarray:
    """Newton's method; the last weight is the constant."""
    x = np.column_stack([x, np.ones(len(x))])
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        hessian = (x * (p * (1 - p))[:, None]).T @ x + decay * np.eye(len(w))
        w -= np.linalg.solve(hessian, x.T @ (p - y) + decay * w)
    return w


def export(weights: Weights, path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def tensor(name: str, value: np.ndarray) -> onnx.TensorProto:
        return numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name)

    constants, nodes, at = [], [], "strips"
    for i in range(len(CHANNELS)):
        last = i == len(CHANNELS) - 1
        constants += [
            tensor(f"c{i}", np.transpose(weights[f"c{i}"], (3, 2, 0, 1))),
            tensor(f"b{i}", weights[f"b{i}"]),
        ]
        kernel = [4, 3] if last else [3, 3]
        nodes.append(
            helper.make_node(
                "Conv",
                [at, f"c{i}", f"b{i}"],
                [f"x{i}"],
                kernel_shape=kernel,
                pads=[0, 1, 0, 1] if last else [1] * 4,
            )
        )
        nodes.append(helper.make_node("Relu", [f"x{i}"], [f"r{i}"]))
        at = f"r{i}"
        if not last:
            nodes.append(helper.make_node("MaxPool", [at], [f"p{i}"], kernel_shape=[2, 2], strides=[2, 2]))
            at = f"p{i}"
    nodes += [
        helper.make_node("AveragePool", [at], ["mean"], kernel_shape=[1, 8]),
        helper.make_node("MaxPool", [at], ["max"], kernel_shape=[1, 8]),
        helper.make_node("Concat", ["mean", "max"], ["pooled"], axis=1),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "h", "hb"], ["hx"]),
        helper.make_node("Relu", ["hx"], ["hr"]),
        helper.make_node("Gemm", ["hr", "o", "ob"], ["logits"]),
    ]
    constants += [tensor(name, weights[name]) for name in ("h", "hb", "o", "ob")]
    graph = helper.make_graph(
        nodes,
        "text_lines",
        [helper.make_tensor_value_info("strips", TensorProto.FLOAT, ["n", 1, 32, 64])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path.write_bytes(with_rows_as_channels(model).SerializeToString())
    store_halves(path)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("strips", type=Path, nargs="+")
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--epochs", type=int, default=12)
    ask.add_argument("--start", type=Path, help="go on from this model")
    ask.add_argument(
        "--keep", type=float, default=0.0, help="share of the weights it began from in the result"
    )
    ask.add_argument("--all", action="store_true", help="train on the held-out pages too")
    options = ask.parse_args()
    if options.keep and not options.start:
        ask.error("--keep is a share of --start")
    data = load(options.strips)
    held = data["picture_page"][data["picture"]] % 5 == 4
    weights = train(
        data,
        np.ones(len(held), bool) if options.all else ~held,
        options.epochs,
        options.start and stored(options.start),
    )
    if options.keep:
        before = stored(options.start)
        weights = {k: options.keep * before[k] + (1 - options.keep) * w for k, w in weights.items()}
    export({k: np.asarray(w) for k, w in weights.items()}, options.out)
    out = predict(weights, normalised(data["strips"], data["widths"]))
    report(data, out, held)
    numbers, truth = picture_numbers(data, out), data["picture_read"] >= 0.9
    asked = (data["picture_asked"] >= 2) & np.isfinite(numbers).all(1)
    held_pictures = asked & (data["picture_page"] % 5 == 4)
    w = logistic(numbers[held_pictures], truth[held_pictures])
    score = np.column_stack([numbers, np.ones(len(numbers))]) @ w
    print(
        "pictures held out:",
        held_pictures.sum(),
        "AUC",
        round(auc(score[held_pictures & truth], score[held_pictures & ~truth]), 3),
    )
    for i in range(numbers.shape[1]):
        print(
            "  number",
            i,
            "alone",
            round(auc(numbers[held_pictures & truth, i], numbers[held_pictures & ~truth, i]), 3),
        )
    print("weights of the logistic:", w.round(4).tolist())


if __name__ == "__main__":
    main()
