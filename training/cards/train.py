"""Train the teller on the chunks of `training.cards.samples`, and write it as ONNX.

usage: python -m training.cards.train CHUNK_DIR RUN_DIR --minutes 30

AdamW, warm-up and cosine by the clock, an average of the weights over time. A document serves several times,
each time cut, lit, shaken and compressed anew.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from training.cards.network import HEIGHT, WIDTH, CardTeller
from training.damage.marks import cells
from training.documents import Rng
from training.export import Chances, export
from training.quality import capture
from training.train import optimizer_of, options, rate, update_average

MOST_CUT = 0.15
Rgb = np.ndarray


def photographed(rng: Rng, image: Rgb) -> Rgb:
    """As a scan that ends with the document: cut a little, unevenly lit, soft, noisy, compressed, turned."""
    a = lit(rng, framed(rng, image))
    text = 0.05 * HEIGHT
    if rng.random() < 0.4:
        blur = capture.defocus if rng.random() < 0.6 else capture.motion
        a = blur(a, rng.uniform(0, 0.5), text, rng)
    if rng.random() < 0.4:
        a = capture.rounded(a + rng.normal(0, rng.uniform(1, 14), a.shape))
    if rng.random() < 0.4:
        a = capture.jpeg(a, int(rng.integers(30, 95)))
    if rng.random() < 0.25:
        a = a[::-1, ::-1]
    if rng.random() < 0.04:
        a = a[:, ::-1]
    return a


def framed(rng: Rng, image: Rgb) -> Rgb:
    """What the picture holds of it: some of a side lacks, corners are a little off."""
    h, w = image.shape[:2]
    lacking = rng.uniform(-0.005, 0.012, 4)
    if rng.random() < 0.7:
        lacking[int(rng.integers(4))] = rng.uniform(0, MOST_CUT)
    top, right, bottom, left = lacking * (h, w, h, w)
    corners = np.array([(left, top), (w - right, top), (w - right, h - bottom), (left, h - bottom)])
    corners += rng.normal(0, 0.003, (4, 2)) * (w, h)
    frame = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)])
    # Half the size: a mean of 2 x 2 first, so that nothing flickers.
    small = cv2.resize(image, (w // 2, h // 2), interpolation=cv2.INTER_AREA)
    turn = cv2.getPerspectiveTransform((corners / 2).astype(np.float32), frame.astype(np.float32))
    return cv2.warpPerspective(small, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)


def lit(rng: Rng, image: Rgb) -> Rgb:
    a = image.astype(np.float32)
    if rng.random() < 0.5:
        a *= 1 - rng.uniform(0, 0.5) * cells(rng, (HEIGHT, WIDTH), 60).clip(0, 1)[..., None]
    a *= np.exp(rng.normal(-0.05, 0.25)) * np.exp(rng.normal(0, 0.08, 3))
    if rng.random() < 0.3:
        a = (a - 128) * rng.uniform(0.5, 1.25) + 128 + rng.normal(0, 12)
    if rng.random() < 0.12:
        a = np.repeat(a.mean(2, keepdims=True), 3, 2)
    return np.clip(a, 0, 255).astype(np.uint8)


def as_input(images: list[Rgb]) -> Tensor:
    x = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()
    return ((x - 127.5) / 127.5).contiguous(memory_format=torch.channels_last)


class Store:
    """The documents written so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[Path] = set()
        self.images: list[Rgb] = []
        self.cards: list[int] = []

    def read(self) -> None:
        for path in sorted(set(self.folder.glob("*.npz")) - self.seen):
            with np.load(path) as data:
                self.images.extend(data["image"])
                self.cards.extend(int(card) for card in data["card"])
            self.seen.add(path)

    def batch(self, rng: Rng, size: int) -> tuple[Tensor, Tensor]:
        picked = rng.integers(0, len(self.images), size)
        x = as_input([photographed(rng, self.images[k]) for k in picked])
        return x, torch.tensor([float(self.cards[k]) for k in picked])[:, None]


def main() -> None:
    train(options(minutes=30.0, batch=48, rate=3e-3, decay=0.998, least=1500).parse_args())


def train(args: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    net = CardTeller().to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(net).eval()
    optimizer = optimizer_of(net, args.rate)
    store = Store(args.chunks)
    while len(store.images) < args.least:
        store.read()
        time.sleep(0.5)
    args.run.mkdir(parents=True, exist_ok=True)
    start, step, total = time.time(), 0, 0.0
    while (progress := (time.time() - start) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate(progress, args.rate)
        if step % 50 == 0:
            store.read()
        x, want = store.batch(rng, args.batch)
        loss = F.binary_cross_entropy_with_logits(net(x), want)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        step += 1
        total += float(loss.detach())
        update_average(average, net, min(args.decay, (1 + step) / (10 + step)))
        if step % 100 == 0:
            line = f"{progress * args.minutes:6.1f} min step {step} documents {len(store.images)} "
            with (args.run / "log.txt").open("a") as log:
                log.write(line + f"loss {total / 100:.4f}\n")
            total = 0.0
            torch.save(average.state_dict(), args.run / "latest.pt")
    torch.save(average.state_dict(), args.run / "final.pt")
    example = torch.rand(1, 3, HEIGHT, WIDTH) * 2 - 1
    export(Chances(average).eval(), example, args.run / "card.onnx", "document", ["card"])


if __name__ == "__main__":
    main()
