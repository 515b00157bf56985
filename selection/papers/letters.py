"""Letters to applicants as papers: one for each, or many in one file to read before they are written."""

from django.conf import settings

from pages.paper import facts, new_page, paper, space, text


def letter_paper(page):
    """The PDF (bytes) of one letters.Page."""
    return _paper([page])


def letters_paper(pages):
    """One PDF (bytes) of many letters, each on a page of its own."""
    return _paper(pages)


def _paper(pages):
    story = []
    for page in pages:
        story += [new_page(), *_story(page)] if story else _story(page)
    first = pages[0]
    return paper(
        first.subject if len(pages) == 1 else first.sender,
        story,
        reference=first.reference if len(pages) == 1 else "",
        footer=first.sender,
        lang=first.language,
        numbered=len(pages) > 1,
    )


def _story(page):
    labels = page.labels
    story = [text(settings.OFFICE_NAME, "h2"), text(page.sender, "quiet"), space(14)]
    story += [text(page.addressee, "letter"), *([text(page.place, "quiet")] if page.place else []), space(10)]
    story.append(
        facts([(labels["date"], f"{page.dated:%d.%m.%Y}"), (labels["reference"], page.reference)], label_width=90)
    )
    story += [space(14), text(page.subject, "h2"), space(2)]
    story += [text(words, "letter") for words in page.paragraphs]
    if page.signed_by:
        story += [space(26), text("_" * 34, "quiet"), text(page.signed_by, "letter"), text(labels["signed"], "quiet")]
    return story
