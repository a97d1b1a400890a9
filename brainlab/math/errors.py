"""The errors that teach. The docstring of each class is its lesson: the wrong code, why it cannot be, the right code.

Every message has the same four parts: what the student wrote and what is wrong with it, where, why, and a line to paste.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from .._teaching import TeachingError
from ._text import bare, called, is_number, start_text, text, tree_text
from ._where import name_of, place, user_frame


class NotAVariableError(TeachingError):
    """Something that is not a Variable was changed inside a transform.

    Wrong. `jit` runs the Python code once, with unknown numbers, and then only repeats the compiled arithmetic: the
    change would happen once, and what is stored would be a promise of a number, not a number.

    >>> import brainlab as bl, brainlab.math as bm
    >>> class Counter(bl.Module):
    ...     def __init__(self):
    ...         self.count = bm.zeros(1)
    ...     def step(self):
    ...         self.count += 1
    >>> bm.jit(Counter().step)()
    Traceback (most recent call last):
    brainlab.math.errors.NotAVariableError: self.count was changed inside bm.jit, but it is a plain array, not a Variable.
    ...

    Right. What changes in time is a Variable:

    >>> class Counter(bl.Module):
    ...     def __init__(self):
    ...         self.count = bm.Variable(bm.zeros(1))
    ...     def step(self):
    ...         self.count += 1
    >>> counter = Counter()
    >>> bm.jit(counter.step)()
    >>> counter.count
    Variable([1.], dtype=float32, name='Counter.count')
    """

    WHY = "{kind} runs the Python code once and then repeats the arithmetic; changes to anything but Variables are lost"

    @classmethod
    def of(cls, name, kind, what, try_, frame=None):
        frame, lost = frame or user_frame(), f": {what} would be lost when it ends."
        kept = f", but it is {what}, not a Variable."
        return cls(
            f"{name} was changed inside bm.{kind}{lost if 'created' in what else kept}",
            place(frame) if frame else "",
            cls.WHY.format(kind=f"bm.{kind}"),
            try_,
        )

    @classmethod
    def array(cls, array, kind):
        name = name_of(array, user_frame()) or "an array from outside"
        target = name if name.isidentifier() or "." in name else "v"
        return cls.of(name, kind, "a plain array", f"{target} = bm.Variable({start_text(array)})   # where you made it")


class StaleValueError(TeachingError):
    """A number was built into the compiled code and has changed since.

    Wrong. `jit` reads `self.k` once, when it compiles; afterwards 1.0 stands in the compiled code.

    >>> import brainlab as bl, brainlab.math as bm
    >>> class Gain(bl.Module):
    ...     def __init__(self):
    ...         self.k = 1.0
    ...     def __call__(self, x):
    ...         return self.k * x
    >>> gain = Gain()
    >>> f = bm.jit(gain)
    >>> f(2.0)
    Array(2., dtype=float32)
    >>> gain.k = 100.0
    >>> f(2.0)
    Traceback (most recent call last):
    brainlab.math.errors.StaleValueError: Gain.k was 1.0 when bm.jit compiled Gain, and is now 100.0.
    ...

    Right. Compile anew, or (better, when it changes often) make it a Variable or an argument:

    >>> f.recompile()
    >>> f(2.0)
    Array(200., dtype=float32)
    """

    @classmethod
    def of(cls, label, old, new, jitted):
        now, again = text(new), f"{name_of(jitted, user_frame()) or jitted.__name__}.recompile()"
        now = now if now != old else "another one, or has other contents"
        target = "self." + label.split(".", 1)[1] if "." in label and label[0].isupper() else label
        why = "the compiled code still holds the old value, so the answer would be wrong"
        try_ = f"{again}   # to compile it anew"
        if hasattr(new, "_tree"):
            try_ = f"{target}.value = ...   # to set the Variable that it was compiled with;  or {again}"
        elif is_number(old) and isinstance(new, int | float) and not isinstance(new, bool):
            start = repr(float(old)) if isinstance(new, float) else old
            try_ = f"{target} = bm.Variable({start})   # if it is to change;  or {again} to compile it anew"
        return cls(
            f"{label} was {old} when bm.jit compiled {jitted.__name__}, and is now {now}.", place(user_frame()), why, try_
        )


class TracedValueError(TeachingError, TypeError):
    """Python was asked to decide, or to show a number, that is known only when the compiled code runs.

    Wrong. Under `jit` (and in a `for_loop`, a `grad`, ...) the Python code runs once for all numbers to come, so an
    `if`, `while`, `assert`, `float()`, `range()` or NumPy function cannot look at one of them.

    >>> import brainlab.math as bm
    >>> V = bm.Variable(-40., name="V")
    >>> @bm.jit
    ... def reset():
    ...     if V > -50.:
    ...         V.value = -65.
    >>> reset()
    Traceback (most recent call last):
    brainlab.math.errors.TracedValueError: `if` needs to know V now, inside bm.jit.
    ...

    Right. `where` for numbers, `ifelse` for whole branches, `for_loop` and `while_loop` for loops:

    >>> @bm.jit
    ... def reset():
    ...     V.value = bm.where(V > -50., -65., V)
    >>> reset()
    >>> V
    Variable(-65., dtype=float32, name='V')

    To look at numbers while you search for a mistake, run the code in plain Python:

    >>> with bm.disable_jit():
    ...     reset()
    """


class TracedMaskError(TracedValueError, IndexError):
    """An array was indexed by a mask whose number of True is known only when the compiled code runs.

    Wrong: the result would have no fixed shape.

    >>> import brainlab.math as bm
    >>> bm.jit(lambda V: V[V > 0.].sum())(bm.array([1., -2.]))
    Traceback (most recent call last):
    brainlab.math.errors.TracedMaskError: a mask picks elements by numbers that are not known yet, inside bm.jit.
    ...

    Right: keep the shape and put something neutral where the mask is False.

    >>> bm.jit(lambda V: bm.where(V > 0., V, 0.).sum())(bm.array([1., -2.]))
    Array(1., dtype=float32)
    """


class RawTransformError(TeachingError):
    """A Variable was written inside jax.jit, jax.vmap or jax.grad, which know nothing of Variables.

    Wrong. Bare JAX would leave a tracer in the Variable, and the program would break later, somewhere else.

    >>> import jax, brainlab.math as bm
    >>> count = bm.Variable(0., name="count")
    >>> def step():
    ...     count.value = count + 1
    >>> jax.jit(step)()
    Traceback (most recent call last):
    brainlab.math.errors.RawTransformError: Variable 'count' was written inside a bare jax transform.
    ...

    Right: the same transform from brainlab.math.

    >>> bm.jit(step)()
    >>> count
    Variable(1., dtype=float32, name='count')
    """

    @classmethod
    def at(cls, variable):
        return cls(
            f"{called(variable)} was written inside a bare jax transform.",
            place(user_frame()),
            "jax.jit, jax.vmap, jax.grad and jax.lax loops do not know Variables: the new value would be lost",
            "bm.jit, bm.vmap, bm.grad, bm.for_loop ... instead of jax.jit, jax.vmap, jax.grad, jax.lax.scan ...",
        )


class BranchMismatchError(TeachingError, TypeError):
    """The branches of an `ifelse` give results of different shape or dtype.

    Wrong. Compiled code must know the shape of the result before it knows which branch runs.

    >>> import brainlab.math as bm
    >>> f = bm.jit(lambda x: bm.ifelse(x > 0, [lambda x: x, lambda x: bm.zeros(3)], x))
    >>> f(1.)
    Traceback (most recent call last):
    brainlab.math.errors.BranchMismatchError: the branches of bm.ifelse differ: branch 0 gives float32[], branch 1 ...
    ...

    Right:

    >>> f = bm.jit(lambda x: bm.ifelse(x > 0, [lambda x: x, lambda x: 0.], x))
    >>> f(1.)
    Array(1., dtype=float32)
    """


class LoopTypeError(TeachingError, TypeError):
    """A loop's body gives back something of another shape or dtype than it was given.

    Wrong. Here x starts as an integer and comes back as a float.

    >>> import brainlab.math as bm
    >>> bm.while_loop(lambda x: x < 10, lambda x: x * 1.5, 1)
    Traceback (most recent call last):
    brainlab.math.errors.LoopTypeError: the body of bm.while_loop was given int32[] and gave back float32[].
    ...

    Right:

    >>> bm.while_loop(lambda x: x < 10, lambda x: x * 1.5, 1.)
    Array(11.390625, dtype=float32)
    """


class GradientError(TeachingError, TypeError):
    """A gradient that does not exist: of something that is not one number, or with respect to integers.

    Wrong:

    >>> import brainlab.math as bm
    >>> bm.grad(lambda w: w ** 2)(bm.array([1., 2.]))
    Traceback (most recent call last):
    brainlab.math.errors.GradientError: bm.grad needs a function that returns one number; <lambda> returned float32[2].
    ...

    Right: sum it up, or ask for the derivative of each element.

    >>> bm.grad(lambda w: (w ** 2).sum())(bm.array([1., 2.]))
    Array([2., 4.], dtype=float32)
    >>> bm.vector_grad(lambda w: w ** 2)(bm.array([1., 2.]))
    Array([2., 4.], dtype=float32)
    """


class SharedWriteError(TeachingError):
    """Inside `vmap` every lane wants to write another value into a Variable that all lanes share.

    Wrong:

    >>> import brainlab.math as bm
    >>> V = bm.Variable(0., name="V")
    >>> def step(I):
    ...     V.value = V + I
    >>> bm.vmap(step)(bm.arange(3.))
    Traceback (most recent call last):
    brainlab.math.errors.SharedWriteError: Variable 'V' is shared by the 3 lanes of bm.vmap, and they write different values.
    ...

    Right: give each lane its own slice.

    >>> V = bm.Variable(bm.zeros(3), name="V")
    >>> bm.vmap(step, mapped=V)(bm.arange(3.))
    >>> V
    Variable([0., 1., 2.], dtype=float32, name='V')
    """


class ShapeError(TeachingError, ValueError):
    """A value of another shape was assigned. A Variable keeps its shape for life.

    >>> import brainlab.math as bm
    >>> w = bm.Variable([1., 2.], name="w")
    >>> w.value = 0.
    Traceback (most recent call last):
    brainlab.math.errors.ShapeError: Variable 'w' has shape (2,); the new value has shape ().
    ...
    >>> w[...] = 0.        # every element
    """

    @classmethod
    def of(cls, owner, old, new):
        shape, name = np.shape(new), bare(owner)
        start = f"{name} = bm.Variable(x)   # where it is made" if hasattr(owner, "_tree") else f"{name} = x   # a new array"
        try_ = f"{name}[...] = x   # to fill every element" if shape == () else start
        if len(shape) == len(old.shape) + 1 and 1 in shape:
            try_ = f"{name}.value = x.reshape({tuple(old.shape)})"
        return cls(
            f"{called(owner)} has shape {tuple(old.shape)}; the new value has shape {tuple(shape)}.",
            place(user_frame()),
            "compiled code is made for one shape, and a neuron does not change the number of its neighbours by assignment",
            try_,
        )

    @classmethod
    def tree(cls, owner, old, new):
        return cls(
            f"{called(owner)} holds {tree_text(old)}; the new value is {tree_text(new)}.",
            place(user_frame()),
            "compiled code is made for one structure",
            f"{bare(owner)} = bm.Variable(x)   # a new one",
        )


class DtypeError(TeachingError, TypeError):
    """A value was assigned that the dtype cannot hold without loss, such as 1.5 in an array of integers.

    >>> import brainlab.math as bm
    >>> n = bm.array([1, 2, 3])
    >>> n[0] = 1.5
    Traceback (most recent call last):
    brainlab.math.errors.DtypeError: n holds int32; float32 does not fit into it without loss.
    ...
    >>> x = n.astype(bm.float32)
    >>> x[0] = 1.5
    """

    @classmethod
    def of(cls, owner, old, new):
        return cls(
            f"{called(owner)} holds {old.dtype}; {jnp.asarray(new).dtype} does not fit into it without loss.",
            place(user_frame()),
            "a value that is rounded in silence is a result that is wrong in silence",
            f"x.astype(bm.{old.dtype}) for the new value, or start {bare(owner)} with the wider dtype",
        )


class StaticArgumentError(TeachingError, TypeError):
    """A static argument of `jit` must be hashable: a number, a string, a tuple, a function.

    >>> import brainlab.math as bm
    >>> f = bm.jit(lambda x, n: x[: n[0]], static_argnums=1)
    >>> f(bm.ones(3), [2])
    Traceback (most recent call last):
    brainlab.math.errors.StaticArgumentError: static argument 1 of <lambda> is a list, which has no hash.
    ...

    And what is not a number must be static:

    >>> bm.jit(lambda x, rule: x if rule == "keep" else -x)(1., "keep")
    Traceback (most recent call last):
    brainlab.math.errors.StaticArgumentError: argument 1 of bm.jit is a str ('keep'), not a number or an array.
    ...
    >>> bm.jit(lambda x, rule: x if rule == "keep" else -x, static_argnums=1)(1., "keep")
    Array(1., dtype=float32)
    """

    @classmethod
    def of(cls, kind, which, x):
        return cls(
            f"{which} of bm.{kind} is a {type(x).__name__} ({x!r:.40}), not a number or an array.",
            place(user_frame()),
            "compiled code works on arrays; anything else is decided when it is compiled",
            "bm.jit(f, static_argnames='...') for a setting, or keep the object outside the function",
        )


class ResultError(TeachingError, TypeError):
    """A compiled function returned something that is not made of numbers.

    >>> import brainlab.math as bm
    >>> bm.jit(lambda x: "fast" if x.ndim else "slow")(1.)
    Traceback (most recent call last):
    brainlab.math.errors.ResultError: a compiled function returned a str ('slow'), not a number or an array.
    ...
    """

    @classmethod
    def of(cls, x):
        return cls(
            f"a compiled function returned a {type(x).__name__} ({x!r:.40}), not a number or an array.",
            place(user_frame()),
            "compiled code gives back arrays; anything else would be decided once, when it is compiled",
            "return numbers, arrays, or tuples, lists and dicts of them",
        )


class LoadError(TeachingError):
    """A file does not hold the Variables that the Module has: other names or other shapes. Nothing was loaded.

    >>> import io, brainlab as bl, brainlab.math as bm
    >>> class Layer(bl.Module):
    ...     def __init__(self, n):
    ...         self.w = bm.Variable(bm.zeros(n))
    >>> file = io.BytesIO()
    >>> Layer(3).save(file)
    >>> _ = file.seek(0)
    >>> Layer(4).load(file)
    Traceback (most recent call last):
    brainlab.math.errors.LoadError: the file: w was saved with shapes [(3,)], this Layer has [(4,)].
    ...
    """
