"""What happened in each programme: the stories that the demo lives through."""

from demo.stories import msme_kosovo

TELLERS = {
    "msme-kosovo": msme_kosovo.tell,
}
