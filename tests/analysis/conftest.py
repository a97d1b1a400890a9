"""Shared by the tests of analysis: what an error says, without the line of the test that made it."""

import pytest

from brainlab.analysis import AnalysisError


@pytest.fixture
def said():
    """said(call): the text of its AnalysisError. Without `where`, in which stand the words that a test looks for."""

    def run(call):
        with pytest.raises(AnalysisError) as error:
            call()
        assert "test_" in error.value.where, "it does not point at the student's line"
        return "\n".join((error.value.what, error.value.why, error.value.try_))

    return run
