"""Take the pictures of the local page for the README: a desktop in light, a phone in dark and Chinese.

python docs/page.py    (needs Chromium, and for the Chinese one a font with Chinese letters)
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from serving import CHROMIUM, QUIET, serving  # noqa: E402

PHOTOS = ("card-glare.jpg", "card-phone.jpg", "card-cut.jpg")


def main() -> None:
    with serving() as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        desktop = taken(browser, served.address + "&lang=en", (1280, 800), "light")
        phone = taken(browser, served.address + "&lang=zh", (390, 844), "dark")
        browser.close()
    desktop.save(ROOT / "docs" / "page-desktop.jpg", quality=82, optimize=True)
    phone.save(ROOT / "docs" / "page-phone.jpg", quality=82, optimize=True)


def taken(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> Image.Image:
    is_phone = size[0] < 600
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
        device_scale_factor=1.25,
        is_mobile=is_phone,
        has_touch=is_phone,
    )
    page.goto(address)
    page.wait_for_selector("#profile option", state="attached")
    chosen = PHOTOS[:1] if is_phone else PHOTOS
    page.set_input_files("#files", [ROOT / "sample_images" / name for name in chosen])
    page.wait_for_selector(f".film li:nth-child({len(chosen)}) .tile:not(.none)", timeout=60_000)
    page.wait_for_selector("#stage:not(.busy)")
    if not is_phone:
        page.locator("button.message").first.hover()
    page.wait_for_timeout(500)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
