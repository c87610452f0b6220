// ## Handler of notifications
// `nestjs-mfa/handlers/notify` needs `NotifyDestinations` of the host.
export { type NotifyDestination, NotifyDestinations } from './notify-destinations.js';
export { NotifyHandler, notifyHandler } from './notify.handler.js';
export {
  NOTIFY_HANDLER_OPTIONS,
  NOTIFY_OPTIONS,
  type NotifyHandlerOptions,
} from './notify.options.js';
