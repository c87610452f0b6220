// ## Handler of text messages
// `nestjs-mfa/handlers/sms` needs an `SmsGateway` of the host.
export { SmsHandler, smsHandler } from './sms.handler.js';
export { SMS_HANDLER_OPTIONS, SMS_OPTIONS, type SmsHandlerOptions } from './sms.options.js';
export { SmsGateway, type SmsMessage } from './sms-gateway.js';
