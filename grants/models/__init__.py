"""Award, tranches with their deliverables, co-financing, recoveries, assets."""

from grants.models.assets import Asset
from grants.models.awards import GRANT_ROLES, Award
from grants.models.own_part import Contribution
from grants.models.recoveries import Recovery
from grants.models.tranches import Deliverable, Tranche

__all__ = ["GRANT_ROLES", "Asset", "Award", "Contribution", "Deliverable", "Recovery", "Tranche"]
