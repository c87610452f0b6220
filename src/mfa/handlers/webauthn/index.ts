export { WebAuthnHandler, webauthnHandler } from './webauthn.handler.js';
export {
  type UserVerification,
  WEBAUTHN_HANDLER_OPTIONS,
  WEBAUTHN_OPTIONS,
  type WebAuthnHandlerOptions,
} from './webauthn.options.js';
export { WebAuthnProof } from './webauthn.proof.js';
