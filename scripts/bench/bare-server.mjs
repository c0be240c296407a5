// The limit: node:http and mysql2, the statements and the bytes of the real server. No routing, no token, no checks.
// Usage: bare-server.mjs MARIADB-URL; prints its port.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import mysql from 'mysql2/promise';

const [, , uri] = process.argv;
if (!uri) throw new Error('usage: bare-server.mjs MARIADB-URL');
const pool = mysql.createPool({ uri, connectionLimit: 10 });
/** For each `METHOD path`: the statements that the service runs, and the answer to send, with its headers. Set by POST /plan. */
const plans = new Map();

const server = createServer(async (request, response) => {
  if (request.url === '/plan') return setPlan(request, response);
  const plan = plans.get(`${request.method} ${request.url}`);
  if (request.method === 'POST') await textOf(request);
  if (plan.statements.length === 1) await pool.query(plan.statements[0]);
  else if (plan.statements.length > 1) await inOrder(plan);
  response.writeHead(plan.status, plan.headers);
  response.end(plan.body);
});

/** Several statements are one transaction, which makes new things each time: their ids are new, too. */
async function inOrder(plan) {
  for (;;) {
    try {
      return await once(plan);
    } catch (error) {
      // The service's answer to it, too.
      if (!(error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK')) throw error;
    }
  }
}

async function once({ statements, newIds }) {
  const ids = new Map(newIds.map((id) => [id, randomUUID()]));
  const pattern = new RegExp(newIds.join('|') || '$^', 'g');
  const connection = await pool.getConnection();
  try {
    for (const statement of statements) await connection.query(statement.replace(pattern, (id) => ids.get(id)));
  } finally {
    connection.release();
  }
}
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});

async function setPlan(request, response) {
  const { method, path, ...plan } = JSON.parse(await textOf(request));
  plans.set(`${method} ${path}`, plan);
  response.end();
}

async function textOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
