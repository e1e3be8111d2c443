"""The page in a real browser against the real server: what a person does, and what comes of it."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from draw.specimens import Kind
from drawing import as_jpeg, photo
from PIL import Image
from playwright.sync_api import Dialog, FilePayload, Page, Route, expect
from serving import serving

Opened = Callable[..., Page]
WINDOW = range(56_320, 1_000_001)
SAMPLES = Path(__file__).parents[2] / "sample_images"
KINDS: tuple[Kind, ...] = ("card", "card-back")


def choose(page: Page, *paths: Path) -> None:
    page.set_input_files("#files", [str(path) for path in paths])
    settle(page)


def settle(page: Page) -> None:
    """Until the chosen photo is judged and nothing is under way."""
    page.wait_for_selector("#verdict:not(.none)")
    page.wait_for_selector("#stage:not(.busy)")


def saved(page: Page) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.click("#save")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_chosen_photo_is_judged_shown_and_saved_inside_the_window(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    expect(page.locator("#verdict")).to_have_text("Ready to upload")
    assert page.locator("#drawing line.side").count() == 4
    name, data = saved(page)
    assert name == "card.prepared.jpg"
    assert len(data) in WINDOW
    assert Image.open(io.BytesIO(data)).format == "JPEG"


def test_a_photo_that_is_dropped_is_taken(opened: Opened, card: Path) -> None:
    page = opened()
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(card)], "dragOperationsMask": 1}
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 300, "data": data})
        if kind == "dragOver":
            expect(page.locator(".curtain")).to_be_visible()
    settle(page)
    expect(page.locator("#verdict")).to_have_text("Ready to upload")
    expect(page.locator(".curtain")).to_be_hidden()


def test_a_picture_that_is_pasted_is_taken(opened: Opened) -> None:
    page = opened()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("""async () => {
        const canvas = new OffscreenCanvas(800, 600);
        canvas.getContext("2d").fillRect(0, 0, 400, 600);
        const blob = await canvas.convertToBlob({ type: "image/png" });
        await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    }""")
    page.keyboard.press("Control+V")
    settle(page)
    expect(page.locator("#about li").first).to_contain_text("PNG")


def test_dragging_a_corner_changes_the_file(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    before = page.inner_text("#made")
    handle = page.locator(".handle").nth(2)
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 40, steps=4)
    expect(page.locator("#magnifier")).to_be_visible()
    page.mouse.move(x - 120, y - 80, steps=4)
    page.mouse.up()
    expect(page.locator("#magnifier")).to_be_hidden()
    settle(page)
    expect(page.locator("#made")).not_to_have_text(before)
    by_hand = saved(page)[1]
    page.click("#corners")
    settle(page)
    expect(page.locator("#made")).to_have_text(before)
    sizes = [Image.open(io.BytesIO(data)).size for data in (by_hand, saved(page)[1])]
    assert sizes[0][0] < sizes[1][0]


def test_everything_can_be_done_by_keyboard(opened: Opened, card: Path) -> None:
    page = opened()
    with page.expect_file_chooser() as chooser:
        tab_to(page, '[data-do="choose"]')
        page.keyboard.press("Enter")
    chooser.value.set_files(str(card))
    settle(page)
    before = page.inner_text("#made")
    tab_to(page, ".handle:nth-child(3)")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator("#made")).not_to_have_text(before)
    expect(page.locator(".handle:nth-child(3)")).to_be_focused()
    page.keyboard.press("Escape")
    settle(page)
    expect(page.locator("#made")).to_have_text(before)
    tab_to(page, "#save")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert Path(download.value.path()).stat().st_size in WINDOW


def test_the_keyboard_keeps_its_place_where_photos_are_removed(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card, card, card)
    for place in (1, 2):
        page.focus(f".film li:nth-child({place}) .close")
        page.keyboard.press("Enter")
        expect(page.locator(f".film li:nth-child({place}) button").last).to_be_focused()
    page.focus(".film .close")
    page.keyboard.press("Enter")
    expect(page.locator('[data-do="choose"]')).to_be_focused()


def tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        if page.locator(selector).evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the Tab key")


def test_a_finding_is_shown_in_the_picture_by_focus_hover_and_tap(opened: Opened, glare: Path) -> None:
    page = opened()
    choose(page, glare)
    place, entry = page.locator("polygon.place").first, page.locator("button.message").first
    assert not is_lit(page)
    entry.focus()
    assert is_lit(page)
    entry.blur()
    assert not is_lit(page)
    entry.hover()
    assert is_lit(page)
    page.mouse.move(5, 5)
    place.hover()
    placed = page.locator(".finding", has=page.locator("button.message")).first
    expect(page.locator("#callout")).to_contain_text(placed.locator(".advice").inner_text())
    page.mouse.move(5, 5)
    entry.click()
    page.mouse.move(5, 5)
    assert is_lit(page)


def is_lit(page: Page) -> bool:
    return page.locator("polygon.place.on").count() == 1


def test_the_language_is_switched_without_asking_again(opened: Opened, glare: Path) -> None:
    page = opened()
    choose(page, glare)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    expect(page.locator("#save")).to_have_text("Save 我的证件.prepared.jpg")
    page.click("#language")
    expect(page.locator("#save")).to_have_text("保存 我的证件.prepared.jpg")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert re.findall(r"[a-z]{3,} [a-z]{2,}", page.inner_text("body")) == []
    assert asked == []
    page.reload()
    expect(page.locator("#headline")).to_contain_text("审核员")


def test_a_broken_file_is_told_and_the_next_one_taken(opened: Opened, card: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(card.read_bytes()[:9000])
    page = opened()
    choose(page, broken)
    expect(page.locator("#verdict")).to_have_text("This file cannot be taken")
    expect(page.locator("#said")).to_contain_text("The file breaks off")
    page.click("#language")
    expect(page.locator("#said")).to_contain_text("文件不完整")
    choose(page, card)
    page.locator(".film .tile").nth(1).click()
    expect(page.locator("#verdict")).to_have_text("可以上传")


def test_a_refused_file_is_shown_where_the_browser_can(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.click("#view-compare")
    broken = card.with_name("broken.jpg")
    broken.write_bytes(card.read_bytes()[:-500])
    choose(page, broken)
    expect(page.locator("#verdict")).to_have_text("This file cannot be taken")
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator("#nothing")).to_be_hidden()
    broken.write_bytes(b"BM nothing")
    choose(page, broken)
    expect(page.locator("#nothing")).to_have_text("broken.jpg")
    expect(page.locator(".sheet")).to_be_hidden()


def test_escape_forgets_what_arrow_keys_have_just_moved(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    before = page.inner_text("#made")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.focus(".handle:nth-child(3)")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1_000)
    assert asked == []
    expect(page.locator("#corners")).to_be_hidden()
    expect(page.locator("#made")).to_have_text(before)


def test_corners_of_one_photo_are_not_put_on_the_next(opened: Opened, card: Path) -> None:
    other = card.with_name("other.jpg")
    other.write_bytes(as_jpeg(photo("licence", 1200).pixels))
    page = opened()
    choose(page, card)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.focus(".handle:nth-child(3)")
    page.keyboard.press("Shift+ArrowLeft")
    choose(page, other)
    page.wait_for_timeout(1_000)
    settle(page)
    assert not [url for url in asked if "corners=" in url and "other.jpg" in url]


def test_an_answer_that_came_while_a_corner_was_held_is_shown_after_it(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    before = transform(page)
    held: list[Route] = []
    page.route("**/api/look?*", lambda route: held.append(route))
    with page.expect_request("**/api/look?*"):
        page.click("#turn-right")
    page.locator(".handle").first.hover()
    page.mouse.down()
    with page.expect_response("**/api/look?*"):
        held[0].continue_()
    settle(page)
    assert transform(page) == before
    page.mouse.up()
    assert transform(page) != before


def transform(page: Page) -> str | None:
    """How the photo is turned."""
    return page.locator("#drawing > g").get_attribute("transform")


def test_a_name_that_no_line_can_hold_is_no_fault_of_the_photo(opened: Opened, card_bytes: bytes) -> None:
    page = opened()
    named: FilePayload = {"name": "a\tb\n.jpg", "mimeType": "image/jpeg", "buffer": card_bytes}
    page.set_input_files("#files", named)
    settle(page)
    expect(page.locator("#verdict")).to_have_text("Ready to upload")


def test_who_is_turned_away_can_try_again_by_keyboard(opened: Opened, card: Path) -> None:
    page = opened()
    busy = {"code": "busy", "en": "Too many pictures are waiting.", "zh": "等待处理的图片过多。"}
    page.route("**/api/look?*", lambda route: route.fulfill(status=503, json={"error": busy}))
    choose(page, card)
    expect(page.locator("#verdict")).to_have_text("This photo was not checked")
    expect(page.locator("#said")).to_have_text("Too many pictures are waiting.")
    page.unroute("**/api/look?*")
    tab_to(page, "#again")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_have_text("Ready to upload")
    expect(page.locator("#verdict")).to_be_focused()
    card.write_bytes(b"GIF89a")
    choose(page, card)
    expect(page.locator("#verdict")).to_have_text("This file cannot be taken")
    expect(page.locator("#again")).to_be_hidden()


def test_a_page_that_did_not_come_to_its_words_can_try_again(opened: Opened, card: Path) -> None:
    page = opened()
    page.route("**/api/setup", lambda route: route.fulfill(status=500, body="Internal Server Error"))
    page.reload()
    expect(page.locator("#trouble")).to_contain_text("scanfix does not answer.")
    page.set_input_files("#files", str(card))
    drop = "new DragEvent('drop', { cancelable: true, dataTransfer: new DataTransfer() })"
    assert not page.evaluate(f"dispatchEvent({drop})"), "the browser would leave the page for the file"
    page.unroute("**/api/setup")
    tab_to(page, "#retry")
    page.keyboard.press("Enter")
    page.wait_for_selector("#profile option", state="attached")
    expect(page.locator("#trouble")).to_be_hidden()
    settle(page)
    expect(page.locator("#verdict")).to_have_text("Ready to upload")


def test_a_file_that_is_too_large_is_told_without_being_sent(opened: Opened, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(100_000_001))
    page = opened()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/api/" in request.url else None)
    choose(page, large)
    expect(page.locator("#said")).to_have_text("The file is larger than 100,000,000 bytes.")
    assert sent == []


def test_that_the_server_is_gone_is_told_and_the_photo_is_kept(opened: Opened, card: Path) -> None:
    with serving() as mortal:
        page = opened(mortal.address)
        choose(page, card)
    page.click("#turn-right")
    expect(page.locator("#trouble")).to_contain_text("scanfix does not answer any more")
    page.set_viewport_size({"width": 390, "height": 720})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator("#trouble")).to_be_in_viewport(ratio=1)
    assert page.locator(".film .tile img").count() == 1
    expect(page.locator("#verdict")).to_have_text("Waiting")
    expect(page.locator("#save")).to_be_hidden()


@pytest.mark.parametrize("wish", ["corner", "portal", "size", "number"])
def test_what_answers_an_earlier_wish_is_neither_told_nor_saved(
    opened: Opened, card: Path, wish: str
) -> None:
    page = opened()
    choose(page, card, card)
    expect(page.locator("#save-all")).to_be_enabled()
    held: list[Route] = []
    page.route("**/api/look?*", lambda route: held.append(route))
    with page.expect_request("**/api/look?*"):
        utter(page, wish)
    expect(page.locator("#verdict")).to_have_class("verdict none")
    for told in ("#said", "#made", "#allowed", "#save"):
        expect(page.locator(told)).to_be_hidden()
    expect(page.locator("#save-all")).to_be_disabled()
    held[0].continue_()
    page.unroute("**/api/look?*")
    settle(page)
    expect(page.locator("#said")).to_be_visible()


def utter(page: Page, wish: str) -> None:
    if wish == "corner":
        page.focus(".handle:nth-child(3)")
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("Enter")
    elif wish == "portal":
        page.select_option("#profile", "in-ssc-photo")
    elif wish == "size":
        type_size(page, "At most", "200")
    else:
        page.click("#form-title")
        page.fill("#form-number", "1")


def test_who_leaves_with_a_result_that_is_not_saved_is_asked(opened: Opened, card: Path) -> None:
    page = opened()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    choose(page, card)
    page.click("#view-compare")
    with page.expect_event("dialog"):
        page.evaluate("location.reload()")
    assert asked == ["beforeunload"]
    saved(page)
    page.reload()
    page.wait_for_selector("#profile option", state="attached")
    assert asked == ["beforeunload"]


def test_for_a_portrait_the_picture_is_cut_to_its_shape(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.locator('#crop input[value="flat"]').check(force=True)
    page.select_option("#profile", "in-ssc-photo")
    settle(page)
    expect(page.locator("#said")).to_contain_text("“Cut to shape”")
    expect(page.locator("#profile-note")).to_contain_text("only if you choose “Cut to shape”")
    assert page.locator(".handle:visible").count() == 0
    expect(page.locator("#corners")).to_be_hidden()
    page.get_by_text("Cut to shape", exact=True).click()
    settle(page)
    assert Image.open(io.BytesIO(saved(page)[1])).size == (200, 230)
    page.select_option("#profile", "cnnic")
    settle(page)
    assert page.locator("#crop label:visible").all_inner_texts() == [
        "Document",
        "Straightened",
        "Whole picture",
    ]
    expect(page.locator("#save")).to_be_visible()


def test_corners_set_by_hand_wait_while_a_portrait_is_asked_for(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    utter(page, "corner")
    settle(page)
    for profile, has_corners in (("in-ssc-photo", False), ("cnnic", True)):
        with page.expect_request("**/api/look?*") as asked:
            page.select_option("#profile", profile)
        settle(page)
        assert ("corners=" in asked.value.url) == has_corners
        expect(page.locator("#save")).to_be_visible(visible=has_corners)


@pytest.mark.parametrize("choice", ["never", "flat"])
def test_the_whole_picture_or_a_straightened_document_is_one_press_away(
    opened: Opened, card: Path, choice: str
) -> None:
    page = opened()
    choose(page, card)
    cut = Image.open(io.BytesIO(saved(page)[1])).size
    page.locator(f'#crop input[value="{choice}"]').check(force=True)
    settle(page)
    other = Image.open(io.BytesIO(saved(page)[1])).size
    assert other != cut
    if choice == "never":
        assert other[0] / other[1] == pytest.approx(4 / 3, rel=0.01)


def test_a_quarter_turn_turns_the_file_and_the_picture(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    upright = Image.open(io.BytesIO(saved(page)[1])).size
    page.click("#turn-left")
    settle(page)
    turned = Image.open(io.BytesIO(saved(page)[1])).size
    assert turned[1] > turned[0]
    assert turned[1] / turned[0] == pytest.approx(upright[0] / upright[1], rel=0.02)
    sheet = page.locator(".sheet").bounding_box()
    assert sheet
    assert sheet["height"] > sheet["width"]


def test_before_and_after_lie_on_each_other(opened: Opened, card: Path) -> None:
    """Of the straightened document too: both halves show the same places."""
    page = opened()
    choose(page, card)
    page.locator('#crop input[value="flat"]').check(force=True)
    settle(page)
    page.click("#view-compare")
    expect(page.locator("#before-facts")).to_contain_text("1,600 × 1,200")
    page.wait_for_timeout(300)
    halves = []
    for split in ("0", "100"):
        page.locator("#split").fill(split)
        with Image.open(io.BytesIO(page.locator(".pane").screenshot())) as seen:
            halves.append(np.asarray(seen.convert("L").resize((160, 100)), float)[:, 8:152])
    assert np.abs(halves[0] - halves[1]).mean() < 4


def test_the_portal_and_the_format_are_chosen_on_the_page(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.locator('#format input[value="bmp"]').check(force=True)
    settle(page)
    name, data = saved(page)
    assert name == "card.prepared.bmp"
    assert data[:2] == b"BM"
    assert len(data) in WINDOW
    page.select_option("#profile", "pair-cn")
    settle(page)
    assert page.locator('#format input[value="bmp"]').is_disabled()
    name, data = saved(page)
    assert name == "card.prepared.jpg"
    assert len(data) in range(102_400, 1_000_001)


def type_size(page: Page, label: str, size: str) -> None:
    """Found by its label, as those find it who hear the page."""
    field = page.get_by_role("group", name="File size").get_by_label(label)
    field.fill(size)
    field.press("Tab")


def test_a_size_that_no_portal_here_has_is_typed(opened: Opened, card: Path) -> None:
    page = opened()
    type_size(page, "At least", "20")
    type_size(page, "At most", "50")
    expect(page.locator("#profile-note")).to_contain_text("allowed: 20,480 to 50,000 bytes")
    choose(page, card)
    assert len(saved(page)[1]) in range(20_480, 50_001)
    expect(page.locator("#allowed")).to_have_text("allowed: 20,480 to 50,000 bytes")
    type_size(page, "At most", "200")
    settle(page)
    expect(page.locator("#allowed")).to_have_text("allowed: 20,480 to 200,000 bytes")
    assert len(saved(page)[1]) in range(50_001, 200_001)


def test_a_size_outlives_the_portal_and_without_one_the_portals_holds(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    type_size(page, "At most", "300")
    settle(page)
    page.select_option("#profile", "pair-cn")
    settle(page)
    expect(page.locator("#allowed")).to_have_text("allowed: 102,400 to 300,000 bytes")
    assert len(saved(page)[1]) in range(102_400, 300_001)
    type_size(page, "At most", "")
    settle(page)
    expect(page.locator("#allowed")).to_have_text("allowed: 102,400 to 1,000,000 bytes")
    expect(page.get_by_label("At least")).to_have_attribute("placeholder", "100")


def test_a_size_holds_for_both_sides_on_one_page(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card, card)
    page.click("#join")
    page.wait_for_selector(".film li:nth-child(3) .tile:not(.none)")
    type_size(page, "At most", "90")
    settle(page)
    assert len(saved(page)[1]) in range(56_320, 90_001)


def test_a_size_that_is_half_typed_is_nobodys_wish(opened: Opened, card: Path) -> None:
    page = opened()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("At most").press_sequentially("2")
    choose(page, card)
    expect(page.locator("#verdict")).to_have_text("Ready to upload")
    expect(page.locator("#sizes-said")).to_have_text("")
    assert not [url for url in asked if "max_size" in url or "/api/window" in url]
    page.get_by_label("At most").press_sequentially("00")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator("#allowed")).to_have_text("allowed: 56,320 to 200,000 bytes")


def test_sizes_that_cannot_be_are_told_beside_them_until_they_can(opened: Opened, card: Path) -> None:
    page = opened()
    type_size(page, "At most", "20")
    said = page.locator("#sizes-said")
    expect(said).to_contain_text("the least is above the greatest")
    expect(page.get_by_label("At most")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("At least")).to_have_attribute("aria-invalid", "false")
    page.click("#language")
    expect(said).to_contain_text("下限高于上限")
    page.click("#language")
    choose(page, card, card)
    expect(page.locator("#verdict")).to_have_text("No file can be made of it")
    expect(page.locator("#said")).to_contain_text("the least is above the greatest")
    expect(page.locator("#join-part")).to_be_visible()
    type_size(page, "At least", "0")
    settle(page)
    expect(said).to_have_text("")
    expect(page.locator("#verdict")).to_have_text("Ready to upload")
    assert len(saved(page)[1]) <= 20_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sizes_that_cannot_be_are_told_to_everybody(opened: Opened, scheme: str) -> None:
    page = opened(color_scheme=scheme, viewport={"width": 320, "height": 568})
    type_size(page, "At most", "twenty")
    expect(page.locator("#sizes-said")).to_contain_text("“twenty” is no file size")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert serious(page) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_serious(opened: Opened, glare: Path, scheme: str, width: int) -> None:
    page = opened(lang="zh", color_scheme=scheme, viewport={"width": width, "height": 800})
    faults = serious(page)
    choose(page, glare, glare)
    expect(page.locator("h1")).to_be_visible()
    for opening in ("#unchecked summary", "#about summary", "#form-title"):
        page.click(opening)
    faults += serious(page)
    page.click("#view-compare")
    faults += serious(page)
    assert faults == []


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def test_nothing_reaches_beyond_the_window(opened: Opened, glare: Path) -> None:
    page = opened()
    for photos in (False, True):
        if photos:
            choose(page, glare, glare)
        for width in (320, 390, 768, 960, 1280, 3840):
            page.set_viewport_size({"width": width, "height": max(568, width // 2)})
            for _ in ("en", "zh"):
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                page.click("#language")


def test_the_first_paint_is_small_and_nothing_comes_from_elsewhere(opened: Opened, card: Path) -> None:
    page = opened()
    sizes = page.evaluate("performance.getEntries().map((entry) => entry.encodedBodySize ?? 0)")
    assert 0 < sum(sizes) <= 100_000
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    choose(page, card)
    assert hosts <= {urlsplit(page.url).netloc, ""}


def test_front_and_back_come_on_one_page_as_they_were_framed(opened: Opened, tmp_path: Path) -> None:
    names = ("front.jpg", "back.jpg")
    for name, kind in zip(names, KINDS, strict=True):
        (tmp_path / name).write_bytes(as_jpeg(photo(kind, 900).pixels))
    page = opened()
    choose(page, *(tmp_path / name for name in names))
    page.locator(".film .tile").nth(1).click()
    settle(page)
    page.click("#join")
    page.wait_for_selector(".film li:nth-child(3) .tile:not(.none)")
    settle(page)
    name, data = saved(page)
    assert name == "front and back.prepared.jpg"
    upright = Image.open(io.BytesIO(data)).size
    assert upright[1] > upright[0]
    page.locator(".film .tile").nth(1).click()
    page.click("#turn-right")
    settle(page)
    page.locator(".film .tile").nth(2).click()
    settle(page)
    turned = Image.open(io.BytesIO(saved(page)[1])).size
    assert turned[1] / turned[0] > 1.15 * upright[1] / upright[0]
    page.select_option("#back", label="front.jpg")
    assert sides(page) == ["back.jpg", "front.jpg"]


def sides(page: Page) -> list[str]:
    """Which photos the page would put together."""
    chosen = "select => select.selectedOptions[0].text"
    return [page.locator(select).evaluate(chosen) for select in ("#front", "#back")]


def test_a_new_photo_takes_the_place_of_a_side_that_was_removed(opened: Opened, card: Path) -> None:
    page = opened()
    names = [card.with_name(name) for name in ("front.jpg", "bad.jpg", "back.jpg")]
    for path in names:
        path.write_bytes(card.read_bytes()[: 9_000 if path.stem == "bad" else None])
    choose(page, *names[:2])
    page.get_by_label("Remove bad.jpg").click()
    choose(page, names[2])
    assert sides(page) == ["front.jpg", "back.jpg"]
    page.get_by_label("Remove front.jpg").click()
    choose(page, names[0], names[1])
    assert sides(page) == ["front.jpg", "back.jpg"]
    expect(page.locator("#back option")).to_have_text(["back.jpg", "front.jpg"])
    page.click("#join")
    expect(page.locator(".film li:nth-child(4) .tile:not(.none)")).to_be_visible()
    page.get_by_label("Remove front.jpg").click()
    page.click("#language")
    expect(page.locator(".film .tile").nth(2)).to_have_attribute("aria-label", re.compile("正反面.jpg"))
    settle(page)
    assert saved(page)[0] == "正反面.prepared.jpg"


def test_number_and_name_are_checked_as_they_are_typed(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.click("#form-title")
    page.fill("#form-number", "110105194912310021")
    expect(page.locator("#form-findings")).to_contain_text("check digit")
    expect(page.locator("#findings")).to_contain_text("check digit")
    expect(page.locator("#verdict")).to_have_text("Likely to be refused")
    page.fill("#form-number", "11010519491231002X")
    expect(page.locator("#form-said")).to_have_text("Nothing is wrong with what was typed.")
    page.fill("#form-number", "")
    expect(page.locator("#form-said")).to_have_text("")


@pytest.mark.parametrize("ending", ["heic", "pdf", "tif"])
def test_what_the_browser_cannot_show_the_server_shows(opened: Opened, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"card.{ending}"
    path.write_bytes(as_file(ending))
    page = opened()
    choose(page, path)
    assert page.locator("#drawing image").get_attribute("href").startswith("blob:")  # type: ignore[union-attr]
    page.wait_for_timeout(200)
    with Image.open(io.BytesIO(page.locator("#drawing").screenshot())) as seen:
        assert np.asarray(seen.convert("L")).std() > 20


def as_file(ending: str) -> bytes:
    picture, buffer = Image.fromarray(photo("card", 900).pixels), io.BytesIO()
    if ending == "heic":
        pillow_heif = pytest.importorskip("pillow_heif")
        return bytes(pillow_heif.from_pillow(picture).save(buffer, quality=80) or buffer.getvalue())
    picture.save(buffer, {"pdf": "PDF", "tif": "TIFF"}[ending])
    return buffer.getvalue()


def test_a_new_wish_ends_the_work_on_the_old_one(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    for _ in range(5):
        page.click("#turn-right")
    page.locator('#crop input[value="never"]').check(force=True)
    settle(page)
    width, height = Image.open(io.BytesIO(saved(page)[1])).size
    assert height / width == pytest.approx(4 / 3, rel=0.01)
    expect(page.locator("#trouble")).to_be_hidden()


def test_a_page_of_a_pdf_is_chosen(opened: Opened, tmp_path: Path) -> None:
    pages = [Image.fromarray(photo(kind, 900).pixels) for kind in KINDS]
    pages[1] = pages[1].crop((0, 0, 600, 675))
    pages[0].save(tmp_path / "both.pdf", save_all=True, append_images=pages[1:])
    page = opened()
    choose(page, tmp_path / "both.pdf")
    first, shown = page.inner_text("#about li"), page.locator("#drawing image").get_attribute("href")
    expect(page.locator("#findings")).to_contain_text("choose it above the picture")
    page.select_option("#page", "2")
    settle(page)
    expect(page.locator("#about li").first).not_to_have_text(first)
    assert page.locator("#drawing image").get_attribute("href") != shown
    assert saved(page)[0] == "both.p2.prepared.jpg"


def test_of_two_pages_chosen_in_haste_the_last_is_shown(opened: Opened, tmp_path: Path) -> None:
    pages = [Image.fromarray(photo("card", 900).pixels)] * 3
    pages[0].save(tmp_path / "three.pdf", save_all=True, append_images=pages[1:])
    page = opened()
    choose(page, tmp_path / "three.pdf")
    page.select_option("#page", "2")
    with page.expect_request(lambda asked: "page=3" in asked.url) as last:
        page.select_option("#page", "3")
    settle(page)
    assert "preview=yes" in last.value.url


def test_what_is_done_while_a_page_is_under_way_is_not_done_to_it(opened: Opened, tmp_path: Path) -> None:
    pages = [Image.fromarray(photo(kind, 900).pixels) for kind in KINDS]
    pages[0].save(tmp_path / "both.pdf", save_all=True, append_images=pages[1:])
    page = opened()
    choose(page, tmp_path / "both.pdf")
    expect(page.locator("#turn-right")).to_be_enabled()
    page.route("**/api/look?*", lambda _: None)
    with page.expect_request("**/api/look?*"):
        page.select_option("#page", "2")
    expect(page.locator("#turn-right")).to_be_disabled()
    expect(page.locator(".handle:visible")).to_have_count(0)


def test_both_pages_of_one_file_come_on_one_page(opened: Opened, tmp_path: Path) -> None:
    pages = [Image.fromarray(photo(kind, 900).pixels) for kind in KINDS]
    pages[0].save(tmp_path / "both.pdf", save_all=True, append_images=pages[1:])
    page = opened()
    choose(page, tmp_path / "both.pdf")
    assert sides(page) == ["both.pdf, page 1", "both.pdf, page 2"]
    page.click("#turn-left")
    settle(page)
    with page.expect_request("**/api/join?*") as asked:
        page.click("#join")
    told = parse_qs(urlsplit(asked.value.url).query)
    assert (told["page"], told["back_page"]) == (["1"], ["2"])
    assert "turn" in told
    assert "back_turn" not in told
    settle(page)
    expect(page.locator("#findings")).not_to_contain_text("same side")


def test_turn_and_corners_of_each_page_outlive_the_sight_of_another(opened: Opened, tmp_path: Path) -> None:
    pages = [Image.fromarray(photo(kind, 900).pixels) for kind in KINDS]
    pages[0].save(tmp_path / "both.pdf", save_all=True, append_images=pages[1:])
    page = opened()
    choose(page, tmp_path / "both.pdf")
    page.click("#turn-left")
    settle(page)
    turned = transform(page)
    page.select_option("#page", "2")
    settle(page)
    assert transform(page) != turned
    utter(page, "corner")
    settle(page)
    page.select_option("#page", "1")
    settle(page)
    assert transform(page) == turned
    with page.expect_request("**/api/join?*") as asked:
        page.click("#join")
    told = parse_qs(urlsplit(asked.value.url).query)
    assert {"turn", "back_corners"} <= set(told)
    assert not {"corners", "back_turn"} & set(told)


def test_nothing_is_drawn_over_a_photo_that_can_no_longer_be_taken(opened: Opened, glare: Path) -> None:
    page = opened()
    choose(page, glare)
    expect(page.locator("#drawing .place")).to_be_visible()
    glare.write_bytes(b"another file by now")
    page.click("#turn-right")
    expect(page.locator("#verdict")).to_have_text("This file cannot be taken")
    expect(page.locator("#drawing :is(.side, .place, .left-out)")).to_have_count(0)
    expect(page.locator(".handle:visible, .pin:visible, #corner-help:visible")).to_have_count(0)
    expect(page.locator("#drawing image")).to_be_visible()


def test_what_was_told_in_one_photo_is_not_told_over_the_next(opened: Opened, glare: Path) -> None:
    page = opened(has_touch=True)
    choose(page, glare)
    page.locator(".pin").first.tap()
    expect(page.locator("#callout")).to_be_visible()
    glare.with_name("broken.heic").write_bytes(b"another file")
    choose(page, glare.with_name("broken.heic"))
    expect(page.locator("#nothing")).to_have_text("broken.heic")
    expect(page.locator("#callout")).to_be_hidden()


def test_the_picture_of_one_page_does_not_stand_for_another_that_was_refused(
    opened: Opened, tmp_path: Path
) -> None:
    pages = [Image.fromarray(photo(kind, 900).pixels) for kind in KINDS]
    pages[0].save(tmp_path / "both.pdf", save_all=True, append_images=pages[1:])
    page = opened()
    choose(page, tmp_path / "both.pdf")
    broken = {"code": "damaged", "en": "The file is damaged.", "zh": "文件已损坏。"}
    page.route("**/api/look?*page=2*", lambda route: route.fulfill(status=422, json={"error": broken}))
    page.select_option("#page", "2")
    expect(page.locator("#said")).to_have_text("The file is damaged.")
    expect(page.locator(".sheet")).to_be_hidden()
    expect(page.locator("#nothing")).to_have_text("both.pdf")
    page.select_option("#page", "1")
    settle(page)
    expect(page.locator(".sheet")).to_be_visible()


def test_the_result_of_an_earlier_wish_is_not_compared(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.click("#view-compare")
    expect(page.locator(".after")).to_be_visible()
    held: list[Route] = []
    page.route("**/api/look?*", lambda route: held.append(route))
    with page.expect_request("**/api/look?*"):
        page.click("#turn-right")
    expect(page.locator(".after")).to_be_hidden()
    expect(page.locator(".before")).to_be_visible()
    held[0].continue_()
    settle(page)
    expect(page.locator(".after")).to_be_visible()


def test_number_and_name_are_checked_again_once_the_server_answers(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.click("#form-title")
    page.route("**/api/*", lambda route: route.abort())
    page.fill("#form-number", "11010519491231002X")
    expect(page.locator("#form-said")).to_contain_text("scanfix does not answer any more")
    expect(page.locator("#trouble")).to_be_visible()
    page.unroute("**/api/*")
    page.click("#retry")
    expect(page.locator("#form-said")).to_have_text("Nothing is wrong with what was typed.")


def test_a_place_that_was_kept_shown_goes_with_its_photo(opened: Opened, glare: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes((SAMPLES / "card-cut.jpg").read_bytes())
    page = opened()
    choose(page, glare)
    choose(page, cut)
    page.locator(".film .tile").first.click()
    settle(page)
    page.locator(".pin").first.click()
    page.locator(".film .close").first.click()
    settle(page)
    expect(page.locator("#photo .on, #findings .on")).to_have_count(0)


@pytest.mark.parametrize("changed", ["number", "kind"])
def test_what_was_said_of_a_number_is_not_said_of_the_next(opened: Opened, card: Path, changed: str) -> None:
    page = opened()
    choose(page, card)
    page.click("#form-title")
    page.fill("#form-number", "11010519491231002X")
    expect(page.locator("#form-said")).to_have_text("Nothing is wrong with what was typed.")
    page.route("**/api/form*", lambda _: None)
    with page.expect_request("**/api/form*"):
        if changed == "number":
            page.fill("#form-number", "110105194912310021")
        else:
            page.select_option("#kind", "business-licence")
    expect(page.locator("#form-said")).to_have_text("", timeout=3_000)


def test_no_two_results_are_called_alike(opened: Opened, card: Path) -> None:
    page = opened()
    other = card.with_name("card.tif")
    other.write_bytes(as_file("tif"))
    choose(page, card)
    choose(page, other)
    choose(page, card)
    for name in ("card.2.png", "CARD.jpg"):
        choose(page, Path(shutil.copy(card, card.with_name(name))))
    names = []
    for tile in page.locator(".film .tile:not(.more)").all():
        tile.click()
        settle(page)
        names.append(saved(page)[0])
    stems = ["card", "card.2", "card.3", "card.2.2", "CARD.4"]
    assert names == [f"{stem}.prepared.jpg" for stem in stems]


def test_what_is_kept_of_a_document_outlives_a_cut_portrait(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    for choice, profile in (("flat", "in-ssc-photo"), ("fit", "cnnic")):
        page.locator(f'#crop input[value="{choice}"]').check(force=True)
        settle(page)
        page.select_option("#profile", profile)
        settle(page)
    expect(page.locator('#crop input[value="flat"]')).to_be_checked()
    page.select_option("#profile", "in-ssc-photo")
    settle(page)
    expect(page.locator('#crop input[value="fit"]')).to_be_checked()


def test_on_a_phone_both_sides_on_one_page_come_into_sight(opened: Opened, card: Path) -> None:
    page = opened(viewport={"width": 390, "height": 720})
    choose(page, card, card)
    page.click("#join")
    page.wait_for_selector(".film li:nth-child(3) .tile:not(.none)")
    settle(page)
    picture, verdict = (page.locator(part).bounding_box() for part in ("#photo", "#verdict"))
    assert picture
    assert verdict
    assert picture["y"] + picture["height"] <= verdict["y"] <= 720 - verdict["height"]


def test_where_nothing_is_cut_no_corners_are_offered(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    utter(page, "corner")
    settle(page)
    for profile, has_corners in (("stripe-id", False), ("cnnic", True)):
        with page.expect_request("**/api/look?*") as asked:
            page.select_option("#profile", profile)
        settle(page)
        assert ("corners=" in asked.value.url) == has_corners
        assert (page.locator(".handle:visible").count() == 4) == has_corners
        for told in ("#corners", "#corner-help"):
            expect(page.locator(told)).to_be_visible(visible=has_corners)
        assert page.locator("#drawing line.side").count() == 4


def test_many_photos_leave_the_picture_its_place(opened: Opened, card: Path) -> None:
    for width, height in ((1280, 800), (390, 720)):
        page = opened(viewport={"width": width, "height": height})
        choose(page, card)
        before = page.locator(".sheet").bounding_box()
        page.route("**/api/look?*", lambda _: None)
        page.set_input_files("#files", [str(card)] * 40)
        page.locator(".film .tile").first.click()
        after = page.locator(".sheet").bounding_box()
        assert before
        assert after
        assert after["height"] > 0.8 * before["height"]
        page.locator(".film .tile").nth(40).evaluate("tile => tile.click()")
        film, tile = (page.locator(part).bounding_box() for part in (".film", '[aria-current="true"]'))
        assert film
        assert tile
        assert film["x"] <= tile["x"]
        assert tile["x"] + tile["width"] <= film["x"] + film["width"]
        assert film["y"] <= tile["y"]
        assert tile["y"] + tile["height"] <= film["y"] + film["height"]


def test_a_tile_tells_its_verdict_and_stays_while_others_are_looked_at(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    tile = page.locator(".film .tile").first
    assert tile.get_attribute("title") == "card.jpg: Ready to upload"
    assert tile.locator("svg path").get_attribute("d") == page.locator("#verdict path").get_attribute("d")
    tile.evaluate("tile => { tile.focus(); addEventListener('focusin', () => tile.dataset.again = 1); }")
    page.click("#turn-right", force=True)
    tile.focus()
    settle(page)
    expect(tile).to_be_focused()


def test_at_high_zoom_both_pictures_and_the_focused_control_are_seen(opened: Opened, card: Path) -> None:
    page = opened(viewport={"width": 320, "height": 256})
    choose(page, card)
    heights = [page.locator("#corner-help").evaluate("help => help.offsetHeight")]
    page.click("#view-compare")
    heights.append(page.locator(".pane").evaluate("pane => pane.offsetHeight"))
    assert heights[0] > 30
    assert heights[1] > 100
    page.click("#view-photo")
    page.set_viewport_size({"width": 390, "height": 720})
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.focus("#view-photo")
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("""() => {
            const { left, top, width, height } = document.activeElement.getBoundingClientRect();
            const seen = document.elementFromPoint(left + width / 2, top + height / 2);
            const label = seen?.closest("label");
            const isBody = document.activeElement === document.body;
            return isBody || document.activeElement.contains(seen) || label?.contains(document.activeElement);
        }""")


def test_a_corner_outside_the_picture_can_still_be_seen(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.route("**/api/look?*", lambda _: None)
    handle = page.locator(".handle").first
    handle.focus()
    for _ in range(40):
        page.keyboard.press("Shift+ArrowUp")
    corner, view = handle.bounding_box(), page.locator("#photo").bounding_box()
    assert corner
    assert view
    assert corner["y"] + corner["height"] / 2 > view["y"] + 6


def test_what_is_chosen_is_told_where_the_system_sets_the_colours(opened: Opened, card: Path) -> None:
    page = opened(forced_colors="active")
    choose(page, card, card)
    borders = page.locator(".film .tile").evaluate_all(
        "all => all.map((tile) => getComputedStyle(tile).borderTopWidth)"
    )
    assert borders[0] > borders[1]
    assert page.locator("#profile").evaluate("select => getComputedStyle(select).appearance") == "auto"


def test_nothing_moves_for_whom_it_should_not(opened: Opened, card: Path) -> None:
    page = opened(reduced_motion="reduce")
    page.route("**/api/look?*", lambda _: None)
    page.set_input_files("#files", str(card))
    bar = page.locator("#photo").evaluate("""view => {
        const { animationName, backgroundColor } = getComputedStyle(view, "::before");
        return [animationName, backgroundColor];
    }""")
    assert bar == ["none", "rgb(11, 107, 102)"]


def test_who_leaves_while_photos_are_looked_at_is_asked(opened: Opened, card: Path) -> None:
    page = opened()
    page.route("**/api/look?*", lambda _: None)
    page.set_input_files("#files", str(card))
    page.click("#language")
    with page.expect_event("dialog") as asked:
        page.evaluate("setTimeout(() => location.reload())")
    assert asked.value.type == "beforeunload"


@pytest.mark.parametrize(("text", "count"), [(True, 0), (False, 1)])
def test_a_text_with_a_picture_that_is_pasted_into_a_field_is_no_photo(
    opened: Opened, text: bool, count: int
) -> None:
    page = opened()
    page.get_by_label("At most").evaluate(
        """(field, isText) => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File(["x"], "cells.png", { type: "image/png" }));
            if (isText) clipboardData.setData("text/plain", "200");
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        text,
    )
    expect(page.locator(".film .close")).to_have_count(count)


def test_of_the_same_sides_one_page_is_made(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card, card)
    page.route("**/api/*", lambda _: None)
    for layout, count in (("vertical", 3), ("vertical", 3), ("horizontal", 4)):
        page.locator(f'#layout input[value="{layout}"]').check(force=True)
        page.click("#join")
        expect(page.locator(".film .close")).to_have_count(count)
        expect(page.locator(".film .tile").nth(count - 1)).to_have_attribute("aria-current", "true")


def test_a_side_that_was_changed_on_the_disk_is_named(opened: Opened, card: Path) -> None:
    page = opened()
    back = card.with_name("back.jpg")
    back.write_bytes(card.read_bytes())
    choose(page, card, back)
    page.wait_for_selector(".film li:nth-child(2) .tile:not(.none)")
    back.write_bytes(b"another file by now")
    page.click("#join")
    settle(page)
    expect(page.locator("#said")).to_contain_text("Back: The browser cannot read this file")
    expect(page.locator("#trouble")).to_be_hidden()


def listen(page: Page) -> None:
    """Remember what is read out from now on."""
    page.evaluate("""() => {
        globalThis.heard = [];
        for (const region of document.querySelectorAll("[role=status]")) {
            const hear = () => region.textContent.trim() && heard.push(region.textContent.trim());
            new MutationObserver(hear).observe(region, { childList: true, subtree: true });
        }
    }""")


def heard(page: Page) -> list[str]:
    sentences: list[str] = page.evaluate("heard")
    return sentences


def test_the_wait_and_its_end_are_read_out_once(opened: Opened, card: Path) -> None:
    page = opened()
    listen(page)
    page.set_input_files("#files", [str(card)] * 2)
    expect(page.locator("#live")).to_have_text("All photos are done.")
    assert heard(page) == [
        "Looking at the photo …",
        "card.jpg: Ready to upload. Nothing stands in the way; look at the note below.",
        "All photos are done.",
    ]


def test_a_file_that_is_too_large_is_read_out_and_the_keyboard_goes_on(
    opened: Opened, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(100_000_001))
    page = opened()
    listen(page)
    page.focus('[data-do="choose"]')
    choose(page, large)
    said = "large.jpg: This file cannot be taken. The file is larger than 100,000,000 bytes."
    assert heard(page) == [said]
    expect(page.locator("#verdict")).to_be_focused()


def test_a_wrong_number_is_read_out_and_told_at_its_field(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    page.click("#form-title")
    listen(page)
    number = page.get_by_label("Number of the document")
    number.fill("110105194912310021")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "false")
    expect(number).to_have_accessible_description(re.compile("check digit"))
    assert "check digit" in " ".join(heard(page))


def test_of_two_sizes_the_wrong_one_is_marked_and_read_out_once(opened: Opened, card: Path) -> None:
    page = opened()
    choose(page, card)
    type_size(page, "At least", "10")
    settle(page)
    listen(page)
    type_size(page, "At most", "twenty")
    expect(page.get_by_label("At most")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("At least")).to_have_attribute("aria-invalid", "false")
    expect(page.locator("#verdict")).to_have_text("No file can be made of it")
    assert " ".join(heard(page)).count("is no file size") == 1


def test_the_name_of_the_picture_claims_nothing_that_is_not_drawn(opened: Opened, glare: Path) -> None:
    page = opened()
    broken = glare.with_name("broken.jpg")
    broken.write_bytes(glare.read_bytes()[:-500])
    choose(page, broken)
    expect(page.get_by_role("img", name="broken.jpg", exact=True)).to_be_visible()
    choose(page, glare)
    name = "我的证件.jpg, with the border drawn in, with the findings numbered in their places"
    expect(page.get_by_role("img", name=name, exact=True)).to_be_visible()
    expect(page.locator(".pin").first).to_have_attribute("aria-hidden", "true")
