"""Train the judge of borders on the lessons that `training.border_looks` writes beside it.

    python -m training.border_judge LESSONS RUN --minutes 40
    python -m training.border_judge RUN/final.pt scanfix/borders/weights/judge-first.onnx --export

The judge sees each candidate rectified, the photo with the candidate marked, and its measures; it tells the
overlap with a document, and how much of the document lies beyond each side. Loss: cross-entropy with the
sharpened overlap, softmax over the candidates of a scene, cross-entropy and L1 of what is missing. AdamW,
cosine by the clock, an average of the weights.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor, nn

from scanfix.borders.looks import SIDE, marks
from scanfix.borders.measures import NAMES
from scanfix.borders.sides import beyond_frame
from scanfix.geometry import SIDES, Quad, Size
from training.border_looks import SCENES
from training.export import export
from training.network import conv
from training.ring import Ring, as_input
from training.train import optimizer_of, rate, update_average

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
        score, whole = self.score(seen, far, measures)
        # Of each side the ground beyond it and the three rows of cells before it.
        strips = [
            [seen[:, :, k].mean(2) for k in range(4)],
            [seen[:, :, :, 7 - k].mean(2) for k in range(4)],
            [seen[:, :, 7 - k].mean(2) for k in range(4)],
            [seen[:, :, :, k].mean(2) for k in range(4)],
        ]
        sides = [self.side(torch.cat([*strip, *whole], 1)) for strip in strips]
        return torch.cat([score, *(side[:, :1] for side in sides), *(side[:, 1:] for side in sides)], 1)

    def score(self, seen: Tensor, far: Tensor, measures: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The overlap as N x 1 logits, and what was seen of the whole."""
        deep = self.deep(seen)
        whole = [deep.mean((2, 3)), self.far(far).mean((2, 3)), self.measured(measures)]
        return self.told(torch.cat([self.narrow(deep).flatten(1), *whole], 1)), whole


class Deployed(nn.Module):
    """A judge with plain measures as input; one output, N x 1: a chance."""

    def __init__(self, net: Judge, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.net, self.mean, self.scale = net, mean, scale

    def forward(self, near: Tensor, far: Tensor, measures: Tensor) -> Tensor:
        measures = (measures - self.mean) / self.scale
        return torch.sigmoid(self.net.score(self.net.near(near), far, measures)[0])


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


class Lessons:
    """All lessons read so far, on the device that learns from them; every HELD_OUT-th chunk is kept apart."""

    def __init__(self, folder: Path, held_out: bool, room: int, device: torch.device) -> None:
        self.folder, self.held_out, self.known = folder, held_out, set[str]()
        self.ring = Ring(folder, room, device)

    def read(self, limit: int = 10_000) -> None:
        fresh = [p for p in sorted(self.folder.glob("*.npz")) if p.name not in self.known]
        for path in [p for p in fresh if (int(p.stem) % HELD_OUT == 0) == self.held_out][:limit]:
            self.known.add(path.name)
            with np.load(path) as data:
                self.ring.take(prepared({name: data[name] for name in data.files}))

    def batch(self, scenes: int, each: int) -> list[Tensor]:
        """Some of the candidates of some scenes, the best among them, in other looks: near, far, measures,
        overlap and what is missing, candidates of a scene one after the other."""
        rows = self.ring.pick(scenes)
        order = torch.rand(rows["overlap"].shape, device=self.ring.device)
        order.scatter_(1, rows["overlap"].argmax(1, keepdim=True), 2.0)
        at = order.topk(each).indices
        lines = torch.arange(scenes, device=at.device)[:, None]
        names = ("near", "marks", "measures", "overlap", "missing")
        near, marked, measures, overlap, missing = (rows[name][lines, at] for name in names)
        far = rows["far"][:, None].expand(-1, each, -1, -1, -1)
        far = torch.cat([far, marked[..., None]], 4)
        near, missing = quarter_turns(near.float().permute(0, 1, 4, 2, 3), missing)
        far, _ = quarter_turns(far.float().permute(0, 1, 4, 2, 3), missing)
        near, far = seen_by_another_camera(near, far)
        parts = (near, far, measures.float(), overlap, missing)
        return [part.flatten(0, 1) for part in parts]


def prepared(rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """With the candidates' places marked and what is missing of each side; without what nobody asks for."""
    rows["marks"] = np.stack([marks(places) for places in rows["places"]])
    missing = [
        missing_of(places, truth, overlap)
        for places, truth, overlap in zip(rows["places"], rows.pop("truth"), rows["overlap"], strict=True)
    ]
    rows["missing"] = np.stack(missing)
    rows["overlap"] = rows["overlap"].astype(np.float32)
    return rows


def missing_of(places: Floats, truth: Floats, overlap: Floats) -> Floats:
    """N x 4: of each side of each candidate what lies beyond the frame; NaN where nothing tells."""
    out = np.full((len(places), 4), np.nan, np.float32)
    known: dict[bytes, Floats] = {}
    for k in np.flatnonzero(overlap >= 0.4):
        key = truth[k].tobytes()
        if key not in known:
            known[key] = true_missing(truth[k])
        out[k] = np.roll(known[key], -turn_between(places[k], truth[k]))
    return out


def quarter_turns(looks: Tensor, missing: Tensor) -> tuple[Tensor, Tensor]:
    """Scenes x candidates x C x H x W in the eight ways of a square, a quarter of the scenes each way up."""
    scenes = len(looks)
    mirrored = torch.rand(scenes, device=looks.device) < 0.5
    looks = torch.where(mirrored[:, None, None, None, None], looks.flip(4), looks)
    missing = torch.where(mirrored[:, None, None], missing[..., [0, 3, 2, 1]], missing)
    turns = torch.randint(4, (1,)).item()
    quarters = [
        (torch.rot90(looks[k::4], (k + turns) % 4, (3, 4)), missing[k::4].roll(-((k + int(turns)) % 4), 2))
        for k in range(4)
    ]
    out, told = torch.empty_like(looks), torch.empty_like(missing)
    for k, (seen, share) in enumerate(quarters):
        out[k::4], told[k::4] = seen, share
    return out, told


def seen_by_another_camera(near: Tensor, far: Tensor) -> tuple[Tensor, Tensor]:
    """One gain, white balance and gamma a scene; grain, softness and patches that hide a part."""
    scenes, like = len(near), near
    spread = torch.randn(scenes, 1, 1, 1, 1, device=like.device) * 0.14
    gain = torch.exp(spread + torch.randn(scenes, 1, 3, 1, 1, device=like.device) * 0.06)
    gamma = torch.exp(torch.randn(scenes, 1, 1, 1, 1, device=like.device) * 0.15)
    grey = torch.rand(scenes, 1, 1, 1, 1, device=like.device) < 0.06
    out = []
    for look in (near, far):
        colours = 255 * (look[:, :, :3] * gain / 255).clamp(0, 1) ** gamma
        colours = torch.where(grey, colours.mean(2, keepdim=True), colours)
        out.append(torch.cat([colours, look[:, :, 3:]], 2))
    grain = 8 * torch.rand(scenes, 1, 1, 1, 1, device=like.device)
    grain = grain * (torch.rand_like(grain) < 0.3)
    noisy = (out[0][:, :, :3] + grain * torch.randn_like(out[0][:, :, :3])).clamp(0, 255)
    return torch.cat([noisy, out[0][:, :, 3:]], 2), out[1]


# ---- training


def target_of(overlap: Tensor) -> Tensor:
    return ((overlap - 0.5) / 0.5).clamp(0, 1) ** 2


def loss_of(out: Tensor, overlap: Tensor, missing: Tensor, each: int) -> tuple[Tensor, list[Tensor]]:
    out = out.float()
    score = F.binary_cross_entropy_with_logits(out[:, 0], target_of(overlap))
    lists, wanted = out[:, 0].view(-1, each), overlap.view(-1, each)
    has = (wanted.amax(1) > 0.6).float()
    aim = torch.softmax(wanted / 0.02, 1)
    listed = -((aim * torch.log_softmax(lists, 1)).sum(1) * has).sum() / has.sum().clamp(min=1)
    known = ~missing.isnan() & (overlap > 0.6)[:, None]
    share = torch.nan_to_num(missing)
    cut = F.binary_cross_entropy_with_logits(
        out[:, 1:5],
        (share > 0.01).float(),
        reduction="none",
        pos_weight=torch.tensor(CUT_WEIGHT, device=out.device),
    )
    amount = (out[:, 5:] - share.sqrt()).abs() * (share > 0)
    count = known.sum().clamp(min=1)
    lost = (cut * known).sum() / count, (amount * known).sum() / count
    total = score + 0.25 * listed + 0.35 * lost[0] + 0.7 * lost[1]
    return total, [v.detach() for v in (score, listed, *lost)]


def choice(net: nn.Module, lessons: Lessons, mean: Tensor, scale: Tensor) -> str:
    """Overlap of the judge's choice on scenes kept out, and of the best."""
    chosen, best = [], []
    with torch.no_grad():
        for row in range(len(lessons.ring)):
            each = {name: part[row] for name, part in lessons.ring.parts.items()}
            if each["overlap"].max() == 0:
                continue
            far = torch.cat([each["far"].expand(len(each["marks"]), -1, -1, -1), each["marks"][..., None]], 3)
            looks = [as_input(look.permute(0, 3, 1, 2).float()) for look in (each["near"], far)]
            out = net(*looks, (each["measures"].float() - mean) / scale)
            chosen.append(float(each["overlap"][out[:, 0].argmax()]))
            best.append(float(each["overlap"].max()))
    c = np.array(chosen)
    shares = f">=.90 {np.mean(c >= 0.9):.3f} >=.95 {np.mean(c >= 0.95):.3f}"
    return f"choice {c.mean():.4f} {shares} best {np.mean(best):.4f}"


def scaling() -> tuple[Floats, Floats]:
    data = json.loads((Path(__file__).parent.parent / "scanfix/borders/scorer.json").read_text())
    return np.array(data["mean"], np.float32), np.array(data["scale"], np.float32)


def train(args: argparse.Namespace) -> None:
    if args.device.type == "cpu":
        torch.set_num_threads(1)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(args.seed)
    mean, scale = (torch.from_numpy(part).to(args.device) for part in scaling())
    net = Judge()
    if args.start:
        net.load_state_dict(torch.load(args.start, map_location="cpu", weights_only=True), strict=False)
    net = net.to(args.device, memory_format=torch.channels_last).train()
    average = copy.deepcopy(net).eval()
    optimizer = optimizer_of(net, args.rate)
    lessons = Lessons(args.lessons, False, args.room, args.device)
    held = Lessons(args.lessons, True, args.room // HELD_OUT + SCENES, args.device)
    while len(lessons.ring) < args.least:
        lessons.read()
        time.sleep(0.5)
    args.run.mkdir(parents=True, exist_ok=True)
    start = saved = time.time()
    step, sums = 0, torch.zeros(5, device=args.device)
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        if step % 20 == 0:
            lessons.read(1)
        near, far, measures, overlap, missing = lessons.batch(args.scenes, args.each)
        total, parts = lesson_loss(net, near, far, (measures - mean) / scale, overlap, missing, args)
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step += 1
        update_average(average, net, min(args.decay, (1 + step) / (10 + step)))
        sums += torch.stack([total.detach(), *parts])
        if step % 100 == 0:
            line = f"{(time.time() - start) / 60:6.1f} min step {step} scenes {len(lessons.ring)} "
            line += " ".join(f"{v:.4f}" for v in (sums / 100).tolist())
            sums.zero_()
            note(args.run, line)
        if time.time() - saved > 60 * args.every:
            saved = time.time()
            torch.save(average.state_dict(), args.run / f"minute-{(saved - start) / 60:05.1f}.pt")
            held.read()
            note(args.run, f"   held out ({len(held.ring)}): {choice(average, held, mean, scale)}")
    torch.save(average.state_dict(), args.run / "final.pt")
    held.read()
    note(args.run, f"   the end ({len(held.ring)}): {choice(average, held, mean, scale)}")


def lesson_loss(
    net: nn.Module, near: Tensor, far: Tensor, measures: Tensor, overlap: Tensor, missing: Tensor,
    args: argparse.Namespace,
) -> tuple[Tensor, list[Tensor]]:  # fmt: skip
    """One scene in seven is judged by its look alone."""
    blind = torch.rand(args.scenes, 1, 1, device=near.device) < 0.15
    measures = (measures + 0.08 * torch.randn_like(measures)).view(args.scenes, args.each, -1)
    measures = measures.masked_fill(blind, 0.0).flatten(0, 1)
    with torch.autocast(near.device.type, torch.bfloat16):
        out = net(as_input(near), as_input(far), measures)
    return loss_of(out, overlap, missing, args.each)


def note(run: Path, line: str) -> None:
    with (run / "log.txt").open("a") as log:
        log.write(line + "\n")


def export_judge(checkpoint: Path, out: Path) -> None:
    net = Judge()
    net.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True))
    mean, scale = (torch.from_numpy(v) for v in scaling())
    looks = (24, 4, SIDE, SIDE)
    inputs = {
        "near": torch.rand(looks) * 2 - 1,
        "far": torch.rand(looks) * 2 - 1,
        "measures": mean + scale * torch.randn(24, len(NAMES)),
    }
    export(Deployed(net, mean, scale).eval(), inputs, out, ["told"])


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
    parser.add_argument("--device", default="cpu", type=torch.device)
    for name, usual in {
        "minutes": 65.0, "scenes": 12, "each": 8, "rate": 2e-3, "decay": 0.998, "every": 5.0, "seed": 1,
        "least": 80, "room": 3000,
    }.items():  # fmt: skip
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    args = parser.parse_args()
    if args.export:
        export_judge(args.lessons, args.run)
    else:
        train(args)


if __name__ == "__main__":
    main()
