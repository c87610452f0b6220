// ## Handler of authenticator apps
// `nestjs-mfa/handlers/app` needs the packages `otplib` and `qrcode`.
export { AppHandler, appHandler } from './app.handler.js';
export { APP_HANDLER_OPTIONS, APP_OPTIONS, type AppHandlerOptions } from './app.options.js';
