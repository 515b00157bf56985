"""What is read only on the record: identity numbers and target groups, encrypted, each read an event."""

import pytest
from django.db import connection

from applicants import duplicates
from applicants.models import Identity, SensitiveFact
from applicants.services import (
    confirm_group,
    read_groups,
    read_identity,
    record_identity,
)
from audit.models import Event, Remark
from audit.refusals import Blocked, Invalid, NotAllowed
from programmes.models import TargetGroup
from tests.office import DAY, grant_office
from tests.steps_applicants import registered_person


def test_an_identity_number_lies_encrypted_and_each_read_is_an_event_with_its_reason(office):
    person = registered_person(office)
    identity = record_identity(party=person, kind="passport", number="AN 0123456", on=DAY, by=office.people.adviser)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, number_index FROM applicants_identity")
        stored = " ".join(cursor.fetchone())
    assert "0123456" not in stored
    read = read_identity(identity=identity, by=office.people.manager, on=DAY, reason="The bank asks for it.")
    assert read.number == "AN 0123456"
    event = Event.objects.get(kind="identity.read")
    assert (event.subject, event.actor_id, event.body) == ("P-000001", office.people.manager.pk, '{"kind":"passport"}')
    assert Remark.objects.get().text == "The bank asks for it."


def test_without_a_reason_or_the_role_the_number_stays_closed_and_no_event_is_written(office):
    person = registered_person(office)
    identity = record_identity(party=person, kind="passport", number="AN0123456", on=DAY, by=office.people.adviser)
    with pytest.raises(Invalid, match="Say why"):
        read_identity(identity=identity, by=office.people.adviser, on=DAY, reason=" ")
    for by in (office.people.monitor, office.people.field_agent, office.people.member1, office.people.donor):
        with pytest.raises(NotAllowed):
            read_identity(identity=identity, by=by, on=DAY, reason="Curious.")
    assert not Event.objects.filter(kind="identity.read").exists()


def test_the_same_number_in_another_writing_is_stored_once_and_never_for_two(office):
    by = office.people.adviser
    first, second = registered_person(office), registered_person(office, "Vardan Petrosyan")
    identity = record_identity(party=first, kind="passport", number="AN 0123456", on=DAY, by=by)
    assert record_identity(party=first, kind="passport", number="an-0123456", on=DAY, by=by) == identity
    with pytest.raises(Blocked, match="P-000001 has this number already"):
        record_identity(party=second, kind="passport", number="AN0123456", on=DAY, by=by)
    hidden = registered_person(grant_office("quiet", confidential=True), "Nino Beridze")
    Identity.objects.filter(pk=identity.pk).update(party=hidden)
    with pytest.raises(Blocked) as held:
        record_identity(party=second, kind="passport", number="AN0123456", on=DAY, by=by)
    assert str(held.value) == str(duplicates.HOLD)


def test_a_target_group_is_counted_without_being_read_and_read_only_on_the_record(office):
    person = registered_person(office)
    by = office.people.adviser
    confirm_group(party=person, programme=office.programme, group=office.group, on=DAY, by=by, detail="since 2024")
    confirm_group(party=person, programme=office.programme, group=office.group, on=DAY, by=by)
    assert SensitiveFact.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT group_code, detail FROM applicants_sensitivefact")
        stored = " ".join(cursor.fetchone())
    assert "returnee" not in stored
    assert "2024" not in stored
    assert "returnee" not in " ".join(Event.objects.values_list("body", flat=True))
    names = read_groups(party=person, programme=office.programme, by=by, on=DAY, reason="For the quota.")
    assert names == ["Returnees"]
    assert Event.objects.filter(kind="group.read").count() == 1
    for nobody in (office.people.member1, office.people.monitor, office.people.field_agent, office.people.maker):
        with pytest.raises(NotAllowed):
            read_groups(party=person, programme=office.programme, by=nobody, on=DAY, reason="Curious.")


def test_a_group_of_another_programme_cannot_be_confirmed(office):
    other = grant_office("autumn")
    group = TargetGroup.objects.get(programme=other.programme)
    with pytest.raises(Invalid, match="not counted by the programme"):
        confirm_group(
            party=registered_person(office),
            programme=office.programme,
            group=group,
            on=DAY,
            by=office.people.adviser,
        )
