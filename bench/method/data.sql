-- People at accounts, generated from their numbers alone: rows people, a tenth as many accounts, in no order.
--
-- psql variable: rows.

DROP SCHEMA public CASCADE;
CREATE SCHEMA public;

-- A number in [0,1).
CREATE FUNCTION u(i bigint, purpose integer) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN (hashint8extended(i, purpose) & 1048575) / 1048576.0::float8;

CREATE TABLE people (person integer, account integer, company_size integer, influence float8, role text, stance text, roles text[], title text);

BEGIN;
TRUNCATE people;	-- in the transaction that fills it, so that nothing need be logged
INSERT INTO people
SELECT i, 1 + floor(u(i, 1) * :rows / 10)::int, floor(exp(2 + 8 * u(floor(u(i, 1) * :rows / 10)::int, 2)))::int, CASE WHEN u(i, 3) < 0.8 THEN round(u(i, 4)::numeric, 2)::float8 END,
	('{Economic Buyer,Decision Maker,Technical Buyer,Evaluator,Business User,Influencer,Champion,Executive Sponsor,Gatekeeper,END_USER,Other,NULL}'::text[])[1 + floor(12 * u(i, 5))::int],
	('{supporter,neutral,opponent,NULL}'::text[])[1 + floor(4 * u(i, 6))::int],
	CASE WHEN u(i, 7) < 0.9 THEN ARRAY[('{economic,technical,user,coach}'::text[])[1 + floor(4 * u(i, 8))::int]] || CASE WHEN u(i, 9) < 0.2 THEN '{user}'::text[] END END,
	('{Chief Executive Officer,"VP, Sales & Marketing",Senior Software Engineer,Purchasing Manager,Head of IT,CFO,Account Executive,Executive Assistant to the CEO,"Director, Product Management",HR Business Partner,董事长兼总经理,采购经理,信息中心主任,技术副总裁,高级软件工程师,财务总监,"Co-Founder & CTO",Intern,Operations Director,总经理助理}'::text[])[1 + floor(20 * u(i, 10))::int]
FROM generate_series(1, :rows) AS i;
COMMIT;

VACUUM ANALYZE people;
