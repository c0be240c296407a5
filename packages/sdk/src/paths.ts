/** The types of calls by the paths of the spec. */
import type { Call } from './call.js';
import type { PathParameters, Paths } from './generated/api.js';
import type { Listing } from './pages.js';
import type { CallOptions, Input, RawCall } from './types.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type OperationOf<P extends keyof Paths, M extends Method> = Lowercase<M> extends keyof Paths[P] ? Paths[P][Lowercase<M>] : never;
/** The paths that have the method. */
export type PathOf<M extends Method> = { [P in keyof Paths]: Lowercase<M> extends keyof Paths[P] ? P : never }[keyof Paths];

/** The placeholders of a path: `/v1/bays/{bay_ident}` → `bay_ident`. */
type PlaceholdersOf<P> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholdersOf<Rest> : never;
type Params<P> = [PlaceholdersOf<P>] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: Pick<PathParameters, PlaceholdersOf<P> & keyof PathParameters> };
type Query<O> = O extends { query: infer Given }
  ? { readonly query: Given }
  : O extends { query?: infer Given }
    ? { readonly query?: Given | undefined }
    : { readonly query?: undefined };
type Body<O> = O extends { body: infer Given }
  ? { readonly body: Input<Given> }
  : O extends { body?: infer Given }
    ? { readonly body?: Input<Given> | undefined }
    : { readonly body?: undefined };
/** The parameters of the path, the query and the body of an operation. */
export type InputOf<P extends keyof Paths, M extends Method> = Params<P> & Query<OperationOf<P, M>> & Body<OperationOf<P, M>>;

/** The body of a success. Undefined where there is none. */
export type AnswerOf<P extends keyof Paths, M extends Method> = OperationOf<P, M> extends { answer: infer Given } ? Given : never;

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
