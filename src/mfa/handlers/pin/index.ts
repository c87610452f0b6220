export { PinFields } from './pin.fields.js';
export { PinHandler, pinHandler } from './pin.handler.js';
export { type PinHandlerOptions } from './pin.options.js';
