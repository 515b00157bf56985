"""The seven programmes, each as data."""

from demo.programmes.beautiful_kosovo import BLUEPRINT as BEAUTIFUL_KOSOVO
from demo.programmes.med_armenia import BLUEPRINT as MED_ARMENIA
from demo.programmes.mine_azerbaijan import BLUEPRINT as MINE_AZERBAIJAN
from demo.programmes.msme_kosovo import BLUEPRINT as MSME_KOSOVO
from demo.programmes.remittance_match import BLUEPRINT as REMITTANCE_MATCH
from demo.programmes.remittance_tajikistan import BLUEPRINT as REMITTANCE_TAJIKISTAN
from demo.programmes.social_georgia import BLUEPRINT as SOCIAL_GEORGIA

BLUEPRINTS = (
    MED_ARMENIA,
    BEAUTIFUL_KOSOVO,
    MSME_KOSOVO,
    MINE_AZERBAIJAN,
    SOCIAL_GEORGIA,
    REMITTANCE_TAJIKISTAN,
    REMITTANCE_MATCH,
)
