// ## Handler of PINs
// `nestjs-mfa/handlers/pin` is an example for development and refuses to start in production.
export { PinHandler, pinHandler } from './pin.handler.js';
export { type PinHandlerOptions } from './pin.options.js';
