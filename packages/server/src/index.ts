export { startDev, type DevOptions, type DevServer } from './dev.js';
export { bindFetch, type FetchHandler } from './bind.js';
export { expressApp, Listeners } from './app.js';
export { handleDocs } from './docs.js';
