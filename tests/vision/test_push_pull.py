"""Push-pull feedback: connections against matrices, and the table of an independent program (MODELS.md, 6.2)."""

import jax
import numpy as np
import pytest

from brainlab.params import ParamError
from brainlab.vision import DiscretePull, HierarchicalMemory, VisionError, compare_feedback, pattern_tree
from brainlab.vision.push_pull import run

MODEL = HierarchicalMemory()  # N = 1000
AUTHORS = MODEL.replace(inhibition=0.0)


# ---- patterns


def test_a_tree_is_as_alike_as_it_should_be():
    tree = pattern_tree(N=40_000, b1=0.2, b2=0.3, seed=3)
    assert {float(x) for x in np.unique(np.concatenate(tree))} == {-1.0, 1.0} and tree.family == 15
    children = tree.children.reshape(8, 15, -1)
    siblings = np.einsum("pci,pdi->pcd", children, children)[:, *np.triu_indices(15, 1)] / 40_000
    assert siblings.mean() == pytest.approx(0.2**2, abs=0.003)
    cousins = np.einsum("ci,di->cd", children[0], children[1]).mean() / 40_000
    strangers = np.einsum("ci,di->cd", children[0], children[4]).mean() / 40_000
    assert cousins == pytest.approx(0.2**2 * 0.3**2, abs=0.003) and strangers == pytest.approx(0, abs=0.003)
    majority = np.where(children.sum(1) > 0, 1, -1)
    assert (majority == tree.parents).all()
    assert (np.where(tree.parents.reshape(2, 4, -1).sum(1) > 0, 1, -1) == tree.grandparents).all()  # a draw is -1
    assert all((a == b).all() for a, b in zip(tree, pattern_tree(N=40_000, b1=0.2, b2=0.3, seed=3), strict=True))


def test_cues_are_mixed_with_relatives():
    tree = pattern_tree(N=1000, b1=0.0, b2=0.0, seed=1)  # strangers: what is mixed in can be seen
    cues = tree.cues(200, sibling=0.4, cousin=0.2, seed=2)
    overlaps = cues.patterns @ tree.children.T / 1000
    best, second, third = np.argsort(overlaps, axis=1)[:, :-4:-1].T
    assert (best == cues.child).all() and (cues.parent == cues.child // 15).all()
    assert (second // 15 == cues.parent).all() and (second != cues.child).all()
    assert (third // 15 != cues.parent).all() and (third // 60 == cues.parent // 4).all()
    shares = np.take_along_axis(overlaps, np.stack([best, second, third], 1), 1).mean(0)
    np.testing.assert_allclose(shares, [0.6 * 0.8, 0.4 * 0.8, 0.2], atol=0.02)
    assert (tree.cues(5, 0.0, 0.0).patterns == tree.children[tree.cues(5, 0.0, 0.0).child]).all()


# ---- connections


def test_connections_are_the_matrices_of_the_equations():
    model = HierarchicalMemory(N=150, children=5)
    tree = model.tree(seed=2)
    memory = model.store(tree)
    children, parents = (tree.children.T + 1) / 2, (tree.parents.T + 1) / 2
    children, parents = children - children.mean(), parents - parents.mean()

    def matrix(out, into):
        W = out @ into.T
        W = (W - np.diag(np.diag(W))) / 150
        return W / np.linalg.norm(W, 2)

    x = np.random.default_rng(0).random((3, 150)).astype(np.float32)
    W1, W2, F = matrix(children, children), matrix(parents, parents), matrix(np.repeat(parents, 5, axis=1), children)
    for got, wanted in ((memory.W1(x), W1), (memory.W2(x), W2), (memory.F(x), F), (memory.F.back(x), F.T)):
        np.testing.assert_allclose(got, x @ wanted.T, atol=2e-5)
    # One step of Euler's method, by hand, in the time of push and in that of pull
    rng = np.random.default_rng(1)
    h1, h2, x1, x2 = (rng.standard_normal((3, 150)).astype(np.float32) for _ in range(4))
    for t, push, pull in ((7.0, 1, 0), (12.0, 0, 1), (20.0, 0, 0)):
        now = memory.step(type(memory.start(x))(h1, h2, x1, x2), x, t, 0.1)
        s1, s2 = (y - y.mean(1, keepdims=True) for y in (x1, x2))
        cue = x - x.mean(1, keepdims=True)
        a = h1 + 0.02 * (-h1 + s1 @ W1.T + cue + push * s2 @ F - pull * 10 * 0.15 * s2)
        y = 0.5 * (2 / np.pi * np.arctan(8 * np.pi * a) + 1)
        b = h2 + 0.02 * (-h2 + 2 * s2 @ W2.T + 2 * (y - y.mean(1, keepdims=True)) @ F.T)
        for got, wanted in zip(now[:3], (a, b, y), strict=True):
            np.testing.assert_allclose(got, wanted, atol=3e-5)


# ---- the table


SIZE = dict(trees=12, cues=6, dt=0.25)  # one program; differences between trees are large in the authors' form


@pytest.fixture(scope="module")
def authors():
    return compare_feedback(AUTHORS, duration=25.0, **SIZE)


@pytest.fixture(scope="module")
def corrected():
    return compare_feedback(MODEL, duration=25.0, **SIZE)


def test_the_authors_form(authors):
    """What their program gives at its end, t = 25. The parent is found for half of the cues, and push alone hurts."""
    wanted = {"none": 0.596, "push": 0.575, "pull": 0.723, "push-pull": 0.746}
    assert authors.at(25.0) == pytest.approx(wanted, abs=0.03)
    assert authors.at(25.0)["push"] < authors.at(25.0)["none"] and authors.at(10.0)["push"] < authors.at(10.0)["none"] - 0.04
    assert all(0.35 < right[-1] < 0.7 for right in authors.right.values())


def test_the_corrected_form(corrected):
    assert all((right[9:] > 0.99).all() for right in corrected.right.values())  # the parent, from before the push on
    assert corrected.at(10.0)["none"] == pytest.approx(0.723, abs=0.03)
    assert corrected.at(10.0)["push"] == pytest.approx(0.755, abs=0.03)
    assert corrected.at(15.0)["pull"] == pytest.approx(0.817, abs=0.03)
    assert corrected.at(10.0)["push"] > corrected.at(10.0)["none"] + 0.02
    assert corrected.at(25.0)["push-pull"] == pytest.approx(corrected.at(25.0)["none"], abs=0.01)  # the gain is transient
    # Without feedback it is what the cue itself shows: 0.1 from a cousin, and 0.2 of the rest from a sibling
    assert corrected.at(25.0)["none"] == pytest.approx(0.9 * (0.8 + 0.2 * 0.15**2), abs=0.01)


@pytest.mark.parametrize(
    ("spoiled", "none", "push", "name", "later"),
    [({"cousin": 0.3}, 0.560, 0.609, "push-pull", 0.614), ({"sibling": 0.4}, 0.547, 0.571, "pull", 0.613)],
)
def test_against_cousins_push_and_against_siblings_pull(spoiled, none, push, name, later):
    found = compare_feedback(MODEL, duration=25.0, **SIZE, **spoiled)
    assert found.at(10.0)["none"] == pytest.approx(none, abs=0.03) and found.at(10.0)["push"] == pytest.approx(
        push, abs=0.03
    )
    assert found.at(15.0)[name] == pytest.approx(later, abs=0.03)
    gains = found.at(10.0)["push"] - none, found.at(15.0)["pull"] - none
    assert (gains[0] > 0.03) == (name == "push-pull") and gains[1] > 0.03


def test_too_strong_a_pull_destroys():
    found = compare_feedback(MODEL.replace(b1=0.3), duration=25.0, **SIZE)
    assert found.at(15.0)["pull"] == pytest.approx(-0.34, abs=0.03)


def test_the_discrete_form():
    tree = [pattern_tree(b1=0.2, seed=s) for s in range(4)]
    found = {g: np.mean([DiscretePull(g_n=g).recall(t, t.cues(20, seed=1)).mean() for t in tree]) for g in (0.0, 1.0, 4.0)}
    assert found[0.0] == pytest.approx(0.709, abs=0.03) and found[1.0] == pytest.approx(0.853, abs=0.03)
    assert found[4.0] < 0
    for g in (0.5, 2.0):  # the theory: what siblings say is taken away at g_n = 1
        assert np.mean([DiscretePull(g_n=g).recall(t, t.cues(20, seed=1)).mean() for t in tree]) < found[1.0]


# ---- one memory


def test_a_run_is_what_the_comparison_is_made_of():
    model = HierarchicalMemory(N=200, children=5)
    tree = model.tree(seed=0)
    memory, cues = model.store(tree), tree.cues(8)
    one, many = memory.recall(cues, 15.0, dt=0.25), compare_feedback(model, trees=1, cues=8, dt=0.25)
    np.testing.assert_allclose(one.child.mean(1), many.child["push-pull"], atol=1e-6)
    np.testing.assert_allclose(one.t, np.arange(1, 31) * 0.5)
    assert one.at(15.0) == pytest.approx(one.child[-1].mean()) and one.x1.shape == one.x2.shape == (8, 200)
    np.testing.assert_allclose(one.child[-1], (np.sign(2 * one.x1 - 1) * tree.children[cues.child]).mean(1), atol=1e-6)
    np.testing.assert_allclose(one.parents[-1], np.sign(2 * one.x2 - 1) @ tree.parents.T / 200, atol=1e-6)
    compiled = run._cache_size()
    for change in ({"push": 3.0}, {"inhibition": 0.0, "t_push": 2.0}, {"noise": 0.0}):
        other = memory.recall(cues, 15.0, dt=0.25, model=model.replace(**change))
        assert not np.allclose(other.x1, one.x1)
    assert run._cache_size() == compiled
    assert isinstance(jax.tree.leaves(memory)[-1], jax.Array)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda m, t: pattern_tree(N=0), VisionError, "N = 0: a whole number from 1"),
        (lambda m, t: pattern_tree(b1=1.5), VisionError, "b1 = 1.5: a number from 0 to 1"),
        (lambda m, t: pattern_tree(seed="x"), VisionError, "seed = 'x': a whole number"),
        (lambda m, t: t.cues(0), VisionError, "n = 0: a whole number from 1"),
        (lambda m, t: t.cues(3, sibling=2.0), VisionError, "sibling = 2.0: a number from 0 to 1"),
        (lambda m, t: pattern_tree(N=50, children=1).cues(3), VisionError, "this tree has 1 children of each parent"),
        (lambda m, t: m.model.store(t.children), VisionError, "is no tree of patterns"),
        (lambda m, t: m.model.store(t._replace(children=0 * t.children)), VisionError, "these patterns are all the same"),
        (lambda m, t: m.recall(t.children), VisionError, "are no cues for a memory of 60 cells"),
        (lambda m, t: m.recall(pattern_tree(N=50).cues(2)), VisionError, "are no cues for a memory of 60 cells"),
        (lambda m, t: m.recall(t.cues(2), dt=0.0), VisionError, "dt = 0.0: a number above 0 ms"),
        (lambda m, t: m.recall(t.cues(2), dt=1.0), VisionError, "dt = 1 ms, every = 0.5 ms, duration = 25 ms"),
        (lambda m, t: m.recall(t.cues(2), seed=-1), VisionError, "seed = -1: a whole number"),
        (lambda m, t: compare_feedback(m.model, trees=0), VisionError, "trees = 0: a whole number from 1"),
        (lambda m, t: HierarchicalMemory(pull=-1.0), ParamError, "at least 0"),
        (lambda m, t: HierarchicalMemory(N=10.5), ParamError, "must be a whole number"),
        (lambda m, t: DiscretePull().recall(t, t), VisionError, "a tree and cues of it are expected"),
        (lambda m, t: DiscretePull().recall(t, t.cues(2), sweeps=0), VisionError, "sweeps = 0: a whole number"),
        (lambda m, t: DiscretePull(g_n=-1.0), ParamError, "at least 0"),
    ],
)
def test_errors(call, error, match):
    model = HierarchicalMemory(N=60, children=5)
    tree = model.tree()
    with pytest.raises(error, match=match):
        call(model.store(tree), tree)
