"""Figures in a text: `[[awards]]` stands for the figure of that code and becomes its value when the report is read.

Everything else in a text is plain text: markup and formulas mean nothing, and whoever prints it escapes it.
"""

import re
from difflib import get_close_matches

from django.utils.translation import gettext as _

from audit.refusals import Invalid
from reports.figure import COUNT, MONEY, SHARE, printed
from reports.indicators import indicators_of
from reports.words import value_words

TOKEN = re.compile(r"\[\[([^\[\]\n]{0,80})\]\]")
NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]*\d%?(?![\w])")


def codes_in(text):
    """The codes that a text names, each once, in their order."""
    return list(dict.fromkeys(found.strip() for found in TOKEN.findall(text)))


def choices_of(issue):
    """{code: name} of every figure that a text of this report may name: those that its agreement asks for, or all."""
    asked = set(issue.agreement.codes) if issue.agreement else set()
    found = {}
    currencies = sorted({*issue.programme.funding_lines.values_list("currency", flat=True)})
    for one in indicators_of(issue.programme):
        if asked and one.code not in asked:
            continue
        found[one.code] = str(one.name)
        if one.unit == MONEY:
            others = (currency for currency in currencies if currency != issue.programme.currency)
            found |= {f"{one.code}_{currency.lower()}": f"{one.name}, {currency}" for currency in others}
    return found


def ask_codes(text, known):
    """Raises Invalid for the first code in the text that is none of `known`, and names the nearest one."""
    for code in codes_in(text):
        if code in known:
            continue
        near = get_close_matches(code.lower(), known, n=1, cutoff=0)
        said = {"code": code, "near": near[0] if near else ""}
        raise Invalid(
            _("There is no figure “%(code)s” in this report. The nearest is [[%(near)s]].") % said, field="text"
        )


def with_values(text, figures):
    """The text with each token as the value of its figure ({code: Figure}), in the active language."""
    return TOKEN.sub(lambda found: _value(figures.get(found.group(1).strip())), text)


def _value(figure):
    return value_words(figure) if figure else _("no data")


def typed_figures(text, figures):
    """[(number as typed, code)]: numbers of the text that are the value of a figure, and should be its token.

    Numbers of one digit are words, and years are dates: they are left alone.
    """
    values = {}
    for figure in figures.values():
        if figure.has_data and figure.unit in (COUNT, MONEY, SHARE):
            said = printed(figure.result(), figure.unit, figure.currency)
            values.setdefault(said, figure.code)
            values.setdefault(said.removesuffix(".00"), figure.code)
    bare = TOKEN.sub(" ", text)
    numbers = dict.fromkeys(NUMBER.findall(bare))
    return [(one, values[one]) for one in numbers if one in values and not re.fullmatch(r"(19|20)\d\d", one)]
