"""A debate from its plan to its result; every part of it is one command away from the last."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.e2e.states.cast import HOST, Arrange, Cast, Show, State, View
from tests.e2e.states.editing import edit_page, look_back

MOTION = "This house would close city centres to private cars"


def side(side_id: str, name: str, stance: str) -> dict[str, Any]:
    seats = [
        {"id": number, "name": {"en": f"{word} speaker"}}
        for number, word in (("1", "First"), ("2", "Second"))
    ]
    return {"id": side_id, "name": {"en": name}, "stance": stance, "seats": seats}


def speech(
    speech_id: str, name: str, on: str | None, seat: str | None, **more: Any
) -> dict[str, Any]:
    return {
        "id": speech_id, "name": {"en": name}, "kind": "opening", "length_s": 600, "side": on,
        "seat": seat, "bells": [{"at_s": 600, "strokes": 2}], "periods": [], **more,
    }  # fmt: skip


FORMAT: dict[str, Any] = {
    "format_id": "to-look-at",
    "name": {"en": "Short debate"},
    "poi": {"allowed": True},
    "pool_s": 240,
    "grace_s": 2,
    "sides": [side("pro", "Pro", "for"), side("con", "Con", "against")],
    "phases": [
        {
            "id": "openings",
            "name": {"en": "Openings"},
            "speeches": [
                speech("pro-1", "Opening Pro", "pro", "1",
                       periods=[{"from_s": 0, "kind": "pois"}]),
                speech("cx", "Cross-examination", "con", "2", kind="cross",
                       others=[{"side": "pro", "seat": "1"}]),
                speech("con-1", "Opening Con", "con", "1"),
            ],
        },
        {
            "id": "free",
            "name": {"en": "Free debate"},
            "speeches": [speech("free", "Free debate", None, None, kind="free")],
        },
    ],
    "scoring": {"speaker": {"low": 50, "high": 99, "step": 0.5}, "teams": "winner"},
    "ballot_before": True,
}  # fmt: skip


def command(kind: str, **fields: Any) -> Arrange:
    return lambda cast: cast.lead.command(kind, debate_id=cast.notes["debate"], **fields)


def in_turn(*steps: Arrange) -> Arrange:
    async def arrange(cast: Cast) -> None:
        for step in steps:
            await step(cast)

    return arrange


async def open_debate(view: View) -> None:
    """Beside the stage on a wide page, a tab on a narrow one."""
    region = view.page.get_by_role("region", name="Debate", exact=True)
    if not await region.count():
        await view.page.keyboard.press("Alt+b")
    await region.wait_for()


def in_debate(button: str) -> Show:
    async def show(view: View) -> None:
        await open_debate(view)
        await view.press(button)

    return show


async def cancel(view: View) -> None:
    await view.press("Cancel")


async def plan(cast: Cast) -> None:
    made = await cast.lead.command("plan_debate", motion=MOTION, format=FORMAT)
    debate_id = cast.notes["debate"] = made["debate_id"]
    ids = await cast.ids()
    wei, aisha = cast.seats[:2]
    seats = {
        "pro:1": wei.participant_id, "con:1": aisha.participant_id,
        "pro:2": ids["Mina Okafor"], "con:2": ids["Tomás Rivera"],
    }  # fmt: skip
    for seat, who in seats.items():
        await cast.lead.command("assign_seat", debate_id=debate_id, seat=seat, participant_id=who)
    await cast.lead.command("set_chair", debate_id=debate_id, participant_id=ids["Ada Admin"])
    judges = [ids["Helen Marsh"], ids["Jonas Weber"], ids["Ada Admin"]]
    await cast.lead.command("set_adjudicators", debate_id=debate_id, participant_ids=judges)


def vote(which: str, choices: tuple[str, ...]) -> Arrange:
    async def arrange(cast: Cast) -> None:
        debate_id = cast.notes["debate"]
        await cast.lead.command("open_ballot", debate_id=debate_id, round=which)
        await asyncio.gather(
            *(
                seat.command("cast_ballot", debate_id=debate_id, round=which, choice=choice)
                for seat, choice in zip(cast.seats, choices, strict=False)
            )
        )

    return arrange


async def prepare(cast: Cast) -> None:
    debate_id = cast.notes["debate"]
    await cast.lead.command("use_prep", debate_id=debate_id, side="pro")
    await cast.seats[0].command("write_note", debate_id=debate_id, text="Air first, then shops.")


async def offer(cast: Cast) -> None:
    await cast.seats[1].command("offer_point", debate_id=cast.notes["debate"])


async def accept(cast: Cast) -> None:
    await cast.seats[0].command(
        "answer_point", debate_id=cast.notes["debate"], is_accepted=True,
        participant_id=cast.seats[1].participant_id,
    )  # fmt: skip


async def lose_speaker(cast: Cast) -> None:
    """Con 1 speaks, and the connection goes."""
    await command("start_clock")(cast)
    await cast.seats[1].close()


async def find_speaker(cast: Cast) -> None:
    await cast.seats[1].connect()
    await command("next_speech")(cast)


async def ask_turns(cast: Cast) -> None:
    await command("start_clock")(cast)
    for seat in cast.seats[:2]:
        await seat.command("ask_turn", debate_id=cast.notes["debate"])


async def score(cast: Cast) -> None:
    points = {"pro:1": 74.5, "pro:2": 71, "con:1": 73, "con:2": 75.5}
    await command("hand_in_scores", points=points, ranks={"pro": 2, "con": 1})(cast)


BEFORE = ("for", "for", "against", "undecided", "undecided", "against")
AFTER = ("for", "against", "against", "against", "undecided", "against")
CARD = f"article[aria-label='{MOTION}']"

DEBATES = (
    State("debate-form", show=in_debate("Plan a debate"), ready="[data-testid=format-preview]",
          roles=(HOST,), leave=cancel),
    State("debate-plan", plan, open_debate, CARD),
    State("debate-ballot", vote("before", BEFORE), open_debate, CARD,
          after=command("close_ballot")),
    State("debate-begun", command("begin_debate"), open_debate, "[data-stage=running]"),
    State("debate-prep", prepare, open_debate, CARD, after=command("end_prep")),
    State("debate-speech", command("start_clock"), open_debate, "[data-testid=debate-clock]"),
    State("debate-poi-offered", offer, open_debate, CARD),
    State("debate-poi", in_turn(offer, accept), open_debate, CARD),
    State("debate-cross", in_turn(command("next_speech"), command("start_clock")), open_debate,
          "text=Cross-examination"),
    State("debate-lost", in_turn(command("next_speech"), lose_speaker), open_debate,
          "[data-testid=debate-lost]", after=find_speaker),
    State("debate-free", ask_turns, open_debate, CARD, after=command("next_speech")),
    State("debate-over", vote("after", AFTER), open_debate, CARD),
    State("debate-judged", in_turn(command("close_ballot"), score), open_debate, CARD),
    State("debate-result", command("reveal_debate"), open_debate, "[data-testid=debate-result]",
          after=command("end_debate")),
    State("edit-debates", show=edit_page("Debates"), ready="[data-testid=debates-over]",
          roles=(HOST,), leave=look_back),
)  # fmt: skip
