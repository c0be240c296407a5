import { createConnection } from 'mysql2/promise';
import type { Openstack } from '../../scripts/host/openstack.mjs';

/** An empty database on the OpenStack's server, as `[database] connection` takes it. */
export async function ownDatabase(openstack: Openstack, name: string): Promise<string> {
  const server = { host: '127.0.0.1', port: openstack.database, user: 'magnum', password: 'magnum' };
  const connection = await createConnection(server);
  await connection.query(`DROP DATABASE IF EXISTS ${name}`);
  await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  await connection.end();
  return `mysql+pymysql://magnum:magnum@127.0.0.1:${openstack.database}/${name}?charset=utf8mb4`;
}
