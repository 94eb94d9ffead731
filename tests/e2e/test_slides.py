"""SL in real Chromium: a PDF is uploaded, presented and followed."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.school import School
from tests.e2e.conftest import PageOf
from tests.slides_files import LECTURE

PATIENT_MS = 60_000


async def test_SL4_everybody_follows_what_is_uploaded_and_presented(
    school: School, page_of: PageOf, tmp_path: Path
) -> None:
    teacher = await school.invite("Tess Teacher", "facilitator")
    session_id = await school.session(
        teacher, "Printing", lobby_is_on=False, record_automatically=False
    )
    guest = await school.guest(teacher, session_id, "Gil Guest")
    file = tmp_path / "Printing.pdf"
    file.write_bytes(LECTURE)
    lead = ClassroomPage(await page_of(), school.server.url, session_id)
    await sign_in_as(lead.page, teacher)
    await lead.enter()
    watch = ClassroomPage(await page_of(), school.server.url, session_id)
    await sign_in_as(watch.page, guest)
    await watch.enter(consent=None)

    await lead.page.keyboard.press("Alt+KeyI")
    async with lead.page.expect_file_chooser() as chosen:
        await lead.button("Upload slides").click()
    await (await chosen.value).set_files(file)
    await lead.button("Present Printing").click(timeout=PATIENT_MS)
    slide = watch.page.get_by_role("img", name="Slide 1 of 3: Printing")
    await expect(slide).to_be_visible(timeout=PATIENT_MS)
    await expect(slide).to_have_js_property("complete", True)
    assert await slide.evaluate("picture => picture.naturalWidth") == 1920

    await lead.button("Next slide").press("PageDown")
    await expect(watch.page.get_by_role("img", name="Slide 2 of 3")).to_be_visible()
    await lead.button("Everybody may turn the pages").click()
    await watch.button("Next slide").click()
    await expect(watch.page.get_by_role("img", name="Slide 3 of 3")).to_be_visible()
    await watch.button("Back to presenter").click()
    await expect(watch.page.get_by_role("img", name="Slide 2 of 3")).to_be_visible()
    await lead.button("Stop presenting").click()
    await expect(watch.page.get_by_test_id("slides")).to_have_count(0)
