import type { DockerClient } from '../../docker/client.js';
import { DomainError } from '../../domain/errors.js';
import type { LocalImages } from '../../ports/local-images.js';

/** Of the Docker Engine that this client speaks to. */
export function dockerImages(docker: DockerClient): Pick<LocalImages, 'save'> {
  return {
    save: async (image, signal) => {
      await docker.inspectImage(image).catch((cause: unknown) => {
        throw new DomainError('image-not-found', {
          field: 'image',
          message: `The local Docker Engine has no image ${image}. Pull or build it first.`,
          cause,
        });
      });
      signal.throwIfAborted();
      return docker.saveImage(image);
    },
  };
}

/** A service that stands beside no engine, as every one over an OpenStack does. */
export const NO_LOCAL_IMAGES: LocalImages = { save: refuse, loadOnto: refuse };

function refuse(): Promise<never> {
  return Promise.reject(
    new DomainError('not-supported', 'There is no Docker Engine beside this service to take an image from: use a registry.'),
  );
}
