"""What happened in each programme: the stories that the demo lives through."""

from demo.stories import (
    beautiful_kosovo,
    med_armenia,
    mine_azerbaijan,
    msme_kosovo,
    remittance_match,
    remittance_tajikistan,
    social_georgia,
)

TELLERS = {
    "med-armenia": med_armenia.tell,
    "beautiful-kosovo": beautiful_kosovo.tell,
    "msme-kosovo": msme_kosovo.tell,
    "mine-azerbaijan": mine_azerbaijan.tell,
    "social-georgia": social_georgia.tell,
    "remittance-tajikistan": remittance_tajikistan.tell,
    "remittance-match": remittance_match.tell,
}
