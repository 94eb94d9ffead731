"""Every state that the panels of the classroom can be in, to be looked at.

Each group below is a list of ``State`` (cast.py): a name, how the class gets there (over the
sockets of ``Cast``, which is fast), what a page has to open, and what shows once it is there. They
are gone through in this order, in one class; a group leaves the class as it found it.

To have a state drawn and looked at by axe, add it to the group of its noun, or add a file with a
list of your own and name it here.
"""

from __future__ import annotations

from tests.e2e.states.breakouts import BREAKOUTS
from tests.e2e.states.captions import CAPTIONS, CaptionedServer
from tests.e2e.states.cast import State
from tests.e2e.states.chat import CHAT
from tests.e2e.states.debates import DEBATES
from tests.e2e.states.dialogs import DIALOGS
from tests.e2e.states.doors import DOORS
from tests.e2e.states.pads import PADS
from tests.e2e.states.people import PEOPLE
from tests.e2e.states.plan import PLAN
from tests.e2e.states.polls import POLLS
from tests.e2e.states.slides import SLIDES
from tests.e2e.states.watching import WATCHING
from tests.e2e.wound_server import WoundServer

GROUPS: dict[str, tuple[State, ...]] = {
    "people": PEOPLE,
    "chat": CHAT,
    "polls": POLLS,
    "breakouts": BREAKOUTS,
    "debates": DEBATES,
    "dialogs": DIALOGS,
    "slides": SLIDES,
    "pads": PADS,
    "captions": CAPTIONS,
    "plan": PLAN,
    "watching": WATCHING,
    "doors": DOORS,
}

SERVERS: dict[str, type[WoundServer]] = {"captions": CaptionedServer, "plan": WoundServer}
"""Groups that need another server than the one that people start: their clock is wound."""
