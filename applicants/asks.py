"""Limits on what may be asked for, by apps above: they register in AppConfig.ready() who may ask for how much."""

_limits = []


def register_limit(function):
    """`function(application) -> sentence or None` says why this much cannot be asked for."""
    _limits.append(function)


def over_limit(application):
    """The first sentence that a limit answers, or None."""
    return next(filter(None, (limit(application) for limit in _limits)), None)
