-- Outreach: grades, what to do with each tier, and how many dials the meetings take.

CREATE FUNCTION @extschema@.icp_grade(
	fit float8,
	engagement float8,
	fit_from float8[] DEFAULT '{75,50,25}',
	engagement_from float8[] DEFAULT '{75,50,25}'
) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION @extschema@.icp_grade(float8, float8, float8[], float8[]) IS
	'fit as a letter, A to D, and engagement as a digit, 1 to 4: A1 to D4; A? to D? where engagement is not known';

-- Playbooks

CREATE TABLE @extschema@.icp_playbooks (
	tier text NOT NULL CHECK (tier OPERATOR(pg_catalog.<>) ''),
	language text NOT NULL DEFAULT 'en',
	ordinal integer NOT NULL,
	step text,
	action text,
	minutes integer CHECK (minutes OPERATOR(pg_catalog.>=) 0),
	shipped boolean NOT NULL DEFAULT false,
	PRIMARY KEY (tier, language, ordinal, shipped)
);
COMMENT ON TABLE @extschema@.icp_playbooks IS
	'what to do with accounts of each tier, step by step; a row of yours counts instead of the shipped one of the same tier, language and ordinal';
COMMENT ON COLUMN @extschema@.icp_playbooks.tier IS 'as icp_tier names it';
COMMENT ON COLUMN @extschema@.icp_playbooks.language IS 'en, zh, or another of yours';
COMMENT ON COLUMN @extschema@.icp_playbooks.ordinal IS 'the order of the steps';
COMMENT ON COLUMN @extschema@.icp_playbooks.step IS 'the step in a few words; NULL: the shipped one is left out';
COMMENT ON COLUMN @extschema@.icp_playbooks.action IS 'what to do';
COMMENT ON COLUMN @extschema@.icp_playbooks.minutes IS 'how long it may take for one account';
COMMENT ON COLUMN @extschema@.icp_playbooks.shipped IS 'whether it came with the extension';
SELECT pg_catalog.pg_extension_config_dump('@extschema@.icp_playbooks', 'WHERE NOT shipped');
REVOKE ALL ON @extschema@.icp_playbooks FROM PUBLIC;
GRANT SELECT ON @extschema@.icp_playbooks TO PUBLIC;

CREATE TRIGGER icp_playbooks_kept BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.icp_playbooks
	FOR EACH ROW EXECUTE FUNCTION @extschema@.icp_keep_shipped();
CREATE TRIGGER icp_playbooks_not_emptied BEFORE TRUNCATE ON @extschema@.icp_playbooks
	FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.icp_keep_shipped();
ALTER TABLE @extschema@.icp_playbooks ENABLE ALWAYS TRIGGER icp_playbooks_kept;
ALTER TABLE @extschema@.icp_playbooks ENABLE ALWAYS TRIGGER icp_playbooks_not_emptied;
COMMENT ON TRIGGER icp_playbooks_kept ON @extschema@.icp_playbooks IS 'shipped rows stay as they are';
COMMENT ON TRIGGER icp_playbooks_not_emptied ON @extschema@.icp_playbooks IS 'shipped rows stay as they are';

INSERT INTO @extschema@.icp_playbooks (tier, language, ordinal, step, action, minutes, shipped) VALUES
	('T1', 'en', 1, 'Map the account', 'Name who decides, uses, checks and may block: economic, technical and user buyers, with the next two people of each side.', 60, true),
	('T1', 'en', 2, 'Study its business', 'Read reports, news, job offers and talks: its goals, how it grows, what goes wrong. Write down three problems of its own that we solve.', 90, true),
	('T1', 'en', 3, 'Write for it alone', 'One page for this account as for a market of one: its problem in its own words and numbers, what it would gain, proof from a customer like it.', 120, true),
	('T1', 'en', 4, 'Come by several doors', 'Reach the economic, technical and user buyers within the same two weeks, each with what matters to them.', 60, true),
	('T1', 'en', 5, 'Set up the team', 'Say who on our side goes with whom on theirs, and agree on the next step in writing.', 30, true),
	('T1', 'en', 6, 'Review it each month', 'What is known now, who is missing, what the next step is. Leave it to a lower tier if there is none.', 30, true),
	('T2', 'en', 1, 'Learn about the person', 'Role, what they are measured by, what they said or did lately.', 10, true),
	('T2', 'en', 2, 'Write to one person', 'A first sentence that could go to nobody else, one problem, one question. No template.', 10, true),
	('T2', 'en', 3, 'Call, and follow up elsewhere', 'Call within two days; if there is no answer, try another channel and another hour.', 10, true),
	('T2', 'en', 4, 'Qualify', 'Ask for need, time, money and who else decides before a meeting is set.', 10, true),
	('T3', 'en', 1, 'Three facts in three minutes', 'What the company does, what has changed there lately, why this person would care. Stop after three minutes.', 3, true),
	('T3', 'en', 2, 'One message', 'One of the facts, one question.', 2, true),
	('T3', 'en', 3, 'Leave the rest to a sequence', 'Automatic messages, until there is an answer; then treat it as the tier above.', 1, true),
	('out', 'en', 1, 'Do not pursue', 'No calls and no research. News by mail, if they asked for it.', 0, true),
	('out', 'en', 2, 'Keep the reason', 'Note why it does not fit, from icp_explain, so that nobody starts again.', 1, true),
	('out', 'en', 3, 'Look again when facts change', 'When a score is computed anew it may fit: growth, a new place, a new person.', 0, true);

-- In Chinese, where the database can hold it.  This script is plain ASCII, so that it runs in any database.
INSERT INTO @extschema@.icp_playbooks (tier, language, ordinal, step, action, minutes, shipped)
SELECT p.tier, 'zh', p.ordinal, p.step, p.action, p.minutes, true
FROM pg_catalog.json_to_recordset(CASE WHEN pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.=) ANY ('{UTF8,EUC_CN}') THEN json '[
		{"tier": "T1", "ordinal": 1, "step": "\u753b\u51fa\u5ba2\u6237\u5730\u56fe", "action": "\u5199\u660e\u8c01\u51b3\u7b56\u3001\u8c01\u4f7f\u7528\u3001\u8c01\u628a\u5173\u3001\u8c01\u53ef\u80fd\u963b\u62e6\uff1a\u7ecf\u6d4e\u3001\u6280\u672f\u548c\u4f7f\u7528\u91c7\u8d2d\u8005\uff0c\u4ee5\u53ca\u6bcf\u4e00\u65b9\u63a5\u4e0b\u6765\u7684\u4e24\u4e2a\u4eba\u3002", "minutes": 60},
		{"tier": "T1", "ordinal": 2, "step": "\u7814\u7a76\u5b83\u7684\u4e1a\u52a1", "action": "\u8bfb\u5e74\u62a5\u3001\u65b0\u95fb\u3001\u62db\u8058\u548c\u6f14\u8bb2\uff1a\u76ee\u6807\u3001\u589e\u957f\u65b9\u5f0f\u3001\u96be\u5904\u3002\u5199\u4e0b\u6211\u4eec\u80fd\u89e3\u51b3\u7684\u4e09\u4e2a\u5b83\u81ea\u5df1\u7684\u95ee\u9898\u3002", "minutes": 90},
		{"tier": "T1", "ordinal": 3, "step": "\u53ea\u4e3a\u5b83\u5199\u4e00\u9875", "action": "\u628a\u8fd9\u4e00\u4e2a\u5ba2\u6237\u5f53\u4f5c\u4e00\u4e2a\u5e02\u573a\uff1a\u7528\u5b83\u7684\u8bdd\u548c\u6570\u5b57\u8bf4\u5b83\u7684\u95ee\u9898\u3001\u80fd\u5f97\u5230\u4ec0\u4e48\u3001\u540c\u7c7b\u5ba2\u6237\u7684\u8bc1\u660e\u3002", "minutes": 120},
		{"tier": "T1", "ordinal": 4, "step": "\u4ece\u591a\u4e2a\u5165\u53e3\u63a5\u89e6", "action": "\u4e24\u5468\u4e4b\u5185\u5206\u522b\u63a5\u89e6\u7ecf\u6d4e\u3001\u6280\u672f\u548c\u4f7f\u7528\u91c7\u8d2d\u8005\uff0c\u5404\u8c08\u5176\u6240\u5173\u5fc3\u7684\u3002", "minutes": 60},
		{"tier": "T1", "ordinal": 5, "step": "\u7ec4\u6210\u5c0f\u7ec4", "action": "\u5b9a\u4e0b\u6211\u65b9\u8c01\u5bf9\u5e94\u5bf9\u65b9\u8c01\uff0c\u5e76\u4e66\u9762\u7ea6\u5b9a\u4e0b\u4e00\u6b65\u3002", "minutes": 30},
		{"tier": "T1", "ordinal": 6, "step": "\u6bcf\u6708\u56de\u987e", "action": "\u73b0\u5728\u77e5\u9053\u4ec0\u4e48\uff0c\u8fd8\u7f3a\u8c01\uff0c\u4e0b\u4e00\u6b65\u662f\u4ec0\u4e48\u3002\u6ca1\u6709\u4e0b\u4e00\u6b65\uff0c\u5c31\u964d\u4e00\u7ea7\u3002", "minutes": 30},
		{"tier": "T2", "ordinal": 1, "step": "\u4e86\u89e3\u8fd9\u4e2a\u4eba", "action": "\u804c\u4f4d\u3001\u8003\u6838\u6307\u6807\u3001\u8fd1\u6765\u8bf4\u8fc7\u6216\u505a\u8fc7\u4ec0\u4e48\u3002", "minutes": 10},
		{"tier": "T2", "ordinal": 2, "step": "\u5199\u7ed9\u4e00\u4e2a\u4eba", "action": "\u7b2c\u4e00\u53e5\u53ea\u80fd\u5199\u7ed9\u4ed6\uff0c\u4e00\u4e2a\u95ee\u9898\uff0c\u4e00\u4e2a\u63d0\u95ee\u3002\u4e0d\u7528\u6a21\u677f\u3002", "minutes": 10},
		{"tier": "T2", "ordinal": 3, "step": "\u6253\u7535\u8bdd\uff0c\u6362\u6e20\u9053\u8ddf\u8fdb", "action": "\u4e24\u5929\u5185\u6253\u7535\u8bdd\uff1b\u6ca1\u6709\u56de\u5e94\uff0c\u5c31\u6362\u6e20\u9053\u3001\u6362\u65f6\u95f4\u3002", "minutes": 10},
		{"tier": "T2", "ordinal": 4, "step": "\u8d44\u683c\u5224\u65ad", "action": "\u7ea6\u4f1a\u9762\u4e4b\u524d\u95ee\u6e05\u9700\u6c42\u3001\u65f6\u95f4\u3001\u9884\u7b97\u548c\u8fd8\u6709\u8c01\u51b3\u7b56\u3002", "minutes": 10},
		{"tier": "T3", "ordinal": 1, "step": "\u4e09\u5206\u949f\u4e09\u4e2a\u4e8b\u5b9e", "action": "\u516c\u53f8\u505a\u4ec0\u4e48\uff0c\u8fd1\u6765\u6709\u4f55\u53d8\u5316\uff0c\u8fd9\u4e2a\u4eba\u4e3a\u4f55\u5173\u5fc3\u3002\u4e09\u5206\u949f\u5c31\u505c\u3002", "minutes": 3},
		{"tier": "T3", "ordinal": 2, "step": "\u4e00\u6761\u6d88\u606f", "action": "\u4e00\u4e2a\u4e8b\u5b9e\uff0c\u4e00\u4e2a\u63d0\u95ee\u3002", "minutes": 2},
		{"tier": "T3", "ordinal": 3, "step": "\u5176\u4f59\u4ea4\u7ed9\u81ea\u52a8\u5e8f\u5217", "action": "\u81ea\u52a8\u53d1\u9001\uff0c\u76f4\u5230\u6709\u56de\u5e94\uff1b\u6709\u4e86\u56de\u5e94\uff0c\u6309\u4e0a\u4e00\u7ea7\u5bf9\u5f85\u3002", "minutes": 1},
		{"tier": "out", "ordinal": 1, "step": "\u4e0d\u8ffd", "action": "\u4e0d\u6253\u7535\u8bdd\uff0c\u4e0d\u505a\u7814\u7a76\u3002\u5bf9\u65b9\u8981\u7684\u8bdd\uff0c\u53d1\u90ae\u4ef6\u901a\u8baf\u3002", "minutes": 0},
		{"tier": "out", "ordinal": 2, "step": "\u8bb0\u4e0b\u539f\u56e0", "action": "\u4ece icp_explain \u8bb0\u4e0b\u4e3a\u4f55\u4e0d\u5408\u9002\uff0c\u514d\u5f97\u6709\u4eba\u91cd\u6765\u3002", "minutes": 1},
		{"tier": "out", "ordinal": 3, "step": "\u4e8b\u5b9e\u53d8\u4e86\u518d\u770b", "action": "\u91cd\u65b0\u8bc4\u5206\u65f6\u53ef\u80fd\u5c31\u5408\u9002\u4e86\uff1a\u589e\u957f\u3001\u6362\u5730\u65b9\u3001\u6362\u4eba\u3002", "minutes": 0}
	]' END) AS p (tier text, ordinal integer, step text, action text, minutes integer);

CREATE FUNCTION @extschema@.icp_playbook(
	tier text,
	language text DEFAULT 'en',
	OUT ordinal integer,
	OUT step text,
	OUT action text,
	OUT minutes integer
) RETURNS SETOF record
	LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100 ROWS 6
BEGIN ATOMIC
	SELECT p.ordinal, p.step, p.action, p.minutes
	FROM (SELECT DISTINCT ON (q.ordinal) q.ordinal, q.step, q.action, q.minutes
		  FROM @extschema@.icp_playbooks AS q
		  WHERE q.tier OPERATOR(pg_catalog.=) icp_playbook.tier AND q.language OPERATOR(pg_catalog.=) icp_playbook.language
		  ORDER BY q.ordinal, q.shipped) AS p
	WHERE p.step IS NOT NULL
	ORDER BY p.ordinal;
END;
COMMENT ON FUNCTION @extschema@.icp_playbook(text, text) IS
	'what to do with accounts of that tier, step by step: rows of the table icp_playbooks';

-- Dials

CREATE TYPE @extschema@.icp_outreach_plan AS (
	meetings integer,
	conversations bigint,
	dials bigint,
	people_reached bigint,
	days bigint,
	conversations_per_meeting float8,
	dials_per_conversation float8,
	dials_per_person float8,
	dials_per_day float8
);
COMMENT ON TYPE @extschema@.icp_outreach_plan IS 'what so many meetings take, each rounded up to whole ones';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.meetings IS 'meetings that are wanted';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.conversations IS 'conversations that they take';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.dials IS 'dials that these take';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.people_reached IS 'people whom so many dials reach';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.days IS 'days of one person''s work';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.conversations_per_meeting IS 'the figure that was used';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.dials_per_conversation IS 'the figure that was used';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.dials_per_person IS 'the figure that was used';
COMMENT ON COLUMN @extschema@.icp_outreach_plan.dials_per_day IS 'the figure that was used';

CREATE FUNCTION @extschema@.icp_outreach(
	meetings integer,
	direct_dials boolean DEFAULT true,
	executive boolean DEFAULT false,
	conversations_per_meeting float8 DEFAULT NULL,
	dials_per_conversation float8 DEFAULT NULL,
	dials_per_person float8 DEFAULT NULL,
	dials_per_day float8 DEFAULT NULL
) RETURNS @extschema@.icp_outreach_plan
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_outreach(integer, boolean, boolean, float8, float8, float8, float8) IS
	'conversations, dials, people and days that so many meetings take; a figure of NULL is the usual one';

CREATE TYPE @extschema@.icp_outreach_figures AS (
	dials_per_conversation float8,
	dials_per_conversation_low float8,
	dials_per_conversation_high float8,
	conversations_per_meeting float8,
	conversations_per_meeting_low float8,
	conversations_per_meeting_high float8,
	dials_per_person float8,
	dials_per_person_low float8,
	dials_per_person_high float8,
	dials_per_row float8,
	touches bigint,
	conversations bigint,
	meetings bigint,
	people bigint,
	activity_rows bigint
);
COMMENT ON TYPE @extschema@.icp_outreach_figures IS 'a team''s own figures for icp_outreach, from what it did';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.dials_per_conversation IS 'touches per conversation; NULL without any';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.dials_per_conversation_low IS 'lower end of its 95 % interval; NULL of fewer than 10 rows, or where it has no end';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.dials_per_conversation_high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.conversations_per_meeting IS 'conversations per meeting; NULL without any';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.conversations_per_meeting_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.conversations_per_meeting_high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.dials_per_person IS 'touches per person reached; NULL without any';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.dials_per_person_low IS 'lower end of its 95 % interval';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.dials_per_person_high IS 'upper end';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.dials_per_row IS 'touches per row: dials per day, where each row is a day of one person';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.touches IS 'all touches; like the other sums, NULL where no row tells';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.conversations IS 'all conversations';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.meetings IS 'all meetings';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.people IS 'all people reached';
COMMENT ON COLUMN @extschema@.icp_outreach_figures.activity_rows IS 'rows, whatever they tell';

CREATE FUNCTION @extschema@.icp_outreach_observed_accum(state bytea, touches bigint, conversations bigint, meetings bigint) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_outreach_observed_accum(bytea, bigint, bigint, bigint) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_outreach_observed_accum(state bytea, touches bigint, conversations bigint, meetings bigint, people bigint) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_outreach_observed_accum(bytea, bigint, bigint, bigint, bigint) IS 'aggregate transition function';

CREATE FUNCTION @extschema@.icp_outreach_observed_combine(state bytea, other bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION @extschema@.icp_outreach_observed_combine(bytea, bytea) IS 'aggregate combine function';

CREATE FUNCTION @extschema@.icp_outreach_observed_final(state bytea) RETURNS @extschema@.icp_outreach_figures
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION @extschema@.icp_outreach_observed_final(bytea) IS 'aggregate final function';

CREATE AGGREGATE @extschema@.icp_outreach_observed(touches bigint, conversations bigint, meetings bigint) (
	SFUNC = @extschema@.icp_outreach_observed_accum,
	STYPE = bytea,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_outreach_observed_combine,
	FINALFUNC = @extschema@.icp_outreach_observed_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_outreach_observed(bigint, bigint, bigint) IS
	'a team''s own figures for icp_outreach, from rows of what it did';

CREATE AGGREGATE @extschema@.icp_outreach_observed(touches bigint, conversations bigint, meetings bigint, people bigint) (
	SFUNC = @extschema@.icp_outreach_observed_accum,
	STYPE = bytea,
	SSPACE = 512,
	COMBINEFUNC = @extschema@.icp_outreach_observed_combine,
	FINALFUNC = @extschema@.icp_outreach_observed_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.icp_outreach_observed(bigint, bigint, bigint, bigint) IS
	'the same with the people reached, which gives dials per person too';
