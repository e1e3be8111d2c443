"""Train the judge of borders on the lessons that `training.border_looks` writes beside it.

    python -m training.border_judge LESSONS RUN --minutes 40
    python -m training.border_judge --export RUN/final.pt scanfix/borders/weights/judge.onnx

The judge sees each candidate rectified, the photo with the candidate marked, and its measures; it tells the
overlap with a document, and how much of the document lies beyond each side. Loss: cross-entropy with the
sharpened overlap, softmax over the candidates of a scene, cross-entropy and L1 of what is missing. AdamW,
cosine by the clock, an average of the weights.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from scanfix.borders.looks import SIDE, marks
from scanfix.borders.measures import NAMES
from scanfix.borders.sides import beyond_frame
from scanfix.geometry import SIDES, Quad, Size
from training.network import conv

Floats = NDArray[np.float32]
UNIT = Size(1000, 1000)
CUT_WEIGHT = 4.0
"""How many times a side that is cut counts in training: one in twenty is."""
HELD_OUT = 12
"""Every so many-th chunk is kept out of training."""


class Judge(nn.Module):
    """N x 4 x 64 x 64 twice, N x measures to N x 9: overlap, cut by side (logits), root of the missing."""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Sequential(
            conv(4, 20, 3, 2), conv(20, 40, 3, 2), conv(40, 40, 3), conv(40, 72, 3, 2), conv(72, 72, 3),
        )  # fmt: skip
        self.deep = nn.Sequential(conv(72, 96, 3, 2), conv(96, 96, 3))
        self.narrow = conv(96, 24)
        self.far = nn.Sequential(
            conv(4, 12, 3, 2), conv(12, 24, 3, 2), conv(24, 40, 3, 2), conv(40, 48, 3, 2)
        )
        self.measured = nn.Sequential(nn.Linear(len(NAMES), 48), nn.ReLU6(), nn.Linear(48, 32), nn.ReLU6())
        self.told = nn.Sequential(nn.Linear(384 + 96 + 48 + 32, 96), nn.ReLU6(), nn.Linear(96, 1))
        self.side = nn.Sequential(nn.Linear(4 * 72 + 96 + 48 + 32, 48), nn.ReLU6(), nn.Linear(48, 2))

    def forward(self, near: Tensor, far: Tensor, measures: Tensor) -> Tensor:
        seen = self.near(near)
        deep = self.deep(seen)
        whole = [deep.mean((2, 3)), self.far(far).mean((2, 3)), self.measured(measures)]
        score = self.told(torch.cat([self.narrow(deep).flatten(1), *whole], 1))
        # Of each side the ground beyond it and the three rows of cells before it.
        strips = [
            [seen[:, :, k].mean(2) for k in range(4)],
            [seen[:, :, :, 7 - k].mean(2) for k in range(4)],
            [seen[:, :, 7 - k].mean(2) for k in range(4)],
            [seen[:, :, :, k].mean(2) for k in range(4)],
        ]
        sides = [self.side(torch.cat([*strip, *whole], 1)) for strip in strips]
        return torch.cat([score, *(side[:, :1] for side in sides), *(side[:, 1:] for side in sides)], 1)


class Deployed(nn.Module):
    """The judge with plain measures as input, and the overlap alone as output: N x 1, 0..1."""

    def __init__(self, net: Judge, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.net, self.mean, self.scale = net, mean, scale

    def forward(self, near: Tensor, far: Tensor, measures: Tensor) -> Tensor:
        return torch.sigmoid(self.net(near, far, (measures - self.mean) / self.scale)[:, :1])


# ---- lessons


def true_missing(quad: Floats) -> Floats:
    """Of each side (corner k to k + 1) of a true quad, in shares of the photo, what lies beyond; NaN where
    nothing tells."""
    if np.abs(quad - np.round(quad)).max() < 0.004:
        return np.full(4, np.nan, np.float32)
    scaled = Quad.of((quad * 1000).tolist())
    first = int(np.abs(quad * 1000 - scaled.corners[0]).sum(axis=1).argmin())
    shares = [beyond_frame(scaled, side, UNIT) for side in SIDES]
    return np.roll(np.array(shares, np.float32), first)


def turn_between(quad: Floats, true: Floats) -> int:
    """Which corner of the true quad answers to the first of another."""
    return min(range(4), key=lambda k: float(np.abs(np.roll(true, -k, axis=0) - quad).sum()))


class Store:
    """All lessons read so far."""

    def __init__(self, folder: Path, held_out: bool) -> None:
        self.folder, self.held_out, self.known = folder, held_out, set[str]()
        self.rows: list[dict[str, np.ndarray]] = []

    def read(self, limit: int = 10_000) -> None:
        fresh = [p for p in sorted(self.folder.glob("*.npz")) if p.name not in self.known]
        for path in [p for p in fresh if (int(p.stem) % HELD_OUT == 0) == self.held_out][:limit]:
            self.known.add(path.name)
            with np.load(path) as data:
                arrays = {name: data[name] for name in data.files}
            self.rows += [
                self.prepared({n: a[k] for n, a in arrays.items()}) for k in range(len(arrays["overlap"]))
            ]

    @staticmethod
    def prepared(row: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        count = len(row["overlap"])
        row["missing"] = np.full((count, 4), np.nan, np.float32)
        known: dict[bytes, Floats] = {}
        for k in range(count):
            if row["overlap"][k] < 0.4:
                continue
            true = row["truth"][k]
            if true.tobytes() not in known:
                known[true.tobytes()] = true_missing(true)
            row["missing"][k] = np.roll(known[true.tobytes()], -turn_between(row["places"][k], true))
        return row

    def batch(
        self, rng: np.random.Generator, mean: Floats, scale: Floats, scenes: int, each: int
    ) -> list[Tensor]:
        picked = [self.turned(rng, self.rows[int(k)], each) for k in rng.integers(0, len(self.rows), scenes)]
        near, far, measures, overlap, missing = (np.concatenate(part) for part in zip(*picked, strict=True))
        measures = (measures.astype(np.float32) - mean) / scale
        return to_tensors(near, far, measures, overlap, missing)

    @staticmethod
    def turned(rng: np.random.Generator, row: dict[str, np.ndarray], each: int) -> tuple[np.ndarray, ...]:
        """Some of the candidates of a scene, each look turned and mirrored, in other colours."""
        count = len(row["overlap"])
        best = int(row["overlap"].argmax())
        others = rng.permutation([k for k in range(count) if k != best])[: each - 1]
        picks = np.array([best, *others.tolist()])
        near, missing = row["near"][picks], row["missing"][picks]
        if rng.random() < 0.5:
            near, missing = near[:, :, ::-1], missing[:, [0, 3, 2, 1]]
        for _ in range(int(rng.integers(4))):
            near, missing = np.rot90(near, 1, axes=(1, 2)), missing[:, [1, 2, 3, 0]]
        far = np.broadcast_to(row["far"], (each, *row["far"].shape))
        far = np.concatenate([far, marks(row["places"][picks])[..., None]], axis=3)
        far = np.rot90(far, int(rng.integers(4)), axes=(1, 2))
        far = far[:, :, ::-1] if rng.random() < 0.5 else far
        near, far = recoloured(rng, near, far)
        return near, far, row["measures"][picks], row["overlap"][picks], missing


def recoloured(rng: np.random.Generator, near: np.ndarray, far: np.ndarray) -> tuple[Floats, Floats]:
    gain = (np.exp(rng.normal(0, 0.12)) * np.exp(rng.normal(0, 0.06, 3))).astype(np.float32)
    gamma = float(np.exp(rng.normal(0, 0.15)))
    out = []
    for look in (near, far):
        look = look.astype(np.float32)
        look[..., :3] = 255 * np.clip(look[..., :3] * gain / 255, 0, 1) ** gamma
        out.append(look)
    if rng.random() < 0.3:
        out[0][..., :3] += rng.normal(0, rng.uniform(1, 8), out[0][..., :3].shape).astype(np.float32)
    if rng.random() < 0.06:
        for look in out:
            look[..., :3] = look[..., :3].mean(axis=3, keepdims=True)
    return out[0], out[1]


def to_tensors(near: np.ndarray, far: np.ndarray, *others: np.ndarray) -> list[Tensor]:
    looks = [((look.astype(np.float32) - 127.5) / 127.5).transpose(0, 3, 1, 2) for look in (near, far)]
    tensors = [torch.from_numpy(np.ascontiguousarray(part)) for part in (*looks, *others)]
    tensors[:2] = [t.contiguous(memory_format=torch.channels_last) for t in tensors[:2]]
    return tensors


# ---- training


def target_of(overlap: Tensor) -> Tensor:
    return ((overlap - 0.5) / 0.5).clamp(0, 1) ** 2


def loss_of(out: Tensor, overlap: Tensor, missing: Tensor, each: int) -> tuple[Tensor, list[float]]:
    out = out.float()
    score = F.binary_cross_entropy_with_logits(out[:, 0], target_of(overlap))
    lists, wanted = out[:, 0].view(-1, each), overlap.view(-1, each)
    has = (wanted.amax(1) > 0.6).float()
    aim = torch.softmax(wanted / 0.02, 1)
    listed = -((aim * torch.log_softmax(lists, 1)).sum(1) * has).sum() / has.sum().clamp(min=1)
    known = ~missing.isnan() & (overlap > 0.6)[:, None]
    share = torch.nan_to_num(missing)
    cut = F.binary_cross_entropy_with_logits(
        out[:, 1:5], (share > 0.01).float(), reduction="none", pos_weight=torch.tensor(CUT_WEIGHT)
    )
    amount = (out[:, 5:] - share.sqrt()).abs() * (share > 0)
    count = known.sum().clamp(min=1)
    lost = (cut * known).sum() / count, (amount * known).sum() / count
    total = score + 0.25 * listed + 0.35 * lost[0] + 0.7 * lost[1]
    return total, [float(v.detach()) for v in (score, listed, *lost)]


def choice(net: nn.Module, store: Store, mean: Floats, scale: Floats) -> str:
    """Overlap of the judge's choice on scenes kept out, the best and the measured one's."""
    chosen, best, sure = [], [], []
    with torch.no_grad():
        for row in store.rows[:240]:
            if row["overlap"].max() == 0:
                continue
            marked = marks(row["places"])[..., None]
            far = np.concatenate(
                [np.broadcast_to(row["far"], (len(marked), *row["far"].shape)), marked], axis=3
            )
            near, far_t, measures = to_tensors(
                row["near"], far, (row["measures"].astype(np.float32) - mean) / scale
            )
            out = net(near, far_t, measures)
            at = int(out[:, 0].argmax())
            chosen.append(float(row["overlap"][at]))
            best.append(float(row["overlap"].max()))
            sure += [
                (m > 0.01, p)
                for m, p in zip(row["missing"][at], out[at, 1:5].tolist(), strict=True)
                if m == m
            ]
    c = np.array(chosen)
    logits, cut = np.array([p for _, p in sure]), np.array([flag for flag, _ in sure])
    told = f"cut told {np.mean(logits[cut] > 0):.2f} falsely {np.mean(logits[~cut] > 0):.3f}"
    shares = f">=.90 {np.mean(c >= 0.9):.3f} >=.95 {np.mean(c >= 0.95):.3f}"
    return f"choice {c.mean():.4f} {shares} best {np.mean(best):.4f} {told}"


def scaling() -> tuple[Floats, Floats]:
    data = json.loads((Path(__file__).parent.parent / "scanfix/borders/scorer.json").read_text())
    return np.float32(data["mean"]), np.float32(data["scale"])


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    mean, scale = scaling()
    net = Judge()
    if args.start:
        net.load_state_dict(torch.load(args.start, weights_only=True), strict=False)
    net = net.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(net).eval()
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.03}, {"params": others, "weight_decay": 0.0}], lr=args.rate
    )
    store, held = Store(args.lessons, False), Store(args.lessons, True)
    store.read()
    held.read()
    args.run.mkdir(parents=True, exist_ok=True)
    start, saved, step, sums = time.time(), time.time(), 0, np.zeros(5)
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            warm = min(1.0, step / 200)
            group["lr"] = args.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
        if step % 100 == 0:
            store.read(2)
        near, far, measures, overlap, missing = store.batch(rng, mean, scale, args.scenes, args.each)
        blind = torch.rand(args.scenes, 1, 1) < 0.15
        measures = (measures + 0.08 * torch.randn_like(measures)).view(args.scenes, args.each, -1)
        measures = measures.masked_fill(blind, 0.0).flatten(0, 1)
        with torch.autocast("cpu", torch.bfloat16):
            out = net(near, far, measures)
        total, parts = loss_of(out, overlap, missing, args.each)
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step += 1
        decay = min(args.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for a, b in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
                if a.dtype.is_floating_point:
                    a.lerp_(b, 1 - decay)
                else:
                    a.copy_(b)
        sums += [float(total.detach()), *parts]
        if step % 100 == 0:
            line = f"{(time.time() - start) / 60:6.1f} min step {step} scenes {len(store.rows)} "
            line += " ".join(f"{v:.4f}" for v in sums / 100)
            sums[:] = 0
            with (args.run / "log.txt").open("a") as log:
                log.write(line + "\n")
        if time.time() - saved > 60 * args.every:
            saved = time.time()
            torch.save(average.state_dict(), args.run / "last.pt")
            held.read()
            with (args.run / "log.txt").open("a") as log:
                log.write(f"   held out ({len(held.rows)}): {choice(average, held, mean, scale)}\n")
    torch.save(average.state_dict(), args.run / "final.pt")
    with (args.run / "log.txt").open("a") as log:
        log.write(f"   the end: {choice(average, held, mean, scale)}\n")


def export(checkpoint: Path, out: Path, count: int) -> None:
    net = Judge()
    net.load_state_dict(torch.load(checkpoint, weights_only=True))
    mean, scale = (torch.from_numpy(v) for v in scaling())
    deployed = Deployed(net, mean, scale).eval()
    inputs = (
        torch.rand(count, 4, SIDE, SIDE) * 2 - 1,
        torch.rand(count, 4, SIDE, SIDE) * 2 - 1,
        mean + scale * torch.randn(count, len(NAMES)),
    )
    torch.onnx.export(
        deployed, inputs, str(out), opset_version=17, dynamo=False,
        input_names=["near", "far", "measures"], output_names=["told"], do_constant_folding=True,
        dynamic_axes={name: {0: "candidates"} for name in ("near", "far", "measures", "told")},
    )  # fmt: skip
    with torch.no_grad():
        want = deployed(*inputs).numpy()
    for engine in (cv2.dnn.ENGINE_NEW, cv2.dnn.ENGINE_CLASSIC):
        loaded = cv2.dnn.readNetFromONNX(np.frombuffer(out.read_bytes(), np.uint8), engine)
        for name, value in zip(("near", "far", "measures"), inputs, strict=True):
            loaded.setInput(value.numpy(), name)
        worst = float(np.abs(loaded.forward() - want).max())
        print(f"engine {engine}: largest difference {worst:.1e}, {out.stat().st_size} bytes")
        if worst > 1e-3:
            raise SystemExit("the exported network differs")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lessons", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument(
        "--export", action="store_true", help="LESSONS is a checkpoint, RUN the file to write"
    )
    parser.add_argument("--start", type=Path)
    for name, usual in {
        "minutes": 65.0, "scenes": 12, "each": 8, "rate": 2e-3, "decay": 0.998, "every": 5.0, "seed": 1,
        "count": 24,
    }.items():  # fmt: skip
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    args = parser.parse_args()
    if args.export:
        export(args.lessons, args.run, args.count)
    else:
        train(args)


if __name__ == "__main__":
    main()
