"""An act and the papers that prove it, in one unit of work: a refused act leaves no file behind."""

from applicants.services import add_evidence
from audit.services import service
from loans.services.collateral import add_collateral
from loans.services.groups import constitute_group
from loans.services.guarantors import add_guarantor
from loans.services.life_events import record_life_event

# The act that papers of a purpose prove.
ACTS = {
    "guarantee": add_guarantor,
    "collateral": add_collateral,
    "group-act": constitute_group,
    "life-event": record_life_event,
}


@service
def act_with_papers(*, purpose, loan, papers, on, by, key=None, **facts):
    """Keep the uploads of `papers` ({argument: upload or None}) as evidence of the loan, and do the act of `purpose`.

    The key belongs to the uploads as they were sent: pressed twice, the act is done once. Returns the act's row.
    """
    kept = {
        name: add_evidence(
            programme=loan.programme,
            case_ref=loan.ref,
            purpose=purpose,
            content=upload.read(),
            name=upload.name,
            on=on,
            by=by,
            party=loan.borrower,
        )
        if upload
        else None
        for name, upload in papers.items()
    }
    return ACTS[purpose](loan=loan, on=on, by=by, **kept, **facts)
