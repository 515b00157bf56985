"""A PDF as the answer to a request."""

from django.http import HttpResponse


def pdf(content, name, *, inline=False):
    """`content` in bytes under the file name `name`: to be kept, or `inline` to be read in the browser at once."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return answer
