// Counts all combinations of the customers' columns with DuckDB's GROUPING SETS, on one thread.
//
//   node duckdb.mjs CSV     prints a line for each measurement: name, ms of processor time, how many combinations

import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const db = await instance.connect();

async function timed(name, sql, tell) {
    const start = process.cpuUsage();
    const rows = (await db.runAndReadAll(sql)).getRows();
    const { user, system } = process.cpuUsage(start);
    console.log([name, (user + system) / 1000, tell ? rows[0][0] : '\\N'].join('\t'));
}

function subsets(names, size) {
    const sets = [];
    (function extend(set, from) {
        if (set.length) sets.push(`(${set})`);
        if (set.length < size) for (let i = from; i < names.length; i++) extend([...set, names[i]], i + 1);
    })([], 0);
    return sets;
}

await timed('DuckDB: load', `CREATE TABLE customers AS SELECT * REPLACE (best::boolean AS best) FROM read_csv('${process.argv[2].replaceAll("'", "''")}')`);

const columns = (await db.runAndReadAll('DESCRIBE customers')).getRows().map((row) => row[0]).filter((name) => name !== 'best');
const [[minBest]] = (await db.runAndReadAll('SELECT greatest(2, ceil(0.01 * count(*)))::integer FROM customers WHERE best')).getRows();
const count = (table, order) => `
    SELECT count(*) FROM (
        SELECT ${columns}, count(*) AS n, count(*) FILTER (WHERE best) AS best FROM ${table}
        GROUP BY GROUPING SETS (${subsets(columns, order)}) HAVING count(*) FILTER (WHERE best) >= ${minBest})`;

await timed('DuckDB: pairs', count('customers', 2));
await timed('DuckDB: triples', count('customers', 3), true);

// Texts as numbers of a dictionary: three times the work to get them there, and less than half to count.
for (const name of columns) {
    await db.run(`CREATE TYPE of_${name} AS ENUM (SELECT DISTINCT ${name}::text FROM customers ORDER BY 1)`);
}
await db.run(`CREATE TABLE coded AS SELECT ${columns.map((name) => `${name}::text::of_${name} AS ${name}`)}, best FROM customers`);
await timed('DuckDB: triples, enums', count('coded', 3), true);
