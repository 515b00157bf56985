"""What donors may not see: few people, what tells of them, and whose money is nearly all of a cell. Pure."""

from reports.suppression.cells import hidden_cells
from reports.suppression.donors import for_donors
from reports.suppression.statements import Statement, statement_of
from reports.suppression.together import LEAST

__all__ = ["LEAST", "Statement", "for_donors", "hidden_cells", "statement_of"]
