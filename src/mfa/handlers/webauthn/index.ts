// ## Handler of security keys
// `nestjs-mfa/handlers/webauthn` needs the package `@simplewebauthn/server`.
export { WebAuthnHandler, webauthnHandler } from './webauthn.handler.js';
export {
  WEBAUTHN_HANDLER_OPTIONS,
  WEBAUTHN_OPTIONS,
  type WebAuthnHandlerOptions,
} from './webauthn.options.js';
