"""An act and the file that proves it, in one unit of work: a refused act leaves no file behind."""

from applicants.services import add_evidence
from audit.services import unit_of_work


def with_file(act, *, award, upload, purpose, on, by, **facts):
    """Keep `upload` (an uploaded file or None) as evidence of the award, and call `act(evidence=..., **facts)`."""
    with unit_of_work():
        evidence = None
        if upload is not None:
            evidence = add_evidence(
                programme=award.programme,
                case_ref=award.ref,
                purpose=purpose,
                content=upload.read(),
                name=upload.name,
                on=on,
                by=by,
                party=award.applicant,
            )
        return act(evidence=evidence, on=on, by=by, **facts)
