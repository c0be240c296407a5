import type { DockerClient } from '../docker/client.js';
import { underDeadline } from '../concurrency/deadline.js';
import { parseTrusteeUsername } from '../domain/actor.js';
import { DomainError } from '../domain/errors.js';
import { isJsonObject } from '../domain/json.js';
import { Secret } from '../domain/secret.js';
import { readBody } from '../api/http/body.js';
import { httpRequestOf } from '../api/http/request.js';
import { asDomainError, errorBody } from '../api/http/error-body.js';
import { sessionOf, findBayState } from '../conductor/engine-access.js';
import type { ConductorDeps } from '../conductor/deps.js';

export type ImageLoaderDeps = Pick<
  ConductorDeps,
  'store' | 'vault' | 'engines' | 'identity' | 'cloud' | 'orchestrator' | 'clock' | 'knownAddresses'
> & {
  readonly docker: DockerClient | undefined;
};

const PATH = '/dev/load-image';
const LONGEST_MS = 600_000;

/** `POST /dev/load-image {"image", "bay"}`: gives an image of the local Docker Engine to the engines of a bay. Only the embedded service has it. */
export function imageLoader(deps: ImageLoaderDeps): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    if (new URL(request.url).pathname !== PATH) return undefined;
    try {
      if (request.method !== 'POST') throw new DomainError('method-not-allowed', 'Use POST.');
      return Response.json({ nodes: await load(deps, request) });
    } catch (error) {
      const known = asDomainError(error);
      return Response.json(errorBody(known), { status: known.status });
    }
  };
}

async function load(deps: ImageLoaderDeps, request: Request): Promise<readonly string[]> {
  const projectId = await projectOf(deps, request);
  const { image, bay } = await wantedOf(request);
  const [row, ...others] = await deps.store.read((repos) => repos.bays.find(bay, { projectId }));
  if (!row) throw new DomainError('bay-not-found', `Bay ${bay} could not be found.`);
  if (others.length > 0) throw new DomainError('not-unique', `Several bays are named ${bay}: use the uuid.`);
  const session = await sessionOf(deps, await findBayState(deps, row.bay.id), request.signal);
  if (!session.loadImage) throw new DomainError('not-supported', `The engine of bay ${bay} takes no images.`);
  const { loadImage } = session;
  const saved = await savedImage(deps, image);
  return underDeadline({ milliseconds: LONGEST_MS, signal: request.signal }, (signal) => loadImage(saved, signal));
}

async function projectOf(deps: ImageLoaderDeps, request: Request): Promise<string> {
  const token = request.headers.get('x-auth-token');
  const identity = token ? await deps.identity.validate(new Secret(token), request) : undefined;
  const isTrustee = identity?.userDomainId === deps.identity.trusteeDomainId && parseTrusteeUsername(identity.userName) !== null;
  if (!identity?.projectId || isTrustee)
    throw new DomainError('unauthorized', 'The request you have made requires authentication.');
  return identity.projectId;
}

async function wantedOf(request: Request): Promise<{ readonly image: string; readonly bay: string }> {
  const body = await readBody(httpRequestOf(request));
  if (isJsonObject(body ?? null)) {
    const { image, bay } = body as { readonly image?: unknown; readonly bay?: unknown }; // asked the line above
    if (typeof image === 'string' && image !== '' && typeof bay === 'string' && bay !== '') return { image, bay };
  }
  throw new DomainError('invalid-body', 'The body must be {"image": "name of a local image", "bay": "name or uuid"}.');
}

async function savedImage(deps: ImageLoaderDeps, image: string): Promise<AsyncIterable<Uint8Array>> {
  if (!deps.docker) throw new DomainError('engine-not-live', 'There is no Docker Engine here to take the image from.');
  await deps.docker.inspectImage(image).catch((cause: unknown) => {
    throw new DomainError('image-not-found', {
      field: 'image',
      message: `The local Docker Engine has no image ${image}. Pull or build it first.`,
      cause,
    });
  });
  return deps.docker.saveImage(image);
}
