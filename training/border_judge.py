"""Train the judge of borders on the lessons that `training.border_looks` writes beside it.

    python -m training.border_judge LESSONS RUN --minutes 40
    python -m training.border_judge RUN/final.pt scanfix/borders/weights/judge-first.onnx --export

The judge sees each candidate rectified, the photo with the candidate marked, and its measures; it tells the
overlap with a document. Loss: cross-entropy with the sharpened overlap, softmax over the candidates of a
scene. AdamW, cosine by the clock, an average of the weights.
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
from training.border_looks import SCENES
from training.export import export
from training.network import conv
from training.ring import Ring, as_input
from training.train import optimizer_of, rate, update_average

Floats = NDArray[np.float32]
HELD_OUT = 12
"""Every so many-th chunk is kept out of training."""


class Judge(nn.Module):
    """N x 4 x 64 x 64 twice, N x measures to N x 1: the overlap (logits)."""

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

    def forward(self, near: Tensor, far: Tensor, measures: Tensor) -> Tensor:
        deep = self.deep(self.near(near))
        whole = [deep.mean((2, 3)), self.far(far).mean((2, 3)), self.measured(measures)]
        told = self.told(torch.cat([self.narrow(deep).flatten(1), *whole], 1))
        return torch.as_tensor(told)


class Deployed(nn.Module):
    """A judge with plain measures as input; one output, N x 1: a chance."""

    def __init__(self, net: Judge, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.net, self.mean, self.scale = net, mean, scale

    def forward(self, near: Tensor, far: Tensor, measures: Tensor) -> Tensor:
        measures = (measures - self.mean) / self.scale
        return torch.sigmoid(self.net(near, far, measures))


# ---- lessons


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
        """Some of the candidates of some scenes, the best among them, in other looks: near, far, measures and
        overlap, candidates of a scene one after the other."""
        rows = self.ring.pick(scenes)
        order = torch.rand(rows["overlap"].shape, device=self.ring.device)
        order.scatter_(1, rows["overlap"].argmax(1, keepdim=True), 2.0)
        at = order.topk(each).indices
        lines = torch.arange(scenes, device=at.device)[:, None]
        names = ("near", "marks", "measures", "overlap")
        near, marked, measures, overlap = (rows[name][lines, at] for name in names)
        far = rows["far"][:, None].expand(-1, each, -1, -1, -1)
        far = torch.cat([far, marked[..., None]], 4)
        near, far = (quarter_turns(look.float().permute(0, 1, 4, 2, 3)) for look in (near, far))
        near, far = seen_by_another_camera(near, far)
        return [part.flatten(0, 1) for part in (near, far, measures.float(), overlap)]


def prepared(rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """With the candidates' places marked."""
    rows["marks"] = np.stack([marks(places) for places in rows["places"]])
    rows["overlap"] = rows["overlap"].astype(np.float32)
    return rows


def quarter_turns(looks: Tensor) -> Tensor:
    """Scenes x candidates x C x H x W in the eight ways of a square, a quarter of the scenes each way up."""
    mirrored = torch.rand(len(looks), device=looks.device) < 0.5
    looks = torch.where(mirrored[:, None, None, None, None], looks.flip(4), looks)
    turns = int(torch.randint(4, (1,)))
    out = torch.empty_like(looks)
    for k in range(4):
        out[k::4] = torch.rot90(looks[k::4], (k + turns) % 4, (3, 4))
    return out


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


def loss_of(out: Tensor, overlap: Tensor, each: int) -> tuple[Tensor, list[Tensor]]:
    score = F.binary_cross_entropy_with_logits(out[:, 0], target_of(overlap))
    lists, wanted = out[:, 0].view(-1, each), overlap.view(-1, each)
    has = (wanted.amax(1) > 0.6).float()
    aim = torch.softmax(wanted / 0.02, 1)
    listed = -((aim * torch.log_softmax(lists, 1)).sum(1) * has).sum() / has.sum().clamp(min=1)
    return score + 0.25 * listed, [score.detach(), listed.detach()]


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
        net.load_state_dict(torch.load(args.start, map_location="cpu", weights_only=True))
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
    step, sums = 0, torch.zeros(3, device=args.device)
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        if step % 20 == 0:
            lessons.read(1)
        near, far, measures, overlap = lessons.batch(args.scenes, args.each)
        total, parts = lesson_loss(net, near, far, (measures - mean) / scale, overlap, args)
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
    net: nn.Module, near: Tensor, far: Tensor, measures: Tensor, overlap: Tensor, args: argparse.Namespace
) -> tuple[Tensor, list[Tensor]]:
    """One scene in seven is judged by its look alone."""
    blind = torch.rand(args.scenes, 1, 1, device=near.device) < 0.15
    measures = (measures + 0.08 * torch.randn_like(measures)).view(args.scenes, args.each, -1)
    measures = measures.masked_fill(blind, 0.0).flatten(0, 1)
    with torch.autocast(near.device.type, torch.bfloat16):
        out = net(as_input(near), as_input(far), measures)
    return loss_of(out.float(), overlap, args.each)


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
