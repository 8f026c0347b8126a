import GRDB

/// The tables, as a list of migrations that only ever grows.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1-decisions-spend") { db in
            try db.execute(
                sql: """
                    -- One row for each decision that changed anything here.
                    CREATE TABLE effects (
                        decision BLOB NOT NULL PRIMARY KEY, tenant TEXT NOT NULL, agent TEXT NOT NULL,
                        at INTEGER NOT NULL, confirmed INTEGER NOT NULL, settled INTEGER NOT NULL, approval TEXT
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX effects_unconfirmed ON effects (decision) WHERE confirmed = 0;

                    CREATE TABLE budgets (
                        id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, books TEXT NOT NULL, policy TEXT NOT NULL,
                        rule TEXT NOT NULL, scope TEXT NOT NULL, subject TEXT NOT NULL, window TEXT NOT NULL,
                        window_start INTEGER NOT NULL, currency TEXT NOT NULL,
                        charged INTEGER NOT NULL CHECK (charged >= 0), closed INTEGER NOT NULL,
                        UNIQUE (tenant, books, policy, rule, scope, subject, window, window_start, currency)
                    ) STRICT;

                    CREATE TABLE charges (
                        decision BLOB NOT NULL, budget INTEGER NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0),
                        PRIMARY KEY (decision, budget)
                    ) STRICT, WITHOUT ROWID;

                    CREATE TABLE rates (
                        tenant TEXT NOT NULL, books TEXT NOT NULL, policy TEXT NOT NULL, rule TEXT NOT NULL,
                        scope TEXT NOT NULL, subject TEXT NOT NULL, level INTEGER NOT NULL, at INTEGER NOT NULL,
                        PRIMARY KEY (tenant, books, policy, rule, scope, subject)
                    ) STRICT, WITHOUT ROWID;

                    CREATE TABLE answers (
                        tenant TEXT NOT NULL, agent TEXT NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL,
                        decision BLOB NOT NULL, answer BLOB NOT NULL, at INTEGER NOT NULL,
                        PRIMARY KEY (tenant, agent, key)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX answers_decision ON answers (decision);
                    """)
        }
        migrator.registerMigration("1-approvals") { db in
            try db.execute(
                sql: """
                    CREATE TABLE approvals (
                        id TEXT NOT NULL PRIMARY KEY, tenant TEXT NOT NULL, agent TEXT NOT NULL, tool TEXT NOT NULL,
                        params_digest TEXT NOT NULL, policy_version TEXT NOT NULL, state TEXT NOT NULL,
                        created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, body BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX approvals_call
                        ON approvals (tenant, agent, tool, params_digest, policy_version, created_at);
                    CREATE UNIQUE INDEX approvals_one_pending
                        ON approvals (tenant, agent, tool, params_digest, policy_version) WHERE state = 'pending';
                    CREATE INDEX approvals_listed ON approvals (tenant, state, created_at);
                    CREATE INDEX approvals_running_out ON approvals (expires_at)
                        WHERE state IN ('pending', 'approved');
                    """)
        }
        migrator.registerMigration("1-api-keys") { db in
            try db.execute(
                sql: """
                    CREATE TABLE api_keys (
                        key_id TEXT NOT NULL PRIMARY KEY, digest BLOB NOT NULL CHECK (length(digest) = 32),
                        tenant TEXT NOT NULL, kind TEXT NOT NULL, name TEXT, roles TEXT NOT NULL, grants TEXT NOT NULL,
                        created_at INTEGER NOT NULL, revoked_at INTEGER, changed_at INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("2-agent-stops") { db in
            try db.execute(
                sql: """
                    -- Agents that are switched off. A row stays when its agent is enabled again, to tell of the change.
                    CREATE TABLE agent_stops (
                        tenant TEXT NOT NULL, agent TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL,
                        stopped INTEGER NOT NULL, changed_at INTEGER NOT NULL,
                        PRIMARY KEY (tenant, agent)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("3-approval-life-cycle") { db in
            try db.execute(
                sql: """
                    ALTER TABLE approvals ADD COLUMN escalates_at INTEGER;
                    CREATE INDEX approvals_escalating ON approvals (escalates_at)
                        WHERE state = 'pending' AND escalates_at IS NOT NULL;
                    CREATE INDEX approvals_asked ON approvals (tenant, agent, created_at);
                    -- What was asked before there were events, digests and escalation.
                    UPDATE approvals SET body = CAST(json_set(CAST(body AS TEXT),
                        '$.events', json('[]'), '$.usedLinks', json('[]'), '$.chain', json('[]'),
                        '$.terms.escalateTo', json('[]'), '$.shown', json('{"json":"{}","digest":""}')) AS BLOB);

                    -- What has to reach the audit trail and the channels. Kept with the approvals: a change and the telling
                    -- of it are one transaction.
                    CREATE TABLE outbox (
                        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, target TEXT NOT NULL,
                        tenant TEXT NOT NULL, approval TEXT NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL,
                        next_at INTEGER NOT NULL, state TEXT NOT NULL, result TEXT, failure TEXT,
                        created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'waiting';
                    CREATE INDEX outbox_of_approval ON outbox (approval, id);
                    CREATE INDEX outbox_finished ON outbox (changed_at) WHERE state <> 'waiting';
                    """)
        }
        migrator.registerMigration("5-administration") { db in
            try db.execute(
                sql: """
                    -- A key id is a tenant's own: two tenants may use the same one.
                    CREATE TABLE issued_keys (
                        tenant TEXT NOT NULL, key_id TEXT NOT NULL, digest BLOB NOT NULL CHECK (length(digest) = 32),
                        kind TEXT NOT NULL, name TEXT, roles TEXT NOT NULL, grants TEXT NOT NULL,
                        created_at INTEGER NOT NULL, created_by TEXT NOT NULL, expires_at INTEGER,
                        revoked_at INTEGER, changed_at INTEGER NOT NULL,
                        PRIMARY KEY (tenant, key_id)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO issued_keys
                        SELECT tenant, key_id, digest, kind, name, roles, grants, created_at, '', NULL, revoked_at,
                            changed_at FROM api_keys;
                    DROP TABLE api_keys;
                    ALTER TABLE issued_keys RENAME TO api_keys;

                    -- What was changed by whom, until it is in the audit trail.
                    CREATE TABLE acts (
                        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, tenant TEXT NOT NULL,
                        event TEXT NOT NULL, by TEXT NOT NULL, via TEXT NOT NULL, agent TEXT, detail TEXT NOT NULL,
                        at INTEGER NOT NULL, recorded INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX acts_unrecorded ON acts (id) WHERE recorded = 0;
                    """)
        }
        migrator.registerMigration("7-settlements") { db in
            try db.execute(
                sql: """
                    -- Each charge is settled by itself: a call may be charged in several currencies.
                    ALTER TABLE charges ADD COLUMN refundable INTEGER NOT NULL DEFAULT 1;
                    ALTER TABLE charges ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
                    UPDATE charges SET settled = 1
                        WHERE decision IN (SELECT decision FROM effects WHERE settled = 1);

                    -- What happened to budgets, until it is in the audit trail.
                    CREATE TABLE budget_events (
                        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, decision BLOB NOT NULL, tenant TEXT NOT NULL,
                        agent TEXT NOT NULL, policy_version TEXT, detail TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX budget_events_decision ON budget_events (decision);
                    """)
        }
        migrator.registerMigration("8-key-rotation") { db in
            try db.execute(
                sql: """
                    -- The secret that was rotated, while it still holds.
                    ALTER TABLE api_keys ADD COLUMN previous_digest BLOB;
                    ALTER TABLE api_keys ADD COLUMN previous_until INTEGER;
                    """)
        }
        migrator.registerMigration("9-approvals-of-the-whole-call") { db in
            try db.execute(
                sql: """
                    -- How the call was made, and the rules that hold it.
                    ALTER TABLE approvals ADD COLUMN asked TEXT NOT NULL DEFAULT '';
                    DROP INDEX approvals_call;
                    DROP INDEX approvals_one_pending;
                    CREATE INDEX approvals_call
                        ON approvals (tenant, agent, tool, params_digest, asked, policy_version, created_at);
                    CREATE UNIQUE INDEX approvals_one_pending
                        ON approvals (tenant, agent, tool, params_digest, asked, policy_version) WHERE state = 'pending';

                    UPDATE approvals SET body = CAST(json_set(CAST(body AS TEXT),
                        '$.call.circumstancesDigest', '', '$.undelivered', json('[]'),
                        '$.terms.requirements', json_array(json_object(
                            'policy', json_extract(CAST(body AS TEXT), '$.terms.policy'),
                            'rule', json_extract(CAST(body AS TEXT), '$.terms.rule'),
                            'approvers', json(json_extract(CAST(body AS TEXT), '$.terms.approvers')),
                            'quorum', json_extract(CAST(body AS TEXT), '$.terms.quorum'),
                            'escalateAfterSeconds', json_extract(CAST(body AS TEXT), '$.terms.escalateAfterSeconds'),
                            'escalateTo', json(json_extract(CAST(body AS TEXT), '$.terms.escalateTo')))),
                        '$.votes', json((SELECT coalesce(
                            json_group_array(json_set(value, '$.roles', json('[]'))), '[]')
                            FROM json_each(CAST(body AS TEXT), '$.votes')))) AS BLOB);
                    -- What was approved without saying how the call is made fits no call any more: it has run out, and is
                    -- told and recorded so.
                    UPDATE approvals SET expires_at = 0, escalates_at = NULL,
                        body = CAST(json_set(CAST(body AS TEXT), '$.expiresAt', 0) AS BLOB)
                        WHERE state IN ('pending', 'approved');
                    """)
        }
        migrator.registerMigration("10-pruning") { db in
            // Whether a budget has charges left.
            try db.execute(sql: "CREATE INDEX charges_of_budget ON charges (budget)")
        }
        migrator.registerMigration("11-switches-of-all-gateways") { db in
            try db.execute(
                sql: """
                    -- Beside what was switched here ('here'), what the tenant's signed list says ('list'): either stops an agent.
                    CREATE TABLE switches (
                        tenant TEXT NOT NULL, agent TEXT NOT NULL, origin TEXT NOT NULL, reason TEXT NOT NULL,
                        by TEXT NOT NULL, stopped INTEGER NOT NULL, changed_at INTEGER NOT NULL,
                        serial INTEGER NOT NULL,
                        PRIMARY KEY (tenant, agent, origin)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO switches
                        SELECT tenant, agent, 'here', reason, by, stopped, changed_at, 0 FROM agent_stops;
                    DROP TABLE agent_stops;
                    ALTER TABLE switches RENAME TO agent_stops;
                    CREATE INDEX agent_stops_changed ON agent_stops (changed_at);
                    """)
        }
        migrator.registerMigration("12-limits-of-charges") { db in
            // For the alert that a settlement brings; 0 of charges from before.
            try db.execute(sql: "ALTER TABLE charges ADD COLUMN budget_limit INTEGER NOT NULL DEFAULT 0")
        }
        migrator.registerMigration("13-spending-behind-its-records") { db in
            try db.execute(
                sql: """
                    -- While it has its row, decisions spend in memory first. What is here is all that was spent until shortly before
                    -- `at`, and by all decisions up to `recorded` in the trail; what is missing after a crash is behind it there.
                    CREATE TABLE spending_lag (
                        one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL, recorded BLOB
                    ) STRICT;
                    """)
        }
        migrator.registerMigration("14-charges-with-their-decisions") { db in
            try db.execute(
                sql: """
                    -- What a decision was charged: a JSON list of [budget, amount, refundable, budget_limit], in its own row until
                    -- something changes one of them. They have rows of their own in `charges` from then on.
                    ALTER TABLE effects ADD COLUMN charges TEXT;
                    CREATE VIEW all_charges AS
                        SELECT decision, budget, amount, refundable, settled, budget_limit FROM charges
                        UNION ALL
                        SELECT e.decision, json_extract(c.value, '$[0]'), json_extract(c.value, '$[1]'),
                                json_extract(c.value, '$[2]'), 0, json_extract(c.value, '$[3]')
                            FROM effects e, json_each(e.charges) c;
                    -- When the last decision was admitted that charged it, in nanoseconds; 0 of charges from before.
                    ALTER TABLE budgets ADD COLUMN charged_at INTEGER NOT NULL DEFAULT 0;

                    -- Names of decisions, 16 bytes each, whose records were not known to be durable when this was written, though
                    -- their rows in `effects` say so.
                    ALTER TABLE spending_lag ADD COLUMN unconfirmed BLOB NOT NULL DEFAULT x'';
                    """)
        }
        return migrator
    }
}
