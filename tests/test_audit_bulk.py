"""Bulk inserts write the rows that single saves write, and take their numbers from where the database does."""

import gc
from datetime import date

import pytest
from django.db import IntegrityError, connection

from accounts.encryption import blind_index
from applicants.models import Consent, Identity, Party
from audit.bulk import insert, many_rows, take_ids
from programmes.models import Region
from tests.steps_applicants import registered_person


def columns(row, *leave_out):
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.local_concrete_fields
        if field.attname not in ("id", *leave_out)
    }


def test_numbers_are_taken_in_a_row_and_the_next_single_row_comes_after_them(db):
    first = Region.objects.create(country="AM", name="Lori")
    keys = take_ids(Region, 3)
    assert keys == [first.pk + 1, first.pk + 2, first.pk + 3]
    insert(Region, ({"id": pk, "country": "AM", "name": f"Region {pk}"} for pk in keys))
    assert Region.objects.create(country="AM", name="Shirak").pk == keys[-1] + 1


def test_numbers_are_given_on_an_empty_table_too(db):
    keys = take_ids(Region, 2)
    insert(Region, [Region(pk=pk, country="AM", name=f"Region {pk}") for pk in keys])
    assert list(Region.objects.order_by("pk").values_list("pk", flat=True)) == keys


def test_dates_texts_numbers_and_nothing_come_back_as_from_a_single_save(office):
    person = registered_person(office, phone="093 00 01 23")
    one = Party.objects.get(pk=person.pk)
    (pk,) = take_ids(Party, 1)
    insert(Party, [{**columns(one), "id": pk, "ref": "P-000002"}])
    assert columns(Party.objects.get(pk=pk), "ref") == columns(one, "ref")
    consent = Consent.objects.get()
    (pk,) = take_ids(Consent, 1)
    insert(Consent, [{**columns(consent), "id": pk}])
    assert columns(Consent.objects.get(pk=pk)) == columns(consent)


def test_a_secret_is_encrypted_row_by_row_also_when_it_is_the_same(office):
    people = [registered_person(office, name) for name in ("Ani Grigoryan", "Sona Melkonyan")]
    insert(
        Identity,
        (
            {
                "id": pk,
                "party_id": party.pk,
                "kind": "passport",
                "number": "AN0123456",
                "number_index": blind_index("AN0123456"),
                "seen_on": date(2026, 3, 1),
                "seen_by_id": office.people.adviser.pk,
            }
            for party, pk in zip(people, take_ids(Identity, 2), strict=True)
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM applicants_identity")
        stored = [row[0] for row in cursor.fetchall()]
    assert len(set(stored)) == 2
    assert "AN0123456" not in "".join(stored)
    assert {identity.number for identity in Identity.objects.all()} == {"AN0123456"}


def test_the_collector_waits_for_a_long_list_and_works_again_afterwards_also_when_it_fails():
    seen = []

    def fail():
        seen.append(gc.isenabled())
        raise ValueError("a row is wrong")

    with pytest.raises(ValueError, match="a row is wrong"), many_rows():
        fail()
    assert seen == [False]
    assert gc.isenabled()


def test_what_the_database_refuses_singly_it_refuses_in_bulk(office):
    person = registered_person(office)
    (pk,) = take_ids(Consent, 1)
    row = {**columns(Consent.objects.get()), "id": pk, "party_id": person.pk, "withdrawn_on": date(2026, 3, 1)}
    with pytest.raises(IntegrityError):
        insert(Consent, [row])
