"""The Event log, the idempotency record, and the base of every row that has a version or a state."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransition, ConcurrentTransitionMixin, FSMFieldMixin

from audit import guards
from audit.refusals import LostRace, Stale


class Head(models.Model):
    """The end of the audit chain: one row, locked last by every service."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)


class EventQuerySet(models.QuerySet):
    def about(self, *subjects):
        return self.filter(subject__in=subjects)

    def moves(self):
        return self.exclude(state_to="")


class Event(models.Model):
    """One act: who, when, what, in a chain where each row's HMAC covers the row before it.

    `body` is canonical JSON of references, codes, amounts (minor units), field names and hashes; never names,
    numbers or free text. Reasons live in Remark, which can be redacted without breaking the chain.
    """

    seq = models.BigIntegerField(_("number"), primary_key=True)
    moment = models.DateTimeField(_("moment"))
    actor_id = models.BigIntegerField(_("by"), null=True)
    on = models.DateField(_("date of the fact"))
    kind = models.CharField(_("act"), max_length=60)
    subject = models.CharField(_("subject"), max_length=60)
    programme = models.CharField(_("programme"), max_length=40, blank=True)
    state_from = models.CharField(max_length=30, blank=True)
    state_to = models.CharField(max_length=30, blank=True)
    body = models.TextField(default="{}")
    remark_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["subject", "seq"], name="event_subject"),
            models.Index(fields=["programme", "seq"], name="event_programme"),
            models.Index(fields=["actor_id", "seq"], name="event_actor"),
        ]
        verbose_name = _("event")

    def __str__(self):
        return f"{self.seq} {self.kind} {self.subject}"


class Remark(models.Model):
    """The reason given with an act, in the user's words; redacted on anonymisation while its hash stays."""

    event_seq = models.BigIntegerField(unique=True)
    salt = models.CharField(max_length=32)
    text = models.TextField()
    redacted = models.BooleanField(default=False)


class Once(models.Model):
    """An idempotency key stored with its effect: the same key never acts twice."""

    key = models.CharField(max_length=80, unique=True)
    verb = models.CharField(max_length=80)
    body_hash = models.CharField(max_length=64)
    actor_id = models.BigIntegerField(null=True)
    result_label = models.CharField(max_length=80, blank=True)
    result_pk = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)


class Versioned(models.Model):
    """A row that people edit: every save is UPDATE .. WHERE id AND version, and bumps the version.

    Raises Stale when the row was changed since it was read.
    """

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        row._version_read = row.__dict__.get("version")
        return row

    def save(self, *args, **kwargs):
        if self._state.adding:
            super().save(*args, **kwargs)
            self._version_read = self.version
            return
        read = self._version_read if getattr(self, "_version_read", None) else self.version
        self._version_read = read
        self.version = read + 1
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "version"}
        try:
            super().save(*args, **kwargs)
        except ConcurrentTransition as lost:
            self.version = read
            raise LostRace() from lost
        except Stale:
            self.version = read
            raise
        self._version_read = self.version

    def _do_update(self, base_qs, using, pk_val, values, update_fields, forced_update):
        # A row that comes out of a backup was never read here: it is inserted as it stands.
        read = getattr(self, "_version_read", None)
        guarded = base_qs if read is None else base_qs.filter(version=read)
        updated = super()._do_update(guarded, using, pk_val, values, update_fields, forced_update)
        if not updated and base_qs.filter(pk=pk_val).using(using).exists():
            raise Stale()
        return updated

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        """Re-read this row. Writes past the field descriptors, so a protected state needs no un-protecting."""
        rows = from_queryset if from_queryset is not None else type(self)._base_manager.using(using or self._state.db)
        fresh = rows.get(pk=self.pk)
        wanted = set(fields) if fields is not None else None
        for field in self._meta.concrete_fields:
            if wanted is not None and field.name not in wanted and field.attname not in wanted:
                continue
            if field.attname in fresh.__dict__:
                self.__dict__[field.attname] = fresh.__dict__[field.attname]
                if field.is_relation:
                    self._state.fields_cache.pop(field.name, None)
        for name in list(self._state.fields_cache):
            if wanted is None:
                self._state.fields_cache.pop(name)
        if wanted is None:
            self._prefetched_objects_cache = {}
        if "version" in fresh.__dict__ and (wanted is None or "version" in wanted):
            self._version_read = fresh.version


class Moving(Versioned, ConcurrentTransitionMixin):
    """A row with a state machine: `ref`, `state`, `programme` are what `audit.advance` writes into the Event."""

    class Meta:
        abstract = True

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        if fields is None:
            self._update_initial_state()

    @property
    def state_label(self):
        field = next(field for field in self._meta.fields if isinstance(field, FSMFieldMixin))
        return dict(field.flatchoices).get(self.state, self.state)


guards.declare(*guards.append_only("audit_event", pk="seq"))
