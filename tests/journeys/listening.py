"""Hear what a page complains of: errors, warnings and violations of the content security policy."""

from playwright.sync_api import Page

#: The browser calls every answer to a faulty form, and to whoever was too late, an error.
EXPECTED = ("status of 422", "status of 409")
#: A violation of the content security policy becomes a line of the console like any other complaint.
LISTEN = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`${event.violatedDirective} forbids ${event.blockedURI}`))"""


def listen(page: Page) -> list[str]:
    """Collect what the console complains of, policy violations included."""
    complaints: list[str] = []
    page.add_init_script(LISTEN)
    page.on(
        "console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def unexpected(complaints: list[str]) -> list[str]:
    return [line for line in complaints if not any(words in line for words in EXPECTED)]
