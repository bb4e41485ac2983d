"""PDF from a page that needs nothing else: an optional extra, and nothing is ever fetched for it."""

from importlib import import_module

from django.http import HttpResponse


class NoPrinter(RuntimeError):
    """This installation cannot make PDF."""


def answer(page: str, name: str) -> HttpResponse:
    """Return the page as a PDF file of that name; raises NoPrinter."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(pdf(page), content_type="application/pdf", headers=headers)


def pdf(page: str) -> bytes:
    """Return the page as PDF; raises NoPrinter when the optional packages are not there."""
    try:  # loaded when it is needed: it takes a second, and may not be there
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise NoPrinter("PDF needs the packages of requirements-pdf.txt and Pango on the server.") from error
    fetcher = weasyprint.URLFetcher(allowed_protocols=())
    content: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf()
    return content
