"""What goes wrong between a document and its file?

Faults of light (`glare`, `shadow`, `finger`, `smudge`, `defocus`, `motion`) take linear
light and the document's corners and run inside the camera, before lens and noise; places
are shares of the document, (0, 0) its top left and (1, 1) its bottom right. Faults of the
file (`grey_copy`, `mirrored`) take pixels. A cut border is the camera's: Camera(cut=...).
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from draw import noise
from draw.light import Corners, Light, Pixels, as_float
from draw.places import Fault, Place, covered, extent, point, turned
from draw.scenes import Scene


def glare(at: Place, size: float = 0.16, strength: float = 1.6, angle_degrees: float = 24.0) -> Fault:
    """A lamp mirrored in the laminate: a core that burns out, a wide halo around it."""

    def apply(light: Light, corners: Corners) -> Light:
        unit = size * extent(corners)
        along, across = turned(light.shape, point(corners, at), angle_degrees)
        far = (along / unit) ** 2 + (across / (0.55 * unit)) ** 2
        # Only the laminate mirrors the lamp; the lens veils what lies around it a little.
        spot = (1 / (1 + far**2.2) + 0.16 * np.exp(-far / 5)) * covered(light.shape, corners)
        veil = cv2.GaussianBlur(
            cv2.resize(as_float(spot), None, fx=0.125, fy=0.125), (0, 0), max(1.0, unit / 12)
        )
        spot += 0.10 * as_float(cv2.resize(veil, (light.shape[1], light.shape[0])))
        return as_float(light + np.float32(strength) * as_float(spot)[..., None])

    return apply


def shadow(edge: Place, angle_degrees: float = 62.0, depth: float = 0.62, softness: float = 0.035) -> Fault:
    """The photographer's shadow: everything on one side of a curved line gets less light, and bluer."""

    def apply(light: Light, corners: Corners) -> Light:
        unit = extent(corners)
        along, across = turned(light.shape, point(corners, edge), angle_degrees)
        bend = 0.07 * unit * np.sin(along / (0.30 * unit)) + 0.10 * along**2 / unit
        inside = 1 / (1 + np.exp(np.clip((across + bend) / (softness * unit), -30, 30)))
        dim = depth * as_float(inside)[..., None] * np.array([1.02, 1.0, 0.97], np.float32)
        return as_float(light * (1 - np.clip(dim, 0, 0.97)))

    return apply


def smudge(at: Place, size: float = 0.13, strength: float = 0.6, seed: int = 4) -> Fault:
    """A stain that dried: brown, ragged, darker at its rim."""

    def apply(light: Light, corners: Corners) -> Light:
        height, width = light.shape[:2]
        unit = size * extent(corners)
        along, across = turned(light.shape, point(corners, at), -18.0)
        ragged = noise.fractal(np.random.default_rng(seed), width, height, 0.7 * unit, 5)
        depth = 1 - np.sqrt((along / (1.35 * unit)) ** 2 + (across / (0.8 * unit)) ** 2) + 0.30 * ragged
        body = 1 / (1 + np.exp(-np.clip(depth / 0.05, -30, 30)))
        rim = np.exp(-((depth - 0.06) ** 2) / 0.006)
        stain = strength * np.clip(0.55 * body * (1 + 0.25 * ragged) + 0.5 * rim * body, 0, 1)
        stain *= covered(light.shape, corners)
        return as_float(light * (1 - as_float(stain)[..., None] * np.array([0.42, 0.62, 0.82], np.float32)))

    return apply


def wavy(strength: float = 0.05, seed: int = 0) -> Fault:
    """Paper that does not lie quite flat: its slopes catch more light or less."""

    def apply(light: Light, corners: Corners) -> Light:
        height, width = light.shape[:2]
        cell = 0.45 * extent(corners)
        slope = noise.smooth(np.random.default_rng(seed), width, height, cell, 0.6 * cell)
        return as_float(light * (1 + np.float32(strength) * slope * covered(light.shape, corners))[..., None])

    return apply


def defocus(radius: float) -> Fault:
    """The lens set to the wrong distance: each point becomes a disc of `radius` pixels."""

    def apply(light: Light, _: Corners) -> Light:
        reach = math.ceil(radius) + 1
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        return as_float(cv2.filter2D(light, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT))

    return apply


def motion(length: float, angle_degrees: float = 20.0) -> Fault:
    """The hand that shook: each point becomes a line of `length` pixels."""

    def apply(light: Light, _: Corners) -> Light:
        reach = math.ceil(length / 2) + 1
        kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.uint8)
        half = (
            np.array([math.cos(math.radians(angle_degrees)), math.sin(math.radians(angle_degrees))])
            * length
            / 2
        )
        start, end = ((reach + sign * half) * 16 for sign in (-1, 1))
        cv2.line(kernel, [int(v) for v in start], [int(v) for v in end], 255, 1, cv2.LINE_AA, 4)
        weights = kernel.astype(np.float32)
        return as_float(cv2.filter2D(light, -1, weights / weights.sum(), borderType=cv2.BORDER_REFLECT))

    return apply


def dim(factor: float) -> Fault:
    """Less light, or more: the exposure is wrong."""
    return lambda light, _: as_float(light * np.float32(factor))


def grey_copy(pixels: Pixels) -> Pixels:
    """The colours gone (Rec. 601 luma)."""
    luma = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB), np.uint8)


def photocopy(pixels: Pixels) -> Pixels:
    """A black-and-white copy of a flat document: grey, hard contrast, pale places left white."""
    tones = grey_copy(pixels).astype(np.float32)
    return np.clip(255 / (1 + np.exp(-(tones - 150) / 26)), 12, 250).astype(np.uint8)


def mirrored(scene: Scene) -> Scene:
    """Left and right exchanged, as some selfie cameras store it; the corners stay clockwise."""
    flipped = np.ascontiguousarray(scene.pixels[:, ::-1])
    corners = scene.corners * np.array([-1, 1], np.float32) + np.array([flipped.shape[1], 0], np.float32)
    return Scene(flipped, as_float(corners[[1, 0, 3, 2]]))
