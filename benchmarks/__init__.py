"""Honest figures: ours beside a floor or a peer, interleaved, with machine, load and range printed. `make bench`."""
