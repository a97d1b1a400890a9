"""The one form that all our errors have: what, where, why, and a line to paste."""


class TeachingError(Exception):
    """The base of all errors that brainlab explains."""

    def __init__(self, what: str, where: str = "", why: str = "", try_: str = ""):
        why = why and why.rstrip(".") + "."
        parts = [("where", where), ("why", why), ("try", try_)]
        super().__init__("\n".join([what, *(f"  {label}: {text}" for label, text in parts if text)]))
        self.what, self.where, self.why, self.try_ = what, where, why, try_

    def add_note(self, note):
        """JAX adds a remark about its own frames to every error that passes through it; ours are complete."""
        if "JAX has removed its internal frames" not in note:
            super().add_note(note)
