-- Nurture tracks: which one a row is on.

CREATE FUNCTION @extschema@.icp_is_condition(condition jsonb) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_is_condition(jsonb) IS
	'true for a condition as portraits have it; else an error that says what is wrong, and where';

CREATE TABLE @extschema@.icp_tracks (
	track text NOT NULL CHECK (track OPERATOR(pg_catalog.<>) ''),
	ordinal integer NOT NULL,
	meaning text,
	condition jsonb CHECK (@extschema@.icp_is_condition(condition)),
	shipped boolean NOT NULL DEFAULT false,
	PRIMARY KEY (track, shipped)
);
COMMENT ON TABLE @extschema@.icp_tracks IS 'nurture tracks, for icp_track; a row of yours counts instead of the shipped one of the same track';
COMMENT ON COLUMN @extschema@.icp_tracks.track IS 'name of the track: what icp_track returns';
COMMENT ON COLUMN @extschema@.icp_tracks.ordinal IS 'place among the tracks: the first one whose condition holds is taken';
COMMENT ON COLUMN @extschema@.icp_tracks.meaning IS 'who is on it';
COMMENT ON COLUMN @extschema@.icp_tracks.condition IS 'a condition as portraits have it; NULL: nobody is on the track';
COMMENT ON COLUMN @extschema@.icp_tracks.shipped IS 'whether the row came with the extension; such rows stay as they are';
SELECT pg_catalog.pg_extension_config_dump('@extschema@.icp_tracks', 'WHERE NOT shipped');
REVOKE ALL ON @extschema@.icp_tracks FROM PUBLIC;
GRANT SELECT ON @extschema@.icp_tracks TO PUBLIC;

CREATE TRIGGER icp_tracks_kept BEFORE INSERT OR UPDATE OR DELETE ON @extschema@.icp_tracks
	FOR EACH ROW EXECUTE FUNCTION @extschema@.icp_keep_shipped();
CREATE TRIGGER icp_tracks_not_emptied BEFORE TRUNCATE ON @extschema@.icp_tracks
	FOR EACH STATEMENT EXECUTE FUNCTION @extschema@.icp_keep_shipped();
ALTER TABLE @extschema@.icp_tracks ENABLE ALWAYS TRIGGER icp_tracks_kept;
ALTER TABLE @extschema@.icp_tracks ENABLE ALWAYS TRIGGER icp_tracks_not_emptied;
COMMENT ON TRIGGER icp_tracks_kept ON @extschema@.icp_tracks IS 'rows that came with the extension stay as they are';
COMMENT ON TRIGGER icp_tracks_not_emptied ON @extschema@.icp_tracks IS 'rows that came with the extension stay';

INSERT INTO @extschema@.icp_tracks (track, ordinal, meaning, condition, shipped) VALUES
	('funnel bottom', 10, 'close to buying: strong intent, and active in the last 30 days',
		'{"all": [{"field": "attrs.intent", "range": "[70,)"}, {"field": "last_activity_at", "within": "30 days"}]}', true),
	('welcome', 20, 'new: in the CRM for at most 30 days',
		'{"field": "created_on", "within": "30 days"}', true),
	('competitive drip', 30, 'uses a competitor''s product',
		'{"field": "uses_competitor", "equals": true}', true),
	('reactivation', 40, 'fell silent: no activity for 180 days',
		'{"field": "last_activity_at", "older": "180 days"}', true),
	('funnel middle', 50, 'compares: intent of 40 and more',
		'{"field": "attrs.intent", "range": "[40,)"}', true),
	('education product', 60, 'reads a lot, and so is ready to hear about the product: five visits and more in 30 days',
		'{"field": "attrs.visits_30d", "range": "[5,)"}', true),
	('education opinion', 70, 'reads a little, and so hears opinions and experience: up to four visits in 30 days',
		'{"field": "attrs.visits_30d", "range": "[1,5)"}', true),
	('funnel top', 80, 'known, and little more: intent below 40',
		'{"field": "attrs.intent", "range": "(,40)"}', true),
	('drip', 90, 'everybody else',
		'{"any": [{"field": "created_on", "missing": true}, {"field": "created_on", "range": "(,)"}]}', true);

CREATE FUNCTION @extschema@.icp_track("row" record) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_track' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_track(record) IS
	'the nurture track of a row: the first of table icp_tracks whose condition holds; fields that are absent are missing';

CREATE FUNCTION @extschema@.icp_track(doc jsonb) RETURNS text
	AS 'MODULE_PATHNAME', 'icp_track' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@.icp_track(jsonb) IS
	'the nurture track of a JSON document: the first of table icp_tracks whose condition holds; fields that are absent are missing';
