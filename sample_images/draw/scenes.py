"""How does a flat document become a photo, or a scan?

A pinhole camera looks at a table (Hartley and Zisserman: H = K [r1 r2 t]); the document
lies on it with its thickness and the shadow of its edge; a lamp lights both unevenly; a
lens softens, a sensor adds noise, the camera balances white and rounds to 8 bits. The
true corners come with the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from draw import noise
from draw.light import Corners, Light, Pixels, as_float, colour, rounded, to_light, to_tones
from draw.places import Fault
from draw.specimens import Form
from draw.tables import Surface, table, warped

Side = Literal["top", "right", "bottom", "left"]

_OUTWARD: dict[Side, tuple[int, int]] = {"top": (0, -1), "right": (1, 0), "bottom": (0, 1), "left": (-1, 0)}
_TABLE_STRETCH = 1.9  # so many document sides of table are drawn; beyond them it is mirrored
_LAMP_DIRECTION = (0.55, 0.83)  # shadows fall to the right and towards the viewer


@dataclass(frozen=True, slots=True)
class Camera:
    """Where the phone is held, and how good it is."""

    width: int = 2400
    height: int = 1800
    tilt_degrees: float = -12.0
    """Below zero the top of the document is farther away, as when one stands before the table."""
    pan_degrees: float = 4.0
    turn_degrees: float = 3.0
    """How the document is turned on the table."""
    margin: float = 0.12
    """Free share of the picture on the tightest two sides."""
    shift: tuple[float, float] = (0.0, 0.0)
    """The document's way from the middle of the picture, in shares of the free margin."""
    cut: Side | None = None
    """The side of the document that leaves the frame, and by what share of the document."""
    cut_share: float = 0.08
    lens_sigma: float = 0.75
    sharpening: float = 0.0
    """How much the phone's own processing overdraws edges."""
    noise_tones: float = 1.6
    table_detail: float = 1.25
    """Pixels of table for a pixel of picture; less is faster."""


@dataclass(frozen=True, slots=True)
class Lamp:
    """The light of the room."""

    exposure: float = 1.0
    """Light that white paper sends to the sensor at the brightest place."""
    falloff: float = 0.27
    direction_degrees: float = 215.0
    """Where the bright side is: 0 right, 90 down."""
    warmth: float = 0.05


@dataclass(frozen=True, slots=True)
class Scene:
    """A finished picture and the document's true corners in it."""

    pixels: Pixels
    corners: Corners


def photograph(
    document: Pixels,
    form: Form,
    surface: Surface,
    *,
    camera: Camera = Camera(),
    lamp: Lamp = Lamp(),
    faults: Sequence[Fault] = (),
    seed: int = 0,
) -> Scene:
    """Lay the flat `document` on a table and take its picture."""
    rng = np.random.default_rng(seed)
    to_picture = _view(form, camera)
    corners = _project(to_picture, _outline(form))
    light = _table_light(surface, form, camera, to_picture, seed)
    per_mm = float(np.linalg.norm(corners[1] - corners[0])) / form.width_mm
    light = _lay(light, document, form, corners, per_mm)
    light *= _illumination(camera, lamp, rng)
    for fault in faults:
        light = fault(light, corners)
    return Scene(_expose(light, camera, rng), corners)


def scan(
    document: Pixels, form: Form, *, margin_mm: float = 9.0, skew_degrees: float = 0.7, seed: int = 0
) -> Scene:
    """Lay the document on a flatbed's glass under its white lid; the scale of `document` is kept."""
    rng = np.random.default_rng(seed)
    per_mm = document.shape[1] / form.width_mm
    width, height = (round((side + 2 * margin_mm) * per_mm) for side in (form.width_mm, form.height_mm))
    turn = np.deg2rad(skew_degrees)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    corners = as_float(((_outline(form) @ spin.T) * per_mm) + np.array([width / 2, height / 2]))
    lid = np.full((height, width, 3), colour(244, 244, 244)[0], np.float32)
    lid *= 1 + 0.010 * noise.fractal(rng, width, height, width / 3, 3)[..., None]
    light = _lay(lid, document, form, corners, per_mm, edge_shadow=0.45)
    light *= (
        1 + 0.004 * noise.smooth(rng, width, height, 1.5, height)[..., None]
    )  # stripes of single sensor cells
    return Scene(_expose(light, Camera(width, height, lens_sigma=0.6, noise_tones=1.0), rng), corners)


def _outline(form: Form) -> Corners:
    """The corners on the table in millimetres, the middle of the document at the origin."""
    x, y = form.width_mm / 2, form.height_mm / 2
    return np.array([[-x, -y], [x, -y], [x, y], [-x, y]], np.float32)


def _project(homography: Light, points: Corners) -> Corners:
    return as_float(cv2.perspectiveTransform(points[None].astype(np.float64), homography)[0])


def _view(form: Form, camera: Camera) -> Light:
    """Homography from millimetres on the table to pixels, fitted so that the margins are kept."""
    tilt, pan, turn = (np.deg2rad(v) for v in (camera.tilt_degrees, camera.pan_degrees, camera.turn_degrees))
    about_x = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    about_y = np.array([[np.cos(pan), 0, np.sin(pan)], [0, 1, 0], [-np.sin(pan), 0, np.cos(pan)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    pose = about_x @ about_y @ about_z
    distance = 1.45 * max(form.width_mm, form.height_mm)  # a phone's main camera filling its frame
    plane = np.column_stack([pose[:, 0], pose[:, 1], [0, 0, distance]])
    seen = cv2.perspectiveTransform(_outline(form)[None].astype(np.float64), plane)[0]
    low, high = seen.min(axis=0), seen.max(axis=0)
    frame = np.array([camera.width, camera.height])
    scale = float(((1 - 2 * camera.margin) * frame / (high - low)).min())
    free = (frame - scale * (high - low)) / 2
    shift = frame / 2 - scale * (low + high) / 2 + free * np.array(camera.shift)
    if camera.cut:
        shift += _cut_shift(camera.cut, camera.cut_share, scale * low + shift, scale * high + shift, frame)
    zoom = np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]])
    return np.asarray(zoom @ plane)


def _cut_shift(side: Side, share: float, low: Light, high: Light, frame: Light) -> Light:
    """Move the document out of the frame by a share of its extent."""
    outward = np.array(_OUTWARD[side])
    room = np.where(outward > 0, frame - high, low)
    return as_float(outward * (room + share * (high - low)))


def _table_light(surface: Surface, form: Form, camera: Camera, to_picture: Light, seed: int) -> Light:
    """The table through the camera; its grain runs level, whatever the document's turn."""
    stretch_mm = _TABLE_STRETCH * max(form.width_mm, form.height_mm)
    side = round(camera.table_detail * max(camera.width, camera.height))
    per_mm = side / stretch_mm
    albedo = table(surface, side, side, round(per_mm, 4), seed)
    turn = -np.deg2rad(camera.turn_degrees) + np.deg2rad(1.5)
    spin = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    centre = np.array([[1 / per_mm, 0, -side / 2 / per_mm], [0, 1 / per_mm, -side / 2 / per_mm], [0, 0, 1]])
    return warped(albedo, to_picture @ spin @ centre, camera.width, camera.height)


def _lay(
    ground: Light, document: Pixels, form: Form, corners: Corners, per_mm: float, edge_shadow: float = 1.0
) -> Light:
    """Put the document's paper, its edge and the shadow of its edge on the ground; new light."""
    thick = max(0.6, form.thickness_mm * per_mm)
    left, top, right, bottom = _around(corners, 6 * thick + 8, ground.shape)
    result = ground.copy()
    patch = result[top:bottom, left:right]
    size = (right - left, bottom - top)
    rows, columns = document.shape[:2]
    own = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    seen = corners - np.array([left, top], np.float32)
    # Corners count from the outer corner of the first pixel, OpenCV from its middle.
    homography = cv2.getPerspectiveTransform(own - np.float32(0.5), seen - np.float32(0.5))
    shrink = columns / max(1.0, float(np.linalg.norm(corners[1] - corners[0])))
    flat = document if shrink < 1.15 else cv2.GaussianBlur(document, (0, 0), 0.42 * shrink)
    paper = cv2.warpPerspective(flat, homography, size, borderMode=cv2.BORDER_REPLICATE)
    cover = as_float(
        cv2.warpPerspective(round_cornered(form, document.shape), homography, size)
    ) / np.float32(255)
    patch *= (1 - np.float32(edge_shadow) * _edge_shadow(cover, thick))[..., None]
    sliver = np.float32(0.85) * _moved(cover, 0.45 * thick)  # the card's thickness, seen at an angle
    patch += sliver[..., None] * (np.float32(0.34 * edge_shadow) - patch)
    patch += cover[..., None] * (to_light(np.asarray(paper, np.uint8)) - patch)
    return result


def _around(corners: Corners, reach: float, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a box around the corners and `reach` pixels more, within the picture."""
    low, high = corners.min(axis=0) - reach, corners.max(axis=0) + reach
    left, top = (max(0, int(v)) for v in low)
    right, bottom = (min(limit, int(v) + 1) for v, limit in zip(high, (shape[1], shape[0]), strict=True))
    return left, top, right, bottom


def round_cornered(form: Form, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """255 on the document, 0 where its corners are cut round; H x W as in `shape`."""
    rows, columns = shape[:2]
    radius = round(form.radius_mm * columns / form.width_mm)
    mask = np.zeros((rows, columns), np.uint8)
    cv2.rectangle(mask, (radius, 0), (columns - 1 - radius, rows - 1), 255, -1)
    cv2.rectangle(mask, (0, radius), (columns - 1, rows - 1 - radius), 255, -1)
    for x in (radius, columns - 1 - radius):
        for y in (radius, rows - 1 - radius):
            cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
    return mask


def _moved(mask: Light, distance: float) -> Light:
    """The mask moved along the shadows' direction."""
    dx, dy = (distance * part for part in _LAMP_DIRECTION)
    return as_float(
        cv2.warpAffine(mask, np.array([[1, 0, dx], [0, 1, dy]], np.float32), (mask.shape[1], mask.shape[0]))
    )


def _edge_shadow(cover: Light, thick: float) -> Light:
    """Contact shadow all around and a longer soft one away from the lamp, at a quarter of the resolution."""
    small = cv2.resize(cover, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(_moved(as_float(small), 0.25 * thick), (0, 0), max(0.5, 0.35 * thick))
    far = cv2.GaussianBlur(_moved(as_float(small), 0.7 * thick), (0, 0), max(0.8, 1.1 * thick))
    both = 0.42 * as_float(near) + 0.30 * as_float(far)
    return as_float(cv2.resize(both, (cover.shape[1], cover.shape[0]), interpolation=cv2.INTER_LINEAR))


def _illumination(camera: Camera, lamp: Lamp, rng: np.random.Generator) -> Light:
    """The lamp's fall-off, the lens's vignette and the warmth, H x W x 3; computed small, then enlarged."""
    height, width = max(2, camera.height // 16), max(2, camera.width // 16)
    x, y = (
        np.linspace(-1, 1, width, dtype=np.float32)[None, :],
        np.linspace(-1, 1, height, dtype=np.float32)[:, None],
    )
    angle = np.deg2rad(lamp.direction_degrees)
    far = 0.5 - 0.5 * (x * np.cos(angle) + y * np.sin(angle)) / np.sqrt(2)
    level = lamp.exposure * (1 - lamp.falloff * far) * (1 - 0.10 * (x**2 + y**2) / 2)
    level = level * (1 + 0.02 * noise.smooth(rng, width, height, width / 2, height / 2))
    warm = np.array([1 + lamp.warmth, 1, 1 - 1.4 * lamp.warmth], np.float32)
    large = cv2.resize(as_float(level), (camera.width, camera.height), interpolation=cv2.INTER_LINEAR)
    return as_float(large)[..., None] * warm


def _expose(light: Light, camera: Camera, rng: np.random.Generator) -> Pixels:
    """Lens, sensor and the camera's own processing."""
    if camera.lens_sigma:
        light = as_float(cv2.GaussianBlur(light, (0, 0), camera.lens_sigma))
    tones = to_tones(light)
    if camera.sharpening:
        tones += np.float32(camera.sharpening) * (tones - as_float(cv2.GaussianBlur(tones, (0, 0), 1.3)))
    height, width = light.shape[:2]
    # In tones after the curve, the noise of the dark parts is about twice that of the bright ones.
    strength = np.float32(camera.noise_tones) * (np.float32(1.35) - tones[..., 1:2] / np.float32(300))
    return rounded(tones + strength * noise.sensor(rng, width, height))
