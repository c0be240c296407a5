/** The types of calls by the paths of the spec. */
import type { Call } from './call.js';
import type { paths } from './generated/api.js';
import type { Listing } from './pages.js';
import type { CallOptions, RawCall } from './types.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type OperationOf<P extends keyof paths, M extends Method> = Lowercase<M> extends keyof paths[P] ? paths[P][Lowercase<M>] : never;
/** The paths that have the method. */
export type PathOf<M extends Method> = { [P in keyof paths]: Lowercase<M> extends keyof paths[P] ? P : never }[keyof paths];

type Params<O> = O extends { parameters: { path: infer Given } } ? { readonly params: Given } : { readonly params?: undefined };
type Query<O> = O extends { parameters: { query?: infer Given } } ? { readonly query?: Given } : { readonly query?: undefined };
type Body<O> = O extends { requestBody: { content: { 'application/json': infer Given } } }
  ? { readonly body: Given }
  : O extends { requestBody?: { content: { 'application/json': infer Given } } }
    ? { readonly body?: Given }
    : { readonly body?: undefined };
/** The parameters of the path, the query and the body of an operation. */
export type InputOf<P extends keyof paths, M extends Method> = Params<OperationOf<P, M>> &
  Query<OperationOf<P, M>> &
  Body<OperationOf<P, M>>;

type Responses<O> = O extends { responses: infer Given } ? Given[keyof Given] : never;
/** The body of a success. Undefined where there is none. */
export type AnswerOf<P extends keyof paths, M extends Method> =
  Responses<OperationOf<P, M>> extends infer R
    ? R extends { content: { 'application/json': infer Given } }
      ? Given
      : R extends { content: unknown }
        ? never
        : undefined
    : never;

/** A call by method and path, whose parameters, body and answer have the types of the spec. */
export type TypedCaller = <M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  input: InputOf<P, M>,
  options?: CallOptions,
) => Call<AnswerOf<P, M>>;

/** The key of a list in its answer, which is the only one with a list. */
type Rows<Page> = { [K in keyof Page]-?: NonNullable<Page[K]> extends readonly unknown[] ? K : never }[keyof Page];
type ItemOf<Page> = Page[Rows<Page>] extends readonly (infer Item)[] ? Item : never;
/** A list by its path, with the items' type of the spec. */
export type TypedLister = <P extends PathOf<'GET'>>(
  path: P,
  input: InputOf<P, 'GET'>,
  options?: CallOptions,
) => Listing<ItemOf<AnswerOf<P, 'GET'>>>;

/** The input of a typed call is the rest of a raw one. */
export type UntypedInput = Pick<RawCall, 'params' | 'query' | 'body'>;
