"""An act and the papers that prove it, in one unit of work: a refused act leaves no file behind."""

from applicants.services import add_evidence
from audit.services import unit_of_work


def with_papers(act, *, loan, on, by, papers, purpose, party=None, key=None, **facts):
    """Keep the uploaded files of `papers` ({argument: upload or None}) as evidence and call `act` with them."""
    with unit_of_work():
        kept = {
            name: add_evidence(
                programme=loan.programme,
                case_ref=loan.ref,
                purpose=purpose,
                content=upload.read(),
                name=upload.name,
                on=on,
                by=by,
                party=party or loan.borrower,
            )
            if upload
            else None
            for name, upload in papers.items()
        }
        return act(loan=loan, on=on, by=by, key=key, **kept, **facts)
