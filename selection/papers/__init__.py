"""The papers of the committee: minutes, packets, letters."""

from selection.papers.letters import letter_paper, letters_paper
from selection.papers.minutes import minutes_paper

__all__ = ["letter_paper", "letters_paper", "minutes_paper"]
