"""Prepares a sitting for the votes benchmark in the database of DATABASE_URL, in a process of its own.

python -m benchmarks.sitting MEMBERS CASES    prints the session's reference and a session cookie per member
python -m benchmarks.sitting count            prints how many votes are stored
"""

import os
import sys
from importlib import import_module

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

management = import_module("django.core.management")
clock = import_module("programmes.clock")
models = import_module("selection.models")
services = import_module("selection.services")
office_of = import_module("tests.office")
applicants = import_module("tests.steps_applicants")
steps = import_module("tests.steps_selection")
web = import_module("tests.web")


def main(members, cases):
    management.call_command("migrate", verbosity=0)
    with clock.standing_at(office_of.DAY):
        office = office_of.loan_office(capital=10_000_000)
        voters = [office_of.make_user(f"Member {number}", f"VOTE-{number:03d}") for number in range(members)]
        for voter in voters:
            office_of.seat(voter, office.programme, "member")
        committee = models.Committee.objects.create(programme=office.programme, name="Loan Selection Committee")
        for voter in voters:
            services.seat_member(
                committee=committee, user=voter, role="member", on=office_of.DAY, by=office.people.manager
            )
        rows = [applicants.eligible_application(office) for _number in range(cases)]
        session = steps.open_session(office, *rows)
        steps.declare_all(office, session, members=voters)
        secretary = office.people.secretary
        services.record_sitting(session=session, present=voters, on=office_of.DAY, by=secretary)
        session = services.start_sitting(session=session, on=office_of.DAY, by=secretary)
    print(session.ref, *[web.cookie_of(voter) for voter in voters])


if __name__ == "__main__":
    if sys.argv[1] == "count":
        print(models.Vote.objects.live().count())
    else:
        main(int(sys.argv[1]), int(sys.argv[2]))
