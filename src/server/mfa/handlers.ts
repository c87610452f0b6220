import { APP_OPTIONS, appHandler } from '../../mfa/handlers/app/index.js';
import { EMAIL_OPTIONS, emailHandler } from '../../mfa/handlers/email/index.js';
import { pinHandler } from '../../mfa/handlers/pin/index.js';
import { webauthnHandler } from '../../mfa/handlers/webauthn/index.js';
import { type HandlerProvider } from '../../mfa/index.js';
import { ConfigError } from '../config/values/config-error.js';
import { type ConfiguredEntry } from '../config/values/configured-entry.js';
import { gatherErrors } from '../config/values/gather-errors.js';
import { optionsSchema } from '../config/values/read-entry-options.js';
import { type ServerConfig } from '../config/server-config.js';
import { textsFor } from '../texts/languages.js';
import { notifyFactor } from '../delivery/notify/notify-factor.js';
import { smsFactor } from '../delivery/sms/sms-factor.js';
import { factorType, type FactorType } from './factor-type.js';
import { notifyOptions } from './options/notify-options.js';
import { optionsSchemaOf } from './options/options-schema-of.js';
import { smsOptions } from './options/sms-options.js';
import { webAuthnOptions } from './options/webauthn-options.js';

/** All types of second factor that this server can offer. */
export const FACTOR_TYPES: Readonly<Record<string, FactorType>> = {
  app: factorType(optionsSchemaOf(APP_OPTIONS), appHandler),
  email: factorType(optionsSchemaOf(EMAIL_OPTIONS), (options, { mailLanguage }) =>
    emailHandler({ ...options, texts: (language) => textsFor(language, mailLanguage).code }),
  ),
  webauthn: factorType(webAuthnOptions, (options, { webAuthn }) =>
    webauthnHandler({ ...webAuthn, ...options }),
  ),
  sms: factorType(smsOptions, smsFactor),
  notify: factorType(notifyOptions, notifyFactor),
  pin: {
    ...factorType(optionsSchema({}), (names, { isProduction }) =>
      pinHandler({ ...names, isProduction }),
    ),
    refusedInProductionAs: 'it is an example, and no second factor beside a password',
  },
};

/**
 * The handlers of the configured factors, in their order.
 *
 * @throws {ConfigError} with a line for each unknown type, each error of the options, and each factor
 *   that production refuses
 */
export function handlersOf(config: ServerConfig): HandlerProvider[] {
  return gatherErrors(config.factors, (entry) => typeOf(entry, config).make(entry, config));
}

function typeOf({ type, path }: ConfiguredEntry, { isProduction }: ServerConfig): FactorType {
  const found = Object.hasOwn(FACTOR_TYPES, type) ? FACTOR_TYPES[type] : undefined;
  if (found === undefined) {
    const known = Object.keys(FACTOR_TYPES).join(', ');
    throw new ConfigError([
      `${path}: there is no second factor of type "${type}": choose among ${known}.`,
    ]);
  }
  const { refusedInProductionAs: reason } = found;
  if (!isProduction || reason === undefined) return found;
  throw new ConfigError([`${path}: "${type}" is refused in production, as ${reason}: remove it.`]);
}
