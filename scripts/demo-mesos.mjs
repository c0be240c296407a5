// `npm run demo -- --coe mesos`: a bay of Mesos comes up, is asked by curl, grows, drains an agent and goes away.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildMesosImage } from './host/mesos-image.mjs';

/** Makes the node image, once: two to three minutes. */
export { buildMesosImage as prepare };

/**
 * @param {{ magnum: (...words: string[]) => Promise<string>, say: (line: string) => void, folder: string, keep: boolean }} context
 *   `folder`: for files of the story
 */
export async function mesosStory({ magnum, say, folder, keep }) {
  const files = join(folder, 'ore');
  say('\n1. A bay model: what bays are made from.');
  const model = ['--image', 'debian-12-mesos', '--keypair', 'default', '--external-network', 'public', '--flavor', 'm1.small'];
  await magnum('baymodel', 'create', 'mesos', '--coe', 'mesos', ...model);
  say('\n2. A bay: one master, two agents. The lines below are events of its stack.');
  await magnum('bay', 'create', 'ore', '--baymodel', 'mesos', '--node-count', '2', '--wait');
  await magnum('bay', 'show', 'ore', '-c', 'status', '-c', 'api_address', '-c', 'node_count', '-c', 'master_count');
  await magnum(
    'node',
    'list',
    '--bay',
    'ore',
    '-c',
    'name',
    '-c',
    'role',
    '-c',
    'status',
    '-c',
    'state',
    '-c',
    'private_address',
  );
  say('\n3. Mesos itself, asked with a certificate of the bay.');
  const address = /^export MESOS_URL=(\S+)$/m.exec(await magnum('bay', 'config', 'ore', '--dir', files))?.[1] ?? '';
  const certificates = ['--cacert', `${files}/ca.pem`, '--cert', `${files}/cert.pem`, '--key', `${files}/key.pem`];
  const state = JSON.parse(await curl(say, ...certificates, `${address.replaceAll("'", '')}/state`));
  say(`Mesos ${state.version}, ${state.activated_slaves} agents: ${state.slaves.map(({ hostname }) => hostname).join(', ')}`);
  say('\n4. The bay grows to three agents, and shrinks to one: those that leave are drained first.');
  await magnum('bay', 'update', 'ore', '--node-count', '3', '--wait');
  await magnum('bay', 'update', 'ore', '--node-count', '1', '--wait');
  await magnum('node', 'list', '--bay', 'ore', '-c', 'name', '-c', 'role', '-c', 'status', '-c', 'state');
  if (keep) return;
  say('\n5. The bay goes away.');
  await magnum('bay', 'delete', 'ore', '--yes', '--wait');
  await magnum('bay', 'list');
}

function curl(say, ...words) {
  say(`\n$ curl ${words.join(' ')}`);
  return new Promise((done, fail) => {
    const child = spawn('curl', ['--silent', '--show-error', '--max-time', '20', ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.once('error', fail);
    child.once('exit', (code) => (code === 0 ? done(output) : fail(new Error(`curl ended with code ${code}`))));
  });
}
