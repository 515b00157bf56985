"""Who must have a second factor. Higher layers say for whom; sign-in asks."""

_askers = []


def register(asker):
    """Add a function (user) -> bool that tells whether this user's roles touch money or votes."""
    if asker not in _askers:
        _askers.append(asker)


def required_for(user):
    return any(asker(user) for asker in _askers)
