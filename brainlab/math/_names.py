"""Did you mean: for names that a namespace of ours does not have."""

from __future__ import annotations

import difflib


def missing_name(namespace: str, name: str, known) -> AttributeError:
    close = difflib.get_close_matches(name, [k for k in known if not k.startswith("_")], n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return AttributeError(f"{namespace} has no {name!r}.{hint}", name=name)
