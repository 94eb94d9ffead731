"""What `pip install .` and `pip wheel .` add to Python's files: the native media plane, compiled.

An editable install has it from `make run`. Without a compiler the wheel has the sources alone; the
server then tries again when it starts, and goes on with the plane in Python.
"""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class NativePlane(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        native_build = load(Path(self.root) / "server" / "media" / "native_build.py")
        try:
            program: Path = native_build.build()
        except native_build.CannotBuild as failure:
            self.app.display_warning(
                f"{failure} The wheel is made without it, and audio and video are forwarded in "
                "Python, which costs more."
            )
            return
        # Git ignores what is built, and hatchling leaves out what Git ignores.
        build_data["force_include"][str(program)] = str(program.relative_to(self.root))
        build_data["pure_python"] = False
        # The program is for this machine's kind, not for one Python.
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"


def load(file: Path) -> ModuleType:
    """Without its package: nothing that the server needs is here while a wheel is made."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
