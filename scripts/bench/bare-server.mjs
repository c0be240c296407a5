// The limit: node:http and mysql2, one query, the bytes that the real server sends. No routing, no token, no checks.
// Usage: bare-server.mjs MARIADB-URL; answers GET /<path> by the query of PLANS; prints its port.
import { createServer } from 'node:http';
import mysql from 'mysql2/promise';

const pool = mysql.createPool({ uri: process.argv[2], connectionLimit: 10 });
/** For each path: the statement that the service runs, and the answer to send, with its headers. Set by POST /plan. */
const plans = new Map();

const server = createServer(async (request, response) => {
  if (request.method === 'POST') return setPlan(request, response);
  const plan = plans.get(request.url);
  if (plan.sql) await pool.query(plan.sql);
  response.writeHead(200, plan.headers);
  response.end(plan.body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));

async function setPlan(request, response) {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { path, sql, headers, body } = JSON.parse(text);
  plans.set(path, { sql, headers, body });
  response.end();
}
