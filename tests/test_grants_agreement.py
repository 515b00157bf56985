"""The grant agreement: what it says, in which letters, and that it never changes after it was read."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from applicants.models import Evidence, Party
from audit.refusals import Blocked, Invalid, NotAllowed, Stale
from grants.agreement import agreement_of, agreement_pdf, draw_agreement
from grants.models import Award
from grants.services import sign_award, write_agreement_text
from programmes.clock import standing_at
from tests.office import DAY, grant_office
from tests.steps_grants import ENDS, ready_award, signed_award

pytestmark = pytest.mark.django_db


def read(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def test_the_agreement_says_who_gets_what_when_and_for_what(office):
    award = signed_award(office, parts=[1_200_000, 800_000])
    Party.objects.filter(pk=award.applicant_id).update(name="Smith & Sons <img src=x>", name_script="Անահիտ Սարգսյան")
    award.refresh_from_db()
    words = read(agreement_pdf(award))
    for text in (
        "Grant agreement",
        "G-2026-0001",
        "Programme spring",
        "Smith & Sons <img src=x>",
        "Անահիտ Սարգսյան",
        "EUR 20,000.00",
        "12,000.00",
        "8,000.00",
        "Quote of the supplier",
        "Own cash",
        "5,000.00",
        "S-2026-01/1",
        "12.03.2026",
        "31.12.2026",
    ):
        assert text in words, text
    assert "Draft" not in words


def test_the_agreement_is_kept_when_it_is_first_read_and_stays_as_it_was(office):
    award = signed_award(office)
    version = award.version
    first = agreement_pdf(award, by=office.people.adviser, on=DAY)
    award = Award.objects.get()
    assert (award.version, Evidence.objects.get().case_ref) == (version, award.ref)
    Party.objects.filter(pk=award.applicant_id).update(name="Another Name")
    assert agreement_pdf(Award.objects.get(), by=office.people.manager, on=DAY) == first
    assert Evidence.objects.count() == 1


def test_a_draft_says_so_and_is_not_kept(office):
    award = ready_award(office)
    assert "Draft, not signed" in read(agreement_pdf(award))
    with pytest.raises(Blocked, match="not signed yet"):
        agreement_of(award=award, on=DAY, by=office.people.manager)


def test_a_stranger_does_not_keep_a_file(office):
    award = signed_award(office)
    with pytest.raises(NotAllowed):
        agreement_of(award=award, on=DAY, by=office.people.donor)


def test_the_agreement_of_a_confidential_programme_does_not_name_it(db):
    with standing_at(DAY):
        office = grant_office("shelter", confidential=True)
        words = read(agreement_pdf(signed_award(office)))
    assert "Small business support" in words
    assert "shelter" not in words.lower()


def test_a_call_has_words_of_its_own_in_each_language_for_agreements_signed_from_then_on(office):
    before, people = signed_award(office), office.people
    given = {"call": office.call, "on": DAY, "by": people.manager}
    for wrong in ({"language": "xx", "clauses": "A"}, {"language": "en", "clauses": " \n "}):
        with pytest.raises(Invalid):
            write_agreement_text(**given, **wrong)
    with pytest.raises(NotAllowed):
        write_agreement_text(**{**given, "by": people.adviser}, language="en", clauses="A")
    with standing_at(DAY + timedelta(days=1)):
        given["on"] = DAY + timedelta(days=1)
        write_agreement_text(**given, language="en", clauses="The cows stay. \n\n<b>No</b> fences.", version=0)
        with pytest.raises(Stale):
            write_agreement_text(**given, language="en", clauses="Other", version=0)
        write_agreement_text(**given, language="hy", clauses="Կովերը մնում են։")
        after = ready_award(office, amount=900_000, own=300_000)
        after = sign_award(award=after, ends_on=ENDS, on=given["on"], by=people.manager)
    assert "The grant is used for the business plan" in read(draw_agreement(before))
    text = read(draw_agreement(after))
    assert "1. The cows stay." in text
    assert "2. <b>No</b> fences." in text
    assert "The grant is used for the business plan" not in text
