export { AppHandler, appHandler } from './app.handler.js';
export { APP_HANDLER_OPTIONS, APP_OPTIONS, type AppHandlerOptions } from './app.options.js';
export { type TotpAlgorithm, type TotpDigits } from './app.state.js';
