CREATE TABLE IF NOT EXISTS payment (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    account TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'rejected')),
    reference TEXT NOT NULL UNIQUE,
    reason TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS payment_key ON payment (key);

CREATE TABLE IF NOT EXISTS checkout (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    return_url TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paid', 'declined')),
    told_at REAL NOT NULL DEFAULT 0,
    reference TEXT NOT NULL DEFAULT ''
);

-- A line is on the statement from visible_at on, so numbers may become visible out of order, as at real banks.
CREATE TABLE IF NOT EXISTS statement (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    visible_at REAL NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    account TEXT NOT NULL,
    date TEXT NOT NULL,
    reference TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL,
    action TEXT NOT NULL,
    times INTEGER NOT NULL,
    seconds REAL NOT NULL,
    amount_fen INTEGER
);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
