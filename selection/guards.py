"""The database's own guard on the rules: a version that was frozen is never changed."""

from audit.guards import append_only, declare


def declare_guards():
    declare(*append_only("selection_rulesversion"))
