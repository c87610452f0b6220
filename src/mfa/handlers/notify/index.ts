export { type NotifyDestination, NotifyDestinations } from './notify-destinations.js';
export { type NotifyFields } from './notify.fields.js';
export { NotifyHandler, notifyHandler } from './notify.handler.js';
export {
  NOTIFY_HANDLER_OPTIONS,
  NOTIFY_OPTIONS,
  type NotifyHandlerOptions,
} from './notify.options.js';
export { type NotifyState } from './notify.state.js';
