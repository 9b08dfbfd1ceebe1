// The table of cohorts by month of acquisition and age, as measure.sql has it, with DuckDB on one thread.
//
//   node duckdb.mjs CSV     prints a line for each measurement: name, ms of processor time, how many ages of cohorts

import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const db = await instance.connect();

async function timed(name, sql, tell) {
    const start = process.cpuUsage();
    const rows = (await db.runAndReadAll(sql)).getRows();
    const { user, system } = process.cpuUsage(start);
    console.log([name, (user + system) / 1000, tell ? rows[0][0] : '\\N'].join('\t'));
}

await timed('DuckDB: load', `CREATE TABLE invoices AS SELECT * FROM read_csv('${process.argv[2].replaceAll("'", "''")}', header = true, columns = {
    'customer': 'INTEGER', 'paid_at': 'TIMESTAMP', 'amount': 'DECIMAL(10,2)', 'cost': 'DECIMAL(10,2)', 'acquired': 'DATE', 'cac': 'DECIMAL(10,2)'})`);

await timed('DuckDB: query', `
WITH money AS (
    SELECT customer, year(paid_at) * 12 + month(paid_at) AS month, min(year(acquired) * 12 + month(acquired)) AS cohort,
        sum(amount) FILTER (WHERE amount > 0) AS gross, sum(amount) AS revenue, sum(amount - cost) AS margin
    FROM invoices GROUP BY 1, 2
), life AS (
    SELECT cohort, customer, 2026 * 12 + 1 - cohort AS followed, month - cohort AS age, gross, revenue, margin,
        first_value(CASE WHEN month = cohort THEN revenue END) OVER (PARTITION BY customer ORDER BY month) AS base
    FROM money
), sums AS (
    SELECT cohort, age, count(*) FILTER (WHERE gross > 0) AS active, sum(revenue) AS revenue, sum(margin) AS margin,
        sum(revenue) FILTER (WHERE base > 0) AS nrr, sum(greatest(least(revenue, base), 0)) FILTER (WHERE base > 0) AS grr
    FROM life WHERE age BETWEEN 0 AND followed - 1 GROUP BY 1, 2
), fates AS (
    SELECT cohort, followed, coalesce(max(age) FILTER (WHERE gross > 0 AND age < followed), -1) AS last
    FROM life GROUP BY cohort, customer, followed
), ends AS (
    SELECT cohort, last + 1 AS age, count(*) AS lost FROM fates WHERE last + 1 < followed GROUP BY 1, 2
), sizes AS (
    SELECT cohort, followed, count(*) AS customers FROM fates GROUP BY 1, 2
)
SELECT count(*), sum(active), sum(grr), sum(nrr), sum(arpa), sum(cum_margin), sum(survival) FROM (
    SELECT cohort, age, customers, active, revenue, margin,
        grr / first_value(nrr) OVER (PARTITION BY cohort ORDER BY age) AS grr, nrr / first_value(nrr) OVER (PARTITION BY cohort ORDER BY age) AS nrr, revenue / active AS arpa,
        sum(margin / customers) OVER (PARTITION BY cohort ORDER BY age) AS cum_margin,
        1 - sum(coalesce(lost, 0)) OVER (PARTITION BY cohort ORDER BY age) / customers AS survival
    FROM (SELECT cohort, followed, customers, unnest(range(0, followed)) AS age FROM sizes) AS grid
        LEFT JOIN sums USING (cohort, age) LEFT JOIN ends USING (cohort, age))`, true);
