"""Guess and verify against what only looks once, on digits that something covers: accuracy and segmentation.

    python benchmarks/vision.py            both tables, and the picture docs/vision.svg

All are trained and tested here, on the same pictures: 597 digits that nobody has seen, five draws of each corruption (the
mean is printed), and 300 pairs of them over each other. The model with feedback has never seen anything but clean digits;
the second perceptron was trained on noise, salt and pepper and bars, and the last one on 12000 overlaps. In brackets: an
independent program in NumPy, on one draw; with so few pictures, differences of 0.02 are chance.
"""

from __future__ import annotations

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

from brainlab import svg, vision

ROWS = {  # corruption -> elsewhere: feedback with k = 3, 5, 10, and IoU
    ("clean", 0): (0.968, 0.977, 0.977, np.nan),
    ("gauss", 0.4): (0.719, 0.776, 0.802, np.nan),
    ("salt and pepper", 0.1): (0.911, 0.941, 0.963, 0.55),
    ("salt and pepper", 0.2): (0.824, 0.898, 0.953, 0.67),
    ("salt and pepper", 0.3): (0.739, 0.831, 0.903, 0.68),
    ("noise block", 3): (0.878, 0.935, 0.943, 0.49),
    ("noise block", 4): (0.737, 0.801, 0.832, 0.48),
    ("noise block", 5): (0.553, 0.613, 0.655, 0.46),
    ("bar", 1): (0.791, 0.874, 0.941, 0.60),
    ("bar", 2): (0.576, 0.702, 0.827, 0.58),
}
COLUMNS = ("M", "logreg", "MLP clean", "MLP augm.", "Rao-Bal.", "P no mask", "k=3", "k=5", "k=10", "IoU")
OVERLAPS = {2: (0.887, 0.959), 3: (0.940, 0.983), 4: (0.973, 0.993), 6: (0.957, np.nan)}  # elsewhere: both right, owner
TRAINED_WITH = (("gauss", 0.4), ("salt and pepper", 0.2), ("bar", 1), ("bar", 2))
DRAWS, PAIRS = 5, 300
PICTURE = Path(__file__).parent.parent / "docs" / "vision.svg"


def perceptron(images, labels, answers=1, hidden=128, epochs=60, seed=0):
    """A net with one hidden layer, by Adam: images -> the digit, or (n, answers) of them. labels: (n,) or (n, answers)"""
    keys = jax.random.split(jax.random.key(seed), 3)
    sizes = (images.shape[1], hidden, 10 * answers)
    weights = [jax.random.normal(k, (m, n)) * (2 / m) ** 0.5 for k, m, n in zip(keys, sizes, sizes[1:], strict=False)]
    weights, adam = (*weights, jnp.zeros(hidden), jnp.zeros(10 * answers)), optax.adam(2e-3)

    def scores(weights, x):
        W, V, b, c = weights
        return (jax.nn.relu(x @ W + b) @ V + c).reshape(len(x), answers, 10)

    def loss(weights, x, y):
        return optax.softmax_cross_entropy_with_integer_labels(scores(weights, x), y).mean()

    @jax.jit
    def epoch(weights, state, x, y, key):
        def step(now, batch):
            weights, state = now
            change, state = adam.update(jax.grad(loss)(weights, x[batch], y[batch]), state)
            return (optax.apply_updates(weights, change), state), None

        batches = jax.random.permutation(key, len(x))[: len(x) // 100 * 100].reshape(-1, 100)
        return jax.lax.scan(step, (weights, state), batches)[0]

    x, y, state = jnp.asarray(images), jnp.asarray(labels).reshape(len(labels), answers), adam.init(weights)
    for key in jax.random.split(keys[2], epochs):
        weights, state = epoch(weights, state, x, y, key)
    return lambda images: np.asarray(scores(weights, jnp.asarray(images)).argmax(-1)).squeeze(-1 if answers == 1 else ())


def linear(features, labels):
    W, b = vision.softmax_regression(features, labels)
    return lambda features: (np.asarray(features) @ W + b).argmax(1)


def answers(data, seeing):
    """Column -> pictures to digits, for all that look once."""
    train, labels = data.train_images, data.train_labels
    spoiled = [vision.corrupt(train, kind, amount, seed=100 + i) for i, (kind, amount) in enumerate(TRAINED_WITH)]
    coding = vision.PredictiveCoding().learn(train)
    from_causes, blind = linear(coding.look(train).r, labels), seeing.replace(feedback=0.0, prior=0.0)
    return {
        "M": lambda x: np.asarray(seeing.guess(x)).argmax(1),
        "logreg": linear(train, labels),
        "MLP clean": perceptron(train, labels),
        "MLP augm.": perceptron(np.concatenate([train, *spoiled]), np.tile(labels, 1 + len(spoiled))),
        "Rao-Bal.": lambda x: from_causes(coding.look(x).r),
        "P no mask": lambda x: np.asarray(blind.look(x).label),
    }


def first(look, k):
    """The verdicts if only the k best guesses are verified."""
    return np.take_along_axis(np.asarray(look.guesses), np.asarray(look.score)[:, :k, -1].argmax(1)[:, None], 1)[:, 0]


def covered(data, seeing, once):
    table = {}
    for kind, amount in ROWS:
        draws = []
        for seed in range(DRAWS if kind != "clean" else 1):
            x = data.test_images if kind == "clean" else vision.corrupt(data.test_images, kind, amount, seed)
            look = seeing.look(x)
            right = [f(x) == data.test_labels for f in once.values()]
            right += [first(look, k) == data.test_labels for k in (3, 5, 10)]
            front = np.asarray(look.mask)[np.arange(len(x)), np.asarray(look.winner), -1] < 0.5
            changed = np.abs(x - data.test_images) > 0.25
            draws.append([*np.mean(right, 1), np.nan if kind in ("clean", "gauss") else vision.iou(front, changed).mean()])
        table[kind, amount] = np.mean(draws, 0)
    return table


def pairs(images, labels, offset, n, seed):
    i, j = np.random.default_rng(seed).integers(len(images), size=(2, n))
    return vision.overlap(images[i], images[j], offset), np.stack([labels[i], labels[j]], 1), (images[i], images[j])


def windows(sheets, offset):
    rows = sheets.reshape(len(sheets), 8, 8 + offset)
    return [rows[:, :, at : at + 8].reshape(-1, 64) for at in (0, offset)]


def overlapping(data, seeing, once):
    table = {}
    for offset in OVERLAPS:
        x, labels, (left, right) = pairs(data.test_images, data.test_labels, offset, PAIRS, 0)
        trained = perceptron(*pairs(data.train_images, data.train_labels, offset, 12_000, 1)[:2], answers=2, epochs=30)
        row = {name: np.stack([f(part) for part in windows(x, offset)], 1) for name, f in once.items()}
        seen = seeing.look_twice(x)
        row = {**row, "MLP on overlaps": trained(x), "feedback": np.asarray(seen.labels)}
        a, b = vision.overlap(left, 0 * right, offset), vision.overlap(0 * left, right, offset)
        ink = (x > 0) & (a != b)
        half = np.broadcast_to(np.arange(8 + offset) < 4 + offset / 2, (8, 8 + offset)).ravel()
        owner = [((who == (a > b))[ink]).mean() for who in (np.asarray(seen.owner)[:, -1] > 0.5, half)]
        table[offset] = {name: (found == labels).all(1).mean() for name, found in row.items()}, owner
    return table


def picture(data, seeing, table):
    """Accuracy by corruption above; below, what is seen in one digit behind a bar."""
    names = ("M", "logreg", "MLP augm.", "P no mask", "k=10")
    kinds = ("points", "squares", "triangles", "diamonds", "rings")
    axes = svg.Axes("", "accuracy", "digits that something covers", y_range=(0.2, 1.0), x_range=(0.4, 10.6), height=300)
    for name, kind, color in zip(names, kinds, svg.COLORS, strict=False):
        values = [row[COLUMNS.index(name)] for row in table.values()]
        label = {"k=10": "feedback", "M": "fast path"}.get(name, name)
        axes.layers.append(svg.Layer(np.arange(1.0, 11.0), np.array(values), label, color, kind))
    axes.x_label = "1 clean, 2 gauss 0.4, 3 4 5 salt and pepper 0.1 0.2 0.3, 6 7 8 noise block 3 4 5, 9 10 bar 1 2"
    x = vision.corrupt(data.test_images, "bar", 2)
    look, silent = seeing.look(x), seeing.replace(feedback=0.0).look(x)
    rescued = (np.asarray(look.label) == data.test_labels) & (np.asarray(silent.label) != data.test_labels)
    i = np.flatnonzero(rescued)[0]
    best = int(look.winner[i])
    shown = {
        "digit": data.test_images[i], "picture": x[i], "mask": look.mask[i, best, -1],
        "reconstruction": look.reconstruction[i, best, -1], "percept": look.percept[i, best, -1],
    }  # fmt: skip
    drawn = [
        (name, (8, 8), svg.colored(np.clip(255 * np.asarray(v), 0, 255).reshape(8, 8), ("page", "text")))
        for name, v in shown.items()
    ]
    said = f"without feedback {int(silent.label[i])}, with feedback {int(look.label[i])}"
    return svg.compose([axes, svg.Images(said, drawn, 190)], width=900, description="accuracy of guess and verify")


def main():
    data, seeing = vision.digits(), vision.GuessAndVerify(k=10).learn()
    once = answers(data, seeing)
    table = covered(data, seeing, once)
    print(f"{'':20}" + "".join(f"{name:>10}" for name in COLUMNS), "   [elsewhere]")
    for (kind, amount), row in table.items():
        there = " ".join("" if np.isnan(v) else f"{v:.3f}" for v in ROWS[kind, amount])
        cells = "".join(f"{'' if np.isnan(v) else format(v, '.3f'):>10}" for v in row)
        print(f"{kind:16}{amount or '':<4}{cells}    [{there}]")
    off = max(np.abs(table[key][6:9] - ROWS[key][:3]).max() for key in ROWS)
    print(f"largest difference of a column with feedback: {off:.3f}\n")
    for offset, (row, owner) in overlapping(data, seeing, once).items():
        there = OVERLAPS[offset]
        print(f"two digits, {offset} columns apart [feedback {there[0]:.3f}, owner {there[1]:.3f}]")
        print("  " + "  ".join(f"{name} {value:.3f}" for name, value in row.items()))
        print(f"  whose ink: feedback {owner[0]:.3f}, the middle line {owner[1]:.3f}")
    picture(data, seeing, table).save(PICTURE)


if __name__ == "__main__":
    main()
