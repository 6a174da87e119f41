//! Who lives in the demo, and what happened to them. Nobody here is real.

/// Everybody's.
pub(super) const PASSWORD: &str = "teach-me-something";

/// Monday is 0.
const WEEKDAYS: &[u8] = &[0, 1, 2, 3, 4];
const EVERY_DAY: &[u8] = &[0, 1, 2, 3, 4, 5, 6];

pub(super) struct Person {
    pub username: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub headline: &'static str,
    pub bio: &'static str,
    pub timezone: &'static str,
}

pub(super) struct Expert {
    pub person: Person,
    /// Name, level, category.
    pub skills: &'static [(&'static str, &'static str, u8)],
    pub days: &'static [u8],
    /// Windows of each of these days, in the expert's own zone.
    pub hours: &'static [(&'static str, &'static str)],
}

/// How far a booking got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Pending,
    Confirmed,
    Cancelled,
    /// Held some days ago; with the learner's review of the expert.
    Completed(u8, &'static str),
    /// Some days ago; the learner did not come.
    Missed,
}

pub(super) struct Booking {
    pub learner: &'static str,
    pub expert: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub fate: Fate,
}

pub(super) struct Chat {
    pub learner: &'static str,
    pub expert: &'static str,
    /// In turns, the learner first.
    pub lines: &'static [&'static str],
}

const fn person(
    username: &'static str,
    [first_name, last_name]: [&'static str; 2],
    timezone: &'static str,
    headline: &'static str,
    bio: &'static str,
) -> Person {
    Person { username, first_name, last_name, headline, bio, timezone }
}

pub(super) const EXPERTS: &[Expert] = &[
    Expert {
        person: person(
            "ingrid.solberg",
            ["Ingrid", "Solberg"],
            "Europe/Oslo",
            "Rust and distributed systems",
            "Fifteen years of back ends, the last six in Rust. I review code and untangle designs.",
        ),
        skills: &[("Rust", "expert", 1), ("Distributed Systems", "advanced", 1)],
        days: WEEKDAYS,
        hours: &[("09:00", "12:00"), ("13:00", "16:00")],
    },
    Expert {
        person: person(
            "tomas.vrana",
            ["Tomáš", "Vrána"],
            "Europe/Prague",
            "Front ends people enjoy",
            "From design tokens to accessible components. Ask me about React, forms and keyboards.",
        ),
        skills: &[("React", "expert", 1), ("Web Accessibility", "advanced", 1)],
        days: WEEKDAYS,
        hours: &[("10:00", "18:00")],
    },
    Expert {
        person: person(
            "amara.okafor",
            ["Amara", "Okafor"],
            "Africa/Lagos",
            "Career changes into tech",
            "I moved from nursing to product management and help others plan such a step.",
        ),
        skills: &[("Career Planning", "expert", 2), ("Interview Preparation", "advanced", 2)],
        days: EVERY_DAY,
        hours: &[("17:00", "21:00")],
    },
    Expert {
        person: person(
            "daniel.hartmann",
            ["Daniel", "Hartmann"],
            "Europe/Berlin",
            "Employment and contract law",
            "Lawyer since 2009. First orientation for freelancers and small companies.",
        ),
        skills: &[("Contract Law", "expert", 3), ("Employment Law", "expert", 3)],
        days: &[0, 2, 4],
        hours: &[("08:30", "12:30")],
    },
    Expert {
        person: person(
            "mei.tanaka",
            ["Mei", "Tanaka"],
            "Asia/Tokyo",
            "Personal finance without jargon",
            "Former auditor. Budgets, pensions and what to do with a first salary.",
        ),
        skills: &[("Personal Finance", "expert", 4), ("Bookkeeping", "advanced", 4)],
        days: WEEKDAYS,
        hours: &[("18:00", "22:00")],
    },
    Expert {
        person: person(
            "lucas.moreau",
            ["Lucas", "Moreau"],
            "Europe/Paris",
            "Search marketing for small shops",
            "I run campaigns for bakeries and bicycle shops, and show how to do it alone.",
        ),
        skills: &[("Search Marketing", "advanced", 5), ("Copywriting", "intermediate", 5)],
        days: &[1, 2, 3],
        hours: &[("09:00", "17:00")],
    },
    Expert {
        person: person(
            "priya.raman",
            ["Priya", "Raman"],
            "Asia/Kolkata",
            "Data science, from question to chart",
            "I teach Python and statistics, and help with the first honest model.",
        ),
        skills: &[("Python", "expert", 1), ("Statistics", "advanced", 7)],
        days: EVERY_DAY,
        hours: &[("19:00", "22:00")],
    },
    Expert {
        person: person(
            "sofia.marchetti",
            ["Sofia", "Marchetti"],
            "Europe/Rome",
            "Physiotherapist for people who sit",
            "Backs, necks and wrists. Exercises that fit beside a desk.",
        ),
        skills: &[("Ergonomics", "expert", 6), ("Back Pain", "advanced", 6)],
        days: WEEKDAYS,
        hours: &[("07:00", "09:00"), ("18:00", "20:00")],
    },
    Expert {
        person: person(
            "owen.gallagher",
            ["Owen", "Gallagher"],
            "Europe/Dublin",
            "Mathematics for the last school years",
            "Teacher for twenty years. Patience guaranteed, calculus included.",
        ),
        skills: &[("Mathematics", "expert", 7), ("Physics", "intermediate", 7)],
        days: WEEKDAYS,
        hours: &[("15:30", "19:30")],
    },
    Expert {
        person: person(
            "renata.silva",
            ["Renata", "Silva"],
            "America/Sao_Paulo",
            "Portuguese and Spanish conversation",
            "We talk; you learn. Beginners are as welcome as people who forgot everything.",
        ),
        skills: &[("Portuguese", "expert", 7), ("Spanish", "advanced", 7)],
        days: EVERY_DAY,
        hours: &[("09:00", "13:00")],
    },
    Expert {
        person: person(
            "grace.whitfield",
            ["Grace", "Whitfield"],
            "America/Vancouver",
            "Leading small engineering teams",
            "Engineering manager. First reports, hard conversations, hiring without luck.",
        ),
        skills: &[("Engineering Management", "expert", 2), ("Hiring", "advanced", 2)],
        days: WEEKDAYS,
        hours: &[("08:00", "11:00")],
    },
    Expert {
        person: person(
            "yusuf.demir",
            ["Yusuf", "Demir"],
            "Europe/Istanbul",
            "Cloud bills and how to shrink them",
            "AWS since 2012. Bring your invoice, leave with a list.",
        ),
        skills: &[("AWS", "expert", 1), ("Rust", "intermediate", 1)],
        days: WEEKDAYS,
        hours: &[("11:00", "17:00")],
    },
];

pub(super) const LEARNERS: &[Person] = &[
    person("nora.lind", ["Nora", "Lind"], "Europe/Stockholm", "Learning Rust", ""),
    person("ben.carter", ["Ben", "Carter"], "Europe/London", "Opening a bicycle shop", ""),
    person("aiko.sato", ["Aiko", "Sato"], "Asia/Tokyo", "Soon a team lead", ""),
    person("mateo.ruiz", ["Mateo", "Ruiz"], "America/Mexico_City", "", ""),
    person("hannah.vogel", ["Hannah", "Vogel"], "Europe/Vienna", "Freelance illustrator", ""),
];

const fn booking(
    [learner, expert]: [&'static str; 2],
    title: &'static str,
    description: &'static str,
    fate: Fate,
) -> Booking {
    Booking { learner, expert, title, description, fate }
}

/// The last one is how a complete demo is recognised.
pub(super) const BOOKINGS: &[Booking] = &[
    booking(
        ["nora.lind", "ingrid.solberg"],
        "Lifetimes, finally",
        "I fight the borrow checker in a parser of mine.",
        Fate::Completed(5, "Drew three boxes and two arrows, and it made sense. Thank you!"),
    ),
    booking(
        ["ben.carter", "lucas.moreau"],
        "First campaign for the shop",
        "A budget of 200 a month.",
        Fate::Completed(4, "Very concrete. I left with a plan for a month."),
    ),
    booking(
        ["hannah.vogel", "daniel.hartmann"],
        "A licence for my drawings",
        "A publisher sent me a contract of nine pages.",
        Fate::Completed(5, "Found the one clause that mattered."),
    ),
    booking(
        ["aiko.sato", "tomas.vrana"],
        "Keyboard navigation review",
        "",
        Fate::Completed(4, "Sharp eyes and kind words."),
    ),
    booking(["mateo.ruiz", "yusuf.demir"], "Our cloud bill doubled", "", Fate::Missed),
    booking(["nora.lind", "yusuf.demir"], "Rust on Lambda", "Cold starts, memory, what to measure.", Fate::Confirmed),
    booking(["aiko.sato", "grace.whitfield"], "My first one-to-ones", "", Fate::Confirmed),
    booking(["ben.carter", "mei.tanaka"], "Books for a small shop", "", Fate::Cancelled),
    booking(["mateo.ruiz", "owen.gallagher"], "Integrals before the exam", "", Fate::Pending),
    booking(["hannah.vogel", "sofia.marchetti"], "A desk that does not hurt", "", Fate::Pending),
    booking(
        ["nora.lind", "priya.raman"],
        "Is my A/B test honest?",
        "Two weeks of data, and a result I like too much.",
        Fate::Pending,
    ),
];

pub(super) const CHATS: &[Chat] = &[
    Chat {
        learner: "nora.lind",
        expert: "ingrid.solberg",
        lines: &[
            "Hi Ingrid, may I send you the parser before we meet?",
            "Please do, a link to the repository is best.",
            "Sent. It is the file with the most unwraps.",
            "Found it. We will get rid of them together.",
        ],
    },
    Chat {
        learner: "ben.carter",
        expert: "lucas.moreau",
        lines: &["Do I need a website before I advertise?", "One page with a map and your hours is enough to begin."],
    },
    Chat {
        learner: "hannah.vogel",
        expert: "sofia.marchetti",
        lines: &["Can we do this with the camera on the desk?", "Even better, I want to see the chair."],
    },
];
