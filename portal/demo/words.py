"""What the demo company's world is called: invented names, trades, sources and sentences."""

COMPANY = "Walzenberg Software"
PREAMBLE = (
    "Marketing and Sales agree on whom we call, how fast we call and what happens when the answer is not "
    "now. Both sides are measured the same way and see the same numbers."
)

#: Names in one text, apart by blanks.
FIRST_NAMES = (
    "Anna Barbara Carla Daniela Elena Franziska Greta Hanna Ines Julia Katrin Laura Maren Nora Olivia "
    "Petra Renate Silke Theresa Ulrike Vera Yvonne Alexander Bernd Christian Dirk Erik Florian Georg "
    "Harald Ingo Jan Klaus Lukas Martin Norbert Oliver Peter Ralf Stefan Thomas Uwe Viktor Wolfgang "
    "Emre Goran Luca Marek Milan Rahul Samira Aylin Ivana Chiara Zoran"
)
LAST_NAMES = (
    "Albers Bachmann Castell Dornbusch Eberle Falkner Gerstner Hallmann Imhof Jessen Kaltenbach Lohmann "
    "Mertens Niederer Obermaier Pichler Quandel Rieger Sattler Thalmann Uhlig Vollmer Wieland Zeller "
    "Amrein Brugger Clausen Dietl Engelke Frank Grabner Hofer Iseli Jakobi Kern Lindner Maurer Nagel "
    "Ott Petersen Reuter Schilling Tanner Ulrich Voss Wagner Yilmaz Zimmer Kovac Novak Rossi Marini "
    "Demir Shah Horvat Bianchi Keskin Lang Moser Steger"
)
#: Heads and tails of company names: together many hundreds, none of them known to us.
STEM_HEADS = (
    "Auer Brand Corven Drei Eich Ferro Goll Hart Isen Jor Kalt Lind Mar Nord Ostr Pall Quern Roden Sil Tann "
    "Ulm Vel Wern Xan Zoll Birk Cron Dol Elm Fehr Grün Habs Ill Jett Kron Leut Moll Ober Pirn Raven Sonn "
    "Thur Ufer Vord Wester Alten Berg Cadorn Duvar Foll Grav Helv Inn Jurav Kar Lum"
)
STEM_TAILS = "stein tal haus grund feld au wald bach lohe heim berg winkel matt brück see eck horn rode"
LEGAL_FORMS = {
    "Germany": ("GmbH", "GmbH & Co. KG", "AG"),
    "Austria": ("GmbH", "AG"),
    "Switzerland": ("AG", "GmbH"),
}
#: Industry → how companies of that trade call themselves.
TRADES = {
    "Manufacturing": ("Fertigung", "Werke", "Metall"),
    "Machinery": ("Maschinenbau", "Antriebe", "Anlagen"),
    "Energy equipment": ("Energietechnik", "Turbinen"),
    "Automotive": ("Fahrzeugteile", "Automotive"),
    "Chemicals": ("Chemie", "Lacke"),
    "Food production": ("Lebensmittel", "Backwaren"),
    "Medical technology": ("Medizintechnik", "Orthopädie"),
    "Packaging": ("Verpackungen", "Folien"),
    "Logistics": ("Logistik", "Lagertechnik"),
    "Building materials": ("Baustoffe", "Ziegel"),
    "Electronics": ("Elektronik", "Sensorik"),
    "Textiles": ("Textil", "Weberei"),
}
OTHER_TRADES = {
    "Consulting": ("Beratung", "Consulting"),
    "Education": ("Akademie", "Hochschule"),
    "Hospitality": ("Hotels", "Gastronomie"),
    "Retail": ("Handel", "Märkte"),
}
#: Country → region → cities.
PLACES = {
    "Germany": {
        "Bavaria": ("Augsburg", "Nürnberg", "Regensburg"),
        "Baden-Württemberg": ("Ulm", "Heilbronn", "Reutlingen"),
        "North Rhine-Westphalia": ("Bielefeld", "Hagen", "Siegen"),
        "Saxony": ("Chemnitz", "Zwickau"),
        "Lower Saxony": ("Osnabrück", "Celle"),
    },
    "Austria": {"Upper Austria": ("Linz", "Wels", "Steyr"), "Styria": ("Graz", "Leoben")},
    "Switzerland": {"Zürich": ("Winterthur", "Uster"), "Aargau": ("Aarau", "Baden")},
}
COUNTRY_WEIGHTS = {"Germany": 74, "Austria": 15, "Switzerland": 11}
#: Title → seniority, and how often it is met.
TITLES = {
    "Head of Production": ("Head", 14),
    "Plant Manager": ("Manager", 14),
    "Managing Director": ("Executive", 10),
    "Chief Operating Officer": ("C-level", 6),
    "CIO": ("C-level", 6),
    "Head of IT": ("Head", 8),
    "Operations Manager": ("Manager", 10),
    "Production Engineer": ("Specialist", 32),
    "Process Planner": ("Specialist", 26),
    "Controller": ("Specialist", 14),
}
OTHER_TITLES = {
    "Student": ("", 2),
    "Intern": ("", 1),
    "Consultant": ("Specialist", 3),
    "Office Assistant": ("Specialist", 4),
    "Production Engineer": ("Specialist", 5),
    "Purchaser": ("Specialist", 5),
}
#: Source → how this person was first known, weight.
SOURCES = {
    "Website": ("Demo form on the website", 30),
    "Webinar": ("Registered for a webinar", 22),
    "Trade fair": ("Badge scanned at the fair", 16),
    "Paid search": ("Landing page after a search", 14),
    "Content download": ("Downloaded the planning guide", 12),
    "Referral": ("Named by a customer", 6),
}
CAMPAIGNS = {
    "Website": "Always on",
    "Webinar": "Webinar: shifts without surprises",
    "Trade fair": "Fair season",
    "Paid search": "Search: production planning",
    "Content download": "Planning guide",
    "Referral": "Customers recommend",
}
NEEDS = (
    "Less idle time between shifts",
    "One plan for three plants",
    "Replace planning in spreadsheets",
    "Traceability of batches",
    "Shorter set-up times",
    "Delivery dates that hold",
)
BUDGET_ROLES = ("CEO", "CFO", "CIO")
PROSPECT_WORDS = {
    "opened": ("Opened the newsletter",),
    "clicked": ("Clicked on a customer story",),
    "visited": ("Read the pricing page", "Read about shift planning", "Compared editions"),
    "downloaded": ("Downloaded the planning guide", "Downloaded the set-up time checklist"),
    "attended": ("Attended the webinar on shift planning", "Watched a live demo", "Talked at the fair stand"),
    "submitted": ("Asked for a demo", "Asked for a quote", "Asked for a call"),
    "replied": ("Replied to a mail",),
}
MARKETING_WORDS = {
    "mail": ("Newsletter", "Invitation to the webinar"),
    "nurture_step": ("Case from the same trade", "Checklist for planning a project", "A useful article"),
    "event": ("Invited to the plant tour",),
    "call": ("Telesales: asked about the project",),
}
SALES_WORDS = {
    False: ("No answer", "Assistant took a note", "Left a message", "Out of office"),
    True: ("Talked about their planning", "Walked through the demo", "Agreed on a workshop"),
}
FOLLOW_UPS = ("Sent the proposal", "Answered questions on roll-out", "Talked to purchasing", "Reference call")
NEXT_STEPS = (
    "Demo for the plant team",
    "Workshop on site",
    "Call with the CFO",
    "Send reference",
    "Proposal",
)
QUESTIONS = (
    ("Which plant is it about, Linz or Wels?", "Wels; the form names the plant manager there."),
    ("Did they name a date for the decision?", "Not in the form. On the phone they said before summer."),
    ("Is there a system in use today?", "Spreadsheets and an old terminal in the hall."),
)
NOTES = {
    "no_budget": ("Budget for this year is spent.", "The project lost its sponsor."),
    "timing_later": ("New hall comes first, planning after that.", "They decide after the audit."),
    "wrong_contact": ("Only collects brochures, the plant manager decides.", "Moved to another site."),
    "too_small": ("One small line, two planners.",),
    "wrong_industry": ("Sells machines, makes none.",),
    "not_a_buyer": ("Writes a thesis.", "Works for a competitor."),
    "wrong_contact_data": ("The number does not exist.", "Mail comes back."),
    "duplicate": ("Same person as in the spring request.",),
    "already_customer": ("Runs our planner at the other site.",),
    "no_capacity": ("My week is full with go-lives.",),
    "away": ("Not my region.",),
    "not_reached": ("Six attempts on two channels.",),
}
RIGHT_CONTACTS = ("The plant manager, by way of the office", "Their head of operations", "The holding's CIO")
#: What Marketing holds against a reason.
CONTESTS = {
    "too_small": "The dossier says otherwise: see the size of the company.",
    "wrong_industry": "They make what they sell; the visit report says so.",
    "no_budget": "They named a budget when they asked for the quote.",
}
RULINGS = ("The facts were there at the offer.", "What the rep learned weighs more.")
