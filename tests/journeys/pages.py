"""Every page of our own, where to see it and as whom; what is no page says why."""

from dataclasses import dataclass, field

#: Routes that answer with something else than a page of their own.
NO_PAGES: dict[str, str] = {
    **dict.fromkeys(("healthz", "readyz"), "for machines"),
    "demo-remove": "only in a home that holds the demo",
    **dict.fromkeys(
        (
            "home",
            "search",
            "logout",
            "appearance",
            "notices-read",
            "inbox-pause",
            "inbox-together",
            "view-keep",
            "view-remove",
            "feed-end",
            "import-recognized",
            "import-undo",
            "settings-audit-check",
            "setup-mail",
        ),
        "leads on",
    ),
    **dict.fromkeys(
        ("inbox-fresh", "inbox-row", "inbox-panel", "handoff-consequences", "palette"), "part of a page"
    ),
    **dict.fromkeys(
        ("import-columns", "import-start", "import-remove", "settings-person-invite"), "leads on"
    ),
    "import-progress": "part of a page",
    "demo-progress": "part of a page",
    "lab-progress": "part of a page",
    **dict.fromkeys(("lead-touch-at-once", "handoff-rate", "slack-end"), "leads on"),
    "slack-code": "its page, with a code shown once",
    "desk-offer": "leads on",
    "duplicate": "two records; tests/portal/pages/test_duplicates.py",
    "team-give": "leads on",
    "absence-remove": "leads on",
    "lab-ask": "leads on",
    "lab-propose": "leads on",
    "lab-send": "leads on",
    **dict.fromkeys(("import-rejects", "weekly-pdf"), "a file"),
    **dict.fromkeys(("profile-key-revoke", "settings-source-switch"), "leads on"),
    "settings-source-new": "its page, with a secret shown once",
    **dict.fromkeys(("slack-actions", "feed"), "for machines"),
    **dict.fromkeys(
        ("operations-delivery-again", "operations-again", "operations-team-chat", "feed-end"), "leads on"
    ),
    **dict.fromkeys(("operations-webhook-test", "operations-webhook-switch"), "leads on"),
    **dict.fromkeys(("feed-new", "operations-webhook-rotate"), "its page, with a secret shown once"),
    "act": "shown to whoever has the letter; tests/portal/delivery/test_acts.py",
    **dict.fromkeys(("agreement-file", "agreement-schema"), "a file"),
    **dict.fromkeys(
        ("agreement-comment", "agreement-order", "agreement-propose", "agreement-settle"), "an act"
    ),
    **dict.fromkeys(("compliance-csv", "compliance-commitment-csv", "compliance-ledger-csv"), "a file"),
    **dict.fromkeys(
        ("lead-offer", "handoff-accept", "handoff-undo", "handoff-convert", "handoff-nudge", "handoff-step"),
        "a move",
    ),
}


@dataclass(frozen=True)
class Visit:
    """One look at a page: `opens` is the button or link whose dialog is looked at too."""

    name: str
    who: str
    subject: str = "-"
    query: str = ""
    opens: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return " ".join(
            part for part in (self.name, self.subject, self.query, f"as {self.who}") if part != "-" and part
        )


def visits(names: str, who: str, subject: str = "-") -> list[Visit]:
    return [Visit(name, who, subject) for name in names.split()]


INBOX = [
    Visit("inbox", "rep", opens=("Decline…", "Log touch", "Ask Marketing")),
    Visit("inbox", "other_rep"),
    Visit("inbox", "rep", query="?segment=waiting"),
    Visit("me", "rep"),
    Visit("bar", "rep"),
    Visit("me-of", "sales_manager", "person"),
    Visit("leads", "marketer", query="?view=all"),
    Visit("leads", "rep", query="?q=nothing+like+it"),
    Visit("leads", "sales_manager", query="?view=all&grade=A1&sort=-company"),
]
LEADS = [
    Visit("lead", "rep", "accepted", opens=("Log touch", "Hand back…")),
    Visit("lead", "rep", "late_offer"),
    Visit("lead", "rep", "asked"),
    Visit("lead", "marketer", "contested"),
    Visit("lead", "marketer", "won", "?earlier=1"),
    Visit("lead", "operations", "inquiry"),
    Visit("lead-touch", "rep", "accepted"),
    Visit("duplicates", "marketer"),
    Visit("lead-role", "rep", "accepted"),
    Visit("lead-next-step", "rep", "accepted"),
    Visit("lead-reopen", "marketer", "never"),
    Visit("lead-bant", "rep", "accepted"),
]
MOVES = [
    *visits("handoff-ask handoff-reroute", "rep", "offered"),
    Visit("handoff-decline", "rep", "offered"),
    Visit("handoff-decline", "rep", "offered", "?reason=no_budget"),
    Visit("handoff-hand-back", "rep", "accepted", "?reason=bad_data"),
    Visit("handoff-qualify", "rep", "accepted"),
    *visits("handoff-win handoff-lose", "rep", "converted"),
    Visit("handoff-answer", "marketer", "asked"),
    Visit("handoff-withdraw", "marketer", "offered"),
    Visit("handoff-reassign", "sales_manager", "accepted"),
    *visits("handoff-acknowledge handoff-contest", "marketer", "declined"),
    Visit("handoff-repair", "marketer", "faulty"),
    Visit("handoff-rule", "referee", "contested"),
]
SIDES = [
    Visit("desk", "marketer", opens=("Answer…", "Contest…")),
    Visit("desk", "marketing_manager", query="?tab=late"),
    Visit("team-routing", "sales_manager"),
    Visit("team-routing", "sales_manager", query="?method=weighted&hours=only&day=2026-11-19"),
    Visit("team", "sales_manager", opens=("Give to another rep…",)),
    Visit("notices", "rep"),
    *visits("notice-choices profile-keys", "rep"),
    *visits("profile-keys settings-keys", "operations"),
    *visits("operations-status operations-delivery operations-webhooks", "operations"),
    Visit("operations-webhook", "operations", "webhook"),
    Visit("notices", "leader"),
    Visit("team-absences", "sales_manager"),
    Visit("profile", "rep"),
    *visits("agreement compliance alignment", "marketing_manager"),
    Visit("agreement-version", "rep", "version"),
    Visit("agreement-all", "rep"),
    Visit("agreement-all", "leader", query="?company=gmbh"),
    *visits("settings-calendars settings-calendar-new settings-calendar", "operations"),
    Visit("settings-calendar", "operations", query="?country=AT&year=2027"),
    Visit("reviews", "sales_manager"),
    Visit("review", "leader", "review"),
    Visit("agreement-new", "sales_manager"),
    Visit("agreement-upload", "operations"),
    Visit("agreement-draft", "leader", "draft"),
    Visit("agreement-edit", "marketing_manager", "draft"),
    Visit("agreement-compare", "rep", "draft"),
    Visit("agreement-sign", "leader", "draft"),
    Visit("agreement-text", "marketer", "version"),
    Visit("compliance", "rep", query="?period=own"),
    Visit("compliance-commitment", "sales_manager", query="?bucket=missed"),
    Visit("compliance-offers", "leader", query="?bucket=declined"),
    Visit("alignment", "leader", query="?period=all"),
]
CLOCKS = [
    Visit("clock", "rep", "late_clock", opens=("Dispute…",)),
    Visit("clock", "marketing_manager", "disputed", opens=("Answer…",)),
    Visit("clock-dispute", "rep", "late_clock"),
    Visit("dispute-answer", "marketing_manager", "disputed"),
    Visit("compliance-said", "marketing_manager"),
    Visit("compliance-ledger", "marketing_manager"),
    Visit("clock-repair", "operations", query="?calendar=default"),
    Visit("compliance-ledger", "rep", query="?outcome=missed"),
]
ACCOUNT = [
    *visits(
        "login password_reset password_reset_done password_reset_confirm password_reset_complete", "nobody"
    ),
    *visits("password_change keys more", "leader"),
    Visit("styleguide", "operations"),
]
WEEKLY = [*visits("weekly", "leader"), Visit("weekly-letter", "sales_manager", "letter")]
SETTINGS = [
    *visits("settings settings-people settings-person-new settings-teams settings-team-new", "operations"),
    Visit("settings-audit", "operations"),
    Visit("lead-erase", "operations", "accepted"),
    *visits("setup setup-company demo-load", "operations"),
    Visit("settings-person", "operations", "person"),
    Visit("settings-team", "operations", "salesteam"),
]
IMPORTS = [
    *visits("imports", "marketer"),
    *visits("import-job import-words", "operations", "file"),
    Visit("import-job", "marketer", "file", "?by_hand=1"),
    Visit("import-job", "marketer", "checked_file"),
]
LAB = [
    Visit("lab", "marketing_manager"),
    Visit("lab-run", "marketer", "lab_run"),
    Visit("lab-leads", "sales_manager", "lab_run"),
]
GROUPS = {
    "weekly": WEEKLY,
    "lab": LAB,
    "settings": SETTINGS,
    "clocks": CLOCKS,
    "imports": IMPORTS,
    "inbox": INBOX,
    "leads": LEADS,
    "moves": MOVES,
    "sides": SIDES,
    "account": ACCOUNT,
}
