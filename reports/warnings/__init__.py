"""The anti-fraud report: what looks odd in a programme, why it may matter, and what somebody found when they asked."""
