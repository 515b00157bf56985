"""Build the seven programmes and live through their stories, one calendar for all."""

import gc
from datetime import date

from django.db.models import F

from accounts.models import User
from audit.services import record, service
from demo.agenda import Agenda
from demo.blueprint import build
from demo.cast import Cast
from demo.programmes import BLUEPRINTS
from demo.programmes.med_armenia import BLUEPRINT as WHOLE
from demo.reporting import report
from demo.stories import TELLERS, med_armenia_full
from programmes.clock import standing_at
from programmes.models import Membership

LAST_DAY = date(2016, 12, 31)
FIRST_DAY = date(1997, 1, 1)


def load(*, size, seed, only, password_hash, say):
    """Load the demo. `size` "full" adds all of MED by the bulk path. `say` gets a line of progress."""
    blueprints = [blueprint for blueprint in BLUEPRINTS if not only or blueprint.key in only]
    with standing_at(FIRST_DAY):
        set_up(blueprints=blueprints, password_hash=password_hash, size=size, seed=seed, on=FIRST_DAY, by=None)
    agenda = Agenda(LAST_DAY)
    casts = {blueprint.key: Cast(blueprint, seed) for blueprint in blueprints}
    for cast in casts.values():
        agenda.at(cast.blueprint.starts_on, cast.load_lists)
        agenda.at(cast.blueprint.starts_on, cast.open_own_accounts)
    whole = casts.pop(WHOLE.key, None) if size == "full" else None
    owners = med_armenia_full.tell(agenda, whole) if whole else []
    for key, cast in casts.items():
        TELLERS[key](agenda, cast)
    # Rows by the hundred thousand are made and dropped: looking for cycles among them costs a tenth of the time.
    gc.disable()
    try:
        say(f"{agenda.run()} acts lived through.")
        if whole:
            med_armenia_full.lend(whole, owners, LAST_DAY, say)
        report([*casts.values(), *([whole] if whole else [])], LAST_DAY)
    finally:
        gc.enable()


@service
def set_up(*, blueprints, password_hash, size, seed, on, by):
    """The rows of all blueprints, and the mark by which this database is known as a demonstration."""
    record("demo.load", "demo", by=by, on=on, body={"size": size, "seed": seed})
    administrator = User.objects.create(
        email="administrator@demo.example",
        name="Aram Minasyan",
        staff_number="demo-administrator",
        password=password_hash,
        is_staff=True,
    )
    Membership.objects.create(user=administrator, role="administrator", starts_on=on)
    return [build(blueprint, password_hash=password_hash) for blueprint in blueprints]


def logins(password):
    """Every login of the demo: e-mail, password, name, role, programme."""
    rows = (
        Membership.objects.filter(user__is_active=True)
        .select_related("user", "programme")
        .order_by(F("programme__key").asc(nulls_first=True), "pk")
    )
    return [
        {
            "email": row.user.email,
            "password": password,
            "name": row.user.name,
            "role": str(row.get_role_display()),
            "programme": row.programme.key if row.programme else "",
            "lands_on": "/",
        }
        for row in rows
    ]
