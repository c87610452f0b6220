import { type FactoryProvider } from '@nestjs/common';
import {
  type SmsHandler,
  smsHandler,
  type SmsHandlerOptions,
} from '../../../mfa/handlers/sms/index.js';
import { ConfigError } from '../../config/values/config-error.js';
import { type ServerConfig } from '../../config/server-config.js';

/** A handler of text messages. @throws {ConfigError} in production without a gateway */
export function smsFactor(
  options: SmsHandlerOptions,
  { isProduction, smsGateway }: Pick<ServerConfig, 'isProduction' | 'smsGateway'>,
): FactoryProvider<SmsHandler> {
  if (!isProduction || smsGateway !== null) return smsHandler(options);
  throw new ConfigError([
    'SMS_GATEWAY_URL is missing: production sends its text messages, so set it and SMS_GATEWAY_SECRET, or take "sms" off the factors.',
  ]);
}
