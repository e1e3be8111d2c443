"""The drawings that the networks learned from can be made again: one of each kind, out of next to nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from scanfix.borders.seen_corners import SIDE, corner_axes
from scanfix.checks.beyond import STRIP
from training import border_scenes, documents, scenes, surfaces
from training.beyond.samples import LEAST_CUT, Table, part_of
from training.border_samples import as_sample
from training.border_scenes import BorderScene, Material
from training.camera import random_frame
from training.corner_lessons import EACH, Corners, about, put_off
from training.damage import printed, relit, samples
from training.damage.canvas import CLASSES, Canvas, Mark, Stock
from training.damage.relief import GRID, turning
from training.documents import Rng
from training.quality.bare import bare_picture, photographs
from training.quality.capture import DAMAGES, Damage
from training.quality.label import foreign_share
from training.quality.pages import Line
from training.quality.scripts import UNREAD, translated
from training.scenes import Scene, Studio

# Debian's fonts-noto-core, fonts-noto-cjk and fonts-dejavu, as the model card says.
FONTS = (documents.NOTO, documents.DEJAVU, documents.CJK)
with_fonts = pytest.mark.skipif(
    not all(Path(folder).is_dir() for folder in FONTS), reason=f"documents are lettered with {FONTS}"
)
Rgb = NDArray[np.uint8]
MARKS = [mark for table in (samples.PAPER_MARKS, samples.ROOM_MARKS, samples.FILE_MARKS) for mark, _ in table]


def draw(seed: int, shape: tuple[int, int, int]) -> Rgb:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (shape[0] // 8, shape[1] // 8, shape[2])).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((shape[1], shape[0])), np.uint8)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `training.materials` leaves: one small picture of each kind."""
    folder = tmp_path_factory.mktemp("material")
    depths = {"photos": 3, "surfaces": 3, "objects": 4, "hands": 4, "clips": 4}
    for seed, (name, depth) in enumerate(depths.items()):
        (folder / name).mkdir()
        Image.fromarray(draw(seed, (240, 320, depth))).save(folder / name / "one.png")
    for seed, name in enumerate(("tips", "grunge"), 10):
        (folder / name).mkdir()
        picture = Image.fromarray(draw(seed, (160, 160, 3)))
        (picture.convert("L") if name == "tips" else picture).save(folder / name / "one.png")
    return folder


@pytest.fixture(scope="module")
def studio(material: Path) -> Studio:
    return Studio(material, seed=5, stock=4)


@pytest.mark.parametrize("make", [make for make, _ in surfaces.SURFACES])
def test_a_surface_is_a_picture_with_something_on_it(make: Callable[[Rng], Rgb]) -> None:
    picture = make(np.random.default_rng(3))
    assert picture.dtype == np.uint8
    assert picture.shape[2] == 3
    assert picture.std() > 0


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damage_changes_the_picture_more_the_worse_it_is(damage: Damage) -> None:
    page = np.full((120, 160, 3), 230, np.uint8)
    cv2.putText(page, "1990", (10, 75), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (30, 30, 40), 2)
    mild, severe = (damage(page, level, 14.0, np.random.default_rng(2)) for level in (0.0, 1.0))
    away = [float(np.abs(made.astype(int) - page).mean()) for made in (mild, severe)]
    assert mild.shape == severe.shape == page.shape
    assert 0 < away[0] < away[1]


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.__name__)
def test_a_mark_says_where_it_is_to_be_seen(mark: Mark) -> None:
    cut_out, texture = draw(4, (160, 160, 4)), draw(5, (160, 160, 3))
    tip = np.hypot(*np.mgrid[-1:1:40j, -1:1:40j]).clip(0, 1).astype(np.float32)
    stock = Stock([cut_out], [cut_out], [cut_out], [1 - tip], [texture], [texture], [cut_out])
    told = 0
    for seed in range(6):
        pixels = np.full((240, 300, 3), 225, np.float32)
        pixels[40:200:12, 40:260] = 40
        canvas = Canvas(np.random.default_rng(seed), pixels.copy(), (20, 20, 280, 220))
        mark(canvas, stock)
        assert canvas.pixels.shape == pixels.shape
        told += bool((canvas.pixels != pixels).any()) and any(seen.max() > 0 for seen in canvas.maps.values())
    assert told >= 3


def room(
    path: Path, shade: int = 255, ridge: int = 0, dark: int = 180, shine: int = 0, all_over: int = 0
) -> Path:
    """A field as `training.damage.traced` writes it: even light on a flat sheet that fills the view and
    shines `all_over`; its upper left quarter is `shade`d, folded (`ridge`) and `dark`, and has `shine`."""
    n = 64
    even = np.full((n, n), 180, np.uint8)
    quarter = {
        "shade": np.full((n, n), 255, np.uint8),
        "ridge": np.zeros((n, n), np.uint8),
        "bare": even.copy(),
        "shine": np.full((n, n, 3), all_over, np.uint8),
    }
    for name, value in (("shade", shade), ("ridge", ridge), ("bare", dark), ("shine", shine or all_over)):
        quarter[name][: n // 2, : n // 2] = value
    v, u = (np.mgrid[0:n, 0:n] / (n - 1)).astype(np.float16)
    light = np.repeat(even[..., None], 3, 2)
    page = np.full((n, n), 255, np.uint8)
    np.savez(path, allow_pickle=False, light=light, page=page, uv=np.stack([u, v], -1), **quarter)
    return path


def lit(path: Path, seed: int) -> Canvas:
    pixels = np.full((200, 200, 3), 225, np.float32)
    pixels[:100] = 90
    canvas = Canvas(np.random.default_rng(seed), pixels, (0, 0, 199, 199))
    relit.relight(canvas, [path], np.full((240, 240, 3), 60, np.uint8))
    return canvas


@pytest.mark.parametrize("seed", range(8))
def test_a_room_is_turned_about_a_page_that_stays_upright(seed: int, tmp_path: Path) -> None:
    pixels = lit(room(tmp_path / "one.npz"), seed).pixels
    assert pixels[:90].mean() < 0.6 * pixels[110:].mean()


def test_a_shadow_and_a_fold_are_asked_for_where_the_light_shows_them(tmp_path: Path) -> None:
    for name, made in (("shadow", {"shade": 120}), ("fold", {"ridge": 255, "dark": 90})):
        where = lit(room(tmp_path / f"{name}.npz", **made), 3).maps[name]
        assert 0.02 < where.mean() < 0.45
    assert not any(seen.any() for seen in lit(room(tmp_path / "none.npz", ridge=255), 3).maps.values())


def test_a_reflection_is_asked_for_where_it_is_seen_and_none_that_lies_evenly_over_the_page(
    tmp_path: Path,
) -> None:
    told = [lit(room(tmp_path / "spot.npz", shine=150), seed).maps["glare"].mean() for seed in range(8)]
    assert sum(0.02 < share < 0.3 for share in told) >= 4
    assert not any(
        lit(room(tmp_path / "all.npz", all_over=150), seed).maps["glare"].any() for seed in range(8)
    )


def test_a_roof_is_a_fold_along_its_ridge_and_a_roll_is_none() -> None:
    u = (np.mgrid[0:GRID, 0:GRID][1] / (GRID - 1)).astype(np.float32)
    roof, roll = 0.2 * np.abs(u - 0.5), 0.1 * np.square(u - 0.5)
    ridge = turning(roof.astype(np.float32), (1.0, 0.7))
    assert ridge[:, 126:130].all()
    assert not ridge[:, :100].any()
    assert not turning(roll.astype(np.float32), (1.0, 0.7)).any()


@with_fonts
@pytest.mark.parametrize("recipe", [make for make, _ in scenes.RECIPES], ids=lambda make: make.__name__)
def test_a_scene_of_the_finder_can_be_drawn(recipe: Callable[[Studio, Scene], None], studio: Studio) -> None:
    rng = np.random.default_rng(8)
    scene = Scene(rng, random_frame(rng))
    recipe(studio, scene)
    made = scenes.finish(scene)
    assert made.image.shape[2] == 3
    assert made.image.std() > 0
    # A page in the map is a page in the answer.
    assert bool(made.truth[0]) == bool(made.maps[..., 0].max() > 127)


@with_fonts
@pytest.mark.parametrize("recipe", [make for make, _ in border_scenes.RECIPES], ids=lambda m: m.__name__)
def test_a_scene_of_the_scorer_can_be_drawn(recipe: Callable[..., BorderScene], material: Path) -> None:
    scene = recipe(np.random.default_rng(9), Material.load(material), 320, 240)
    assert max(scene.pixels.shape) == 320
    assert scene.pixels.std() > 0
    assert all(np.asarray(quad).shape == (4, 2) for quad in scene.quads)


@with_fonts
def test_a_scene_of_the_scorer_is_a_sample_for_the_finder(material: Path) -> None:
    scene = border_scenes.table_scene(np.random.default_rng(9), Material.load(material), 640, 480)
    made = as_sample(scene)
    assert made.truth[0] == 1
    middle = (scene.quads[0].mean(axis=0) / scene.pixels.shape[1::-1] * made.maps.shape[0]).astype(int)
    assert made.maps[middle[1], middle[0], 0] > 200


@with_fonts
@pytest.mark.parametrize("out_of_flat", [border_scenes.curled, border_scenes.bent, border_scenes.crumpled])
def test_the_finder_is_asked_for_the_true_edge_of_a_sheet_that_is_not_flat(
    out_of_flat: Callable[[Rng, Rgb], tuple[Rgb, NDArray[np.float32]]],
) -> None:
    flat = np.full((300, 400, 4), 255, np.uint8)
    sheet, own = out_of_flat(np.random.default_rng(3), flat)
    corners = own + 100
    edge = border_scenes.outline_of(sheet, own, corners)
    shown = np.zeros((640, 640), np.uint8)
    shown[100 : 100 + sheet.shape[0], 100 : 100 + sheet.shape[1]] = sheet[..., 3] > 127
    scene = BorderScene(np.repeat(255 * shown[..., None], 3, axis=2), (corners,), (edge,))
    page = as_sample(scene).maps[..., 0] / 255
    seen = cv2.resize(shown.astype(np.float32), page.shape, interpolation=cv2.INTER_AREA)
    assert np.abs(page - seen).mean() < 0.01


@with_fonts
def test_a_lesson_about_corners_can_be_drawn(material: Path) -> None:
    lesson = Corners(material, seed=4).sample(0)
    assert lesson.windows.shape == (EACH, 4, 2, SIDE, SIDE, 4)
    assert lesson.places.shape == (EACH, 4, 3)


def test_a_lesson_says_where_the_true_corner_is_from_the_one_that_is_off() -> None:
    true = np.array([(40, 30), (210, 44), (230, 160), (20, 150)], np.float32)
    quad = put_off(np.random.default_rng(2), true)
    pairs = zip(corner_axes(quad), about(quad, true), strict=True)
    back = [axes[:, :2] @ place + axes[:, 2] for axes, place in pairs]
    assert not np.allclose(quad, true, atol=0.5)
    assert np.allclose(back, true, atol=1e-3)


@with_fonts
def test_a_damaged_document_can_be_drawn(
    material: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "Studio", lambda *_: studio)
    made = samples.Desk(material, seed=6, stock=2).sample(0)
    assert made.image.shape == (samples.SIDE, samples.SIDE, 3)
    assert made.maps.shape == (samples.CELLS, samples.CELLS, len(CLASSES))


@with_fonts
def test_a_part_of_a_page_can_be_drawn_with_the_sides_that_are_cut(material: Path) -> None:
    made = Table(material, seed=6, stock=2).sample(0)
    assert made.strips.shape == (4, *STRIP, 3)
    assert set(made.cut.tolist()) <= {0, 1}


def test_only_a_part_within_the_page_or_less_of_its_sides_is_cut() -> None:
    for seed in range(40):
        quad, cut = part_of(np.random.default_rng(seed))
        (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
        beyond = (top > LEAST_CUT, right < 1 - LEAST_CUT, bottom < 1 - LEAST_CUT, left > LEAST_CUT)
        assert beyond == tuple(bool(side) for side in cut)


def test_the_ground_of_a_card_is_inks_on_white_paper() -> None:
    figure = np.ones((40, 60), np.float32)
    for seed in range(5):
        paper = printed.tinted(np.random.default_rng(seed), (90, 140), [figure, figure[:, :30]])
        assert paper.shape == (90, 140, 3)
        assert 0 < paper.min() < 1 >= paper.max()


@pytest.mark.parametrize("tint", [0.9, 0.4])
def test_what_soils_an_even_page_is_not_asked_for_on_a_motley_one(tint: float) -> None:
    motley = np.where(np.indices((240, 300)).sum(0)[..., None] % 12 < 6, 20, 235).astype(np.float32)
    asked = []
    for page in (np.full((240, 300, 3), 225, np.float32), np.repeat(motley, 3, 2)):
        canvas = Canvas(np.random.default_rng(1), page.copy(), (20, 20, 280, 220))
        asked.append(canvas.soaked(page * (1, 1, tint), np.ones((240, 300), np.bool_)).mean())
    assert asked[0] == 1
    assert asked[1] < 0.5


@pytest.mark.parametrize("script", UNREAD)
def test_words_in_another_script_are_of_it_alone_and_the_same_each_time(script: str) -> None:
    ranges = documents.SCRIPTS[script][1]
    words = translated("place of 出生", script)
    assert words == translated("place of 出生", script)
    letters = words.replace(" ", "").lower()
    assert all(any(low <= ord(letter) < high for low, high in ranges) for letter in letters)
    assert words.count(" ") == 2


def test_a_line_of_another_script_is_read_only_where_lines_of_its_height_are() -> None:
    line = Line("слово", (0, 0, 9, 9), 20.0)
    assert foreign_share(line, [(20.0, 1.0), (22.0, 0.98), (60.0, 0.0)]) == 1
    assert foreign_share(line, [(20.0, 0.3), (60.0, 1.0)]) == 0
    assert np.isnan(foreign_share(line, [(20.0, 0.7)]))
    assert np.isnan(foreign_share(line, [(60.0, 1.0)]))


def test_photographed_surfaces_stand_in_for_drawn_ones(material: Path) -> None:
    photos = photographs(material)
    assert [photo.parent.name for photo in photos] == ["photos", "surfaces"]
    drawn, photographed = (bare_picture(3, chosen) for chosen in ([], photos))
    assert drawn.shape[2] == photographed.shape[2] == 3
    assert drawn.shape != photographed.shape
