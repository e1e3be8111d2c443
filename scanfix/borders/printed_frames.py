"""Is the quad only the frame that is printed on a sheet which fills the picture?

Certificates and licences have one, a little inside the edges; in the light of a shadow, or beside a thing
that lies over the sheet, it looks more like a border than the frame of the picture does. But paper goes on
beyond a printed rule: a thin line with the same colour on both sides is no edge. Where all sides of a quad
are such rules, or run along the picture, the sheet is the whole picture; so too where it has four of them and
hardly leaves room outside.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from scanfix.borders.shapes import areas, beside, mean_diagonal
from scanfix.borders.sides import edges_along
from scanfix.borders.working import Floats, WorkingCopy
from scanfix.geometry import Quad


class PrintedFrameParams(NamedTuple):
    """Distances in Lab. Of 1,769 drawn and 74 real pictures 23 drawn ones are told, all of them pages that
    fill the picture. White sheets on a white table have as little between their sides, but a fainter line.
    """

    apart: float = 2.0
    """Between the colours on both sides of a rule."""
    line: float = 12.0
    """Of a rule from them."""
    reach: float = 0.018
    """How far from the line is looked on both sides, as a share of the diagonal of the quad."""
    along: float = 0.006
    """Of the frame's width or height: a side no further inside the picture lies along its frame."""
    least_area: float = 0.85
    """Of the picture, for a quad that nowhere runs along it."""
    thick: float = 0.3
    """Of that reach: what is nearer may be the rule itself."""
    least_depth: int = 3
    least_seen: float = 0.3
    """Colours read on either side (of 14), and the share of the side where so many are in the picture."""
    sides: int = 3
    """So many, rules or along the picture, with a rule among them; the fourth may be the edge of a thing."""


def is_printed_frame(
    copy: WorkingCopy, quad: Quad, params: PrintedFrameParams = PrintedFrameParams()
) -> bool:
    """`quad`: in pixels of the working copy."""
    corners = np.array(quad.corners, np.float32)
    width, area = params.reach * mean_diagonal(corners), float(areas(corners[None])[0])
    sides = quad.sides().values()
    inner = [ends for ends in sides if not edges_along(ends, copy.size, params.along)]
    if len(inner) == len(sides) and area < params.least_area * copy.size.pixel_count:
        return False
    rules = sum(_is_rule(copy.lab, np.array(ends, np.float32), width, params) for ends in inner)
    return rules > 0 and rules + len(sides) - len(inner) >= params.sides


def _is_rule(lab: Floats, side: Floats, width: float, params: PrintedFrameParams) -> bool:
    """A thin line with the same colour on both sides."""
    offsets = np.linspace(-width, width, 41)
    colours, seen = _read_across(lab, side, offsets)
    near = np.abs(offsets) <= params.thick * width
    parts = (offsets < 0) & ~near, (offsets > 0) & ~near
    clear = np.min([seen[:, part].sum(axis=1) for part in parts], axis=0) >= params.least_depth
    if clear.mean() < params.least_seen:
        return False
    colours, common = colours[clear], seen[clear].mean(axis=0) > 0.5
    inside, outside = (colours[:, part & common] for part in parts)
    if not (inside.size and outside.size):
        return False
    # Any two places: beside the rule a frame often has more rules, and ornament.
    apart = np.median(np.linalg.norm(inside[:, :, None] - outside[:, None], axis=3), axis=0)
    i, j = np.unravel_index(int(apart.argmin()), apart.shape)
    paper = (inside[:, i] + outside[:, j]) / 2
    line = np.linalg.norm(colours[:, near] - paper[:, None], axis=2).max(axis=1)
    return bool(apart[i, j] < params.apart and np.median(line) > params.line)


def _read_across(
    lab: Floats, side: Floats, offsets: NDArray[np.floating]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Colours on 40 normals of a side (2 x 2) at these distances outward, 40 x N x 3, and which lie in the
    picture."""
    points = beside(side, np.linspace(0.06, 0.94, 40), offsets)
    seen = ((points > 1) & (points < (lab.shape[1] - 1, lab.shape[0] - 1))).all(axis=2)
    columns, rows = (points - 0.5).transpose(2, 0, 1)
    colours = cv2.remap(lab, columns.copy(), rows.copy(), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # Noise goes by the mean along the side, a rule does not.
    colours = cv2.blur(colours, (1, 7))
    return np.asarray(colours, np.float32), np.asarray(seen, np.bool_)
