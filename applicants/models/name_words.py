"""The words of the names on the register, folded: an index that finds a person among hundreds of thousands."""

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from audit.bulk import insert, take_ids


class WordField(models.CharField):
    """A folded word: Latin small letters and figures only."""


@WordField.register_lookup
class Begins(models.Lookup):
    """The word begins with the value. Each database is asked in the way in which it uses the index of the column."""

    lookup_name = "begins"

    def as_sqlite(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        # "{" follows "z" in ASCII.
        return f"({column} >= %s AND {column} < %s)", [*params, self.rhs, *params, self.rhs + "{"]

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", [*params, self.rhs + "%"]


class NameWordQuerySet(models.QuerySet):
    def write(self, parties):
        """Insert the words of these Party rows, which have none yet."""
        words = [(party.pk, word[:MOST_LETTERS]) for party in parties for word in party.words]
        with transaction.atomic():
            ids = take_ids(NameWord, len(words))
            insert(
                NameWord,
                [{"id": pk, "party_id": party, "word": word} for pk, (party, word) in zip(ids, words, strict=True)],
            )


MOST_LETTERS = 60
# A name that more parties have is found sooner by walking the list in its order.
MOST_NAMED = 2000


class NameWord(models.Model):
    """One folded word of one party's name. Written whenever the name is; see Party.save."""

    party = models.ForeignKey("applicants.Party", models.CASCADE, related_name="name_words")
    word = WordField(max_length=MOST_LETTERS, db_index=True)

    objects = NameWordQuerySet.as_manager()

    def __str__(self):
        return self.word


def named(words, party="pk"):
    """A condition on rows that have a Party at `party`: each of these folded words begins a word of its name.

    When one of them is rare, the parties are looked for here, once; else the condition asks each row in turn, so that
    a list which is walked in its order ends with the page.
    """
    begins = [Q(word__begins=word) for word in words]
    found = [
        set(NameWord.objects.filter(one).order_by().values_list("party", flat=True)[: MOST_NAMED + 1]) for one in begins
    ]
    rare = [keys for keys in found if len(keys) <= MOST_NAMED]
    if not rare:
        return Q(*(Q(Exists(NameWord.objects.filter(one, party=OuterRef(party)))) for one in begins))
    keys = set.intersection(*rare)
    for one in (one for one, several in zip(begins, found, strict=True) if len(several) > MOST_NAMED):
        keys = set(NameWord.objects.filter(one, party__in=keys).order_by().values_list("party", flat=True))
    return Q(**{f"{party}__in": keys})
