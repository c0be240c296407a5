// The entry for programs in Node: what needs files and sockets of its own.
export { fromClouds, readCloudVariables, type CloudsOptions } from './clouds-yaml.js';
export { createFetch, fetchFromEnv, fromNodeEnv, type FetchOptions } from './fetch.js';
