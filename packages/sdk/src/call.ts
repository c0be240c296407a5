/** The answer to a call, with what its headers say. */
export interface WithResponse<T> {
  readonly data: T;
  /** Status, headers and the unread body. */
  readonly response: Response;
  /** The id of the request in the logs of the service. */
  readonly requestId: string | null;
}

/**
 * A call under way: a promise of its data. The request is sent at once, and once, whichever of these is awaited.
 * @example
 * const bay = await magnum.bays.get('web');
 * const { data, response } = await magnum.bays.get('web').withResponse();
 */
export interface Call<T> extends Promise<T> {
  /**
   * The data together with status and headers.
   * @throws {MagnumError} as the call does
   * @example
   * const { data, response } = await magnum.bays.get('web').withResponse();
   * console.log(data.name, response.headers.get('etag'));
   */
  withResponse(): Promise<WithResponse<T>>;
  /**
   * Status, headers and the unread body, without the data.
   * @throws {MagnumError} as the call does
   * @example
   * const { status, headers } = await magnum.bays.get('web').asResponse();
   */
  asResponse(): Promise<Response>;
}

/** `readResponse` makes a new Response at each call, so that each reader has a body of its own. */
export function callOf<T>(data: Promise<T>, readResponse: () => Promise<Response>): Call<T> {
  return Object.assign(data, {
    asResponse: (): Promise<Response> => {
      // A failure reaches the caller through the promise that is returned here; the other one would count as unhandled.
      data.catch(() => undefined);
      return readResponse();
    },
    withResponse: async (): Promise<WithResponse<T>> => {
      const [found, response] = await Promise.all([data, readResponse()]);
      return { data: found, response, requestId: response.headers.get('x-openstack-request-id') };
    },
  });
}

/** The same call with other data. */
export function mapCall<A, B>(call: Call<A>, change: (data: A) => B): Call<B> {
  return callOf(call.then(change), () => call.asResponse());
}

/** The call that `make` begins. What it throws before anything is sent fails the call, like every other failure. */
export function beginCall<T>(make: () => Call<T>): Call<T> {
  try {
    return make();
  } catch (error) {
    return callOf(Promise.reject(error), () => Promise.reject(error));
  }
}
