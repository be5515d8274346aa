"""The rules that no formula can say, a module a family: whatever module lies here registers its functions."""

from __future__ import annotations

import pkgutil
from importlib import import_module

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
