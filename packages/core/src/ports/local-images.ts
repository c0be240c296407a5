/** Images of a container engine beside this service: nodes get them from there, without a registry. */
export interface LocalImages {
  /**
   * The image as a tar. Errors: `image-not-found` with field `image`; `not-supported` where no engine stands beside the service;
   * what ends the signal.
   */
  save(image: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}
