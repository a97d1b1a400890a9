"""From drawn synapses to a Connection: weights, memory, stores."""

from __future__ import annotations

import difflib

import numpy as np

from ..math.sparse import Dense, Padded, Ragged
from ._memory import check_fits
from .errors import ConnectError

STORES = ("auto", "padded", "ragged", "dense", "uniform", "just_in_time")
BUILDING = 48  # bytes per synapse at the peak of drawing: the keys and what they are made of (measured: 24 to 48)
RAGGED_MOST = 2**31


def known_store(store) -> str:
    if store in STORES:
        return store
    close = difflib.get_close_matches(str(store), STORES, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ConnectError(f"there is no store {store!r}.{hint}", try_="store=" + ", ".join(map(repr, STORES)))


def is_number(weight) -> bool:
    return not callable(weight) and np.ndim(weight) == 0


def just_in_time_line(k, n_pre, n_post) -> str:
    return f'bl.connect.FixedOutDegree({k}, multapses=True)({n_pre}, {n_post}, store="just_in_time")'


def check_memory(rule, n_synapses, n_pre, n_post, weight, store) -> None:
    """Before anything is drawn."""
    if store == "ragged" and n_synapses >= RAGGED_MOST:
        raise ConnectError(
            f"{rule!r} makes {n_synapses:,.0f} synapses; a ragged store holds at most {RAGGED_MOST - 1:,}.",
            why="the place at which a row begins is counted in 32 bits",
            try_='store="padded"',
        )
    own = 0 if is_number(weight) else 12  # a weight in 64 bits while it is drawn, in 32 when it is stored
    need = n_synapses * (BUILDING + own) + (12.0 * n_pre * n_post if store == "dense" else 0.0)
    k = max(1, round(n_synapses / n_pre))
    what = f'the {n_synapses:,.0f} synapses of {rule!r}, store="{store}",'
    if store == "dense" and 8 * n_synapses < n_pre * n_post:
        check_fits(what, need, 'store="padded", which keeps only the synapses that there are')
    elif n_synapses == n_pre * n_post and is_number(weight):
        check_fits(what, need, 'bl.connect.AllToAll() with store="uniform": one weight for every pair takes no memory')
    else:
        check_fits(what, need, just_in_time_line(k, n_pre, n_post) + "   # just-in-time connectivity stores no synapse")


def stored(rule, drawn, n_pre, n_post, rng, weight, store):
    """The Connection. `rng` draws the weights: a stream of its own, so that the synapses do not depend on it."""
    keys = drawn.keys
    if store == "dense":
        matrix = np.zeros(n_pre * n_post, np.float64)
        np.add.at(matrix, keys, weights_of(rule, drawn, n_pre, n_post, rng, weight))
        return Dense(matrix.reshape(n_pre, n_post))
    weights = weights_of(rule, drawn, n_pre, n_post, rng, weight)
    indptr = np.searchsorted(keys, np.arange(n_pre + 1) * n_post)
    degrees = np.diff(indptr)
    targets = np.repeat(np.arange(n_pre) * -n_post, degrees)
    targets += keys
    targets = targets.astype(np.int32)
    if store == "ragged":
        return Ragged(indptr.astype(np.int32), targets, weights, n_post)
    return padded(rule, degrees, targets, weights, n_post)


def padded(rule, degrees, targets, weights, n_post):
    width = int(degrees.max())
    if width > degrees.min():  # whole eights: the rows of another seed mostly have the same shape, and nothing compiles anew
        width = -(-width // 8) * 8
    own = np.ndim(weights) > 0
    check_fits(
        f"{len(degrees):,} rows of {rule!r}, each padded to the longest, {width:,} synapses,",
        len(degrees) * width * (12.0 if own else 4.0),
        'store="ragged", in which every row is as long as it is',
    )
    filled = np.arange(width) < degrees[:, None]
    rows = np.full(filled.shape, n_post, np.int32)
    rows[filled] = targets
    if own:
        of_rows = np.zeros(filled.shape)
        of_rows[filled] = weights
        weights = of_rows
    return Padded(rows, weights, n_post)


def weights_of(rule, drawn, n_pre, n_post, rng, weight):
    """A number, or (synapse,) in the order of the keys."""
    n = len(drawn.keys)
    if callable(weight):
        values = checked_weights(weight((n,), rng), f"weight={weight!r}")
        if values.shape != (n,):
            raise ConnectError(
                f"weight = {weight!r} was asked for shape ({n},) and gave {values.shape}.",
                why="an initialiser gives one weight for every synapse",
                try_="weight=lambda shape, rng: rng.normal(1.0, 0.1, shape)",
            )
    else:
        values = checked_weights(weight, f"weight of {rule!r}")
        if values.ndim:
            values = given(rule, drawn, n_pre, n_post, values)
    return values if drawn.factor is None else values * drawn.factor


def checked_weights(weight, name):
    """As an array of finite numbers."""
    values = np.asarray(weight)
    if values.dtype.kind not in "iuf":
        raise ConnectError(
            f"{name}: a weight is a number, an array of numbers, or an initialiser; got {weight!r:.60}.",
            try_="weight=0.5, or weight=bl.connect.Normal(0.5, 0.1)",
        )
    if not np.all(np.isfinite(values)):
        raise ConnectError(f"{name}: a weight is {values[~np.isfinite(values)].flat[0]}; all must be finite.")
    return values


def given(rule, drawn, n_pre, n_post, values):
    """An array of the student's: for pairs or for synapses."""
    n = len(drawn.keys)
    if values.shape == (n_pre, n_post):
        return values.ravel()[drawn.keys]
    if values.shape == (n,):
        return values if drawn.order is None else values[drawn.order]
    raise ConnectError(
        f"the weights have shape {values.shape}; {rule!r} made {n} synapses from {n_pre} to {n_post} neurons.",
        why="a weight belongs to a pair of neurons or to a synapse",
        try_=f"one number, an array ({n_pre}, {n_post}) (pre, post), an array ({n},), or bl.connect.Normal(1.0, 0.1)",
    )
