"""The grant agreement as a paper, drawn when it is first read and kept as evidence: the same bytes ever after."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from applicants.services import add_evidence
from applicants.services.evidence import path_of
from audit.refusals import Blocked
from audit.services import service
from grants.funding import promises_of
from grants.models import AgreementText, Award, Tranche, Vat
from grants.services.access import locked
from grants.standing import differences
from ledger.money import Money, shown
from pages import paper
from programmes.clock import today

READABLE = (Award.State.ACTIVE, Award.State.SUSPENDED, Award.State.CLOSED, Award.State.TERMINATED)


@service
def agreement_of(*, award, on, by):
    """The Evidence of the agreement; drawn at the first reading after it was signed. Raises Blocked before."""
    award = locked(award)
    if award.agreement_id:
        return award.agreement
    if award.state not in READABLE:
        raise Blocked(_("The agreement is not signed yet."))
    evidence = add_evidence(
        programme=award.programme,
        case_ref=award.ref,
        purpose="grant-agreement",
        content=draw_agreement(award),
        name=f"{award.ref}.pdf",
        on=on,
        by=by,
        party=award.applicant,
    )
    # No edit of the award: pages that are open stay current.
    Award.objects.filter(pk=award.pk).update(agreement=evidence)
    return evidence


def agreement_pdf(award, *, by=None, on=None):
    """The agreement as PDF bytes. With `by` it is kept when it is read for the first time."""
    if award.agreement_id is None and by is None:
        return draw_agreement(award)
    evidence = award.agreement or agreement_of(award=award, on=on or today(award.programme), by=by)
    return path_of(evidence.sha256).read_bytes()


def draw_agreement(award):
    """Parties, amounts, tranches with what must be shown, the own part, what is agreed, places to sign.

    In the programme's second language with English beside; a confidential programme carries its neutral name.
    """
    words = Words(award.programme.language)
    title = words(_("Grant agreement"))
    draft = award.signed_on is None
    story = [
        paper.text(title, "title"),
        *([paper.text(words(_("Draft, not signed")), "h2")] if draft else []),
        paper.facts(_terms(award, words)),
        paper.text(words(_("How the grant is paid")), "h2"),
        _tranches(award, words),
        *_budget(award, words),
        *_own_part(award, words),
        *_conditions(award, words),
        # Nobody signs a page on which nothing is agreed.
        paper.together(
            [
                paper.text(words(_("What the parties agree")), "h2"),
                *[paper.text(clause) for clause in _clauses(award, words)],
                paper.signatures(signers(award, words)),
                *_genuine(award, words),
            ]
        ),
    ]
    return paper.paper(
        title,
        story,
        reference=award.ref,
        subtitle=award.programme.public_name,
        lang=award.programme.language,
        footer=award.programme.public_name,
    )


class Words:
    """Fixed words in the second language, with English beside where it reads differently."""

    def __init__(self, language):
        self.languages = (language, "en")

    def __call__(self, text, **facts):
        said = []
        for language in self.languages:
            with override(language):
                said.append(str(text % facts if facts else text))
        return " / ".join(dict.fromkeys(said))


def named(party):
    name = f"{party.name} ({party.name_script})" if party.name_script else party.name
    return f"{name}, {party.ref}"


def _terms(award, words):
    pairs = [
        (words(_("Number")), award.ref),
        (words(_("Programme")), award.programme.public_name),
        (words(_("Grantee")), named(award.applicant)),
        (words(_("For")), award.application.title),
        (words(_("Grant")), str(Money(award.amount, award.currency))),
        *_donors(award, words),
        (words(_("Decision of the committee")), f"{award.decision_ref}, {award.approved_on:%d.%m.%Y}"),
    ]
    if award.business_id:
        pairs.insert(3, (words(_("Business")), named(award.business)))
    if award.signed_on:
        pairs.append((words(_("Date of the agreement")), f"{award.signed_on:%d.%m.%Y}"))
        pairs.append((words(_("Implementation ends")), f"{award.ends_on:%d.%m.%Y}"))
    return pairs


def _donors(award, words):
    """Who pays how much of it, where several lines share the award; else nothing."""
    promises = promises_of(award)
    if len(promises) < 2:
        return []
    parts = [f"{row.line.donor}: {Money(row.promised_amount, row.currency)}" for row in promises]
    return [(words(_("Shared by the donors")), "\n".join(parts))]


def _tranches(award, words):
    rows = []
    for tranche in award.tranches.kept().prefetch_related("deliverables").order_by("number"):
        texts = [deliverable.text for deliverable in tranche.deliverables.all()]
        if tranche.kind == Tranche.Kind.RETENTION:
            texts.insert(0, _retention(award, words))
        shown_first = "\n".join(texts)
        rows.append(
            [
                tranche.number,
                words(Tranche.Modality(tranche.modality).label),
                shown_first or "–",
                f"{tranche.due_on:%d.%m.%Y}" if tranche.due_on else "–",
                shown(tranche.cofinancing_amount, award.currency),
                shown(tranche.amount, award.currency),
            ]
        )
    head = [
        words(_("No.")),
        words(_("How")),
        words(_("Shown before it is paid")),
        words(_("Planned for")),
        words(_("Own part with it")),
        f"{words(_('Amount'))}, {award.currency}",
    ]
    total = ["", words(_("Total")), "", "", "", shown(award.tranches.kept().total_amount(), award.currency)]
    return paper.table(rows, [1, 3, 5, 3, 3, 3], head=head, numbers=(0, 4, 5), total=total)


def _retention(award, words):
    days = award.window.acceptance_days
    if not days:
        return words(_("Retention: paid when all before it is paid and accounted for"))
    return f"{words(_('Retention: paid this many days after the last deliverable was accepted'))}: {days}"


def _budget(award, words):
    lines = list(award.budget.all())
    if not lines:
        return []
    rows = [
        [
            line.position,
            line.label if line.eligible else f"{line.label} ({words(_('not eligible'))})",
            shown(line.net_amount, award.currency),
            shown(line.vat_amount, award.currency) if line.vat_amount else words(Vat(line.vat).label),
            shown(line.own_amount, award.currency),
            shown(line.grant_amount, award.currency),
        ]
        for line in lines
    ]
    head = [
        words(_("No.")),
        words(_("What for")),
        words(_("Cost without VAT")),
        words(_("VAT")),
        words(_("Own part")),
        f"{words(_('Grant'))}, {award.currency}",
    ]
    total = ["", words(_("Total")), shown(sum(line.net_amount for line in lines), award.currency), ""]
    total += [shown(sum(line.own_amount for line in lines), award.currency)]
    total += [shown(sum(line.grant_amount for line in lines), award.currency)]
    return [
        paper.text(words(_("The budget")), "h2"),
        paper.table(rows, [1, 5, 3, 3, 3, 3], head=head, numbers=(0, 2, 4, 5), total=total),
        *_aid(award, words),
    ]


def _aid(award, words):
    if award.aid_declared_on is None:
        return []
    rows = [[row.giver, f"{row.given_on:%d.%m.%Y}", shown(row.amount, award.currency)] for row in award.aid.all()]
    title = paper.text(words(_("Public aid received, as the grantee declared it")), "h2")
    if not rows:
        return [
            title,
            paper.text(
                words(
                    _("The grantee declared on %(day)s that there was none."), day=f"{award.aid_declared_on:%d.%m.%Y}"
                )
            ),
        ]
    head = [words(_("Given by")), words(_("On")), f"{words(_('Amount'))}, {award.currency}"]
    return [title, paper.table(rows, [6, 2, 3], head=head, numbers=(2,))]


def _genuine(award, words):
    """The code on the paper: whoever holds it can ask whether this agreement exists, and for how much."""
    if not award.code:
        return []
    address = f"{settings.PUBLIC_ADDRESS}{reverse('grants:genuine', args=[award.code])}"
    return [
        paper.space(10),
        paper.code_square(address),
        paper.space(4),
        paper.text(words(_("Is this paper genuine? The code leads to what was signed.")), "quiet"),
        paper.text(address, "quiet"),
    ]


def _own_part(award, words):
    rows = [
        [words(row.get_source_display()), shown(row.pledged_amount, award.currency)]
        for row in award.contributions.all()
    ]
    if not rows:
        return []
    total = [words(_("Total")), shown(award.contributions.total("pledged_amount"), award.currency)]
    head = [words(_("Source")), f"{words(_('Pledged'))}, {award.currency}"]
    return [
        paper.text(words(_("The grantee's own part")), "h2"),
        paper.table(rows, [6, 2], head=head, numbers=(1,), total=total),
    ]


def _conditions(award, words):
    if not award.conditions_text:
        return []
    return [paper.text(words(_("Conditions of the committee")), "h2"), paper.text(award.conditions_text)]


STANDARD = (
    _("The grant is used for the business plan that the committee approved, and for nothing else."),
    _("Each tranche is paid when what stands beside it was shown and accepted."),
    _("The grantee brings the own part and proves it. An invoice counts once."),
    _("What is bought is used for the business, can be visited, and is not sold before the end."),
    _("Papers are kept for seven years and shown when the programme or the donor asks."),
    _("What was paid and not used as agreed is paid back."),
)


def standard_clauses(language):
    """The words of the house in one language, where a call has none of its own."""
    with override(language):
        return [str(clause) for clause in STANDARD]


def _clauses(award, words):
    """The call's own words in each language that has them, else those of the house; then the duty of visibility."""
    on = award.signed_on or today(award.programme)
    own = [AgreementText.objects.in_force(award.application.call, code, on) for code in dict.fromkeys(words.languages)]
    if any(own):
        texts = [text.clauses.splitlines() for text in own if text]
    else:
        texts = [[words(clause) for clause in STANDARD]]
    for clauses in texts:
        yield from (f"{number}. {clause}" for number, clause in enumerate(clauses, 1))
    yield from _visibility(award, words)


def _visibility(award, words):
    if award.visibility_waived_on:
        return [words(_("For safety the donor is not made visible at this place."))]
    return [award.window.visibility_text] if award.window.visibility_text else []


def draw_amendment(amendment, signed):
    """What changes: what stood in the agreement, and what stands there now. `signed`: Evidence of the agreement."""
    award = amendment.award
    words = Words(award.programme.language)
    title = words(_("Amendment No. %(number)s of the grant agreement"), number=amendment.number)
    facts = [
        (words(_("Agreement")), f"{award.ref}, {award.signed_on:%d.%m.%Y}"),
        (words(_("Grantee")), named(award.applicant)),
        (words(_("Why")), amendment.why),
        (words(_("In force from")), f"{amendment.decided_on:%d.%m.%Y}"),
        (words(_("The signed paper, SHA-256")), signed.sha256),
        *_donors(award, words),
    ]
    head = [words(_("What changes")), words(_("It was")), words(_("It is now"))]
    rows = [[words(what), was, now] for what, was, now in differences(amendment)]
    story = [
        paper.text(title, "title"),
        paper.facts(facts),
        paper.space(8),
        paper.table(rows, [3, 4, 4], head=head),
        paper.space(8),
        paper.text(words(_("All else that was agreed stays as it is."))),
        paper.signatures(signers(award, words)),
    ]
    return paper.paper(
        title,
        story,
        reference=amendment.ref,
        subtitle=award.programme.public_name,
        lang=award.programme.language,
        footer=award.programme.public_name,
    )


def signers(award, words):
    return [(words(_("Grantee")), award.applicant.name), (words(_("For the programme")), award.programme.public_name)]
