export { startDev, type DevOptions, type DevServer } from './dev.js';
export { bindFetch, bindPlain, type FetchHandler } from './bind.js';
export { expressApp, Listeners } from './app.js';
export { docsRoom, handleDocs } from './docs.js';
export { tuneHeapGrowth } from './heap.js';
